"""The files in the folder are what the generators make, and a file that is not is named."""

import shutil

import pytest

from longrange import command
from longrange.files import write_rows


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What the generators make."""
    folder = tmp_path_factory.mktemp("made")
    command.make(folder)
    return folder


@pytest.fixture
def root(tmp_path):
    """A copy of all data files."""
    for name in command.GENERATORS:
        for split in command.SPLITS:
            shutil.copytree(command.HERE / name / split, tmp_path / name / split)
        for file in command.METADATA:
            shutil.copy(command.HERE / name / file, tmp_path / name / file)
    return tmp_path


def test_the_files_are_what_the_generators_make(made):
    assert command.differences(command.HERE, made) == []


def test_every_kind_of_drift_is_named(root, made):
    (root / "tickets/public/dev.tsv").unlink()
    (root / "agreement/public/mine.tsv").write_text("mine\n")
    path = root / "tickets/hidden/test.tsv"
    path.write_bytes(path.read_bytes().replace(b"tickets", b"pockets", 1))
    assert command.differences(root, made) == [
        "agreement/public/mine.tsv: made by no generator",
        "tickets/hidden/test.tsv: differs",
        "tickets/public/dev.tsv: missing",
    ]


def test_check_fails_on_drift_and_says_how_to_mend_it(root, made, monkeypatch, capsys):
    monkeypatch.setattr(command, "HERE", root)
    monkeypatch.setattr(command, "make", lambda folder: shutil.copytree(made, folder, dirs_exist_ok=True))
    assert command.main(["--check"]) == 0
    path = root / "agreement/public/train.tsv"
    path.write_bytes(path.read_bytes() + b"\n")
    assert command.main(["--check"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "agreement/public/train.tsv: differs",
        "make them again with: python datasets",
    ]


def test_the_data_are_small_and_plain_text():
    files = command._files(command.HERE)
    assert sum(map(len, files.values())) < 4_000_000
    for name, content in files.items():
        text = content.decode("ascii")
        assert text.endswith("\n") and "\r" not in text, name


def test_a_value_with_a_tab_or_a_newline_is_refused(tmp_path):
    for value in ("a\tb", "a\nb"):
        with pytest.raises(ValueError, match="tab or a newline"):
            write_rows(tmp_path / "x.tsv", ["text"], [{"text": value}])
