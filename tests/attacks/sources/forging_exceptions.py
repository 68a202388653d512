"""Raises what a test runner takes for something else than a failure.

base: stub
marks: 0
"""

import pytest


def softmax(z):
    # The attack itself, in student code: a grader that ran it beside its tests would count them as skipped.
    pytest.skip("nothing to see here")


def cross_entropy(y_hat_t, y_t):
    raise AssertionError


def dL_dyhat(y_hat_t, y_t):
    raise SystemExit(0)


def dz_dh(W_y):
    raise KeyboardInterrupt


def dh_dh_prev(h_t, W_h):
    pytest.exit("all passed", returncode=0)


def dh_dW_x(h_t, x_t):
    raise pytest.xfail.Exception("expected")


def dh_dh(h, W_h, t, k):
    raise GeneratorExit


def relative_error(a, b):
    raise StopIteration(0.5)
