"""Inside: one process for one submission, which answers calls with values.

Nothing here is trusted by the other side. It runs with the student's code in one process, so whatever
it says may have been said by that code.
"""

from __future__ import annotations

import _signal
import _thread
import builtins
import gc
import importlib.util
import io
import operator
import os
import signal
import sys
import time
import traceback
import types
import warnings
from collections import deque
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from autograder.checks.autodiff import Autodiff
from autograder.checks.axes import describe, new_axes, picture
from autograder.checks.checkpoints import load_checkpoint
from autograder.checks.state import reset_state
from autograder.checks.student import changed, copied, student_trace
from autograder.errors import BadMessage, LimitExceeded, StudentError
from autograder.sandbox.limits import Limits
from autograder.sandbox.wire import EPOCH, Channel, Decoder, Encoder, Opaque, Reference, frame, read_prefetched

MAX_TEXT = 2000
# Exceptions that are told by name; any subclass travels as the first of these among its bases.
KNOWN = ("NotImplementedError", "RecursionError", "UnboundLocalError", "NameError", "ModuleNotFoundError",
         "ImportError", "AttributeError", "TypeError", "ValueError", "IndexError", "KeyError",
         "ZeroDivisionError", "OverflowError", "FloatingPointError", "ArithmeticError", "MemoryError", "RuntimeError",
         "OSError", "SyntaxError")
PATCHABLE = ("builtins", "math", "random", "copy", "functools", "itertools", "collections", "time", "numpy",
             "numpy.linalg", "numpy.random", "numpy.testing", "numpy.fft", "torch", "torch.nn", "torch.nn.init",
             "torch.nn.functional", "torch.nn.utils", "torch.autograd", "torch.optim", "torch.random", "matplotlib",
             "matplotlib.pyplot")
CLASSES = (("torch", "Tensor"), ("torch.nn", "Module"), ("torch.nn", "Linear"), ("torch.nn", "Embedding"),
           ("torch.nn", "Parameter"), ("torch.optim", "Adam"), ("torch.optim", "SGD"), ("torch.optim", "Optimizer"),
           ("matplotlib.axes", "Axes"), ("matplotlib.figure", "Figure"))
# torch.set_default_dtype changes this one.
NOT_PATCHED = frozenset({"Storage"})
SIGNALS = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})
TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
# Answers to requests that were made ahead wait for one another, but no longer than this, in seconds.
OFTEN = 0.02
# A question longer than this is asked anew each time.
LONG_QUESTION = 1 << 16
# Seconds that a call of `time.sleep` is spared.
SKIPPED = 60.0
# A file that is imported faster than this is imported anew for each test.
QUICK_IMPORT = 0.05


def spared(really: Any) -> Any:
    """`time.sleep` that does not sleep: a right answer that sleeps is right, and a class does not wait for it.

    What wants to sleep longer than `SKIPPED` seconds does, and meets its limit; so does a thread, which may look for something
    again and again.
    """
    here = _thread.get_ident()

    def sleep(seconds: Any, /) -> None:
        try:
            skipped = 0 <= seconds <= SKIPPED and _thread.get_ident() == here
        except TypeError:
            skipped = False
        if not skipped:
            really(seconds)

    return sleep


class Printed(io.TextIOBase):
    """Standard output of student code: the beginning is kept, the rest is forgotten."""

    def __init__(self, limit: int) -> None:
        self.limit, self.text = limit, ""

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def write(self, text: str) -> int:
        """Keep what fits."""
        if len(self.text) < self.limit:
            self.text += str(text)[: self.limit - len(self.text)]
        return len(text)


