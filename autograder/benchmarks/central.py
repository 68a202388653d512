"""Measure what one process does for the whole class: entering records into the gradebook, making pages, writing the tables.

Grading itself spreads over cores and machines, so this part decides how large a class one course folder can serve. One graded
submission is copied under many names; nothing is graded.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from autograder.benchmarks import measure
from autograder.stages import Stage, find_stage

CONFIG = """from pathlib import Path

from autograder.course_config import configure

c = get_config()
configure(c, Path(__file__).parent)
c.CourseDirectory.db_url = {url!r}
"""


class Central(NamedTuple):
    """CPU seconds of an entry and of a page, by the last tenth of the class, and of the tables of all; peak memory in MiB."""

    entry: float
    page: float
    tables: float
    peak: float


def in_process_of_its_own(stage: Stage, count: int, url: str = "") -> Central:
    """Measure in a new process, whose peak memory is this part's alone."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(central, stage.id, count, url).result()


def central(stage_id: str, count: int, url: str = "") -> Central:
    """Measure a class of `count` students.

    Parameters
    ----------
    stage_id : str
    count : int
    url : str, optional
        SQLAlchemy address of an empty database; gradebook.db of the course folder by default.
    """
    from autograder.gradebook.pipeline import Pipeline
    from autograder.gradebook.tables import write_tables

    stage = find_stage(stage_id)
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        if url:
            (course / "nbgrader_config.py").write_text(CONFIG.format(url=url), encoding="utf-8")
        students = _class(course, stage, count)
        pipeline = Pipeline(course)
        pipeline.ensure_assignment(stage.id)
        entries, pages = [], []
        for student in students:
            began = time.process_time()
            pipeline.autograde(stage.id, student)
            entered = time.process_time()
            pipeline.feedback(stage.id, student)
            entries.append(entered - began)
            pages.append(time.process_time() - entered)
        began = time.process_time()
        write_tables(course, pipeline)
        last = max(1, count // 10)
        return Central(sum(entries[-last:]) / last, sum(pages[-last:]) / last, time.process_time() - began,
                       measure.peak_kib(os.getpid()) / 1024)


def _class(course: Path, stage: Stage, count: int) -> list[str]:
    """Grade one student with a known mistake, and copy what was handed in and the record under other names."""
    measure.hand_in(course, stage, {"student-0": stage.mistakes()[0].source})
    subprocess.run([sys.executable, "-m", "autograder", "grade", "--course", str(course), "--stage", stage.id], check=True,
                   stdout=subprocess.DEVNULL)
    results = course / "results" / stage.id
    record = json.loads((results / "student-0.json").read_bytes())
    students = [f"student-{number}" for number in range(1, count + 1)]
    for student in students:
        shutil.copytree(course / "submitted" / "student-0", course / "submitted" / student)
        (results / f"{student}.json").write_text(json.dumps(record | {"student": student}), encoding="utf-8")
    return students
