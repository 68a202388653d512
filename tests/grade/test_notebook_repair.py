"""Twenty points that nobody may lose in silence: what is left of a notebook, whatever became of the file."""

import base64
import copy
import io
import json
import resource
import time

import nbformat
import numpy as np
import pytest
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from nbgrader.utils import compute_checksum
from PIL import Image, ImageStat

from autograder.checks.update import hash_of_cell
from autograder.grade import notebook_pictures
from autograder.grade import released as released_module
from autograder.grade.notebook import NOTE, may_be_elsewhere, released, repair
from autograder.grade.notebook_reading import read_cells
from autograder.grade.notebook_size import LARGE, reduced
from autograder.grade.pictures import MAX_BYTES, SMALL_BYTES, showable, sides
from autograder.gradebook.answers import answers
from autograder.stages import RELEASE
from tests.classroom import STAGE, notebook
from tests.graded_class import code

S = STAGE.id
ANSWER = "By the chain rule, ∂L/∂W is a sum over k; größer als nichts."
PROMPT = "*Your answer to task"


def answered(text=ANSWER, **more):
    """The released notebook with an answer in the place for it."""
    content = notebook()
    place = next(cell for cell in content["cells"] if "".join(cell["source"]).startswith(PROMPT))
    place.update({"source": text, **more})
    return content


def below_the_task(data, pictures=(), beside=()):
    """The texts between the written task and the next cell that was handed out, as the marker sees them; and the notes."""
    repaired, notes = repair(data if isinstance(data, bytes) or data is None else json.dumps(data).encode(), S, pictures, beside)
    nbformat.validate(repaired)
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in repaired.cells]
    assert sorted(filter(None, names)) == sorted(
        filter(None, (cell.metadata.get("nbgrader", {}).get("grade_id") for cell in released(S).cells))
    )
    at = names.index("task_1_8")
    found = []
    for cell in repaired.cells[at + 1 :]:
        if cell.source.startswith("## What you have now"):
            break
        found.append(cell)
    return found, notes


def texts(cells):
    return "\n".join(cell.source for cell in cells)


def of_an_earlier_release(content):
    """The same handed in with a notebook whose task had another text and other points, as nbgrader made it."""
    content = copy.deepcopy(content)
    for cell in content["cells"]:
        plan = cell["metadata"].get("nbgrader", {})
        if plan.get("grade_id") in ("task_1_7", "task_1_8"):
            if plan["task"]:
                cell["source"] = "### Task 1.8 as it was asked before\n\nWith another hint."
            plan["points"] = plan["points"] + 1
            plan["checksum"] = compute_checksum(nbformat.from_dict(cell | {"source": "".join(cell["source"])}))
        elif "released" in cell["metadata"] and not "".join(cell["source"]).startswith(ANSWER):
            cell["source"] = "".join(cell["source"]) + "\n# as it was"
            cell["metadata"]["released"] = hash_of_cell(cell)
    return content


def test_a_notebook_of_an_earlier_release_has_the_same_answers():
    """The old text of a task is no answer, nor is it the student's change; what a student wrote into the old cell is both."""
    for content in (notebook(), answered()):
        new, old = (repair(json.dumps(one).encode(), S) for one in (content, of_an_earlier_release(content)))
        assert answers(old[0], S)["task_1_8"].key == answers(new[0], S)["task_1_8"].key and new[1] == ()
        assert old[1] == ("the notebook is one of another release; the assignment's own cells are shown as they are now",)
        marked = [[cell.source for cell in one.cells if cell.metadata.get("nbgrader")] for one, _ in (old, new)]
        assert marked[0] == marked[1] and not any("as it was" in cell.source for cell in old[0].cells)
    content = of_an_earlier_release(notebook())
    task = next(cell for cell in content["cells"] if cell["metadata"].get("nbgrader", {}).get("task"))
    task["source"] += f"\n\n{ANSWER}"
    repaired, notes = repair(json.dumps(content).encode(), S)
    assert answers(repaired, S)["task_1_8"].key and any("what was written in it follows below it" in note for note in notes)
    content = of_an_earlier_release(notebook())
    for cell in content["cells"]:
        if plan := cell["metadata"].get("nbgrader"):
            original = next(one for one in released(S).cells
                            if one.metadata.get("nbgrader", {}).get("grade_id") == plan["grade_id"])
            plan |= {name: value for name, value in original.metadata.nbgrader.items() if name != "checksum"}
    _, notes = repair(json.dumps(content).encode(), S)
    assert not any("other points, settings" in note for note in notes)


