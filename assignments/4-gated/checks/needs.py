"""What the checks need of a machine, and one sentence where it is not there.

This file and `__init__.py` run on any Python since 3.6: there they say that it is too old.
"""

import os
import sys

try:
    from .words import _
except ImportError:  # conftest.py runs this file by its path
    from pathlib import Path
    from runpy import run_path

    _ = run_path(str(Path(__file__).with_name("words.py")))["_"]

PYTHON = (3, 11)
# The oldest versions that the public tests were run with (stage 4's with that of torch): requirements.txt asks for these.
FLOORS = {"matplotlib": "3.8", "numpy": "1.26", "pytest": "8.0", "torch": "2.13", "jupyterlab": "4.0", "ipywidgets": "8.0"}
IN_BROWSER = sys.platform == "emscripten"  # Python as WebAssembly: Pyodide, JupyterLite
INSTALL = "python -m pip install -r requirements.txt"


class SetupError(ImportError):
    """Something the checks need is not there; the text says what to do. A notebook shows the text alone."""

    def _render_traceback_(self):  # type: ignore[no-untyped-def]
        return [str(self)]


def python_problem() -> str:
    """What is wrong with this Python, in a sentence; empty where nothing is."""
    if sys.version_info[:2] >= PYTHON:
        return ""
    return _("These assignments need Python {needed} or newer, and this is Python {version} ({program}). Install a newer one "
             "from https://www.python.org, and start the notebook or pytest with it.",
             needed="{}.{}".format(*PYTHON), version="{}.{}".format(*sys.version_info[:2]), program=sys.executable)


def problem() -> str:
    """What is missing here or too old, in a sentence; empty where nothing is."""
    return python_problem() or library_problem("pytest") or library_problem("numpy")


def library_problem(name: str) -> str:
    """What is wrong with one library, in a sentence; empty where nothing is."""
    from importlib import import_module

    try:
        module = import_module(name)
    except (ImportError, AttributeError) as error:
        if namesake(error):
            return _("{name} cannot be imported here: {error}. {file} in this folder has the name of a module that Python or a "
                     "library has too: give it another name, in the import lines as well.", name=name, error=error,
                     file=namesake(error))
        if not isinstance(error, ImportError):
            raise
        if error.name in (name, None):
            return missing(name)
        return _("{name} cannot be imported here: {error}. {remedy}", name=name, error=error, remedy=remedy(name))
    version = str(getattr(module, "__version__", ""))
    if numbers(version) >= numbers(FLOORS[name]):
        return ""
    return _("These assignments need {name} {needed} or newer, and this is {name} {version}. {remedy}", name=name,
             needed=FLOORS[name], version=version, remedy=remedy(name))


def namesake(error: "ImportError | AttributeError") -> str:
    """The file of this folder that was imported in the place of a module of Python's or a library's; or empty."""
    module = str(getattr(error, "name", None) or str(error).partition("module '")[2].partition("'")[0]).partition(".")[0]
    file = module + ".py"
    return file if module and os.path.isfile(file) else ""


def missing(name: str) -> str:
    """The sentence on a library that is not installed."""
    if IN_BROWSER:
        return _("{name} is not loaded here. {remedy}", name=name, remedy=remedy(name))
    return _("{name} is not installed in the Python that runs here ({program}). {remedy}", name=name, program=sys.executable,
             remedy=remedy(name))


def remedy(name: str) -> str:
    """How to install a library: in a browser there is no terminal."""
    if IN_BROWSER:
        return _("Run in a cell of its own:  %pip install {name}  (it needs the network), then run this cell again", name=name)
    return _("Type in a terminal, in this folder:  {command}  (then restart the notebook's kernel)", command=INSTALL)


def numbers(version: str) -> "tuple[int, ...]":
    """The first two numbers of a version: 9 and 0 of ``9.0.1rc2``."""
    parts = [part for part in version.split(".")[:2] if part.isdigit()]
    return tuple(map(int, parts))


def demand() -> None:
    """Raise SetupError with the sentence where something is missing."""
    sentence = problem()
    if sentence:
        raise SetupError(sentence)
