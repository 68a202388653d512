"""`prepare()`, the first call of every notebook."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from . import needs
from .layout import add_earlier_stages, expose_handout_modules, public_tests, read_stage
from .loaded import loaded
from .terminal import say
from .words import _

# What autoreload prints of a module that it failed to import again.
FAILED = re.compile(r"\[autoreload of (\S+) failed: (.*?)\n\]", re.DOTALL)


def prepare() -> None:
    """Set the style of figures, make all files importable, and reload saved changes without a restart."""
    needs.demand()
    from . import session, style  # noqa: F401  (the first check is as fast as the next)

    folder = Path.cwd()
    info = read_stage(public_tests(folder).parent)
    style.use()
    expose_handout_modules(folder, info)
    see_saved_changes()
    for sentence in add_earlier_stages(folder, info):
        print(_("Note: {sentence}.", sentence=sentence))


def see_saved_changes() -> None:
    """Turn on IPython's autoreload, in the mode that reloads whole files: the default since version 9 garbles tracebacks."""
    shell: Any = getattr(loaded("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return
    from IPython.core.error import UsageError

    with contextlib.redirect_stdout(None):  # "already loaded", when the cell is run again
        shell.run_line_magic("load_ext", "autoreload")
    try:
        shell.run_line_magic("autoreload", "2 --full")
    except (UsageError, ValueError):  # before version 9 this was the only mode, and had no option
        shell.run_line_magic("autoreload", "2")
    try:
        reload = shell.magics_manager.registry["AutoreloadMagics"].pre_run_cell
        shell.events.unregister("pre_run_cell", reload)
    except (KeyError, AttributeError, ValueError):  # another version of IPython, or already replaced
        return
    shell.events.register("pre_run_cell", partial(_reload_in_few_words, reload))


def _reload_in_few_words(reload: Callable[[Any], None], info: Any) -> None:
    """Run autoreload; shorten the pages it prints on failure to one line, or to nothing if the cell calls check()."""
    words = io.StringIO()
    with contextlib.redirect_stderr(words):
        reload(info)
    for module, why in FAILED.findall(words.getvalue()):
        if not str(getattr(info, "raw_cell", "")).lstrip().startswith("check("):
            lines = re.findall(rf'{module}\.py", line (\d+)', why)
            where = " (" + _("line {line}", line=lines[-1]) + ")" if lines else ""
            say(_("{file} cannot be imported as it is saved, so this notebook goes on with what it had: {why}",
                  file=f"{module}.py", why=f"{why.strip().splitlines()[-1]}{where}"), sys.stderr)
