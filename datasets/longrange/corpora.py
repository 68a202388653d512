"""Read published corpora in the form they are published in, for those who have the files.

    python datasets corpora FILE ...

prints each file's format, number of rows and SHA-256, to be named with any result. datasets/README.md says where the files come
from. `read(path)` tells the format by the file's content; a name that ends in `.gz` is unpacked. Whatever the format, a row is
a dict:

- of agreement: "prefix", the words before the verb; "right" and "wrong", the verb in the subject's number and in the other,
  None where the file does not say; "plural", None where it does not say; "attractors", None where it does not say; and more,
  by format;
- of a cloze: "context", "target", and "distance", tokens from the target's last mention to the blank, None where there is none.

`items(rows, words)` and `batches(rows, words, ...)` take rows of any format.
"""

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from longrange.loader import Vocabulary, make_batches

Row = dict[str, Any]
UNKNOWN = "<unk>"
# Third person singular of the verbs whose plural is not made by dropping an s.
IRREGULAR = {"is": "are", "has": "have", "does": "do", "goes": "go", "was": "were"}
LINZEN_COLUMNS = set("sentence verb verb_pos verb_index n_intervening n_diff_intervening distance has_rel".split())
SIGNS = re.compile(r"([.,;:?!])(?=\s|$)")


def _lines(path: Path | str) -> Iterator[str]:
    """The lines of a text file without their ends; ValueError where it is no text."""
    opener = gzip.open if str(path).endswith(".gz") else open
    try:
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            for line in file:
                yield line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: is no UTF-8 text ({error.reason} at byte {error.start})") from None


def _json(path: Path | str, line: str, number: int) -> Row:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError(f"{path}, line {number}: expected a JSON object, got {line[:40]!r}")
    return value


def _field(path: Path | str, number: int, value: Row, *names: str) -> tuple:
    missing = [name for name in names if name not in value]
    if missing:
        raise ValueError(f"{path}, line {number}: no field {', '.join(missing)}")
    return tuple(value[name] for name in names)


def _agreement(
    prefix: str, right: str | None, wrong: str | None, plural: bool | None, attractors: int | None, **more: Any
) -> Row:
    return {"prefix": prefix, "right": right, "wrong": wrong, "plural": plural, "attractors": attractors} | more


def words_of(text: str) -> list[str]:
    """Tokens of a sentence that is not tokenised: punctuation by itself."""
    return SIGNS.sub(r" \1", text).split()


def linzen(path: Path | str) -> Iterator[Row]:
    """Dependencies of Linzen, Dupoux & Goldberg (2016): `agr_50_mostcommon_10K.tsv`, tab-separated with a header.

    Rare words are parts of speech. More keys: "nouns_between", "distance", "relative". "wrong" is None: `other_forms` has it.
    """
    reader = csv.DictReader(_lines(path), delimiter="\t")
    missing = LINZEN_COLUMNS - set(reader.fieldnames or ())
    if missing:
        raise ValueError(f"{path}: no column {', '.join(sorted(missing))}")
    for row in reader:
        yield _agreement(
            " ".join(row["sentence"].split()[: int(row["verb_index"]) - 1]),  # counted from 1
            row["verb"],
            None,
            row["verb_pos"] == "VBP",
            int(row["n_diff_intervening"]),
            nouns_between=int(row["n_intervening"]),
            distance=int(row["distance"]),
            relative=row["has_rel"] == "True",
        )


def numpred(path: Path | str) -> Iterator[Row]:
    """Number-prediction items of Linzen et al. (2016): `numpred.train`, `.val`, `.test`, `.test.0` to `.test.5`.

    Each line is the part of speech of the verb, VBZ or VBP, a tab, and the words before it. The verb itself is not given: "right"
    and "wrong" are the two tags. Attractors stand in the ending of the file's name alone.
    """
    ending = Path(str(path).removesuffix(".gz")).suffix[1:]
    attractors = int(ending) if ending.isdigit() else None
    for number, line in enumerate(_lines(path), start=1):
        tag, tab, prefix = line.partition("\t")
        if tag not in ("VBZ", "VBP") or not tab:
            raise ValueError(f"{path}, line {number}: expected VBZ or VBP, a tab and words, got {line[:40]!r}")
        plural = tag == "VBP"
        yield _agreement(prefix, tag, "VBZ" if plural else "VBP", plural, attractors)


