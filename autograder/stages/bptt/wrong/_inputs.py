"""Inputs that the witnesses share: T = 4, D = 2, H = 3, V = 5; and a long sequence of one unit in which nothing vanishes."""

import numpy as np

rng = np.random.default_rng(7)
p = {"W_x": rng.normal(size=(3, 2)), "W_h": 0.7 * rng.normal(size=(3, 3)), "b": rng.normal(size=3),
     "W_y": rng.normal(size=(5, 3))}
x, y, h_0 = rng.normal(size=(4, 2)), np.array([4, 0, 2, 3]), rng.uniform(-0.5, 0.5, 3)
h = [h_0]
for x_t in x:
    h.append(np.tanh(p["W_h"] @ h[-1] + p["W_x"] @ x_t + p["b"]))
h = np.array(h)
y_hat = np.exp(h[1:] @ p["W_y"].T)
y_hat /= y_hat.sum(axis=1, keepdims=True)
args = (p, x, y, h, y_hat)


def flat(T):
    """A net of one unit with all states 0 and a W_h of 1: at every step the error is carried back whole."""
    params = {"W_x": np.zeros((1, 2)), "W_h": np.eye(1), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0], [0.0]])}
    return params, np.zeros((T, 2)), np.zeros(T, int), np.zeros((T + 1, 1)), np.full((T, 3), 1 / 3)