def forget_what_is_cached():
    for cached in (released_module.released_notebook, repair):
        cached.cache_clear()


@pytest.fixture
def remembered(monkeypatch):
    """The kit remembers the release that `of_an_earlier_release` is of."""
    cells = of_an_earlier_release(notebook())["cells"]
    monkeypatch.setattr(released_module, "manifest", lambda folder: {"earlier": [hash_of_cell(cell) for cell in cells]})
    forget_what_is_cached()
    yield
    forget_what_is_cached()


def trimmed(content):
    """As an editor writes it that drops blanks and makes tables neat."""
    for cell in content["cells"]:
        cell["source"] = "\n".join(line.rstrip().replace("|", "  | ") if line.startswith("|") else line.rstrip()
                                   for line in "".join(cell["source"]).splitlines())
    return content


EDITED = {"whole": lambda content: content, "trimmed": trimmed, "stripped": lambda content: without_metadata(trimmed(content))}
TABLE = "| step | factor |\n|---|---|\n| 1 | $W_h$ |"


def doubled(content):
    """Every cell twice, as after a merge that somebody resolved by keeping both."""
    content["cells"] = [copy.deepcopy(cell) for cell in content["cells"] for _ in range(2)]
    return content


def marked_key(content):
    repaired, notes = repair(json.dumps(content).encode(), S)
    nbformat.validate(repaired)
    names = [name for cell in repaired.cells if (name := cell.metadata.get("nbgrader", {}).get("grade_id"))]
    assert len(names) == len(set(names)) and not any("was as" in cell.source for cell in repaired.cells)
    return answers(repaired, S)["task_1_8"].key, notes


@pytest.mark.parametrize("edited", EDITED.values(), ids=EDITED)
@pytest.mark.parametrize("again", [lambda content: content, doubled], ids=["once", "doubled"])
@pytest.mark.parametrize("release", [lambda content: content, of_an_earlier_release], ids=["this release", "an earlier one"])
@pytest.mark.parametrize("answer", [None, ANSWER, f"{ANSWER}\n\n{TABLE}"], ids=["none", "text", "table"])
def test_what_nobody_meant_to_change_is_no_change(remembered, edited, again, release, answer):
    """A mark keeps its answer, and a missing answer waits for nobody, whatever an editor or a merge made of the cells."""
    content = notebook() if answer is None else answered(answer)
    key, notes = marked_key(edited(again(release(copy.deepcopy(content)))))
    assert key == marked_key(content)[0] and bool(key) == bool(answer)
    told = ("the notebook is one of another release", "what nbgrader keeps in the cells was gone")
    assert all(note.startswith(told) for note in notes) and len(notes) <= 2
    assert any(note.startswith(told[0]) for note in notes) == (release is of_an_earlier_release)


def test_cells_that_a_cut_took_had_not_been_deleted():
    """The file ends before they come, or begins after them: that is said, and nothing else."""
    text = pretty(notebook())
    for part in (text[: text.index('check(\\"1.3\\")')], text[text.index('check(\\"1.3\\")'):]):
        notes = repair(part.encode(), S)[1]
        assert "what could be read of it was kept" in notes[0]
        assert not any(word in note for note in notes for word in ("deleted", "changed", "settings"))


def without_metadata(content):
    """As Deepnote and Colab write it: no metadata in the cells, blanks at the ends of lines gone."""
    for cell in content["cells"]:
        cell["metadata"] = {"id": "x"}
        cell["source"] = "\n".join(line.rstrip() for line in "".join(cell["source"]).splitlines())
    return content


def pretty(content):
    return json.dumps(content, indent=1, ensure_ascii=False)


def with_conflict():
    """Two branches merged by git without anybody looking."""
    ours, theirs = (pretty(answered(text)).splitlines() for text in (ANSWER, "Another derivation."))
    lines = []
    for one, other in zip(ours, theirs, strict=True):
        lines += [one] if one == other else ["<<<<<<< HEAD", one, "=======", other, ">>>>>>> feature"]
    return "\n".join(lines).encode()


