"""Hostile archives through `collect`: nothing leaves the course folder, nothing grows, what is right is not lost."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.grade.handin.archives import MAX_MEMBER, MAX_MEMBERS
from autograder.lms.collect import collect
from tests.attacks.catalogue import STAGE, model

HONEST = f"honest/{STAGE.id}/{STAGE.info.file}"


def tree(folder: Path) -> set[str]:
    """Everything below a folder, and what kind it is."""
    found = set()
    for path, folders, names in os.walk(folder):
        for name in folders + names:
            info = os.lstat(os.path.join(path, name))
            found.add(f"{os.path.relpath(os.path.join(path, name), folder)} {stat.S_IFMT(info.st_mode):o}")
    return found


def archive(tmp_path: Path, add: Callable[[zipfile.ZipFile], None]) -> Path:
    """A download with one honest submission and something else."""
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(HONEST, model())
        add(bundle)
    return path


def special(name: str, kind: int, content: str = "/etc/passwd") -> Callable[[zipfile.ZipFile], None]:
    """A member that claims to be something else than a file."""

    def add(bundle: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        bundle.writestr(info, content)

    return add


def named(name: str) -> Callable[[zipfile.ZipFile], None]:
    """A member of this name, whatever `zipfile` would make of it."""

    def add(bundle: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        bundle.writestr(info, "x = 1\n")

    return add


UNSAFE = {
    "climbs": named("../../outside.py"),
    "climbs inside": named(f"mallory/{STAGE.id}/../../../outside.py"),
    "absolute": named("/tmp/outside.py"),
    "drive": named("C:/outside.py"),
    "backslashes": named("..\\..\\outside.py"),
    "control characters": named("mallory/\x1b]0;x\x07.py"),
    "link": special(f"mallory/{STAGE.id}/{STAGE.info.file}", stat.S_IFLNK),
    "pipe": special(f"mallory/{STAGE.id}/{STAGE.info.file}", stat.S_IFIFO),
    "device": special(f"mallory/{STAGE.id}/{STAGE.info.file}", stat.S_IFCHR),
    "twice": named(HONEST),
    "no name": named(""),
    "a dot": named("."),
    "long name": named("mallory/" + "x" * 300 + ".py"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("add", UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_member_leads_nowhere_and_costs_no_other(tmp_path: Path, add: Callable[[zipfile.ZipFile], None]) -> None:
    """The honest submission comes in; outside of the course nothing is made, inside it nothing but plain files and folders."""
    path, course = archive(tmp_path, add), tmp_path / "deep" / "course"
    course.mkdir(parents=True)
    before = {line for line in tree(tmp_path) if not line.startswith("deep/course/")}
    outcome = collect(path, course)
    assert ("honest", STAGE.id) in outcome.new
    assert (course / "submitted" / HONEST).read_text() == model()
    assert {line for line in tree(tmp_path) if not line.startswith("deep/course/")} == before
    assert all(line.endswith((f"{stat.S_IFREG:o}", f"{stat.S_IFDIR:o}")) for line in tree(course))
    assert not any("\x1b" in line for line in tree(course))


def test_more_files_than_any_class_hands_in_are_refused_whole(tmp_path: Path) -> None:
    def add(bundle: zipfile.ZipFile) -> None:
        for number in range(MAX_MEMBERS + 1):
            bundle.writestr(f"mallory/{number}", b"")

    path = archive(tmp_path, add)
    before = tree(tmp_path)
    with pytest.raises(UsageError, match="nothing was unpacked"):
        collect(path, tmp_path)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("before", ["Ada L_12_assignsubmission_file_/x/", "Ada L_12_assignsubmission_file_/", "ada/1-bptt/x/",
                                    "./ada/./1-bptt/"])
def test_slashes_in_a_row_lead_nowhere(tmp_path: Path, before: str) -> None:
    """What stands in front of an absolute path is taken off by the layout, or as the one folder around all."""
    inside, course = tmp_path / "outside" / STAGE.info.file, tmp_path / "course"
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(f"{before}{inside}", model())
    outcome = collect(path, course)
    assert len(outcome.new) == 1 and not inside.exists()
    assert len(list((course / "submitted").rglob(STAGE.info.file))) == 1


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_of_which_nothing_is_left_costs_that_submission_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(f"lovelaceada_12_345_{STAGE.info.file}", model())
        bundle.writestr(f"mallory_13_346_{name}", model())
    outcome = collect(path, tmp_path)
    assert outcome.new == [("lovelaceada_12", STAGE.id)]
    assert outcome.refused.keys() == {f"mallory_13_346_{name}"}


def test_a_bomb_is_left_in_the_archive_and_the_rest_is_taken(tmp_path: Path) -> None:
    def add(bundle: zipfile.ZipFile) -> None:
        bundle.writestr(f"mallory/{STAGE.id}/{STAGE.info.file}", bytes(MAX_MEMBER - 1))
        bundle.writestr(f"trudy/{STAGE.id}/{STAGE.info.file}", bytes(MAX_MEMBER + 1))

    outcome = collect(archive(tmp_path, add), tmp_path)
    assert outcome.new == [("honest", STAGE.id)]
    assert sum("bomb" in reason or "MiB" in reason for reason in outcome.refused.values()) == 2
    assert sum(path.stat().st_size for path in (tmp_path / "submitted").rglob("*") if path.is_file()) < 1 << 20


def test_a_member_larger_than_it_says_costs_that_submission_alone(tmp_path: Path) -> None:
    name = f"mallory/{STAGE.id}/{STAGE.info.file}"
    path = archive(tmp_path, lambda bundle: bundle.writestr(name, b"a" * 5000))
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.rindex(mark)
        data[place + at : place + at + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    outcome = collect(path, tmp_path)
    assert ("honest", STAGE.id) in outcome.new
    taken = tmp_path / "submitted" / "mallory" / STAGE.id / STAGE.info.file
    assert outcome.refused or (taken.exists() and taken.stat().st_size <= 10)


def test_an_archive_in_the_archive_leads_nowhere(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as bundle:
        bundle.writestr("../outside.py", "x")
        bundle.writestr("bptt.py", model())
    path = archive(tmp_path, lambda bundle: bundle.writestr(f"mallory/{STAGE.id}/all.zip", inner.getvalue()))
    outcome = collect(path, tmp_path)
    assert sorted(outcome.new) == [("honest", STAGE.id), ("mallory", STAGE.id)]
    assert any("leads out of the folder" in reason for reason in outcome.refused.values())
    assert not list(tmp_path.rglob("outside.py"))


def test_bombs_inside_bombs_cost_that_submission_alone(tmp_path: Path) -> None:
    """Zeros in a zip in a zip, a zip of many files, a gzip of zeros: bounded before they are unpacked."""
    zeros, many = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zeros, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("bptt.py", bytes(MAX_MEMBER - 1))
    with zipfile.ZipFile(many, "w") as bundle:
        for number in range(3000):
            bundle.writestr(f"{number}.py", b"")
    deep = zeros.getvalue()
    for _ in range(4):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w") as bundle:
            bundle.writestr("inner.zip", deep)
        deep = outer.getvalue()

    def add(bundle: zipfile.ZipFile) -> None:
        for name, data in (("zeros.zip", zeros.getvalue()), ("many.zip", many.getvalue()), ("deep.zip", deep),
                           ("x.py.gz", gzip.compress(bytes(MAX_MEMBER + 1)))):
            bundle.writestr(f"mallory-{name[0]}/{STAGE.id}/{name}", data)

    outcome = collect(archive(tmp_path, add), tmp_path)
    assert len(outcome.new) == 5 and len(outcome.refused) == 4
    assert {student for student, _ in outcome.questions} == {f"mallory-{letter}" for letter in "zmdx"}
    assert sum(path.stat().st_size for path in (tmp_path / "submitted").rglob("*") if path.is_file()) < 1 << 20


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.9], ids=str)
def test_a_broken_archive_is_told(tmp_path: Path, keep: float) -> None:
    path = archive(tmp_path, named("a/b.py"))
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if isinstance(keep, float) else keep])
    with pytest.raises(UsageError, match="not a zip"):
        collect(path, tmp_path)
