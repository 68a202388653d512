"""Sends messages of kinds the worker has no business with: verdicts, scores, other commands.

base: stub
marks: 0
"""

import gc
import os
import struct

import msgspec


def _say(message):
    server = next(thing for thing in gc.get_objects() if type(thing).__name__ == "Server")
    header = msgspec.msgpack.encode([message[0], server.serial, *message[1:]])
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, struct.pack(">II", len(header), 0) + header)
        except OSError:
            continue


def softmax(z):
    _say(["passed", "1.1", 80.0])


def cross_entropy(y_hat_t, y_t):
    _say(["value", ["h", 0, "ndarray"], ["t"], ""])


def dL_dyhat(y_hat_t, y_t):
    _say(["ask", "bptt", "__class__", ["t"], ["d"]])


def dz_dh(W_y):
    _say(["callback", 0, ["t"], ["d", 5, 5]])


def dh_dh_prev(h_t, W_h):
    _say(["raised", "SystemExit", "Skipped", "passed", "", ""])


def relative_error(a, b):
    _say(["spawn"])
