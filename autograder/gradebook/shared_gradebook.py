"""One gradebook for many submissions: nbgrader's own class, kept open, with a transaction that holds many of its calls.

`nbgrader.api.Gradebook` looks the tables over whenever it is made, and each of its changes is a transaction of its own that
waits for the disk. Here one object serves all submissions, and inside `one_transaction` all changes are one: a submission is
in the gradebook as a whole, or not at all. In between, the file can be replaced, and formgrader can write to it.

Beside nbgrader's tables the file has two of this kit, which nbgrader leaves alone: to which answer a mark given by hand
belongs, and which marks were last reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from nbgrader.api import Gradebook
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import Column, Float, MetaData, NullPool, String, Table, Text, create_engine, inspect

OURS = MetaData()
# `shown` is the answer a person sees, and marks; what was given for another answer is the `old_` mark, a proposal.
ANSWERS = Table(
    "kit_answer", OURS,
    Column("notebook_id", String(32), primary_key=True), Column("name", String(128), primary_key=True),
    Column("shown", Text, nullable=False), Column("old_answer", Text), Column("old_score", Float),
    Column("old_extra", Float), Column("old_comment", Text))
# `content` is the submission's, `suite` the tests' it was graded by; `marks` (JSON) is what the tables said last.
REPORTED = Table(
    "kit_reported", OURS,
    Column("notebook_id", String(32), primary_key=True), Column("content", Text, nullable=False),
    Column("suite", Text, nullable=False), Column("marks", Text))

# What gives a transaction the right to write from its beginning.
ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE grade, comment IN SHARE ROW EXCLUSIVE MODE"}


class SharedGradebook(Gradebook):
    """nbgrader's gradebook, to be used in many `with` blocks one after the other."""

    joined = False
    transactions = 0  # that this object has written

    def __init__(self, db_url: str, course_id: str = "default_course") -> None:
        stamp_if_new(db_url)
        super().__init__(db_url, course_id)
        OURS.create_all(bind=self.engine)
        self.close()

    def close(self) -> None:
        """As nbgrader's; inside `one_transaction` it stays open."""
        if not self.joined:
            super().close()

    @contextmanager
    def one_transaction(self) -> Iterator[None]:
        """A block whose changes all go into the file at its end, or not at all when it raises.

        It holds the right to write from the beginning: what it reads does not change before it is written.
        """
        self.db.remove()
        try:
            with self.engine.begin() as connection:
                connection.exec_driver_sql(ALONE.get(connection.dialect.name, "SELECT 1"))
                self.db.configure(bind=connection, join_transaction_mode="rollback_only")
                self.joined = True
                if not connection.dialect.has_table(connection, ANSWERS.name):  # the file was replaced by one of nbgrader's
                    OURS.create_all(bind=connection)
                yield
                self.db.flush()
            self.transactions += 1
        finally:
            self.joined = False
            self.db.remove()
            self.db.configure(bind=self.engine, join_transaction_mode="conditional_savepoint")
            self.engine.dispose()


def stamp_if_new(db_url: str) -> None:
    """Write into an empty gradebook which version of nbgrader's tables it is to have.

    nbgrader would start the program `alembic` to find that out, which takes longer than to grade several submissions.
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
    """nbgrader's gradebook at this address, to be used in a `with` block as a fresh one is."""
    shared = _opened(db_url)
    if shared.course_id != course_id:
        shared.check_course(course_id)
        shared.course_id = course_id
    return shared
