"""`prepare()`, the first call of every notebook."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

from . import needs
from .layout import add_earlier_stages, expose_handout_modules, public_tests, read_stage


def prepare() -> None:
    """One look for all figures, all files within reach, and saved changes seen without a restart."""
    needs.demand()
    from . import session, style  # noqa: F401  (the first check is as fast as the next)

    folder = Path.cwd()
    info = read_stage(public_tests(folder).parent)
    style.use()
    expose_handout_modules(folder, info)
    see_saved_changes()
    for sentence in add_earlier_stages(folder, info):
        print(f"Note: {sentence}.")


def see_saved_changes() -> None:
    """IPython's autoreload, which reads whole files again: from version 9 on it would else mix up the lines of tracebacks."""
    shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return
    from IPython.core.error import UsageError

    with contextlib.redirect_stdout(None):  # "already loaded", when the cell is run again
        shell.run_line_magic("load_ext", "autoreload")
    try:
        shell.run_line_magic("autoreload", "2 --full")
    except (UsageError, ValueError):  # before version 9 there is no other way, and no such option
        shell.run_line_magic("autoreload", "2")
