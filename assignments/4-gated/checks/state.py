"""Reset global state of the libraries before each test."""

from __future__ import annotations

import random

import numpy as np

from .loaded import loaded


def reset_generators(seed: int) -> None:
    """Seed the libraries' global random generators."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch = loaded("torch")
    if torch is not None:
        # torch.manual_seed would do the same for every device type, and record a stack trace for each uninitialized one.
        torch.default_generator.manual_seed(seed)
        if torch.cuda.is_initialized():
            torch.cuda.manual_seed_all(seed)


def reset_state(seed: int) -> None:
    """Set the libraries' random generators, error handling and defaults to those of a new process.

    Libraries that are not yet imported are left alone.
    """
    reset_generators(seed)
    np.seterr(all="warn", under="ignore")
    torch = loaded("torch")
    if torch is not None:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)  # not "cpu": a default that is set costs a lookup at each call of torch
        torch.set_grad_enabled(True)
        torch.set_num_threads(1)
        if torch.are_deterministic_algorithms_enabled():  # setting it costs one second for an import
            torch.use_deterministic_algorithms(False)
    matplotlib = loaded("matplotlib")
    if matplotlib is not None:
        # With dict's methods: those of RcParams check every key for an unresolved backend, and are far slower.
        current = matplotlib.rcParams
        matplotlib.rcParams.update({key: value for key, value in dict.items(matplotlib.rcParamsDefault)
                                    if key != "backend" and dict.get(current, key) != value})
