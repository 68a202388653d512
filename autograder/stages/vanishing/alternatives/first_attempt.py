# my solution for stage 2, with prints
import numpy as np
import bptt

print("vanishing.py loaded")

def jacobian_norms(h, W_h, t):
    H = len(W_h)
    product = np.identity(H)
    norms = [1.0]
    k = t
    while k > 0:
        factor = bptt.dh_dh_prev(h[k], W_h)
        product = np.dot(product, factor)
        S = np.linalg.svd(product, compute_uv=False)
        norms.append(S[0])
        k = k - 1
    norms.reverse()
    return np.array(norms)

def decay_bound(W_h, t):
    U, S, Vt = np.linalg.svd(W_h)
    sigma = S[0]
    print("sigma max is", sigma)
    bound = []
    for k in range(0, t + 1):
        bound.append(sigma ** (t - k))
    return bound

def vanishing_lag(norms, tolerance):
    t = len(norms) - 1
    best = None
    for k in range(0, t + 1):
        if norms[k] < tolerance:
            best = t - k        # later k overwrites, so the smallest lag stays
    return best

def rescale(W_h, radius):
    eigenvalues, eigenvectors = np.linalg.eig(W_h)
    rho = 0
    for eigenvalue in eigenvalues:
        size = np.hypot(eigenvalue.real, eigenvalue.imag)
        if size > rho:
            rho = size
    if rho == 0:
        raise ValueError("cannot rescale: spectral radius is zero")
    W_new = np.zeros(W_h.shape)
    for i in range(len(W_h)):
        for j in range(len(W_h)):
            W_new[i, j] = W_h[i, j] * radius / rho
    return W_new

def decay_rate(norms):
    t = len(norms) - 1
    xs = []
    ys = []
    for k in range(t + 1):
        if norms[k] == 0:
            continue
        xs.append(t - k)
        ys.append(np.log(norms[k]))
    n = len(xs)
    mean_x = sum(xs) / n
    mean_y = sum(ys) / n
    top = 0
    bottom = 0
    for i in range(n):
        top = top + (xs[i] - mean_x) * (ys[i] - mean_y)
        bottom = bottom + (xs[i] - mean_x) ** 2
    return top / bottom

def sweep(radii, hidden_size, length, seeds):
    result = []
    for radius in radii:
        sum_of_logs = np.zeros(length + 1)
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h_0 = rng.uniform(-0.1, 0.1, hidden_size)
            h = [h_0]
            for t in range(1, length + 1):
                h.append(np.tanh(np.dot(W_h, h[t - 1])))
            norms = jacobian_norms(np.array(h), W_h, length)
            for lag in range(length + 1):
                sum_of_logs[lag] = sum_of_logs[lag] + np.log(norms[length - lag])
        result.append(np.exp(sum_of_logs / len(seeds)))
        print("radius", radius, "done")
    return np.array(result)

def term_norms(params, x, y, h, y_hat, t):
    result = []
    for k in range(1, t + 1):
        summand = bptt.term(params, x, y, h, y_hat, t, k)
        total = 0.0
        for row in summand:
            for value in row:
                total += value ** 2
        result.append(total ** 0.5)
    return np.array(result)

def far_share(norms, lag):
    t = len(norms)
    far = 0
    everything = 0
    for k in range(1, t + 1):
        everything = everything + norms[k - 1]
        if k <= t - lag:
            far = far + norms[k - 1]
    return far / everything

def early_gradients(params, sequences, targets):
    result = []
    for i in range(len(sequences)):
        x = sequences[i]
        target = targets[i]
        T = len(x)
        h, z, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        g = bptt.dL_dz(y_hat[T - 1], target)
        g = np.dot(g, bptt.dz_dh(params["W_y"]))
        for t in range(T, 1, -1):
            g = np.dot(g, bptt.dh_dh_prev(h[t], params["W_h"]))
        norm = np.sqrt(np.sum(g ** 2))
        result.append(norm)
    return result

def can_tell_apart(a, b, factor):
    median_a = np.median(a)
    median_b = np.median(b)
    if median_a > factor * median_b:
        return True
    elif median_b > factor * median_a:
        return True
    else:
        return False

def plot_decay(ax, norms_by_radius, bound_by_radius):
    markers = ["o", "s", "^", "v", "D", "*", "x", "+", "p", "h", "<", ">"]
    i = 0
    colors = {}
    marker = {}
    for radius in norms_by_radius:
        norms = norms_by_radius[radius]
        lags = list(range(len(norms)))
        colors[radius] = "C" + str(i % 10)
        marker[radius] = markers[(i // 10) % 12]
        ax.plot(lags, norms, color=colors[radius], marker=marker[radius], label="radius = " + str(radius))
        i = i + 1
    for radius in bound_by_radius:
        bound = bound_by_radius[radius]
        lags = list(range(len(bound)))
        if radius not in colors:
            colors[radius] = "black"
            marker[radius] = "None"
        ax.plot(lags, bound, color=colors[radius], marker=marker[radius], linestyle="--")
        ax.text(lags[-1], bound[-1], "bound " + str(radius), fontsize=6)
    ax.plot([], [], color="gray", linestyle="--", label="upper bounds (color and marker of the radius)")
    ax.set_yscale("log")
    ax.set_xlabel("lag (number of steps back)")
    ax.set_ylabel("norm of the gradient")
    ax.set_title("The gradient vanishes!")
    ax.legend()

def plot_terms(ax, norms, words):
    positions = []
    for i in range(len(words)):
        positions.append(i)
    ax.bar(positions, norms, color="red")
    ax.set_xticks(positions)
    ax.set_xticklabels(words)
    for label in ax.get_xticklabels():
        label.set_rotation(90)
    ax.set_yscale("log")
    ax.set_xlabel("words")
    ax.set_ylabel("norm")
