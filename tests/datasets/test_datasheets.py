"""The figures in the datasheets are those of the files."""

import re
from collections import Counter

import pytest

from longrange import command
from longrange.loader import Vocabulary, read_rows


@pytest.mark.parametrize("name", command.GENERATORS)
def test_the_table_lists_every_file_with_its_size(name):
    sheet = (command.HERE / name / "README.md").read_text(encoding="utf-8")
    listed = {path: int(size) for path, size in re.findall(r"\| `(\w+/\w+\.tsv)` \| (\d+) \|", sheet)}
    files = sorted((command.HERE / name).glob("*/*.tsv"))
    assert listed == {path.relative_to(command.HERE / name).as_posix(): len(read_rows(path)) for path in files}
    assert f"has the {len(Vocabulary.load(name))} entries" in sheet


@pytest.mark.parametrize("name", command.GENERATORS)
def test_every_column_is_described_and_every_picture_is_there(name):
    folder = command.HERE / name
    sheet = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.glob("*/*.tsv"):
        for column in read_rows(path)[0]:
            assert f"`{column}`" in sheet
    pictures = re.findall(r"\]\((pictures/[^)]+)\)", sheet)
    assert len(pictures) == 3
    assert all((folder / picture).stat().st_size > 5000 for picture in pictures)


@pytest.mark.parametrize("name", command.GENERATORS)
def test_the_headings_of_a_datasheet_are_there(name):
    sheet = (command.HERE / name / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", sheet, flags=re.MULTILINE)
    assert headings == ["Motivation", "Composition", "Process", "Uses", "Limits", "Licence and upkeep"]
    assert "CC BY 4.0" in sheet


def test_lengths_and_nouns_of_the_stories():
    sheet = (command.HERE / "tickets" / "README.md").read_text(encoding="utf-8")
    lengths = [len(row["text"].split()) for path in (command.HERE / "tickets").glob("*/*.tsv") for row in read_rows(path)]
    assert f"a story of {min(lengths)} to {max(lengths)} tokens" in sheet
    assert f"{len(Vocabulary.load('tickets')) - 1} words" in sheet


def test_attractors_of_the_training_sentences():
    sheet = (command.HERE / "agreement" / "README.md").read_text(encoding="utf-8")
    counts = Counter(row["attractors"] for row in read_rows(command.HERE / "agreement" / "public" / "train.tsv"))
    assert f"{counts['0']} sentences have no attractor, {counts['1']} one, {counts['2']} two" in sheet
    assert f"{counts['3']} three, {counts['4']} four" in sheet


def test_distances_of_the_index():
    index = (command.HERE / "README.md").read_text(encoding="utf-8")
    paths = (command.HERE / "agreement").glob("*/*.tsv")
    distances = [int(row["distance"]) for path in paths for row in read_rows(path)]
    assert f"| {min(distances)} to {max(distances)} tokens, 0 to 4 attractors |" in index
