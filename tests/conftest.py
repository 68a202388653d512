"""Real parts that take seconds to make, made once a session."""

import os
import shutil
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from autograder.publish.release import built
from tests.classroom import STAGE, copy_of_kit

# Coverage is that of the tests' own processes: a forked child, which could not save its own, is as fast as ever.
os.register_at_fork(after_in_child=lambda: sys.settrace(None))


@pytest.fixture(scope="session")
def handout(tmp_path_factory) -> Path:
    """The folder students of stage 1 get, made from the present material."""
    folder = tmp_path_factory.mktemp("handout") / STAGE.id
    with built(STAGE) as made:
        shutil.copytree(made, folder)
    return folder


@pytest.fixture(scope="session")
def kit(tmp_path_factory) -> Path:
    """A copy of the kit, not to be changed: copy it again to break it."""
    return copy_of_kit(tmp_path_factory.mktemp("kit") / "kit")


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory) -> str:
    """An interpreter that has this environment's libraries but no kit: what a student's machine has."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    venv.create(folder, symlinks=True)
    libraries = next(folder.glob("lib/python*/site-packages"))
    # A path named in a .pth file is searched, but its own .pth files, the kit's among them, are not read.
    (libraries / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(folder / "bin" / Path(sys.executable).name)

from tests.graded_class import course, graded  # noqa: E402, F401  (fixtures of every folder)
