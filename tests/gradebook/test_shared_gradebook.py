"""One gradebook for many submissions: each is in it as a whole or not at all, and the file is free in between."""

import shutil
import sqlite3

import pytest
from nbgrader.api import Gradebook, get_alembic_version
from sqlalchemy import event, insert
from traitlets.config import Config

from autograder.course_config import configure
from autograder.gradebook import marks
from autograder.gradebook.answers import NOTHING
from autograder.gradebook.marks import read_marks
from autograder.gradebook.shared_gradebook import ANSWERS, gradebook, rows_of


@pytest.fixture
def url(tmp_path):
    """Address of a gradebook with one assignment."""
    address = configure(Config(), tmp_path).CourseDirectory.db_url
    with Gradebook(address) as book:
        book.add_assignment("1-bptt")
    return address


def students(url: str) -> set[str]:
    """Who is in the file."""
    with Gradebook(url) as book:
        return {student.id for student in book.students}


def test_a_new_gradebook_knows_its_version_without_a_program_being_started(tmp_path, monkeypatch):
    configure(Config(), tmp_path)  # nbgrader asks alembic for the version, by name
    with monkeypatch.context() as context:
        context.setenv("PATH", str(tmp_path))
        with gradebook(f"sqlite:///{tmp_path}/new.db") as book:
            assert book.students == []
    with sqlite3.connect(tmp_path / "new.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(get_alembic_version(),)]


def test_changes_of_many_with_blocks_are_one_transaction(url):
    kept, commits = gradebook(url), []
    event.listen(kept.engine, "commit", commits.append)
    with kept.one_transaction():
        for name in ("ada", "bob"):
            with gradebook(url) as book:
                book.add_student(name)
            with gradebook(url) as book:
                assert book.find_student(name).id == name
        assert students(url) == set()
    assert students(url) == {"ada", "bob"}
    assert len(commits) == 1


def test_what_fails_leaves_nothing(url):
    with pytest.raises(ZeroDivisionError), gradebook(url).one_transaction():
        gradebook(url).add_student("ada")
        raise ZeroDivisionError
    assert students(url) == set()
    with gradebook(url).one_transaction():
        gradebook(url).add_student("bob")
    assert students(url) == {"bob"}


def test_others_write_in_between(url):
    for own, other in (("a", "b"), ("c", "d")):
        with gradebook(url).one_transaction():
            gradebook(url).add_student(own)
        with Gradebook(url) as book:
            book.add_student(other)
    with gradebook(url).one_transaction(), gradebook(url) as book:
        assert {student.id for student in book.students} == {"a", "b", "c", "d"}


def test_the_file_may_be_replaced_in_between(url, tmp_path):
    shutil.copy(tmp_path / "gradebook.db", tmp_path / "empty.db")
    with gradebook(url).one_transaction():
        gradebook(url).add_student("ada")
    (tmp_path / "empty.db").replace(tmp_path / "gradebook.db")
    with gradebook(url).one_transaction():
        gradebook(url).add_student("bob")
    assert students(url) == {"bob"}


def test_outside_a_transaction_it_is_nbgraders_own(url):
    with gradebook(url) as book:
        book.add_student("ada")
    assert students(url) == {"ada"}


def test_it_knows_each_course_it_is_opened_for(url):
    with gradebook(url, "vanishing-gradients") as book:
        assert book.course_id == "vanishing-gradients"
    with gradebook(url) as book:
        assert book.course_id == "default_course"
        assert book.check_course("vanishing-gradients").id == "vanishing-gradients"


def test_the_marks_of_one_are_read_without_those_of_the_class(url, monkeypatch):
    """A page reads what is its own; with the rows of the whole class, pages of a large class would cost by its square."""
    read = []
    monkeypatch.setattr(marks, "rows_of", lambda *question: read.extend(found := [*rows_of(*question)]) or found)
    with gradebook(url) as book:
        book.add_notebook("1-bptt", "1-bptt")
        book.add_task_cell("task_1_8", "1-bptt", "1-bptt", max_score=20, cell_type="markdown")
        for name in ("ada", "bob", "cleo"):
            book.add_student(name)
            with book.db.no_autoflush:  # nbgrader reads the cells while the submission is incomplete
                book.add_submission("1-bptt", name)
            notebook = book.find_submission_notebook("1-bptt", "1-bptt", name)
            book.db.execute(insert(ANSWERS).values(notebook_id=notebook.id, name="task_1_8", shown=NOTHING))
        book.db.commit()
        (entry,) = read_marks(book, "1-bptt", "bob").values()
        assert [(mark.name, mark.max_score) for mark in entry.marks] == [("task_1_8", 20)] and len(read) == 1
        assert len(read_marks(book)) == 3 and len(read) == 1 + 3