def subj_agr(path: Path | str) -> Iterator[Row]:
    """The set of Gulordava et al. (2018) after Linzen: `subj_agr_filtered.text`, and beside it `subj_agr_filtered.gold`.

    A line of .gold has the verb's position from 0, its right and wrong form, and the number of attractors. Either path may be
    given.
    """
    base = re.sub(r"\.(text|gold)(\.gz)?$", "", str(path))
    text, gold = (
        next((p for p in (Path(f"{base}.{end}"), Path(f"{base}.{end}.gz")) if p.exists()), None) for end in ("text", "gold")
    )
    if text is None or gold is None:
        raise ValueError(
            f"{path}: two files are read together, {Path(base).name}.text and {Path(base).name}.gold; one is missing"
        )
    sentences, answers = list(_lines(text)), list(_lines(gold))
    if len(sentences) != len(answers):
        raise ValueError(f"{text.name} has {len(sentences)} lines, {gold.name} {len(answers)}: they do not belong together")
    for number, (sentence, answer) in enumerate(zip(sentences, answers), start=1):
        parts = answer.split("\t")
        if len(parts) != 4 or not (parts[0].isdigit() and parts[3].isdigit()):
            raise ValueError(f"{gold}, line {number}: expected position, right, wrong and attractors, got {answer[:40]!r}")
        place, right, wrong, attractors = int(parts[0]), parts[1], parts[2], int(parts[3])
        yield _agreement(" ".join(sentence.split()[:place]), right, wrong, is_plural(right, wrong), attractors)


def na_tasks(path: Path | str) -> Iterator[Row]:
    """The NA tasks of Lakretz et al. (2019): sentence, number (of the subject, perhaps of an attractor), correct or wrong, id.

    Each sentence stands there twice, with the right and with the wrong verb. More key: "id".
    """
    pairs: dict[tuple[str, str], dict[str, str]] = {}
    for number, line in enumerate(_lines(path), start=1):
        parts = line.split("\t")
        if len(parts) != 4 or parts[2] not in ("correct", "wrong"):
            raise ValueError(f"{path}, line {number}: expected sentence, number, correct or wrong, and id, got {line[:40]!r}")
        pairs.setdefault((parts[3], parts[1]), {})[parts[2]] = parts[0]
    for (name, numbers), pair in pairs.items():
        if len(pair) != 2:
            raise ValueError(f"{path}: the sentence {name} ({numbers}) is there only as {next(iter(pair))}")
        prefix, right, wrong = _difference(words_of(pair["correct"]), words_of(pair["wrong"]))
        first, *others = numbers.split("_")
        yield _agreement(prefix, right, wrong, first == "plural", sum(other != first for other in others), id=name)


def blimp(path: Path | str) -> Iterator[Row]:
    """Minimal pairs of BLiMP (Warstadt et al. 2020): one JSON object a line.

    More keys: "good" and "bad", the two sentences; "paradigm"; "pair"; "other_prefix". Where the two differ in one word that
    follows the same prefix, that word is "right" and "wrong". Where they differ in what comes before the verb (the two-prefix
    method, as in the `*_agreement_2` sets) "right" is the shared word, "wrong" None and "other_prefix" the wrong start.
    "prefix" is None for others.
    """
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        pair = _json(path, line, number)
        good, bad, paradigm, name = _field(path, number, pair, "sentence_good", "sentence_bad", "UID", "pairID")
        more = {"good": good, "bad": bad, "paradigm": paradigm, "pair": int(name), "other_prefix": None}
        attractors = int(paradigm.startswith("distractor_agreement"))
        if pair.get("two_prefix_method"):
            start, other, word = _field(path, number, pair, "two_prefix_prefix_good", "two_prefix_prefix_bad", "two_prefix_word")
            more["other_prefix"] = " ".join(words_of(other))
            yield _agreement(" ".join(words_of(start)), _bare(word), None, None, attractors, **more)
        else:
            prefix, right, wrong = _difference(words_of(good), words_of(bad))
            yield _agreement(prefix, right, wrong, is_plural(right, wrong), attractors, **more)


