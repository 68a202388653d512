"""Every layout that docs/ta.md names has a sample that is really collected, and nothing here points to a test that is gone."""

import re
from pathlib import Path

import pytest

from autograder.stages import KIT
from tests.lms import test_collect, test_formats, test_lost_work, test_variants

# By the row of docs/ta.md: the samples of test_formats and test_variants, and tests of other modules.
ROWS = {
    "Canvas": ["canvas", "canvas, names hidden", "canvas, a group with a number", "canvas, a file with numbers",
               "canvas, a text typed in", "canvas, one name and two ids", "canvas, anonymous and late",
               "canvas, groups with numbers", "canvas, zips of students", test_lost_work.test_in_canvas_too],
    "Moodle": ["moodle, folders", "moodle, flat", "moodle, blind", "moodle, teams", test_collect.test_moodle,
               test_lost_work.test_who_only_typed_a_text_is_listed_and_the_text_is_kept],
    "Gradescope": [test_collect.test_gradescope,
                   test_formats.test_two_people_with_one_sid_have_a_folder_each_and_who_has_no_files_is_named],
    "Blackboard": ["blackboard"],
    "Brightspace": ["brightspace", "brightspace, flat"],
    "ILIAS": ["ilias", "ilias, teams"],
    "Google Classroom": ["google classroom"],
    "GitHub Classroom": ["github classroom"],
    "nbgrader's exchange": ["nbgrader's exchange"],
    "folders": ["student and stage", "class, student and stage", "stage and student", "student", "class and student", "flat",
                "flat in a folder", test_lost_work.test_a_flat_download_takes_whom_it_can_and_says_what_to_do_about_the_rest],
    "any other": [test_formats.test_any_other_layout_by_a_pattern],
}
SAMPLES = test_formats.LAYOUTS.keys() | test_variants.LAYOUTS.keys()


def test_every_row_of_the_table_is_here():
    text = (Path(KIT) / "docs/ta.md").read_text(encoding="utf-8")
    table = text.partition("| from | layout |")[2].partition("\n\n")[0]
    named = set(re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE)) - {"---"}
    assert named == ROWS.keys() - {"any other"} and "MAP='" in text


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_a_sample_that_is_there(row):
    assert ROWS[row] and all(callable(sample) or sample in SAMPLES for sample in ROWS[row])
