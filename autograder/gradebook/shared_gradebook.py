"""nbgrader's gradebook class, kept open for many submissions, with transactions that span several of its calls.

`nbgrader.api.Gradebook` inspects the tables whenever it is created, and each of its changes is a transaction that waits for the
disk. Here one object serves all submissions, and inside `one_transaction` all changes are one: a submission is entered completely
or not at all. Between transactions the file can be replaced, and formgrader can write to it.

Besides nbgrader's tables the file has two of the kit's, which nbgrader ignores: which answer a hand mark belongs to, and which
marks were last reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import Column, ColumnElement, Float, MetaData, NullPool, String, Table, Text, create_engine, inspect, select

OURS = MetaData()
# `shown` is the answer that is shown and marked; a mark given for another answer is kept in `old_...` as a proposal.
ANSWERS = Table(
    "kit_answer", OURS,
    Column("notebook_id", String(32), primary_key=True), Column("name", String(128), primary_key=True),
    Column("shown", Text, nullable=False), Column("old_answer", Text), Column("old_score", Float),
    Column("old_extra", Float), Column("old_comment", Text))
# `content` and `suite` identify the submission and tests of the marks; `marks` (JSON) is what was last written to the tables.
REPORTED = Table(
    "kit_reported", OURS,
    Column("notebook_id", String(32), primary_key=True), Column("content", Text, nullable=False),
    Column("suite", Text, nullable=False), Column("marks", Text))

# What gives a transaction the right to write from its beginning.
ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE grade, comment IN SHARE ROW EXCLUSIVE MODE"}


class SharedGradebook(Gradebook):
    """nbgrader's gradebook, for use in many `with` blocks in succession."""

    joined = False
    transactions = 0  # written by this object

    def __init__(self, db_url: str, course_id: str = "default_course") -> None:
        stamp_if_new(db_url)
        super().__init__(db_url, course_id)
        OURS.create_all(bind=self.engine)
        self.close()

    def close(self) -> None:
        """Close as nbgrader does, except inside `one_transaction`."""
        if not self.joined:
            super().close()

    @contextmanager
    def one_transaction(self) -> Iterator[None]:
        """Context whose changes are committed together at its end, or rolled back if it raises.

        It holds the write lock from the start, so that what it reads does not change before it writes.
        """
        self.db.remove()
        try:
            with self.engine.begin() as connection:
                connection.exec_driver_sql(ALONE.get(connection.dialect.name, "SELECT 1"))
                self.db.configure(bind=connection, join_transaction_mode="rollback_only")
                self.joined = True
                if not connection.dialect.has_table(connection, ANSWERS.name):  # the file was replaced by nbgrader's own
                    OURS.create_all(bind=connection)
                yield
                self.db.flush()
            self.transactions += 1
        finally:
            self.joined = False
            self.db.remove()
            self.db.configure(bind=self.engine, join_transaction_mode="conditional_savepoint")
            self.engine.dispose()


def rows_of(book: Gradebook, table: Table, *where: ColumnElement[bool]) -> Iterable[Any]:
    """Return the rows of a table of the kit's; none from a gradebook that does not have it."""
    return book.db.execute(select(table).where(*where)) if inspect(book.db.get_bind()).has_table(table.name) else ()


def stamp_if_new(db_url: str) -> None:
    """Record the version of nbgrader's schema in an empty gradebook.

    nbgrader would run the program `alembic` for this, which takes longer than grading several submissions.
    """
    engine = create_engine(db_url, poolclass=NullPool)
    with engine.begin() as connection:
        if not inspect(connection).get_table_names():
            from alembic.runtime.migration import MigrationContext
            from alembic.script import ScriptDirectory

            MigrationContext.configure(connection).stamp(ScriptDirectory(ALEMBIC_DIR), "head")


@lru_cache(maxsize=8)
def _opened(db_url: str) -> SharedGradebook:
    return SharedGradebook(db_url)


def gradebook(db_url: str, course_id: str = "default_course") -> SharedGradebook:
    """Return the cached gradebook at this URL, for use in a `with` block like a new one."""
    shared = _opened(db_url)
    if shared.course_id != course_id:
        shared.check_course(course_id)
        shared.course_id = course_id
    return shared
