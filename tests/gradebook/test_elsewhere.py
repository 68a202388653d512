"""A gradebook that is not gradebook.db, named in the course's own nbgrader_config.py.

COURSE_DB_URL names the database; `.ci/postgresql` runs these tests with a server of its own. Without it, the database is another
file of SQLite.
"""

import csv
import os
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import MetaData, create_engine

from autograder.doctor import BAD, OK, examine
from autograder.errors import InfrastructureError, UsageError
from autograder.gradebook.config import load_config
from autograder.gradebook.unchanged import is_elsewhere
from autograder.lms.export import write_export
from tests.classroom import SOLUTION, STAGE, grade, hand_in, with_function

CONFIG = '''
from pathlib import Path

from autograder.course_config import configure

c = get_config()
configure(c, Path(__file__).parent)
c.CourseDirectory.db_url = "{url}"
'''
WRONG = with_function("def dz_dh(W_y):\n    return 2 * W_y\n")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two graded students, and a mark given by hand to one of them."""
    course = tmp_path_factory.mktemp("course")
    url = os.environ.get("COURSE_DB_URL") or f"sqlite:///{tmp_path_factory.mktemp('elsewhere')}/marks.db"
    (course / "nbgrader_config.py").write_text(CONFIG.format(url=url))
    hand_in(course, "ada")
    hand_in(course, "bob", WRONG)
    drop(course)
    assert not grade(course).failed
    with Gradebook(address_of(course)) as book:
        mark = next(grade for grade in book.find_submission(STAGE.id, "bob").notebooks[0].grades if grade.name == "task_1_1")
        mark.manual_score = 3.5
        book.db.commit()
    return course


def address_of(course: Path) -> str:
    return str(load_config(course).CourseDirectory.db_url)


def drop(course: Path) -> None:
    """All tables, as somebody does who begins again."""
    engine = create_engine(address_of(course))
    tables = MetaData()
    tables.reflect(engine)
    tables.drop_all(engine)
    engine.dispose()


def totals(course: Path) -> dict[str, str]:
    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: row["total"] for row in csv.DictReader(file)}


def test_marks_are_in_the_database_that_was_named_and_nowhere_else(course: Path) -> None:
    assert not (course / "gradebook.db").exists()
    with Gradebook(address_of(course)) as book:
        assert {submission.student.id for submission in book.assignment_submissions(STAGE.id)} == {"ada", "bob"}
    assert [(finding.status, finding.said) for finding in examine(course) if finding.what == "gradebook.db"] == [
        (OK, "the database that nbgrader_config.py names is well")]


def test_a_second_run_keeps_a_mark_given_by_hand_and_enters_nobody_again(course: Path) -> None:
    before = totals(course)
    outcome = grade(course)
    assert not outcome.failed and not outcome.work.todo
    after = totals(course)
    assert after["ada"] == before["ada"] == "80" and float(after["bob"]) == float(before["bob"]) - 1.5


def test_exports_are_made_from_it(course: Path) -> None:
    write_export(course, "csv")
    with open(course / "exports" / "csv.csv", encoding="utf-8-sig", newline="") as file:
        assert {row["student"]: row[STAGE.id] for row in csv.DictReader(file)} == totals(course)


def test_a_database_that_was_emptied_gets_all_marks_of_the_tests_again(course: Path) -> None:
    before = totals(course)
    drop(course)
    grade(course)
    assert totals(course)["ada"] == before["ada"] and float(totals(course)["bob"]) == float(before["bob"]) + 1.5


def test_one_that_cannot_be_reached_stops_everything_before_anything_is_changed(course: Path, tmp_path: Path) -> None:
    config, tables = (course / "nbgrader_config.py").read_text(), (course / "grades.csv").read_bytes()
    for url in (f"sqlite:///{tmp_path}/nowhere/marks.db", "postgresql+nodriver://kit:secret@localhost/course", "no address"):
        (course / "nbgrader_config.py").write_text(CONFIG.format(url=url))
        for command in (grade, lambda course: write_export(course, "csv")):
            with pytest.raises(InfrastructureError, match="cannot be reached; nothing was changed") as caught:
                command(course)
            assert "secret" not in str(caught.value) and "put db_url right" in str(caught.value)
        assert [finding.status for finding in examine(course) if finding.what == "gradebook.db"] == [BAD]
        assert (course / "grades.csv").read_bytes() == tables
    (course / "nbgrader_config.py").write_text(config)


@pytest.mark.parametrize(("line", "elsewhere"), {
    'c.CourseDirectory.db_url = f"sqlite:///{Path(__file__).parent}/gradebook.db"': False,
    'c.CourseDirectory.db_url = "sqlite:///gradebook.db"': False,
    'print("db_url")': False,
    'setattr(c.CourseDirectory, "db_url", "sqlite:////srv/marks.db")': True,
    'c["CourseDirectory"]["db_url"] = "postgresql://db/course"': True,
    'c.CourseDirectory.db_url = "no address"': True,
}.items())
def test_what_counts_is_the_database_and_not_how_the_configuration_names_it(tmp_path: Path, line: str, elsewhere: bool) -> None:
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.partition("c.CourseDirectory")[0] + line + "\n")
    assert is_elsewhere(tmp_path) == elsewhere


def test_a_course_that_names_none_has_no_gradebook_before_it_is_graded(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", SOLUTION)
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.replace("c.CourseDirectory", "# c.CourseDirectory"))
    with pytest.raises(UsageError, match="there is no gradebook in"):
        write_export(tmp_path, "csv")
