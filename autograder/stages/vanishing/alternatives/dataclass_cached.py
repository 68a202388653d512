"""A frozen dataclass for a random network; what was computed for it is kept, and asked for by all that made it."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import bptt
import numpy as np
from matplotlib.axes import Axes


class Fit(NamedTuple):
    slope: float
    intercept: float


@dataclass(frozen=True)
class Setting:
    radius: float
    hidden_size: int
    length: int
    seed: int


@dataclass
class Trajectory:
    h: np.ndarray
    W_h: np.ndarray

    @cached_property
    def factors(self) -> list[np.ndarray]:
        return [bptt.dh_dh_prev(h_t, self.W_h) for h_t in self.h[1:]]

    def back_from(self, t: int):
        J = np.eye(self.W_h.shape[0])
        yield t, J
        for k in range(t, 0, -1):
            J = J @ self.factors[k - 1]
            yield k - 1, J


@cache
def _decay(setting: Setting) -> tuple[float, ...]:
    rng = np.random.default_rng(setting.seed)
    size = setting.hidden_size
    W_h = rescale(rng.standard_normal((size, size)), setting.radius)
    h = [rng.uniform(-0.1, 0.1, size)]
    for _ in range(setting.length):
        h.append(np.tanh(W_h @ h[-1]))
    return tuple(np.asarray(jacobian_norms(np.array(h), W_h, setting.length))[::-1])


def jacobian_norms(h: np.ndarray, W_h: np.ndarray, t: int) -> np.ndarray:
    norms = np.zeros(t + 1)
    for k, J in Trajectory(h, W_h).back_from(t):
        norms[k] = np.linalg.norm(J, 2)
    return norms


def decay_bound(W_h: np.ndarray, t: int) -> np.ndarray:
    sigma = np.linalg.svd(W_h, compute_uv=False)[0]
    return np.array([sigma ** (t - k) for k in range(t + 1)])


def vanishing_lag(norms: np.ndarray, tolerance: float) -> int | None:
    match [lag for lag, norm in enumerate(norms[::-1]) if norm < tolerance]:
        case []:
            return None
        case [first, *_]:
            return first


def rescale(W_h: np.ndarray, radius: float) -> np.ndarray:
    match float(np.max(np.abs(np.linalg.eigvals(W_h)))):
        case 0.0:
            raise ValueError("W_h has no eigenvalue but 0")
        case rho:
            return W_h * (float(radius) / rho)


def decay_rate(norms: np.ndarray) -> float:
    lag = np.arange(len(norms))[::-1]
    keep = norms != 0
    return Fit(*np.polyfit(lag[keep], np.log(norms[keep]), deg=1)).slope


def sweep(radii, hidden_size: int, length: int, seeds) -> np.ndarray:
    seeds = [int(seed) for seed in seeds]
    table = np.array([[_decay(Setting(float(radius), hidden_size, length, seed)) for seed in seeds] for radius in radii])
    with np.errstate(divide="ignore"):
        return np.exp(np.log(table).mean(axis=1))


def term_norms(params, x, y, h, y_hat, t: int) -> np.ndarray:
    error = bptt.dL_dyhat(y_hat[t - 1], y[t - 1]) @ bptt.dyhat_dz(y_hat[t - 1]) @ bptt.dz_dh(params["W_y"])
    norms = np.zeros(t)
    for k, J in Trajectory(h, params["W_h"]).back_from(t):
        if k > 0:
            norms[k - 1] = np.linalg.norm(np.einsum("i,ijd->jd", error @ J, bptt.dh_dW_x(h[k], x[k - 1])))
    return norms


def far_share(norms: np.ndarray, lag: int) -> float:
    share = np.append(0, np.cumsum(norms)) / np.cumsum(norms)[-1]
    return float(share[len(norms) - min(lag, len(norms))])


def early_gradients(params, sequences, targets) -> np.ndarray:
    H = params["W_h"].shape[0]

    def one(x, target):
        h, _, y_hat = bptt.forward(params, x, np.zeros(H))
        error = bptt.dL_dz(y_hat[-1], target) @ bptt.dz_dh(params["W_y"])
        J = dict(Trajectory(h, params["W_h"]).back_from(len(x)))[1]
        return np.linalg.norm(error @ J)

    return np.array([one(x, target) for x, target in zip(sequences, targets, strict=True)])


def can_tell_apart(a: np.ndarray, b: np.ndarray, factor: float) -> bool:
    small, large = sorted(map(np.median, (a, b)))
    return bool(large > factor * small)


def plot_decay(ax: Axes, norms_by_radius: dict, bound_by_radius: dict) -> None:
    from matplotlib import colormaps
    from matplotlib.patches import Patch

    n = len(norms_by_radius | bound_by_radius)
    colour = dict(zip(norms_by_radius | bound_by_radius, colormaps["hsv"](np.linspace(0, 0.9, n))))
    for radius, norms in norms_by_radius.items():
        ax.step(np.arange(len(norms)), norms, where="mid", color=colour[radius])
    for radius, bound in bound_by_radius.items():
        ax.plot(np.arange(len(bound)), bound, color=colour[radius], marker="x", linestyle=":", linewidth=1)
    handles = [Patch(color=colour[radius], label=f"radius {radius:g}") for radius in norms_by_radius]
    handles.append(ax.plot([], [], "kx:", linewidth=1, label="bound")[0])
    ax.legend(handles=handles)
    ax.set(yscale="log", xlabel="lag, in steps", ylabel="norm")


def plot_terms(ax: Axes, norms: np.ndarray, words: list[str]) -> None:
    ax.step(range(len(norms)), norms, where="mid", marker="o")
    ax.set(yscale="log", xlabel="word", ylabel="norm")
    ax.set_xticks(range(len(norms)), words, rotation=45, ha="right", rotation_mode="anchor")
