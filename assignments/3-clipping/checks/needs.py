"""Check the requirements of this package, and explain in one sentence what is missing.

This file and `__init__.py` run on Python 3.6 and later, where they report that it is too old.
"""

import os
import sys

try:
    from .words import _
except ImportError:  # conftest.py runs this file by path
    from pathlib import Path
    from runpy import run_path

    _ = run_path(str(Path(__file__).with_name("words.py")))["_"]

PYTHON = (3, 11)
# The oldest versions the public tests were run with (for torch, those of stage 4). requirements.txt asks for these.
FLOORS = {"matplotlib": "3.8", "numpy": "1.26", "pytest": "8.0", "torch": "2.13", "jupyterlab": "4.0", "ipywidgets": "8.0"}
IN_BROWSER = sys.platform == "emscripten"  # Python as WebAssembly: Pyodide, JupyterLite
INSTALL = "python -m pip install -r requirements.txt"


class SetupError(ImportError):
    """A requirement is missing; the message says what to do. A notebook shows the message without a traceback."""

    def _render_traceback_(self):  # type: ignore[no-untyped-def]
        return [str(self)]


def python_problem() -> str:
    """Return what is wrong with this Python, or an empty string."""
    if sys.version_info[:2] >= PYTHON:
        return ""
    return _("These assignments need Python {needed} or newer, and this is Python {version} ({program}). Install a newer one "
             "from https://www.python.org, and start the notebook or pytest with it.",
             needed="{}.{}".format(*PYTHON), version="{}.{}".format(*sys.version_info[:2]), program=sys.executable)


def problem() -> str:
    """Return the first requirement that is missing or too old, as a sentence, or an empty string."""
    return python_problem() or library_problem("pytest") or library_problem("numpy")


def library_problem(name: str) -> str:
    """Return what is wrong with one library, as a sentence, or an empty string."""
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
    """Return the file of this folder that was imported in place of a module of Python or a library; else an empty string."""
    module = str(getattr(error, "name", None) or str(error).partition("module '")[2].partition("'")[0]).partition(".")[0]
    file = module + ".py"
    return file if module and os.path.isfile(file) else ""


def missing(name: str) -> str:
    """Return the sentence for a library that is not installed."""
    if IN_BROWSER:
        return _("{name} is not loaded here. {remedy}", name=name, remedy=remedy(name))
    return _("{name} is not installed in the Python that runs here ({program}). {remedy}", name=name, program=sys.executable,
             remedy=remedy(name))


def remedy(name: str) -> str:
    """Return how to install a library; in a browser there is no terminal."""
    if IN_BROWSER:
        return _("Run in a cell of its own:  %pip install {name}  (it needs the network), then run this cell again", name=name)
    return _("Type in a terminal, in this folder:  {command}  (then restart the notebook's kernel)", command=INSTALL)


def numbers(version: str) -> "tuple[int, ...]":
    """Return the first two numbers of a version: (9, 0) for ``9.0.1rc2``."""
    parts = [part for part in version.split(".")[:2] if part.isdigit()]
    return tuple(map(int, parts))


def demand() -> None:
    """Raise SetupError if a requirement is missing."""
    sentence = problem()
    if sentence:
        raise SetupError(sentence)
