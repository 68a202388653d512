"""A headless Chromium, driven by its DevTools protocol: one process looks at many pages, in any width, colours and medium."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome")


class Browser:
    """To be used in a `with` block.

    Raises
    ------
    SystemExit
        There is no Chromium, or it does not start.
    """

    def __enter__(self) -> Browser:
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            raise SystemExit("no Chromium here: sudo apt-get install chromium")
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                   "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0",
                   "--remote-allow-origins=*", f"--user-data-dir={self.folder.name}", "about:blank"]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = Path(self.folder.name, "DevToolsActivePort")
        end = time.monotonic() + 120
        while not port.exists() or len(port.read_text().splitlines()) < 2:
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit("Chromium does not start")
            time.sleep(0.1)
        number, path = port.read_text().splitlines()[:2]
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{number}{path}", timeout=300)
        self.count, self.session = 0, ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol and its answer."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        self.socket.send(json.dumps(message | ({"sessionId": self.session} if self.session else {})))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])

    def look(self, width: int, height: int = 900, *, dark: bool = False, printed: bool = False) -> None:
        """How the pages that follow are seen."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media="print" if printed else "screen",
                 features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, address: str) -> None:
        """Go to a page and wait until it is loaded."""
        self.ask("Page.navigate", url=address)
        self.run("new Promise(done => document.readyState === 'complete' ? done(1) : addEventListener('load', () => done(1)))")

    def run(self, script: str) -> Any:
        """The value of a script in the page; the page's content policy does not apply to it."""
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"].get("exception", {}).get("description", answer))[:500])
        return answer["result"].get("value")

    def picture(self, file: Path, whole: bool = True) -> None:
        """A PNG of the page, all of it or what the window shows."""
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(data))

    def print(self, file: Path) -> None:
        """A PDF as the page prints."""
        data = self.ask("Page.printToPDF", printBackground=False, paperWidth=8.27, paperHeight=11.69)["data"]
        file.write_bytes(base64.b64decode(data))
