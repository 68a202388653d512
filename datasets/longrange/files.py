"""Tab-separated files that are the same to the byte on every machine."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

PAD = "<pad>"


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a header and one line a row; a value may hold no tab and no newline."""
    lines = ["\t".join(columns)]
    for row in rows:
        values = [str(row[column]) for column in columns]
        if any(sign in value for value in values for sign in "\t\r\n"):
            raise ValueError(f"{path.name}: a value holds a tab or a newline: {values}")
        lines.append("\t".join(values))
    _write(path, lines)


def write_vocabulary(path: Path, texts: Iterable[str]) -> None:
    """Write one word a line, sorted; the line number, from 0, is the word's id, and id 0 is padding."""
    words = {word for text in texts for word in text.split()}
    _write(path, [PAD, *sorted(words)])


def _write(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
