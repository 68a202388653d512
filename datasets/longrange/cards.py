"""What a data set is published with: Croissant metadata with a schema for each file, and checksums. Of public files only.

Croissant: https://docs.mlcommons.org/croissant. The front matter of each README.md is the card of the Hugging Face Hub; its
configs name the same files.
"""

import hashlib
import json
from pathlib import Path

VERSION = "0.2.0"
CREATOR = "The authors of Vanishing Gradients"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
TITLES = {
    "tickets": ("Printer tickets", "Stories that end in a noun which was named 5 to 100 tokens before."),
    "agreement": (
        "Agreement",
        "Sentences whose verb takes its number from a subject that is 1 to 29 tokens away, past 0 to 4 attractors.",
    ),
}
# Configurations: the files of each split.
CONFIGS = {
    "tickets": {
        "default": {"train": "train", "validation": "dev", "test": "test"},
        "hard": {"train": "train_hard", "validation": "dev_hard", "test": "test_hard"},
        "unseen": {"test": "test_unseen"},
    },
    "agreement": {"default": {"train": "train", "validation": "dev", "test": "test"}},
}
INTEGERS = {"distance", "attractors", "nouns_between", "nouns_before"}
COLUMNS = {
    "tickets": {
        "text": "the story, tokens set apart by spaces, the last one ____",
        "target": "the noun at the blank",
        "distance": "position of the blank less that of the noun, in tokens",
        "template": "seen or unseen: whether the opening is one of training",
        "opening": "name of the opening's template",
        "closing": "name of the closing's template",
        "competitors": "the other nouns, in order; empty in plain stories",
    },
    "agreement": {
        "prefix": "the words before the verb",
        "right": "the verb in the subject's number",
        "wrong": "the verb in the other number",
        "ending": "the words after the verb",
        "number": "of the subject: singular or plural",
        "attractors": "nouns between subject and verb in the other number",
        "nouns_between": "all nouns between subject and verb",
        "nouns_before": "nouns before the subject",
        "distance": "position of the verb less that of the subject noun",
        "opening": "none, fronted, embedded or coordinated",
        "construction": "none, pp, subject relative, object relative or mixed",
        "nouns": "the number of each noun in order, s or p",
    },
}
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def croissant(folder: Path, name: str) -> dict:
    """Croissant 1.0 metadata of a data set's public files: where they are, their checksums, their columns."""
    title, description = TITLES[name]
    paths = [f"public/{file}.tsv" for splits in CONFIGS[name].values() for file in splits.values()]
    files = [(path, "text/tab-separated-values") for path in paths] + [("public/vocabulary.txt", "text/plain")]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "alternateName": title,
        "description": description,
        "version": VERSION,
        "license": LICENCE,
        "creator": {"@type": "sc:Organization", "name": CREATOR},
        "inLanguage": "en",
        "isLiveDataset": False,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "contentUrl": path,
                "encodingFormat": kind,
                "sha256": digest(folder / path),
            }
            for path, kind in files
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": Path(path).stem,
                "name": Path(path).stem,
                "field": [_field(Path(path).stem, path, column, text) for column, text in COLUMNS[name].items()],
            }
            for path in paths
        ],
    }


def _field(record: str, path: str, column: str, description: str) -> dict:
    return {
        "@type": "cr:Field",
        "@id": f"{record}/{column}",
        "name": column,
        "description": description,
        "dataType": "sc:Integer" if column in INTEGERS else "sc:Text",
        "source": {"fileObject": {"@id": path}, "extract": {"column": column}},
    }


def write(folder: Path, name: str) -> None:
    """Write `croissant.json` and `checksums.sha256` (as sha256sum writes and reads it) beside the public files."""
    text = json.dumps(croissant(folder, name), indent=1, ensure_ascii=True)
    (folder / "croissant.json").write_bytes(f"{text}\n".encode("ascii"))
    lines = [f"{digest(path)}  public/{path.name}\n" for path in sorted((folder / "public").iterdir())]
    (folder / "checksums.sha256").write_bytes("".join(lines).encode("ascii"))