def cut():
    """The file ends in the middle of the answer."""
    text = pretty(answered(ANSWER + " And more."))
    return text[: text.index(" And more") + 4].encode()


DAMAGED = {
    "utf-16": (pretty(answered()).encode("utf-16"), "it was saved as UTF-16"),
    "utf-16 without a mark": (pretty(answered()).encode("utf-16-le"), "it was saved as UTF-16"),
    "utf-8 with a mark": (pretty(answered()).encode("utf-8-sig"), None),
    "conflict": (with_conflict(), "conflict marks of a merge"),
    "cut": (cut(), "it is damaged; what could be read of it was kept"),
    "a comma too many": (pretty(answered()).replace('"cells": [', '"cells": [,', 1).encode(), "it is damaged"),
    "half a character": (json.dumps(answered()).replace("Derive BPTT", "Derive \\ud800 BPTT", 1).encode(), None),
    "NaN": (json.dumps(answered()).replace('"metadata": {}', '"metadata": {"x": NaN}').encode(), None),
    "utf-32": (pretty(answered()).encode("utf-32"), "it was saved as UTF-32"),
    "utf-32 without a mark": (pretty(answered()).encode("utf-32-be"), "it was saved as UTF-32"),
    "a few bytes damaged": (pretty(answered()).encode().replace(b"Derive", b"Derive \xff", 1), "with damaged characters"),
    "a line before it": (b"Downloaded by me\n" + pretty(answered()).encode(), "it does not begin as a notebook does"),
    "the head lost": (pretty(answered()).encode()[1000:], "it does not begin as a notebook does; what could be read"),
    "inside of something else": (json.dumps({"notebook": answered()}).encode(), None),
    "the list of cells alone": (json.dumps(answered()["cells"]).encode(), "it does not begin as a notebook does"),
    "a conflict left half": (
        pretty(answered()).replace('   "metadata"', '<<<<<<< HEAD\n   "metadata"', 1).encode(), "it is damaged"),
    "zeros at the end": (pretty(answered()).encode() + bytes(4000), "it is damaged"),
    "two in one file": (2 * pretty(answered()).encode(), "it is damaged"),
    "a cell of nothing": (pretty({**answered(), "cells": [None, *answered()["cells"]]}).encode(), "it is damaged"),
    "no metadata": (json.dumps(without_metadata(answered())).encode(), "they were known by their text"),
    "format 3": (
        json.dumps(
            {
                "nbformat": 3,
                "nbformat_minor": 0,
                "metadata": {},
                "worksheets": [
                    {
                        "cells": [
                            {
                                ("input" if key == "source" and cell["cell_type"] == "code" else key): value
                                for key, value in cell.items()
                            }
                            for cell in answered()["cells"]
                        ]
                    }
                ],
            }
        ).encode(),
        None,
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_the_answer_is_there_and_the_marker_reads_what_was_wrong(name):
    """The answer stands below its task; one note says what happened, on the page and beside the mark."""
    data, words = DAMAGED[name]
    cells, notes = below_the_task(data)
    assert ANSWER in texts(cells)
    assert len([note for note in notes if "deleted" in note]) == 0
    if words:
        assert any(words in note for note in notes), notes
        assert cells[0].metadata[NOTE] and words.split(" (")[0] in cells[0].source
    if name == "conflict":
        assert "Another derivation." in texts(cells)


@pytest.mark.parametrize("begin, end", [("=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ==="), ("### BEGIN MARK SCHEME", ""),
                                        ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"), ("### BEGIN HIDDEN TESTS", "")])
def test_regions_of_nbgrader_in_a_students_cells_are_text(begin, end):
    """nbgrader neither cuts the answer out nor fails on it."""
    written = nbformat.reads(pretty(answered(f"{begin}\nMy answer.\n{end}")), 4)
    written.cells += [nbformat.v4.new_code_cell(f"{begin}\nx = 1\n{end}")]
    notebook, notes = repair(nbformat.writes(written).encode(), "1-bptt")
    notebook, resources = nbformat.from_dict(notebook), {"nbgrader": {}}
    for step in (ClearHiddenTests(), ClearMarkScheme()):
        notebook, resources = step.preprocess(notebook, resources)
    assert any("My answer." in cell.source for cell in notebook.cells) and notes == ()
    assert any("x = 1" in cell.source for cell in notebook.cells)


def test_windows_letters_are_kept():
    data = json.dumps(answered("Größer als nichts, süß."), ensure_ascii=False).replace("∂", "d").encode("cp1252", "replace")
    cells, notes = below_the_task(data)
    assert "Größer als nichts, süß." in texts(cells) and any("Windows-1252" in note for note in notes)


def test_forty_megabytes_of_outputs_cost_nothing():
    """They are dropped before anything is built of them; the answer and the metadata are as they were."""
    content = answered()
    plots = {"application/vnd.plotly.v1+json": {"data": [[1.5, {}]] * 300_000}, "text/html": "<div>" * 7_000_000}
    next(cell for cell in content["cells"] if cell["cell_type"] == "code")["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": plots}
    ]
    data = json.dumps(content).encode()
    assert len(data) > 36 << 20
    small, notes = reduced(data)
    assert len(small) < LARGE and not notes
    cells, notes = below_the_task(small)
    assert ANSWER in texts(cells) and notes == ()


def hostile(piece, count):
    """A notebook whose metadata holds many small objects."""
    content = answered()
    cell = next(cell for cell in content["cells"] if cell["metadata"].get("nbgrader"))
    cell["metadata"]["nbgrader"]["x"] = "@@"
    return json.dumps(content).replace('"@@"', "[" + ",".join([piece] * count) + "]").encode()


@pytest.mark.parametrize(
    "data",
    [
        hostile('{"":{}}', 500_000),
        hostile('{"":{}}', 500_000)[:-50],
        hostile("[]", 1_000_000),
        b'{"cells":[' + b",".join([b"{}"] * 1_000_000) + b"]}",
        b'{"cells":' + b"[" * 2_000_000,
        b'{"cells":[{"cell_type":"markdown","source":[' + b",".join([b'""'] * 1_000_000) + b"]}]}",
        b'{"cells":[' + b",".join([b'{"cell_typ\\u0065":"raw"}'] * 500_000) + b"]}",
    ],
    ids=["metadata", "metadata, cut", "lists", "no cells", "deep", "strings", "escaped keys"],
)
def test_a_notebook_that_is_made_to_be_large_takes_neither_time_nor_memory(data):
    """Megabytes of nothing: seconds, and not much more memory than the file."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    read_cells(data)
    assert time.process_time() - started < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 << 10


def test_the_notebook_of_another_assignment_is_called_that():
    """One note, not one for each of its cells; a person looks whether the answer is there."""
    data = (RELEASE / "2-vanishing" / "2-vanishing.ipynb").read_bytes()
    _, notes = below_the_task(data)
    assert notes == (f"{S}.ipynb is the notebook of 2-vanishing: what was written for {S} is not in it",)
    assert may_be_elsewhere(notes)


@pytest.mark.parametrize("data, words", [
    (b"", "it is empty"), (b" \n\n", "it is empty"), (bytes(999), "it has only bytes of 0 in it"),
    (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "it has no cells"),
])
def test_a_notebook_that_lost_its_content_is_looked_at_by_a_person(data, words):
    """Not one without an answer."""
    _, notes = below_the_task(data)
    assert notes[0].startswith(f"{S}.ipynb could not be read ({words});") and may_be_elsewhere(notes)


def test_the_words_of_a_student_are_no_doubt_of_the_graders():
    """A picture may be called as a note on a damaged notebook reads."""
    content = answered()
    content["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": "![it is damaged](it is damaged.png)"}]
    _, notes = below_the_task(json.dumps(content).encode())
    assert any("it is damaged" in note for note in notes) and not may_be_elsewhere(notes)


def test_an_answer_stays_beside_its_mark_where_the_tasks_were_deleted():
    content = answered()
    content["cells"] = [cell for cell in content["cells"] if not cell["metadata"].get("nbgrader")]
    cells, notes = below_the_task(content)
    assert (
        ANSWER in texts(cells) and "cells task_1_1, task_1_2, task_1_3 and 5 more had been deleted; they were put back" in notes
    )


def test_a_changed_task_without_metadata_is_known_by_its_heading():
    content = without_metadata(answered())
    task = next(cell for cell in content["cells"] if "### Task 1.8" in cell["source"])
    task["source"] += "\n\n" + "My derivation, written into the question."
    cells, notes = below_the_task(content)
    assert ANSWER in texts(cells) and "written into the question" in texts(cells)
    assert not any("deleted" in note for note in notes)


def picture(kind="PNG", size=(40, 30), **more):
    out = io.BytesIO()
    image = Image.effect_noise(size, 80) if more.pop("noise", False) else Image.new("RGB", size, "white")
    image.save(out, kind, **more)
    return out.getvalue()


def b64(data):
    return base64.b64encode(data).decode()


def shown_in(cells):
    """The pictures that a page would show of these cells."""
    return [
        base64.b64decode(content)
        for cell in cells
        for name, kinds in cell.get("attachments", {}).items()
        if f"attachment:{name}" in cell.source
        for content in kinds.values()
    ]


PHOTO = picture("JPEG", (3000, 4000), noise=True, quality=90)


@pytest.mark.parametrize(
    "text, attachments",
    [
        (f"See ![my photo](data:image/png;base64,{b64(picture())}) here", {}),
        (f'See <img alt="p" src="data:image/jpeg;base64,{b64(PHOTO)}" width="400"/> here', {}),
        (f"![][image1]\n\n[image1]: <data:image/png;base64,{b64(picture())}>", {}),
        ("![p](attachment:a.png)", {"a.png": {"image/png": b64(picture())}}),
        ("![p](attachment:my%20photo.jpg)", {"my photo.jpg": {"image/jpeg": b64(PHOTO)}}),
        ("![p](attachment:a.gif)", {"a.gif": {"image/gif": b64(picture("GIF"))}}),
        ("![p](attachment:a.webp)", {"a.webp": {"image/webp": b64(picture("WEBP"))}}),
        ("![p](attachment:a.bmp)", {"a.bmp": {"image/bmp": b64(picture("BMP"))}}),
        ("![p](attachment:a.tiff)", {"a.tiff": {"image/tiff": b64(picture("TIFF"))}}),
        (f"[p](data:image/png;base64,{b64(picture())})", {}),
        (f"data:image/png;base64,{b64(picture())}", {}),
        (f"<img src=data:image/png;base64,{b64(picture())}>", {}),
        ("![p](attachment:a.jpg)", {"a.jpg": {"image/jpg": b64(picture("JPEG"))}}),
        ("![p](attachment:a.png)", {"a.png": {"application/octet-stream": b64(picture())}}),
        ("its line was lost", {"a.png": {"image/png": b64(picture())}}),
    ],
    ids=["in the text", "in html, a photo", "by reference", "pasted", "pasted photo", "gif", "webp", "bmp", "tiff",
         "a link", "bare", "no quotes", "image/jpg", "no type", "line lost"],
)
def test_every_picture_of_an_answer_is_shown(text, attachments):
    """As PNG or JPEG, scaled to what a page takes, and the text around it is short."""
    cells, notes = below_the_task(
        answered(f"{ANSWER} {text}", attachments=attachments) if attachments else answered(f"{ANSWER} {text}")
    )
    (image,) = shown_in(cells)
    assert len(image) <= MAX_BYTES and image[:3] in (b"\x89PN", b"\xff\xd8\xff") and notes == ()
    assert ANSWER in texts(cells) and "base64" not in texts(cells)


def test_pictures_beside_the_notebook_are_shown_where_it_asks_for_them_or_at_the_answer():
    beside = (("img/Derivation.PNG", picture()), ("photo.jpg", PHOTO))
    cells, notes = below_the_task(answered(f"{ANSWER}\n\n![d](img/derivation.png)"), beside)
    assert len(shown_in(cells)) == 2 and "photo.jpg" in texts(cells).replace("\\", "") and notes == ()
    cells, notes = below_the_task(None, beside)
    assert len(shown_in(cells)) == 2


@pytest.mark.parametrize(
    "text, words",
    [
        ("![p](gone.png)", "the picture gone.png is missing"),
        ("![p](attachment:gone.png)", "the picture gone.png is missing"),
        ("![p](https://example.org/x.png)", "a picture on the web was not shown: https://example.org/x.png"),
        (f"![p](data:image/svg+xml;base64,{b64(b'<svg/>')})", "cannot be shown here (svg)"),
        (f"![p](data:image/heic;base64,{b64(b'1234ftypheic')})", "cannot be shown here (heic)"),
        (f"![p](data:image/png;base64,{b64(b'no picture')})", "cannot be shown here (unknown kind)"),
    ],
)
def test_what_cannot_be_shown_is_named(text, words):
    """In the answer, on the page, and in the note beside the mark."""
    cells, notes = below_the_task(answered(f"{ANSWER} {text}"))
    assert any(words in note for note in notes), notes
    assert ANSWER in texts(cells) and "*[" in texts(cells) and cells[0].metadata[NOTE]


def test_a_scan_handed_in_beside_the_notebook_is_pointed_out():
    cells, notes = below_the_task(answered(), (), ("derivation.pdf",))
    assert notes == ("derivation.pdf was handed in too: read it for the written tasks",) and "derivation.pdf" in cells[0].source
    assert may_be_elsewhere(notes)


def test_a_picture_that_a_students_cell_shows_is_shown_and_those_of_the_assignment_are_not():
    content = answered()
    output = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": b64(picture())}}]
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = copy.deepcopy(output)
    place = next(i for i, cell in enumerate(content["cells"]) if cell["source"] == ANSWER)
    content["cells"].insert(place + 1, code("display(Image('photo.jpg'))", outputs=output))
    cells, _ = below_the_task(content)
    assert len(shown_in(cells)) == 1
    handed_out = shown_in(released(S).cells)
    assert len(shown_in(repair(json.dumps(content).encode(), S)[0].cells)) == 1 + len(handed_out)


def test_a_picture_pasted_into_a_cell_that_was_split_is_found():
    content = answered(f"{ANSWER} ![p](attachment:a.png)")
    pasted = {"a.png": {"image/png": b64(picture())}}
    content["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "x", "attachments": pasted})
    cells, notes = below_the_task(content)
    assert len(shown_in(cells)) == 1 and notes == ()


@pytest.mark.parametrize("kind, content, words", [("image/gif", b64(picture("GIF")), None), ("image/svg+xml", "<svg/>", "(svg)")])
def test_other_pictures_that_a_students_cell_shows_are_shown_or_named(kind, content, words):
    notebook_of = answered()
    place = next(i for i, cell in enumerate(notebook_of["cells"]) if cell["source"] == ANSWER)
    output = {"output_type": "display_data", "metadata": {}, "data": {kind: content}}
    notebook_of["cells"].insert(place + 1, code("show()", outputs=[output]))
    cells, notes = below_the_task(notebook_of)
    assert len(shown_in(cells)) == (0 if words else 1) and (any(words in note for note in notes) if words else not notes)


def test_cells_of_two_assignments_are_one_note():
    content = answered()
    content["cells"] += json.loads((RELEASE / "2-vanishing" / "2-vanishing.ipynb").read_bytes())["cells"]
    cells, notes = below_the_task(content)
    assert ANSWER in texts(cells) and sum("none of the assignment's" in note for note in notes) == 1 and len(notes) < 3


def test_a_picture_that_says_it_is_enormous_is_not_opened():
    """A small file that unpacks to gigabytes: refused by its head, in a process of its own."""
    bomb = bytearray(picture("PNG", (10, 10)))
    bomb[16:24] = (60_000).to_bytes(4) + (60_000).to_bytes(4)
    assert sides(bytes(bomb)) == (60_000, 60_000) and not showable(bytes(bomb))
    _, notes = below_the_task(answered(f"![p](data:image/png;base64,{b64(bytes(bomb))})"))
    assert any("(png, 60000 x 60000 pixels)" in note for note in notes)


def grey_ramp(mode, kind):
    """A scan with more than 8 bits a pixel, black at the left and white at the right."""
    values = np.tile(np.linspace(0, 65535, 300), (20, 1))
    out = io.BytesIO()
    Image.fromarray(values.astype(mode)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("mode, kind", [("uint16", "TIFF"), (">u2", "TIFF"), ("float32", "TIFF"), ("int32", "TIFF")])
def test_a_scan_of_16_bits_is_not_shown_white(mode, kind):
    made = showable(grey_ramp(mode, kind))
    with Image.open(io.BytesIO(made.data)) as image:
        assert abs(ImageStat.Stat(image.convert("L")).mean[0] - 127) < 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_was_cut_off_is_named_not_shown_broken(kind):
    whole = picture(kind, (60, 60), noise=True)
    text = f"{ANSWER} ![p](data:image/png;base64,{b64(whole[: len(whole) // 2])})"
    cells, notes = below_the_task(answered(text))
    assert not shown_in(cells) and any(f"cannot be shown here ({kind.lower()}, cut off)" in note for note in notes)


def test_very_many_pictures_cost_a_page_and_the_grader_only_so_much(monkeypatch):
    """The first are shown as they are, those after them smaller; what cannot be read is not tried for ever."""
    one = picture("PNG", (340, 340), noise=True)
    made = [one + bytes(n) for n in range(12)]
    texts_of = "\n\n".join(f"![p](data:image/png;base64,{b64(one)})" for one in made)
    monkeypatch.setattr(notebook_pictures, "MAX_SHOWN", 3 * len(one))
    monkeypatch.setattr(notebook_pictures, "MAX_TRIES", 5)
    cells, notes = below_the_task(answered(texts_of))
    sizes = [len(one) for one in shown_in(cells)]
    assert len(sizes) == 8 and sum(size > SMALL_BYTES for size in sizes) == 3
    assert sum("there are too many to show" in note for note in notes) == 1
    broken = [picture("GIF", (40, 30))[:20] + bytes([n]) for n in range(20)]
    images = notebook_pictures.Pictures({f"{n}.gif": one for n, one in enumerate(broken)})
    images.page_of(images.left())
    assert images.tries == 5 and not images.count


@pytest.mark.parametrize(
    "text",
    ["![](data:" * 20_000, "<img src='" * 20_000, "![" * 50_000, "![a](b " * 20_000, "[a]: <data:image/png;base64," * 20_000],
)
def test_text_made_to_be_slow_is_not(text):
    started = time.process_time()
    below_the_task(answered(text))
    assert time.process_time() - started < 10


def test_the_same_bytes_give_the_same_notebook():
    data = json.dumps(answered(f"{ANSWER} ![p](data:image/jpeg;base64,{b64(PHOTO)})")).encode()
    first, again = (nbformat.writes(repair.__wrapped__(data, S)[0]) for _ in range(2))
    assert first == again


def test_a_note_is_no_part_of_an_answer():
    """A mark given by hand belongs to what the student wrote; an answer that was not written waits for nobody."""
    from autograder.gradebook.answers import answers

    def key(content):
        return answers(repair(json.dumps(content).encode(), S)[0], S)["task_1_8"].key

    assert key(answered()) == key(without_metadata(answered())) != ""
    assert key(without_metadata(notebook())) == ""


@pytest.mark.parametrize("place", ["above the task", "on top, by its number", "in the place of the heading"])
def test_a_short_answer_elsewhere_is_an_answer(place):
    """A student moved the cell, or wrote the answer under a heading of their own; a note that is neither is none."""
    from autograder.gradebook.answers import answers

    def key(content):
        return answers(repair(json.dumps(content).encode(), S)[0], S)["task_1_8"].key

    content, short = notebook(), "By the chain rule, a sum over all paths."
    task = next(i for i, cell in enumerate(content["cells"])
                if cell["metadata"].get("nbgrader", {}).get("grade_id") == "task_1_8")
    mine = {"cell_type": "markdown", "metadata": {}, "id": "mine", "source": short}
    content["cells"].insert(0, mine)
    assert key(content) == ""
    task += 1
    if place == "above the task":
        content["cells"].insert(task, content["cells"].pop(task + 1) | {"source": short})
    elif place == "on top, by its number":
        mine["source"] = f"# Ada, 4711\n\n1.8: {short}"
    else:
        mine["source"] = f"## Task 1.8\n\n{short}"
    assert key(content) != ""
