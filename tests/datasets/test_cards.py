"""What the data sets are published with names public files only, and agrees with the files."""

import csv
import hashlib
import json
import re
import subprocess
import sys

import pytest
import yaml

from longrange import cards, command, sheet
from longrange.loader import read_rows

NAMES = list(command.GENERATORS)


def front_matter(name):
    """The card of the Hub."""
    text = (command.HERE / name / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(text.split("---\n")[1])


@pytest.mark.parametrize("name", NAMES)
def test_the_card_s_configs_are_the_public_files(name):
    configs = {
        config["config_name"]: {entry["split"]: entry["path"] for entry in config["data_files"]}
        for config in front_matter(name)["configs"]
    }
    assert configs == {
        config: {split: f"public/{file}.tsv" for split, file in splits.items()} for config, splits in cards.CONFIGS[name].items()
    }
    named = [path for splits in configs.values() for path in splits.values()]
    files = {path.relative_to(command.HERE / name).as_posix() for path in (command.HERE / name / "public").glob("*.tsv")}
    assert sorted(named) == sorted(files)
    assert front_matter(name)["license"] == "cc-by-4.0"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_published_names_the_hidden_files(name):
    for file in command.METADATA:
        assert "hidden" not in (command.HERE / name / file).read_text(encoding="ascii")
    assert "hidden" not in json.dumps(front_matter(name))


@pytest.mark.parametrize("name", NAMES)
def test_croissant_has_each_file_with_its_checksum_and_the_columns_it_has(name):
    folder = command.HERE / name
    metadata = json.loads((folder / "croissant.json").read_text())
    files = {entry["@id"]: entry for entry in metadata["distribution"]}
    assert set(files) == {path.relative_to(folder).as_posix() for path in (folder / "public").iterdir()}
    for path, entry in files.items():
        assert entry["sha256"] == hashlib.sha256((folder / path).read_bytes()).hexdigest()
    for record in metadata["recordSet"]:
        path = record["field"][0]["source"]["fileObject"]["@id"]
        rows = read_rows(folder / path)
        assert [field["source"]["extract"]["column"] for field in record["field"]] == list(rows[0])
        for field in record["field"]:
            values = [row[field["name"]] for row in rows]
            assert (field["dataType"] == "sc:Integer") == all(re.fullmatch(r"\d+", value) for value in values), field["name"]
            assert field["description"]


@pytest.mark.parametrize("name", NAMES)
def test_checksums_are_what_sha256sum_reads(name):
    lines = (command.HERE / name / "checksums.sha256").read_text().splitlines()
    for line in lines:
        digest, _, path = line.partition("  ")
        assert cards.digest(command.HERE / name / path) == digest
    assert len(lines) == len(list((command.HERE / name / "public").iterdir()))


def test_licence_citation_and_version_agree():
    citation = yaml.safe_load((command.HERE / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == cards.VERSION and citation["license"] == "CC-BY-4.0" and citation["type"] == "dataset"
    assert cards.LICENCE in (command.HERE / "LICENSE").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"Version {cards.VERSION}" in (command.HERE / name / "README.md").read_text(encoding="utf-8")
        assert json.loads((command.HERE / name / "croissant.json").read_text())["version"] == cards.VERSION


def test_the_folder_is_no_package_that_could_hide_another_of_its_name(tmp_path):
    """A package called datasets that is installed is found, also from the project's root, where the folder lies."""
    assert not (command.HERE / "__init__.py").exists()
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text("whose = 'of the library'\n")
    program = f"import sys; sys.path.append({str(tmp_path)!r}); import datasets; print(datasets.whose)"
    result = subprocess.run([sys.executable, "-c", program], cwd=command.HERE.parent, capture_output=True, text=True)
    assert result.stdout == "of the library\n", result.stderr


def test_a_sheet_for_people_has_a_hundred_sentences_and_a_key_of_its_own(tmp_path, capsys):
    assert sheet.main([str(tmp_path / "one")]) == 0
    with (tmp_path / "one" / "sheet.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "one" / "key.csv").open(encoding="utf-8", newline="") as file:
        keys = {row["number"]: row for row in csv.DictReader(file)}
    assert len(rows) == len(keys) == 100 and "key" not in rows[0]
    assert all("____" in row["text"] for row in rows)
    assert sheet.draw(0) == sheet.draw(0) != sheet.draw(1)

    assert sheet.main([str(tmp_path / "one")]) == 1  # someone may have filled it in
    assert "already" in capsys.readouterr().out
    assert sheet.main([str(tmp_path / "none"), "--count"]) == 1
    assert sheet.count(tmp_path / "one") == "no sentence of the sheet is answered yet"
    for row in rows[:10]:
        row["answer"], row[sheet.QUESTIONS[1]] = keys[row["number"]]["key"].upper(), "Yes"
    rows[10]["answer"] = "something else"
    with (tmp_path / "one" / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    counted = [list(map(int, re.findall(r": (\d+) answered, (\d+) right, (\d+) good", line)[0]))
               for line in sheet.count(tmp_path / "one").splitlines()]
    assert [sum(column) for column in zip(*counted)] == [11, 10, 10]
