"""docs/student.md, walked through: each of its commands is run, in the order of the page."""

import re
import shutil
import sys

from autograder.stages import KIT
from tests.classroom import SOLUTION, STAGE, run

PAGE = (KIT / "docs" / "student.md").read_text(encoding="utf-8")
# What each command of the page says when all is well.
SAYS = {
    "python -m pip install -r requirements.txt": "",
    "jupyter lab 1-bptt.ipynb": "",
    "python -m pytest": "1.7 Gradient check           passed",
    "python -m pytest --task 1.3": "1.3 Local factors            passed",
    "python -m checks 1.3 --show": "1.3 Local factors            passed",
    "python -m checks submit": "handin-1-bptt.zip is made",
    "python -m checks update 1-bptt.zip": "This folder is now release",
}


def commands():
    """The commands of the page's blocks, without what is said about them."""
    blocks = re.findall(r"(?ms)^```(?:sh|text)\n(.*?)^```", PAGE)
    return [re.split(r"\s{4,}", line)[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_each_command_of_the_page_does_what_it_says(bare_python, handout, tmp_path):
    """One folder, from the zip to the hand-in and to a corrected release."""
    from autograder.publish.release import pack

    folder = shutil.copytree(handout, tmp_path / STAGE.id)
    (folder / STAGE.info.file).write_text(SOLUTION, encoding="utf-8")
    pack(handout, folder / "1-bptt.zip")
    walked = commands()
    assert walked[0] == "cd 1-bptt" and set(walked[1:]) == set(SAYS)
    for command in walked[1:]:
        if "pip install" in command:  # nothing is downloaded here: what the file asks for is there
            options = ("--dry-run", "--no-index", "--no-deps")
            done = run(sys.executable, "-m", "pip", "install", *options, "-r", "requirements.txt", cwd=folder)
        elif command.startswith("jupyter "):  # the notebook itself is opened in test_notebook.py
            done = run(sys.executable, "-m", "jupyterlab", "--version", cwd=folder)
        else:
            done = run(bare_python, *command.split()[1:], cwd=folder)
        assert done.returncode == 0 and SAYS[command] in done.stdout, (command, done.stdout, done.stderr)


def test_the_page_names_every_state_and_no_other(bare_python):
    """The table of words is the one the report uses."""
    from autograder.checks import report

    table = re.search(r"\| word \| it means \|\n\|---\|---\|\n(.*?)\n\n", PAGE, re.DOTALL).group(1)
    words = {row.split("|")[1].strip() for row in table.splitlines()}
    assert words == {report.PASSED, report.FAILED, report.IN_PART, report.UNWRITTEN, report.WAITING, report.UNCHECKED}
