"""Global state that code under test may leave behind, put back before each test."""

from __future__ import annotations

import random
import sys

import numpy as np


def reset_generators(seed: int) -> None:
    """The libraries' own random generators, as a fresh process has them after seeding."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        # torch.manual_seed would do the same for every kind of device, and keep a trace of the stack for each that is asleep.
        torch.default_generator.manual_seed(seed)
        if torch.cuda.is_initialized():
            torch.cuda.manual_seed_all(seed)


def reset_state(seed: int) -> None:
    """Random generators, error handling and defaults of the libraries as a fresh process has them.

    Libraries that are not imported are left alone: nothing is imported here.
    """
    reset_generators(seed)
    np.seterr(all="warn", under="ignore")
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)  # not "cpu": a default that is set is looked up at each call of torch
        torch.set_grad_enabled(True)
        torch.set_num_threads(1)
        if torch.are_deterministic_algorithms_enabled():  # setting it costs an import of a second
            torch.use_deterministic_algorithms(False)
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        # By dict's own methods: RcParams' own look at each key for a backend that is not chosen yet, and take far longer.
        current = matplotlib.rcParams
        matplotlib.rcParams.update({key: value for key, value in dict.items(matplotlib.rcParamsDefault)
                                    if key != "backend" and dict.get(current, key) != value})
