"""The libraries behave alike at home and in the sandbox, but for what is forbidden on purpose."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission
from tests.sandbox.conftest import no_answer

# One function an operation; what each returns, or the exception it raises, is to be the same on both sides.
OPERATIONS = '''
import concurrent.futures
import contextlib
import datetime
import decimal
import fractions
import getpass
import gc
import io
import json
import locale
import logging
import multiprocessing
import os
import pathlib
import pickle
import platform
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import typing
import urllib.request
import uuid
import warnings

import matplotlib
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

A = torch.arange(6.0).reshape(2, 3) / 7


def half_and_back():
    return A.half().float().tolist()

def bfloat16_and_back():
    return A.bfloat16().float().tolist()

def half_product():
    return (A.half() @ A.half().T).float().tolist()

def bfloat16_product():
    return (A.bfloat16() @ A.bfloat16().T).float().tolist()

def every_dtype():
    kinds = (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.int16, torch.int32, torch.int64,
             torch.uint8, torch.bool, torch.complex64)
    return [A.to(kind).to(torch.complex64).real.tolist() for kind in kinds]

def numpy_dtypes():
    return [np.arange(3).astype(kind).astype(complex).real.tolist() for kind in "?bhilqBHILQefdgFDG"]

def embedding_bag():
    torch.manual_seed(0)
    return nn.EmbeddingBag(5, 3)(torch.tensor([[1, 2], [4, 0]])).tolist()

def embedding_with_padding():
    torch.manual_seed(0)
    return nn.Embedding(5, 3, padding_idx=0)(torch.tensor([0, 2])).tolist()

def linear_solve():
    return torch.linalg.solve(torch.eye(3) * 2, torch.ones(3)).tolist()

def singular_values():
    return [round(float(value), 5) for value in torch.linalg.svdvals(A)]

def float16_weights():
    model = nn.Linear(3, 2).half()
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    buffer.seek(0)
    other = nn.Linear(3, 2)
    other.load_state_dict(torch.load(buffer))
    return bool((other.weight == model.weight.float()).all())

def autocast():
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return str((A @ A.T).dtype)

def convolution():
    return F.conv1d(A[None], torch.ones(1, 2, 2)).tolist()

def functional_transforms():
    return torch.func.jacrev(lambda x: (x**2).sum())(A).tolist(), torch.func.vmap(torch.sum)(A).tolist()

def adam_step():
    weight = nn.Parameter(torch.ones(2))
    optimizer = torch.optim.Adam([weight], lr=0.5)
    (weight**2).sum().backward()
    optimizer.step()
    return weight.tolist()

def anomaly_detection():
    with torch.autograd.detect_anomaly(check_nan=True):
        x = torch.ones(2, requires_grad=True)
        x.sum().backward()
    return x.grad.tolist()

def random_numbers():
    torch.manual_seed(3), np.random.seed(3), random.seed(3)
    return torch.rand(2).tolist(), np.random.rand(2).tolist(), random.random(), np.random.default_rng(3).random()

def numpy_errors():
    with np.errstate(all="raise"):
        return float(np.float64(1) / np.float64(0))

def numpy_warning_as_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return float(np.log(np.float64(0)))

def warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("careful", UserWarning)
    return [str(one.message) for one in caught]

def matrix_class():
    return np.matrix([[1, 2]]).T.tolist()

def temporary_file():
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("text")
        file.seek(0)
        return file.read()

def temporary_folder():
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "x").write_text("1")
        return os.listdir(folder)

def file_beside():
    pathlib.Path("notes.txt").write_text("seen")
    return pathlib.Path("notes.txt").read_text()

def own_file():
    return pathlib.Path(__file__).name

def user_name():
    return type(getpass.getuser()).__name__

def home_folder():
    return type(pathlib.Path.home()).__name__

def reconfigured_output():
    sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
    sys.stderr.reconfigure(errors="replace")
    return None

def printing():
    print("a", file=sys.stdout, flush=True)
    print("b", file=sys.stderr)
    sys.stdout.write("c\\n")
    return sys.stdout.writable()

def redirected_output():
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        print("inside")
    return text.getvalue()

def logging_to_the_error_stream():
    logging.getLogger("student").warning("careful")
    return logging.getLogger("student").getEffectiveLevel()

def a_thread():
    found = []
    one = threading.Thread(target=lambda: found.append(1))
    one.start()
    one.join()
    return found

def a_pool_of_threads():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda x: x * x, range(4)))

def sleeping():
    time.sleep(0.001)
    return None

def the_clock():
    return time.time() > 1e9, time.perf_counter() >= 0, datetime.datetime.now().year > 2000

def processors():
    return os.cpu_count() >= 1, torch.get_num_threads() >= 1

def number_of_threads():
    torch.set_num_threads(1)
    return torch.get_num_threads()

def pickling():
    return pickle.loads(pickle.dumps({"a": np.arange(3)}))["a"].tolist()

def saved_arrays():
    np.savez("kept.npz", a=np.arange(3))
    with np.load("kept.npz") as kept:
        return kept["a"].tolist()

def json_file():
    pathlib.Path("kept.json").write_text(json.dumps({"a": [1, 2.5]}))
    return json.loads(pathlib.Path("kept.json").read_text())

def platform_name():
    return platform.system(), sys.platform, sys.byteorder

def locale_numbers():
    return locale.localeconv()["decimal_point"]

def exact_numbers():
    return str(decimal.Decimal(1) / 3), str(fractions.Fraction(1, 3) + 1)

def identifiers():
    return len(str(uuid.uuid4())), len(os.urandom(8))

def recursion():
    def down(n):
        return 0 if n == 0 else 1 + down(n - 1)
    return down(800)

def too_deep():
    def down(n):
        return 1 + down(n + 1)
    return down(0)

def garbage_collection():
    return gc.collect() >= 0

def unbuffered_exit():
    raise SystemExit(3)

def an_assertion():
    assert False, "mine"

def figure():
    import matplotlib.pyplot as plt
    figure, ax = plt.subplots()
    ax.plot([1, 2])
    figure.savefig("figure.png")
    plt.close(figure)
    return matplotlib.get_backend().lower(), pathlib.Path("figure.png").stat().st_size > 100

def showing_a_figure():
    import matplotlib.pyplot as plt
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return plt.show()

def nobody_types():
    return input("a number: ")

def a_web_page():
    return urllib.request.urlopen("http://127.0.0.1:9", timeout=1)

def a_program():
    return subprocess.run(["true"]).returncode

def a_shell():
    return os.system("true")

def a_process():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.map(abs, [-1])

def a_listening_socket():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
    return None

def a_file_elsewhere():
    return pathlib.Path("/etc/hostname").exists()
'''
# Those that differ on purpose: what the sandbox gives instead, and why.
ON_PURPOSE = {
    "a_program": ("raised PermissionError", "no other program is started"),
    "a_shell": (32512, "there is no shell"),
    "a_process": ("raised OSError", "no process is made"),
    "a_listening_socket": ("raised PermissionError", "there is no network"),
    "a_file_elsewhere": (False, "the files of the machine are not there"),
}
ASKED = '''

def outcome(name):
    try:
        return json.loads(json.dumps(globals()[name]()))
    except BaseException as error:
        return f"raised {type(error).__name__}"
'''
NAMES = [line.split("(")[0].removeprefix("def ") for line in OPERATIONS.splitlines() if line.startswith("def ")]


@pytest.fixture(scope="module")
def there() -> Any:
    """What each operation gives in a worker."""
    sandbox = Sandbox(preload=("torch", "matplotlib"))
    sandbox.start()
    worker = sandbox.worker(Submission({"work.py": (OPERATIONS + ASKED).encode()}, "work"), no_answer)
    worker.load()
    worker.reset(1, ())
    yield {name: worker.call(["function", "outcome"], (name,), {})[0] for name in NAMES}
    worker.close()
    sandbox.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What each operation gives in a process of this environment."""
    folder: Path = tmp_path_factory.mktemp("home")
    (folder / "work.py").write_text(OPERATIONS + ASKED)
    (folder / "all.py").write_text(f"import json, work\nfound = {{name: work.outcome(name) for name in {NAMES!r}}}\n"
                                   "open('found.json', 'w').write(json.dumps(found))\n")
    subprocess.run([sys.executable, "all.py"], cwd=folder, check=True, stdin=subprocess.DEVNULL, capture_output=True,
                   env={"PATH": "/usr/bin:/bin", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"})
    return json.loads((folder / "found.json").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_gives_the_same_or_differs_on_purpose(home: dict[str, Any], there: dict[str, Any], name: str) -> None:
    if name in ON_PURPOSE:
        wanted, why = ON_PURPOSE[name]
        assert there[name] == wanted != home[name], why
    else:
        assert there[name] == home[name]