class ProcessSnapshot:
    """All that outlives a call beside the student's module: it is compared with what it was before the first test.

    Taken once, before the forks: to copy the names of torch in each worker would cost more than all comparisons together.

    Names of the libraries, working folder, environment, search path, hooks, traces, handlers, timers, threads, limits.
    A worker in which any of these changed is not set right again but ended: see `Worker.reset`. Random numbers and the
    libraries' settings, which code may well change, are put back by `reset_state`.
    """

    def __init__(self) -> None:
        libraries = [vars(module) for name in PATCHABLE if (module := sys.modules.get(name)) is not None]
        self.classes = [(found, dict(vars(found))) for name, kind in CLASSES
                        if (found := getattr(sys.modules.get(name), kind, None)) is not None]
        self.names = [(library, {name: value for name, value in library.items() if name not in NOT_PATCHED})
                      for library in libraries]
        self.state: tuple[Any, ...] = ()

    def rebase(self) -> None:
        """The student's file was imported for the first time: what it changed on the way is as it should be."""
        self.classes = [(found, dict(vars(found))) for found, _ in self.classes]
        for library, names in self.names:
            for name in [name for name, value in names.items() if library.get(name) is not value]:
                names[name] = library.get(name)

    def is_intact(self) -> bool:
        """True when all is as it was."""
        return (self._state() == self.state
                and all(dict(vars(found)) == names for found, names in self.classes)
                and all(all(map(operator.is_, map(library.get, names), names.values())) for library, names in self.names))

    def refresh(self) -> None:
        """The same of what code may change each time the file is imported: settings and handlers, not names."""
        self.state = self._state()

    @staticmethod
    def _state() -> tuple[Any, ...]:
        mask = os.umask(0o022)
        os.umask(mask)
        return (os.getcwd(), dict(os.environ), mask, list(sys.path), list(sys.meta_path), list(sys.path_hooks),
                list(warnings.filters), sys.getrecursionlimit(), sys.gettrace(), sys.getprofile(), gc.isenabled(),
                gc.get_threshold(), len(gc.callbacks), [_signal.getsignal(number) for number in SIGNALS],
                [signal.getitimer(timer) for timer in TIMERS], signal.pthread_sigmask(signal.SIG_BLOCK, ()),
                _thread._count(), np.getbufsize())


