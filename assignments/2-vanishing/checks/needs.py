"""What the checks need of a machine, and one sentence where it is not there.

This file and `__init__.py` run on any Python since 3.6: there they say that it is too old.
"""

import sys

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
    return ("These assignments need Python {}.{} or newer, and this is Python {}.{} ({}). Install a newer one from "
            "https://www.python.org, and start the notebook or pytest with it."
            .format(*PYTHON, *sys.version_info[:2], sys.executable))


def problem() -> str:
    """What is missing here or too old, in a sentence; empty where nothing is."""
    return python_problem() or library_problem("pytest") or library_problem("numpy")


def library_problem(name: str) -> str:
    """What is wrong with one library, in a sentence; empty where nothing is."""
    from importlib import import_module

    try:
        module = import_module(name)
    except ImportError as error:
        if error.name in (name, None):
            return missing(name)
        return f"{name} cannot be imported here: {error}. {remedy(name)}"
    version = str(getattr(module, "__version__", ""))
    if numbers(version) >= numbers(FLOORS[name]):
        return ""
    return f"These assignments need {name} {FLOORS[name]} or newer, and this is {name} {version}. {remedy(name)}"


def missing(name: str) -> str:
    """The sentence on a library that is not installed."""
    if IN_BROWSER:
        return f"{name} is not loaded here. {remedy(name)}"
    return f"{name} is not installed in the Python that runs here ({sys.executable}). {remedy(name)}"


def remedy(name: str) -> str:
    """How to install a library: in a browser there is no terminal."""
    if IN_BROWSER:
        return f"Run in a cell of its own:  %pip install {name}  (it needs the network), then run this cell again"
    return f"Type in a terminal, in this folder:  {INSTALL}  (then restart the notebook's kernel)"


def numbers(version: str) -> "tuple[int, ...]":
    """The first two numbers of a version: 9 and 0 of ``9.0.1rc2``."""
    parts = [part for part in version.split(".")[:2] if part.isdigit()]
    return tuple(map(int, parts))


def demand() -> None:
    """Raise SetupError with the sentence where something is missing."""
    sentence = problem()
    if sentence:
        raise SetupError(sentence)
