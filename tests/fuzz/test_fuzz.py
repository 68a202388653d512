"""The fuzzed functions under Hypothesis, and on the seeds that once mattered."""

from __future__ import annotations

import json
import resource
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.grade.names import is_usable, usable
from autograder.sandbox.wire import PREFIX
from autograder.stages import RELEASE
from tests.fuzz import targets

ANY = {"deadline": None, "max_examples": 100}
RELEASED = (RELEASE / targets.STAGE.id / f"{targets.STAGE.id}.ipynb").read_bytes()
atoms = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10)
anything: st.SearchStrategy[Any] = st.recursive(
    atoms,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(**ANY)
@given(st.lists(st.binary(max_size=40), max_size=4), st.binary(max_size=40))
def test_any_bytes_from_a_worker(headers: list[bytes], payload: bytes) -> None:
    data = b"".join(PREFIX.pack(len(header), len(payload)) + header + payload for header in headers)
    targets.read_messages(data)
    targets.read_messages(data + payload)
    for header in headers:
        targets.decode_header(header)


@settings(**ANY)
@given(st.binary(max_size=200))
def test_any_bytes_as_a_notebook(data: bytes) -> None:
    targets.repair_notebook(data)


def keys(*names: str) -> st.SearchStrategy[str]:
    """Names a notebook has, mostly."""
    return st.sampled_from(names) | st.text(max_size=5)


cells = st.dictionaries(
    keys("cell_type", "source", "metadata", "outputs", "attachments", "id", "input", "level"),
    anything
    | st.sampled_from(["code", "markdown", "raw", "heading"])
    | st.dictionaries(
        keys("nbgrader", "tags"),
        anything
        | st.dictionaries(
            keys("grade_id", "points", "solution", "task"),
            anything | st.sampled_from(["task_1_1", "task_1_2"]),
            max_size=4,
        ),
        max_size=2,
    ),
    max_size=6,
)


@settings(**ANY)
@given(
    st.dictionaries(
        keys("cells", "worksheets", "metadata", "nbformat", "nbformat_minor"),
        anything
        | st.integers(1, 5)
        | st.lists(cells | anything, max_size=4)
        | st.lists(st.fixed_dictionaries({"cells": st.lists(cells | anything, max_size=3)}), max_size=2),
        max_size=5,
    )
)
def test_any_json_as_a_notebook(content: dict) -> None:
    targets.repair_notebook(json.dumps(content).encode())


@settings(**ANY)
@given(st.data())
def test_a_notebook_with_anything_in_one_place(data: st.DataObject) -> None:
    content = json.loads(RELEASED)
    place: Any = content
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(anything)
            break
        place = place[key]
    targets.repair_notebook(json.dumps(content).encode())


names = st.sampled_from([b"bptt.py", b"1-bptt.ipynb", b"helper.py", b"bptt.py.txt", b"test_public.py"]) | st.binary(
    max_size=12
)
contents = st.binary(max_size=30) | st.sampled_from([b"link:bptt.py", b"link:/etc/passwd", b"pipe:", b"folder:"])


@settings(**ANY)
@given(st.lists(st.tuples(names, contents), max_size=5))
def test_any_folder_as_a_submission(files: list[tuple[bytes, bytes]]) -> None:
    targets.read_folder(b"\0".join(part.replace(b"\0", b"") for pair in files for part in pair))


parts = st.sampled_from(["ada", "1-bptt", "bptt.py", "bptt-1.py", "bptt (2).py", "submission_metadata.yml", "submission_1",
                         "lovelaceada_LATE_12_345_bptt.py", "Ada L_12_assignsubmission_file_", "..", "submitted", ""])


@settings(**ANY)
@given(
    st.lists(st.tuples(st.sampled_from("fdlpx"), st.lists(parts | st.text(max_size=6), min_size=1, max_size=4)), max_size=6),
    st.sampled_from([b"", b"submission_1:\n  :submitters:\n  - :sid: '12'\n", b"- *a", b"submission_1: 3"]),
)
def test_any_names_in_an_archive(members: list[tuple[str, list[str]]], content: bytes) -> None:
    listed = "\n".join(kind + "/".join(names).replace("\n", "").replace("\0", "") for kind, names in members)
    targets.read_names(listed.encode("utf-8", "replace") + b"\0" + content)


@settings(**ANY)
@example("·")
@example("a ·")
@given(st.text(max_size=12) | st.text("aä·.-_'’@, ()&\u200d\u0301", max_size=8))
def test_any_name_becomes_a_usable_one_or_none(name: str) -> None:
    found = usable(name)
    assert found == "" or (is_usable(found) and usable(found) == found)


@settings(**ANY)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_words_of_a_worker_about_an_exception(text: str, source: str) -> None:
    for said in (
        text,
        f"  work.py, line 1: {text}",
        f"  work.py, line 1, in {text}: {source}",
        f"  {text}.py, line 1: x",
    ):
        targets.check_trace(said.encode() + b"\0" + source.replace("\0", "").encode())


SEEDS = sorted(targets.SEEDS.glob("*/*"))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_seeds_that_mattered(seed: Any) -> None:
    data = seed.read_bytes()
    for target in (
        targets.read_messages,
        targets.decode_header,
        targets.check_trace,
        targets.repair_notebook,
        targets.repair_small,
        targets.read_folder,
        targets.read_archive,
        targets.read_names,
    ):
        target(data)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"[" * 1_000_000, id="lists"),
        pytest.param(b'{"a":' * 500_000, id="dicts"),
        pytest.param(b'{"cells": [' + b"{}," * 1_000_000 + b"{}]}", id="cells"),
        pytest.param(b'{"cells": [{"cell_type": "code", "outputs": [' + b"{}," * 1_000_000 + b"{}]}]}", id="outputs"),
        pytest.param(b'{"cells": [{"cell_type": "markdown", "source": [' + b'"[",' * 1_000_000 + b'""]}]}', id="lines"),
        pytest.param(b'{"worksheets": [{"cells": [' + b"{}," * 100_000 + b'{}]}], "nbformat": 3}', id="older"),
        pytest.param(b'{"nbformat": ' + b"9" * 1_000_000 + b"}", id="number"),
    ],
)
def test_a_large_notebook_takes_seconds_and_little_memory(content: bytes) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    targets.repair(content, targets.STAGE.id)
    assert time.process_time() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 << 10
