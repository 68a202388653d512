# ruff: noqa: E501
"""Small attacks, a few lines each: what a submission does at a place where nobody looks for it, and what that deserves.

Each is appended to the model answers of stage 1. A `body` takes the place of `relative_error`; what it breaks are the tests of task
1.7 that need this function.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.attacks.catalogue import FULL, deserved

BROKEN = deserved("test_relative_error, test_gradient_check")
SPINS = "while True: pass"


@dataclass(frozen=True)
class Variant:
    """One attack.

    Attributes
    ----------
    code : str
        What is appended.
    marks : float
        What it deserves.
    says : str
        Words that one of its messages, or the reason of the whole, must hold.
    """

    code: str
    marks: float = BROKEN
    says: str = ""


def body(text: str, marks: float = BROKEN, says: str = "", before: str = "") -> Variant:
    """One whose `relative_error` is this; `own` is the right one."""
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    return Variant(f"{before}\nown = relative_error\n\ndef relative_error(a, b):\n{lines}\n", marks, says)


def returned(methods: str, base: str = "", says: str = "") -> Variant:
    """One that returns an object with such methods."""
    inner = "\n".join(f"    {line}" for line in methods.splitlines())
    return body("return Odd()", BROKEN, says, f"class Odd({base}):\n{inner}\n")


def raised(methods: str, says: str = "", meta: str = "") -> Variant:
    """One that raises an exception with such methods."""
    inner = "\n".join(f"    {line}" for line in methods.splitlines())
    return body("raise Odd('told')", BROKEN, says, f"{meta}\nclass Odd(ValueError{', metaclass=Meta' if meta else ''}):\n{inner}\n")


OWN = "return own(a, b)"
TIME, WAIT = "of CPU time", "hardly computes"
AT_RANDOM = "if int.from_bytes(__import__('os').urandom(1)) < 128: raise ValueError('sometimes')"
CALLBACK = "ng = numerical_gradient\n\ndef numerical_gradient(f, *rest):\n"

VARIANTS: dict[str, Variant] = {
    # at import
    "waits at import": Variant("import select\nselect.select([], [], [])", 0, "did not finish importing"),
    "sleeps for half a minute at import": Variant("import time\ntime.sleep(30)", FULL),
    "asks for input at import": Variant("input('name? ')", 0, "EOFError"),
    "a chain of sixty thousand additions": Variant("x = 1" + " + 1" * 60_000, 0, "RecursionError"),
    "four thousand branches": Variant("def x(a):\n    if a: pass\n" + "    elif a: pass\n" * 4000, 0, "RecursionError"),
    "sixty thousand times not": Variant("x = " + "not " * 60_000 + "1", 0, "MemoryError"),
    "warnings are errors from now on": Variant(
        "import warnings\nwarnings.simplefilter('error')", deserved("test_cross_entropy_of_a_class"),
        "divide by zero"),
    "a small limit of recursion": Variant("import sys\nsys.setrecursionlimit(60)", FULL),
    "a module that answers to every name": Variant(f"def __getattr__(name):\n    {SPINS}\n\ndef __dir__():\n    {SPINS}", FULL),
    "another object in the place of the module": Variant("import sys\nsys.modules[__name__] = object()", FULL),
    "what is no module in the place of modules": Variant("import sys\nsys.modules |= {'x': None, 'y': 3, 'numpy.z': object(), "
                                                         "'matplotlib': None, 'random': 4}", FULL),
    "memory is full from the start": Variant("kept = []\ntry:\n    while True: kept.append(np.empty(1 << 22))\nexcept MemoryError:"
                                             "\n    kept.clear()", FULL),
    **{f"{name} at import": Variant(f"raise {name}('told')", 0, name)
       for name in ("BaseException", "GeneratorExit", "SystemExit", "KeyboardInterrupt")},
    # in a call
    **{f"{name} in a call": body(f"raise {name}('told')", says=name)
       for name in ("BaseException", "GeneratorExit", "SystemExit", "KeyboardInterrupt", "StopIteration")},
    "an error at the second import": Variant("own = softmax\n\ndef softmax(z):\n    try:\n        open('seen', 'x')\n"
                                             "    except FileExistsError:\n        raise KeyError('told')\n    return own(z)",
                                             deserved("test_softmax"), "KeyError"),
    "all of Python's own names are gone": body("import builtins\nfor name in list(vars(builtins)):\n    delattr(builtins, name)"),
    "its own names are gone": body("globals().clear()", says="not defined"),
    "its own folder is gone": body(f"import os, shutil\nshutil.rmtree(os.path.dirname(__file__), ignore_errors=True)\n{OWN}", FULL),
    "closes every file": body(f"import os\nos.closerange(0, 256)\n{OWN}", says="ended"),
    "the output is closed": body(f"import sys\nsys.stdout = sys.stderr = None\n{OWN}", FULL),
    "writes to the bare output": body(f"import os\nfor n in range(1000):\n    os.write(1, b'x' * 1000); os.write(2, b'x' * 1000)\n{OWN}",
                                      FULL),
    "prints two gigabytes": body("print('x' * 2_000_000_000)", says="MemoryError"),
    "threads without end": body("import threading, select\ntry:\n    while True: threading.Thread(target=select.select, args=([], [], [], "
                                f"60), daemon=True).start()\nexcept RuntimeError: pass\n{OWN}", FULL),
    "processes by multiprocessing": body("import multiprocessing\nmultiprocessing.Pool(2)", says="Error"),
    "a process by posix_spawn": body("import os\nos.posix_spawn('/bin/true', ['true'], {})", says="Error"),
    "files without end": body("n = 0\nwhile True:\n    open(f'f{n}', 'w').close(); n += 1", says="files and folders"),
    "a file without end": body("with open('f', 'wb') as f:\n    while True: f.write(bytes(1 << 20))", says="File too large"),
    "a pipe nobody writes to": body("import os\nr, w = os.pipe()\nos.read(r, 1)", says=WAIT),
    "swallows whatever ends it": body(f"try:\n    {SPINS}\nexcept BaseException: pass", says=TIME),
    # ended from inside
    "aborts": body("import os\nos.abort()", says="SIGABRT"),
    "an alarm nobody waits for": body(f"import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\n{SPINS}", says="SIGALRM"),
    "kills its group": body(f"import os\nos.killpg(0, 9)\n{OWN}", says="PermissionError"),
    "kills itself by raise": body(f"import signal\nsignal.raise_signal(9)\n{OWN}"),
    "asks the kernel to be killed at the next call": body(f"import ctypes\nctypes.CDLL(None).prctl(22, 1, 0, 0, 0)\n{OWN}", FULL),
    "gives itself a second of CPU time": body(f"import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n{OWN}"),
    # what it returns
    "an object that spins when it goes": body(f"Odd()\n{OWN}", says=TIME, before=f"class Odd:\n    def __del__(self):\n        {SPINS}"),
    "an object that raises when it goes": body(
        f"Odd()\n{OWN}", FULL, before="class Odd:\n    def __del__(self):\n        raise SystemExit"),
    "an object that answers to every name": returned(f"def __getattr__(self, name):\n    {SPINS}", says="wrong type"),
    "an object whose class spins": returned(f"@property\ndef __class__(self):\n    {SPINS}", says=TIME),
    "a number that spins when compared": body(
        "return Odd(own(a, b))", FULL, before=f"class Odd(float):\n    def __eq__(self, other):\n        {SPINS}\n"
        "    __lt__ = __gt__ = __le__ = __ge__ = __ne__ = __float__ = __hash__ = __repr__ = __str__ = __eq__"),
    "a list without an end": returned("def __iter__(self):\n    while True: yield 1.0\ndef __len__(self):\n    return 1", "list"),
    "a text that cannot be written": returned("def encode(self, *rest):\n    raise SystemExit\ndef __len__(self):\n    return -1", "str",
                                              "wrong type"),
    "a generator without an end": body("return (0.0 for _ in iter(int, 1))", says="a generator"),
    "an array that claims to be enormous": body("return np.broadcast_to(1.0, (10**6, 10**6, 10**3))", says="larger than"),
    "an array of itself": body("x = np.empty(1, object)\nx[0] = x\nreturn x", says="an array of objects"),
    "an array with methods of its own": body(
        "return np.zeros(3).view(Odd)", before="class Odd(np.ndarray):\n    def __array_ufunc__(self, *rest, **more):\n"
        "        raise SystemExit\n    __array_function__ = tobytes = __array_ufunc__\n    shape = property(lambda self: (10**9,))"),
    "records with a name of markup": body("return np.zeros(3, [('[/b]', 'f8')])", says="records"),
    "a hundred thousand texts of control codes": body("return np.array(['\\x1b[31m[/b]'] * 100_000)", says="texts"),
    "a number of a hundred thousand digits": body("return 10 ** 100_000", says="larger than"),
    "keys that hash alike and spin": body(
        "return {Odd(): 1, Odd(): 2}", says=TIME, before="class Odd:\n    def __hash__(self):\n        return 1\n"
        f"    def __eq__(self, other):\n        {SPINS}"),
    "nested a hundred thousand deep": body("x = []\nfor _ in range(100_000): x = [x]\nreturn x", says="nested"),
    # what it raises
    "an error whose text raises": raised("def __str__(self):\n    raise GeneratorExit"),
    "an error whose text is odd": raised(
        "def __str__(self):\n    return Text('odd')", "odd", "class Text(str):\n    def __getitem__(self, key):\n        return 10**6\n"
        "class Meta(type): pass"),
    "an error whose text spins": raised(f"def __str__(self):\n    {SPINS}", TIME),
    "an error whose class is another": raised("@property\ndef __class__(self):\n    raise KeyboardInterrupt", "told"),
    "an error whose class's name raises": raised("pass", "told", "class Meta(type):\n    @property\n    def __name__(cls):\n"
                                                 "        raise SystemExit\n    __mro__ = __name__"),
    "errors that cause each other": body("e, f = ValueError('told'), KeyError()\ne.__cause__ = f\nf.__cause__ = e\nraise e", says="told"),
    "twenty thousand errors in each other": body("e = ValueError()\nfor _ in range(20_000): e = ExceptionGroup('[/b]', [e])\nraise e",
                                                 says="ExceptionGroup"),
    "an error of a file of its own": body("e = SyntaxError('told')\ne.filename, e.lineno, e.text = object(), '\\x1b[31m', b'x'\nraise e",
                                          says="told"),
    "an error as long as memory": body("raise ValueError('x' * 500_000_000)", says="ValueError"),
    # hooks
    "a hook on everything that Python does": body(
        f"import sys\ndef hook(*rest): raise SystemExit\nsys.addaudithook(hook)\nopen('x', 'w')\n{OWN}", says="SystemExit"),
    "an interrupt in the main thread": body(f"import _thread\nthread = _thread.interrupt_main()\n{OWN}", FULL),
    # what a test gives it
    "a callback with anything": Variant(CALLBACK + "    for x in (np.zeros((3000, 3000)), {'W': np.zeros(1000)}, [[]] * 1000, 10**5000, "
                                        "'x' * 10**6, None, f):\n        try: f(x)\n        except Exception: pass\n    return ng(f, *rest)",
                                        FULL),
    "a callback in a thread": Variant(CALLBACK + "    import threading\n    got = []\n    one = threading.Thread(target=lambda: "
                                      "got.append(ng(f, *rest)))\n    one.start(); one.join()\n    return got[0]", FULL),
    "callbacks of earlier tests": Variant(CALLBACK + "    import math\n    kept = vars(math).setdefault('kept', [])\n"
                                          "    for old in kept:\n        try: old(*rest)\n        except Exception: pass\n"
                                          "    kept.append(f)\n    return ng(f, *rest)", FULL),
    "sometimes it cannot be imported": Variant(f"{AT_RANDOM}\nown = softmax\n\ndef softmax(z):\n    __import__('os')._exit(0)", -1),
}
