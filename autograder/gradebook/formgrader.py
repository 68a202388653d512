"""`make formgrader`: serve nbgrader's page for grading by hand, on this machine only."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from traitlets.config.loader import PyFileConfigLoader

from autograder.errors import InfrastructureError, UsageError
from autograder.grade.course_folder import PRIVATE
from autograder.gradebook.config import load_config
from autograder.gradebook.config_file import CONFIG, CONFIG_TEXT
from autograder.gradebook.health import need_gradebook
from autograder.stages import KIT

UP_WITHIN = 300.0  # seconds, for a busy machine; a server that exits is noticed at once


class FormGrader:
    """A Jupyter server with formgrader, for one course folder.

    Parameters
    ----------
    course : Path
        The folder with ``gradebook.db``.
    port : int, optional
        By default a free one.

    Raises
    ------
    UsageError
        Nothing has been graded there, or the folder's own nbgrader_config.py would show students' HTML unsanitized.
    """

    def __init__(self, course: Path, port: int = 0) -> None:
        self.course = course.resolve()
        need_gradebook(self.course)
        ensure_config(self.course)
        self.port = port or free_port()
        self.token = secrets.token_urlsafe(24)
        self.process: subprocess.Popen[bytes] | None = None

    def address(self, page: str = "formgrader/manage_assignments") -> str:
        """Return the URL of a page, with the token that admits the browser."""
        return f"http://127.0.0.1:{self.port}/{page}?token={self.token}"

    def __enter__(self) -> FormGrader:
        log = self.course / PRIVATE / "formgrader.log"
        log.parent.mkdir(exist_ok=True)
        self.log = open(log, "wb")
        self.process = subprocess.Popen(self._command(), cwd=self.course, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT, env=os.environ | {"JUPYTER_TOKEN": self.token})
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _command(self) -> list[str]:
        options = ["--no-browser", "--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0",
                   f"--ServerApp.root_dir={self.course}", "--ServerApp.terminals_enabled=False",
                   "--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=True"]
        return [sys.executable, "-m", "jupyter_server", *options, *(["--allow-root"] if os.geteuid() == 0 else [])]

    def _wait(self) -> None:
        """Wait until the page responds."""
        assert self.process is not None
        end = time.monotonic() + UP_WITHIN
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.address(), timeout=10):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.log.flush()
        said = Path(self.log.name).read_text(errors="replace").strip().splitlines()[-5:]
        raise InfrastructureError(f"formgrader did not start on port {self.port}:\n  " + "\n  ".join(said))

    def wait(self) -> None:
        """Serve until the server ends, or on Ctrl-C or SIGTERM."""
        assert self.process is not None
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            self.process.wait()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        Path(self.log.name).unlink(missing_ok=True)


def ensure_config(course: Path) -> None:
    """Make sure the folder has an nbgrader_config.py that sanitizes students' Markdown, creating one if there is none."""
    file = course / CONFIG
    if not file.exists():
        file.write_text(CONFIG_TEXT, encoding="utf-8")
    there = PyFileConfigLoader(CONFIG, path=str(course)).load_config()
    if there.HTMLExporter.get("filters") != load_config(KIT).HTMLExporter.filters:
        raise UsageError(
            f"{file} does not call autograder.course_config.configure: scripts in students' notebooks would "
            "run with your rights\n  Remove the file, or end it with:\n"
            "    from pathlib import Path\n    from autograder.course_config import configure\n"
            "    configure(get_config(), Path(__file__).parent)"
        )


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