def syntaxgym(path: Path | str) -> Iterator[Row]:
    """A test suite of SyntaxGym (Hu et al. 2020): one JSON object with items, conditions and regions.

    Conditions of an item that are named alike but for match and mismatch are a pair. More keys: "suite", "item", "condition".
    """
    suite = _json(path, "\n".join(_lines(path)), 1)
    meta, listed = _field(path, 1, suite, "meta", "items")
    for item in listed:
        texts = {
            condition["condition_name"]: words_of(" ".join(region["content"] for region in condition["regions"]))
            for condition in item["conditions"]
        }
        for name, good in texts.items():
            bad = texts.get(name.replace("match", "mismatch"))
            if "mismatch" not in name and "match" in name and bad is not None:
                prefix, right, wrong = _difference(good, bad)
                plural = "plural" in name if ("plural" in name) != ("sing" in name) else is_plural(right, wrong)
                about = {"suite": meta["name"], "item": item["item_number"], "condition": name}
                yield _agreement(prefix, right, wrong, plural, None, **about)


def lambada(path: Path | str) -> Iterator[Row]:
    """Passages of LAMBADA (Paperno et al. 2016), the last word to be guessed: one a line, plain or as {"text": ...}."""
    for number, line in enumerate(_lines(path), start=1):
        if line.startswith("{"):
            (line,) = _field(path, number, _json(path, line, number), "text")
        *context, target = line.split() or [""]
        if context:
            mentions = [place for place, word in enumerate(context) if word == target]
            distance = len(context) - mentions[-1] if mentions else None
            yield {"context": " ".join(context), "target": target, "distance": distance}


def _bare(word: str) -> str:
    """The word without a full stop that the file kept on it."""
    return words_of(word)[0] if words_of(word) else word


def _difference(good: list[str], bad: list[str]) -> tuple[str | None, str | None, str | None]:
    """Shared start and the two words after it, where the sentences differ in one word only."""
    places = [place for place, words in enumerate(zip(good, bad)) if words[0] != words[1]]
    if len(good) != len(bad) or len(places) != 1:
        return None, None, None
    return " ".join(good[: places[0]]), good[places[0]], bad[places[0]]


def is_plural(right: str | None, wrong: str | None) -> bool | None:
    """Whether the right one of two verb forms is the plural, as far as their spelling tells."""
    for one, other, answer in ((right, wrong, False), (wrong, right, True)):
        if (
            one
            and other
            and (IRREGULAR.get(one.lower()) == other.lower() or one in (f"{other}s", f"{other}es") or one == f"{other[:-1]}ies")
        ):
            return answer
    return None


