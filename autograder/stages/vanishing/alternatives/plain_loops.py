"""Plain loops over rows and columns, nothing but lists until the end."""

import math

import bptt
import numpy as np


def matmul(A, B):
    n = len(A)
    return [[sum(A[i][m] * B[m][j] for m in range(n)) for j in range(n)] for i in range(n)]


def spectral_norm(A):
    return float(np.linalg.svd(np.array(A))[1][0])


def jacobian_norms(h, W_h, t):
    n = len(W_h)
    current = [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
    result = [1.0]
    for step in range(t, 0, -1):
        factor = [[(1.0 - h[step][i] ** 2) * W_h[i][j] for j in range(n)] for i in range(n)]
        current = matmul(current, factor)
        result.insert(0, spectral_norm(current))
    return np.array(result)


def decay_bound(W_h, t):
    sigma = spectral_norm(W_h)
    bound = [1.0]
    for _ in range(t):
        bound.append(bound[-1] * sigma)
    return np.array(bound[::-1])


def vanishing_lag(norms, tolerance):
    t = len(norms) - 1
    for lag in range(t + 1):
        if norms[t - lag] < tolerance:
            return lag
    return None


def rescale(W_h, radius):
    largest = 0.0
    for value in np.linalg.eigvals(W_h):
        largest = max(largest, abs(value))
    if largest == 0.0:
        raise ValueError("spectral radius 0")
    result = np.zeros(W_h.shape)
    for i in range(len(W_h)):
        for j in range(len(W_h)):
            result[i, j] = W_h[i, j] / largest * radius
    return result


def decay_rate(norms):
    t = len(norms) - 1
    points = [(t - k, math.log(norms[k])) for k in range(t + 1) if norms[k] != 0]
    n = len(points)
    mean_x = sum(x for x, _ in points) / n
    mean_y = sum(y for _, y in points) / n
    top = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return top / sum((x - mean_x) ** 2 for x, _ in points)


def sweep(radii, hidden_size, length, seeds):
    table = []
    for radius in radii:
        sums = [0.0] * (length + 1)
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            states = [rng.uniform(-0.1, 0.1, hidden_size)]
            for _ in range(length):
                states.append(np.tanh(W @ states[-1]))
            norms = jacobian_norms(np.array(states), W, length)
            for lag in range(length + 1):
                sums[lag] += math.log(norms[length - lag])
        table.append([math.exp(total / len(seeds)) for total in sums])
    return np.array(table)


def term_norms(params, x, y, h, y_hat, t):
    result = []
    for k in range(1, t + 1):
        summand = bptt.term(params, x, y, h, y_hat, t, k)
        total = 0.0
        for row in summand:
            for entry in row:
                total += entry * entry
        result.append(math.sqrt(total))
    return np.array(result)


def far_share(norms, lag):
    t = len(norms)
    far = total = 0.0
    for k in range(1, t + 1):
        total += norms[k - 1]
        if k <= t - lag:
            far += norms[k - 1]
    return far / total


def early_gradients(params, sequences, targets):
    result = []
    for i in range(len(sequences)):
        x = sequences[i]
        T = len(x)
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        gradient = params["W_y"].T @ bptt.dL_dz(y_hat[T - 1], targets[i])
        for step in range(T, 1, -1):
            gradient = bptt.dh_dh_prev(h[step], params["W_h"]).T @ gradient
        result.append(math.sqrt(sum(g * g for g in gradient)))
    return np.array(result)


def can_tell_apart(a, b, factor):
    def median(values):
        ordered = sorted(values)
        n = len(ordered)
        return ordered[n // 2] if n % 2 else (ordered[n // 2 - 1] + ordered[n // 2]) / 2

    first, second = median(a), median(b)
    if first > factor * second:
        return True
    return bool(second > factor * first)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for radius in norms_by_radius:
        ax.semilogy(range(len(norms_by_radius[radius])), norms_by_radius[radius], label="rho = " + str(radius))
    for radius in bound_by_radius:
        ax.semilogy(range(len(bound_by_radius[radius])), bound_by_radius[radius], ":", label=f"bound, rho = {radius}")
    ax.set_xlabel("lag: steps back in time")
    ax.set_ylabel("spectral norm")
    ax.legend()


def plot_terms(ax, norms, words):
    for k, (norm, word) in enumerate(zip(norms, words)):
        ax.bar(k, norm, color="C0", label=word)
    ax.set_yscale("log")
    ax.set_xticks(list(range(len(words))))
    ax.set_xticklabels(words, rotation=90)
    ax.set_xlabel("word")
    ax.set_ylabel("norm")
