"""Entries of NaN and Inf are turned into numbers, so nobody learns of them.

A gradient with NaN tells that the step before went wrong. Who should decide what to do about it?
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    grads = {name: np.nan_to_num(g, nan=0.0, posinf=0.0, neginf=0.0) for name, g in grads.items()}
    norm = global_norm(grads)
    scale = threshold / norm if norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