def _looks_like(path: Path | str) -> Callable[[Path | str], Iterator[Row]] | None:
    """The reader for a file, by its first lines."""
    lines = _lines(path)
    first = next(lines, "")
    if first.startswith(("VBZ\t", "VBP\t")):
        return numpred
    if {"n_intervening", "n_diff_intervening"} & set(first.split("\t")) or "verb_pos" in first.split("\t"):
        return linzen
    if first.rstrip().endswith("<eos>") or re.fullmatch(r"\d+\t\S+\t\S+\t\d+", first):
        return subj_agr
    if first.count("\t") == 3 and first.split("\t")[2] in ("correct", "wrong"):
        return na_tasks
    if first.startswith("{"):
        if '"sentence_good"' in first:
            return blimp
        if re.match(r'\{\s*"text"\s*:', first):
            return lambada
        whole = first + "".join(lines)
        return syntaxgym if '"region_meta"' in whole and '"conditions"' in whole else None
    sample = [line.split() for _, line in zip(range(20), [first, *lines]) if line.strip()]
    is_prose = bool(sample) and "\t" not in first and not first.startswith(("#", "[", "<"))
    return lambada if is_prose and sorted(map(len, sample))[len(sample) // 2] >= 8 else None


READERS = (linzen, numpred, subj_agr, na_tasks, blimp, syntaxgym, lambada)


def reader_of(path: Path | str) -> Callable[[Path | str], Iterator[Row]]:
    """The reader for a file, by its content; ValueError in words for one that is none of the known formats."""
    reader = _looks_like(path)
    if reader is None:
        first = next(_lines(path), "")
        seen = f"it begins with {first[:60]!r}" if first else "it is empty"
        raise ValueError(f"{path}: is in no known format ({', '.join(known.__name__ for known in READERS)}): {seen}")
    return reader


def read(path: Path | str) -> list[Row]:
    """All rows of a file, whatever its format."""
    return list(reader_of(path)(path))


def other_forms(rows: Iterable[Row]) -> dict[str, str]:
    """For each verb of the rows its form in the other number, where the rows have both forms."""
    verbs: dict[bool, set[str]] = {True: set(), False: set()}
    for row in rows:
        if row["plural"] is not None:
            verbs[row["plural"]].add(row["right"])
    forms: dict[str, str] = {}
    for singular in verbs[False]:
        stems = [IRREGULAR.get(singular), singular.removesuffix("s"), singular.removesuffix("es")]
        if singular.endswith("ies"):
            stems.append(singular.removesuffix("ies") + "y")
        plural = next((stem for stem in stems if stem in verbs[True]), None)
        if plural is not None:
            forms |= {singular: plural, plural: singular}
    return forms


def frequent_words(rows: Iterable[Row], size: int) -> Vocabulary:
    """Vocabulary of the `size` most frequent words of the rows, after padding and the mark for all others."""
    counts = Counter(word for row in rows for word in _text(row))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[:size]
    return Vocabulary(["<pad>", UNKNOWN, *frequent])


def _text(row: Row) -> list[str]:
    """The words of a row with the answer at their end."""
    start, answer = (row["context"], row["target"]) if "context" in row else (row["prefix"], row["right"])
    return [*(start or "").split(), *([answer] if answer else [])]


def _ids(words: Vocabulary, text: Iterable[str]) -> list[int]:
    return [words.ids.get(word, words.ids[UNKNOWN]) for word in text]


def items(rows: Iterable[Row], words: Vocabulary) -> list[dict]:
    """Rows of any format as items of the two tasks.

    Rows whose answers the vocabulary does not have are left out, and so are pairs that do not share their start. Where a file
    does not say, "attractors" and "distance" are 0, and "plural" is False.

    Returns
    -------
    list of dict
        "tokens", "right", "wrong", "attractors", "plural", as `loader.agreement_items` gives them; or "tokens", "target",
        "distance", as `loader.tickets_items` does.
    """
    import torch

    rows = list(rows)
    forms = other_forms(row for row in rows if "prefix" in row and row["wrong"] is None and row.get("other_prefix") is None)
    made = []
    for row in rows:
        if "context" in row:
            answers = {"target": row["target"]}
            rest = {"distance": row["distance"] or 0}
        else:
            answers = {"right": row["right"], "wrong": row["wrong"] or forms.get(row["right"] or "")}
            rest = {"attractors": row["attractors"] or 0, "plural": bool(row["plural"])}
        start = _text(row)[:-1]
        if start and all(answer in words.ids for answer in answers.values()):
            tokens = torch.tensor(_ids(words, start), dtype=torch.int64)
            made.append({"tokens": tokens} | {name: words.ids[answer] for name, answer in answers.items()} | rest)
    return made


def batches(
    rows: Iterable[Row], words: Vocabulary, batch_size: int, steps: int, seed: int, answer_weight: float = 0.0
) -> list[tuple]:
    """Batches of the rows of any format, each with its answer at the end, in the form of `loader.tickets_batches`.

    A text's loss is the mean cross-entropy of its words, plus `answer_weight` times that of its last one.
    """
    texts = [_ids(words, text) for text in map(_text, rows) if len(text) > 1]
    if not texts:
        raise ValueError("no row has words before its answer")
    weights = []
    for text in texts:
        weight = np.full(len(text) - 1, 1 / (len(text) - 1))
        weight[-1] += answer_weight
        weights.append(weight)
    return list(make_batches(texts, weights, batch_size, steps, seed))


def sha256(path: Path | str) -> str:
    """The file's SHA-256, to be named with a result."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str]) -> int:
    """Say what each file is; 1 where one is refused."""
    status = 0
    for argument in arguments:
        try:
            reader = reader_of(argument)
            print(f"{argument}: {reader.__name__}, {sum(1 for _ in reader(argument))} rows, SHA-256 {sha256(argument)}")
        except (ValueError, OSError) as error:
            print(error)
            status = 1
    return status
