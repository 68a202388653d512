"""`make lite`: a site for working in the browser without installation, made with JupyterLite and its Pyodide kernel.

It contains the released folders, with a cell added to each notebook that fetches what the checks need. The site is static: any
web server can serve it, and students' work stays in their browser.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.publish.refusals import DIST
from autograder.stages import RELEASE, Stage

# Libraries that Pyodide lacks; stages that need them are left out.
NOT_IN_A_BROWSER = {"torch"}
# The only extensions included: nbgrader's need a server.
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager")
INSTALL = 'python -m pip install -e ".[lite]"'
# The checks import more than the cells mention, so the kernel would not fetch it automatically.
FIRST_CELL = "# In the browser: fetches what the checks need (once a session; it needs the network).\n%pip install -q {}"
PACKAGES = ("numpy", "matplotlib", "pytest", "ipywidgets")


def for_the_browser(chosen: Sequence[Stage]) -> tuple[list[Stage], list[str]]:
    """Return the stages that run in a browser, and a sentence on each of the others."""
    inside, sentences = [], []
    for stage in chosen:
        lacks = sorted(NOT_IN_A_BROWSER & {name.partition(".")[0] for name in stage.info.preload})
        if lacks:
            sentences.append(f"{stage.id} is left out: it needs {', '.join(lacks)}, which browsers do not have")
        else:
            inside.append(stage)
    return inside, sentences


def make_site(chosen: Sequence[Stage], target: Path = DIST / "lite") -> Path:
    """Build the site in a temporary folder, then replace the previous one.

    Parameters
    ----------
    chosen : sequence of Stage
        Released stages.
    target : Path

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    UsageError
        A stage is not released, JupyterLite is not installed, or its build failed.
    """
    missing = [stage.id for stage in chosen if not (RELEASE / stage.id).is_dir()]
    if missing:
        raise UsageError(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not released yet.\n"
                         "  Release it first: make release")
    if not chosen:
        raise UsageError("no stage is left that runs in a browser, so there is no site to build")
    extensions = _extensions()
    with tempfile.TemporaryDirectory() as scratch:
        contents, site = Path(scratch, "contents"), Path(scratch, "site")
        for stage in chosen:
            folder = shutil.copytree(RELEASE / stage.id, contents / stage.id, ignore=shutil.ignore_patterns("__pycache__"))
            _with_first_cell(folder / f"{stage.id}.ipynb")
        settings = {"LiteBuildConfig": {
            "contents": [str(contents)], "output_dir": str(site), "cache_dir": str(Path(scratch, "cache")), "no_sourcemaps": True,
            "ignore_sys_prefix": ["federated_extensions"], "federated_extensions": [str(path) for path in extensions]}}
        Path(scratch, "jupyter_lite_config.json").write_text(json.dumps(settings), encoding="utf-8")
        done = subprocess.run([sys.executable, "-m", "jupyterlite_core", "build"], cwd=scratch, text=True, capture_output=True,
                              stdin=subprocess.DEVNULL)
        if done.returncode or not (site / "index.html").is_file():
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
            raise UsageError("JupyterLite could not build the site; the earlier one, if any, is as it was. It said:\n  "
                             + "\n  ".join(said))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(site, target)
    return target


def _extensions() -> list[Path]:
    """Return the paths of the site's extensions in this environment."""
    found = [Path(sys.prefix, "share", "jupyter", "labextensions", *name.split("/")) for name in EXTENSIONS]
    missing = [name for name, path in zip(EXTENSIONS, found, strict=True) if not path.is_dir()]
    if missing or importlib.util.find_spec("jupyterlite_core") is None:
        raise UsageError(f"JupyterLite is not installed here ({', '.join(missing) or 'jupyterlite-core'} is missing).\n"
                         f"  Install it with: {INSTALL}")
    return found


def _with_first_cell(file: Path) -> None:
    """Insert the cell that fetches packages before the first code cell."""
    notebook: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    cells = notebook["cells"]
    first = next(number for number, cell in enumerate(cells) if cell["cell_type"] == "code")
    cells.insert(first, {"cell_type": "code", "id": "browser-packages", "metadata": {}, "execution_count": None, "outputs": [],
                         "source": FIRST_CELL.format(" ".join(PACKAGES))})
    file.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