class Server:
    """Serves one grader over one socket until it closes."""

    def __init__(self, channel: Channel, limits: Limits, scratch: Path, surroundings: ProcessSnapshot) -> None:
        self.channel, self.limits, self.scratch, self.surroundings = channel, limits, scratch, surroundings
        self.settled = False
        self.module: types.ModuleType | None = None
        self.own: dict[str, Any] = {}
        self.load_seconds = 0.0
        self.objects: dict[int, Any] = {}
        self.figures: dict[str, Any] = {}
        self.standins: dict[str, Any] = {"__name__": "standins"}
        self.printed = Printed(limits.printed)
        self.provided: dict[str, list[str]] = {}
        self.serial = 0
        self.libraries: frozenset[str] = frozenset()
        self.ahead: deque[tuple[list[Any], bytearray]] = deque()
        self.unsent: list[bytes] = []
        self.spoke = 0.0
        self.floor = 0  # a request with a smaller number is dropped
        # Within one test, the reference's answers by question: what is known to be asked, and a double sum asks most of it
        # many times. Header form and payload.
        self.asked: dict[bytes, tuple[Any, bytes]] = {}

    # -- messages ------------------------------------------------------------------------------------------

    def run(self) -> None:
        """One request after the other."""
        kind = ""
        while True:
            if kind == "reset" or not (self.ahead or self.channel.holds_a_message()) or time.monotonic() > self.spoke + OFTEN:
                self.flush()
            header, payload = self.ahead.popleft() if self.ahead else self.channel.receive()
            kind, self.serial = header[0], header[1]
            if self.serial < self.floor:
                continue
            decoder = Decoder(payload, self.resolve)
            arguments = [decoder.decode(form) for form in header[2:]]
            decoder.finish()
            try:
                value, extra = getattr(self, f"do_{kind}")(*arguments)
            except BaseException as error:  # whatever student code raises is an answer
                self.tell_raised(error)
            else:
                self.tell_value(value, extra)

    def send(self, kind: str, *values: Any) -> None:
        encoder = Encoder(self.refer, self.limits.message)
        message = [kind, self.serial, *(encoder.encode(value) for value in values)]
        self.unsent.append(frame(message, encoder.payload()))

    def flush(self) -> None:
        """Send the answers that are ready: one at a time each would wake the grader."""
        if self.unsent:
            self.channel.send(b"".join(self.unsent))
            self.unsent.clear()
        self.spoke = time.monotonic()

    def answer(self) -> tuple[list[Any], bytearray]:
        """The grader's answer to a question; requests that were made ahead come in between."""
        while True:
            header, payload = self.channel.receive()
            if header[0] in ("answer", "refuse"):
                return header, payload
            self.ahead.append((header, payload))

    def tell_value(self, value: Any, extra: tuple[str, ...]) -> None:
        text = self.printed.text
        try:
            self.send("value", value, extra, text)
        except LimitExceeded:
            self.send("oversize", text)

    def tell_raised(self, error: BaseException) -> None:
        known = next((base.__name__ for base in type(error).__mro__ if base.__name__ in KNOWN), "")
        try:
            message = str(error)
        except BaseException:  # a __str__ of the student's own may fail
            message = ""
        if isinstance(error, StudentError):
            known = ""
        self.floor = (self.serial // EPOCH + 1) * EPOCH
        self.send("raised", known, type(error).__name__[:80], message[:MAX_TEXT], self.trace(error), self.printed.text)

    def trace(self, error: BaseException) -> str:
        try:
            return student_trace(error, self.scratch)[-MAX_TEXT:]
        except BaseException:
            return ""

    def refer(self, value: Any) -> list[Any]:
        """Modules of torch and objects of the student's classes stay here and are known by a number."""
        torch = sys.modules.get("torch")
        is_module = torch is not None and isinstance(value, torch.nn.Module)
        if is_module or (self.module is not None and type(value).__module__ == self.module.__name__):
            number = len(self.objects)
            self.objects[number] = value
            return ["h", number, type(value).__name__[:80]]
        return ["o", type(value).__name__[:80]]

    def resolve(self, reference: Reference) -> Any:
        """What a reference in a request stands for."""
        if reference.tag == "h":
            return self.objects[reference.number]
        if reference.tag == "x":
            if reference.name not in self.figures:
                self.figures[reference.name] = new_axes(reference.number)
            return self.figures[reference.name]
        return self.remote("callback", reference.number, name=reference.name)

    def remote(self, kind: str, *where: Any, name: str) -> Any:
        """A function that is answered by the grader."""
        def function(*args: Any, **kwargs: Any) -> Any:
            encoder = Encoder(self.refer, self.limits.message)
            forms = [encoder.encode(value) for value in (*where, args, kwargs)]
            sent = encoder.payload()
            question = msgspec.msgpack.encode(forms) + sent if kind == "ask" else b""
            known = self.asked.get(question)
            if known is not None:
                return Decoder(bytearray(known[1]), self.resolve).decode(known[0])
            self.unsent.append(frame([kind, self.serial, *forms], sent))
            self.flush()
            header, payload = self.answer()
            if question and header[0] == "answer" and len(question) <= LONG_QUESTION:
                self.asked[question] = header[2], bytes(payload)
            decoder = Decoder(payload, self.resolve)
            values = [decoder.decode(form) for form in header[2:]]
            decoder.finish()
            if header[0] == "answer":
                return values[0]
            name_of, message = values
            raise getattr(builtins, name_of if name_of in KNOWN else "RuntimeError")(message)

        function.__name__ = function.__qualname__ = name
        return function

    # -- requests ------------------------------------------------------------------------------------------

    def do_load(self, module: str, files: dict[str, Any], provided: dict[str, Any], standins: Any) -> tuple[Any, tuple[Any, ...]]:
        """Write the submission into the scratch folder and import it."""
        for name, data in files.items():
            (self.scratch / os.path.basename(name)).write_bytes(np.asarray(data, np.uint8).tobytes())
        os.chdir(self.scratch)
        sys.stdout = sys.stderr = self.printed
        if standins:
            self.load_standins(standins)
            self.standins["prepare_worker"]()
        self.provided = provided
        path = self.scratch / f"{module}.py"
        self.code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        sys.path.insert(0, str(self.scratch))
        self.libraries = frozenset(sys.modules)
        started = time.process_time()
        self.import_module(module)
        self.load_seconds = time.process_time() - started
        return None, ()

    def import_module(self, name: str) -> None:
        """Run the student's file as a module of its own, and forget the modules beside it."""
        for other in sys.modules.keys() - self.libraries:
            if os.path.dirname(getattr(sys.modules[other], "__file__", None) or "") == str(self.scratch):
                del sys.modules[other]
        for other, functions in self.provided.items():
            made = types.ModuleType(other)
            for function in functions:
                setattr(made, function, self.remote("ask", other, function, name=function))
            sys.modules[other] = made
        spec = importlib.util.spec_from_file_location(name, self.scratch / f"{name}.py")
        assert spec is not None
        self.module = sys.modules[name] = importlib.util.module_from_spec(spec)
        exec(self.code, vars(self.module))
        self.own = dict(vars(self.module))

    def load_standins(self, source: str) -> None:
        """Replacements made of the library's own parts, for what cannot be answered by value; a later piece knows the earlier."""
        exec(compile(source, "standins.py", "exec", dont_inherit=True), self.standins)

    def do_reset(self, seed: int, replace: list[str], prefetched_answers: Any, standins: str) -> tuple[Any, tuple[Any, ...]]:
        """A clean state before a test; the functions named are answered by the grader. False when it is not clean."""
        assert self.module is not None
        sys.stdout = sys.stderr = self.printed
        self.printed.text = ""
        if not self.settled:
            self.surroundings.rebase()
            self.settled = True
        elif not self.surroundings.is_intact():
            return False, ()
        reset_state(seed)
        self.objects.clear()
        self.figures.clear()
        self.asked = read_prefetched(prefetched_answers)
        if standins:
            self.load_standins(standins)
        names = vars(self.module)
        if self.load_seconds < QUICK_IMPORT:
            self.import_module(self.module.__name__)
            names = vars(self.module)
            self.printed.text = ""
            reset_state(seed)
        else:
            names.clear()
            names.update(self.own)
        self.surroundings.refresh()
        for name in replace:
            if name in self.standins:
                names[name] = self.standins[name]
            elif name in names:
                names[name] = self.remote("ask", self.module.__name__, name, name=name)
        return True, ()

    def do_call(self, target: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
        """Call a function of the module, an object, or a method of one."""
        self.printed.text = ""
        function = self.find(*target)
        before = copied(args), copied(kwargs)
        value = function(*args, **kwargs)
        return value, changed(before, (args, kwargs))

    def find(self, kind: str, what: Any, name: str = "") -> Any:
        if kind == "function":
            if not hasattr(self.module, what):
                return Missing(what)
            return getattr(self.module, what)
        if kind == "object":
            return self.objects[what]
        if kind == "method":
            return getattr(self.objects[what], name)
        return {"vjp": Autodiff(self.module).vjp, "load_checkpoint": self.load_checkpoint}[what]

    def load_checkpoint(self, model: Any, file: str) -> str:
        """See `autograder.checks.checkpoints.load_checkpoint`; the file is one of the submission's."""
        return load_checkpoint(model, self.scratch / os.path.basename(file))

    def do_drawn(self, key: str) -> tuple[Any, tuple[Any, ...]]:
        """What the Axes of a figure hold."""
        axes = self.figures.get(key)
        if axes is None:
            return None, ()
        return [describe(ax) for ax in (axes.ravel() if isinstance(axes, np.ndarray) else [axes])], ()

    def do_picture(self, key: str) -> tuple[Any, tuple[Any, ...]]:
        """The figure as PNG."""
        axes = self.figures[key]
        return np.frombuffer(picture(axes.ravel()[0] if isinstance(axes, np.ndarray) else axes), np.uint8), ()

    def do_probe(self, paths: list[str]) -> tuple[Any, tuple[Any, ...]]:
        """Try to get out; see `autograder.sandbox.probe`."""
        return importlib.import_module("autograder.sandbox.probe").attempts(paths), ()


class Missing:
    """Stands for a function that the student's module does not have."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Opaque:
        return Opaque("missing function")


def serve(channel: Channel, limits: Limits, scratch: Path, surroundings: ProcessSnapshot) -> None:
    """Serve until the grader closes its end, then end at once: nothing of the student's runs at exit."""
    try:
        Server(channel, limits, scratch, surroundings).run()
    except (StudentError, BadMessage, OSError):
        pass
    except BaseException:
        traceback.clear_frames(sys.exc_info()[2])
    finally:
        os._exit(0)
