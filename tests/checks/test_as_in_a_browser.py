"""Where there are no processes, threads, signals or files outside the folder, check() and submit() say what they say anywhere."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from autograder.stages import RELEASE, find_stage
from autograder.stages.strip import strip
from tests.classroom import run

HERE = Path(__file__).parent
STAGES = ("1-bptt", "2-vanishing", "3-clipping")
SUBMITS = "from checks import submit\nsubmit()\n"


def sources(stage_id):
    """Model answers, stub, and the first mistake of each task."""
    stage = find_stage(stage_id)
    right = stage.solution.read_text(encoding="utf-8")
    first = {mistake.task: mistake for mistake in reversed(stage.mistakes())}
    return {"model answers": right, "stub": strip(right, stage.info.file),
            **{f"mistake {mistake.id}": mistake.source for mistake in first.values()}}


def folder_with_sources(stage_id, place):
    """The released folder, with right files of the earlier stages it builds on and with what `three_reports.py` reads."""
    folder = shutil.copytree(RELEASE / stage_id, place / stage_id, ignore=shutil.ignore_patterns("__pycache__"))
    for earlier in find_stage(stage_id).info.requires_stages:
        shutil.copy(find_stage(earlier).solution, folder)
    (folder / "sources.json").write_text(json.dumps(sources(stage_id)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("stage_id", STAGES)
def test_check_says_the_same_without_processes_threads_signals_and_files(bare_python, tmp_path, stage_id):
    """It asks for a thread, its clock, and does without; it asks for nothing else."""
    folder = folder_with_sources(stage_id, tmp_path)
    program = str(HERE / "three_reports.py")
    usual = run(bare_python, "-B", program, cwd=folder, MPLBACKEND="Agg", PYTHONPATH=str(folder))
    bare = run(bare_python, "-B", str(HERE / "as_in_a_browser.py"), program, cwd=folder, MPLBACKEND="Agg", PYTHONPATH=str(folder))
    assert set(bare.stderr.splitlines()) == {"asked for a thread"}
    assert without_the_time(bare.stdout) == without_the_time(usual.stdout)
    reports = usual.stdout.split("===== ")[1:]
    assert " failed " not in reports[0] and " passed " in reports[0] and " passed " not in reports[1]
    assert len(reports) > 5 and sum(" failed " in report for report in reports[2:]) > 3


def test_submit_and_a_fresh_check_make_do_with_this_process(bare_python, tmp_path):
    """They say so, and the zip is made."""
    folder = folder_with_sources("1-bptt", tmp_path)
    (folder / "bptt.py").write_text(sources("1-bptt")["model answers"], encoding="utf-8")
    (folder / "cell.py").write_text("from checks import check\ncheck('1.1', fresh=True)\n" + SUBMITS, encoding="utf-8")
    done = run(bare_python, "-B", str(HERE / "as_in_a_browser.py"), "cell.py", cwd=folder, MPLBACKEND="Agg", TMPDIR=str(folder))
    assert "No process can be started here (processes are not supported), so the tests ran in this one." in done.stdout
    assert "1.1 The loss                 passed" in done.stdout
    assert "passed: 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7" in re.sub(r"\s+", " ", done.stdout)
    with zipfile.ZipFile(folder / "handin-1-bptt.zip") as bundle:
        assert {"bptt.py", "1-bptt.ipynb"} <= set(bundle.namelist())


def without_the_time(text):
    """When a file was saved is not what is compared."""
    return re.sub(r" as saved at [-\d: ]+,", " as saved,", text)
