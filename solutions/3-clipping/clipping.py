"""Stage 3: exploding gradients, norm clipping, and the cliff in the loss surface of a scalar RNN.

Parameters are a dict ``{"W_x": (H, D), "W_h": (H, H), "b": (H,), "W_y": (V, H)}`` as in stage 1, whose
functions this file imports. Gradients are a dict of arrays with the same keys.
"""

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    """Task 3.1. One step of stochastic gradient descent: θ - α ∇L.

    Parameters
    ----------
    params : dict of str to ndarray
        θ, arrays of floats. They are left as they are.
    grads : dict of str to ndarray
        ∇L: for each key of `params` an array of the same shape. Other keys, such as the "h_0" of `bptt`,
        are no parameters and are left out.
    lr : float
        The learning rate α.

    Returns
    -------
    dict of str to ndarray
        The updated parameters, in new arrays.
    """
    ### BEGIN SOLUTION
    return {name: theta - lr * grads[name] for name, theta in params.items()}
    ### END SOLUTION


def global_norm(grads):
    """Task 3.2. The length of the gradient, all arrays taken as one long vector.

    Parameters
    ----------
    grads : dict of str to ndarray
        Arrays of any shape, at least one of them, none of them empty; of floats or integers.

    Returns
    -------
    float
        ‖g‖: the square root of the sum of the squares of all entries. Right for entries of 1e200 too, whose
        squares no longer fit into a float, and for entries of 1e-200, whose squares are 0 as a float. Inf or NaN
        where an entry is Inf or NaN.
    """
    ### BEGIN SOLUTION
    largest = np.max([np.max(np.abs(g)) for g in grads.values()])
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.sqrt(sum(np.sum((g / largest) ** 2) for g in grads.values())))
    ### END SOLUTION


def clip_by_norm(grads, threshold):
    """Task 3.2. Norm clipping, Algorithm 1 of Pascanu et al. (2013).

    If ‖g‖ ≥ threshold then g ← threshold / ‖g‖ · g; otherwise g stays as it is. An epsilon of 1e-6 beside ‖g‖, as in
    torch's `clip_grad_norm_`, is allowed.

    Parameters
    ----------
    grads : dict of str to ndarray
        Arrays of floats, of any shape. They are left as they are.
    threshold : float
        The largest length a gradient may have.

    Returns
    -------
    clipped : dict of str to ndarray
        The gradient after clipping. Where the norm is Inf or NaN no direction is left to keep: the
        gradients are returned unchanged, for the caller to reject.
    norm_before : float
        `global_norm` of the gradient as it came in, also when it is Inf or NaN.

    Raises
    ------
    ValueError
        If `threshold` is zero or negative.

    Notes
    -----
    NOTE: one norm and one factor for all arrays. A factor for each array would turn the gradient.
    """
    ### BEGIN SOLUTION
    if threshold <= 0:
        raise ValueError(f"the threshold must be positive, not {threshold}")
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
    ### END SOLUTION


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    """Task 3.3. SGD with clipping, checkpoints and restarts.

    Each batch is one sequence and gives one update, in the order of the list, once. Its loss is the sum of
    stage 1's `cross_entropy` over its steps, the L_total of equation (4). An update is *accepted* when the loss, the
    gradient and the updated parameters are all finite. Otherwise the batch is given up: the parameters go
    back to the last checkpoint, the learning rate is halved for good, that is one restart, and training
    goes on with the next batch.

    Parameters
    ----------
    params : dict of str to ndarray
        W_x (H, D), W_h (H, H), b (H,), W_y (V, H). They are left as they are.
    batches : list of (x, y, h_0)
        x (T, D), y (T,) int class ids, h_0 (H,); T may differ from batch to batch.
    lr : float
        The learning rate at the start.
    threshold : float, optional
        Clip the gradient to this norm before the step; None, and None alone: no clipping.
    checkpoint_every : int
        A checkpoint is a copy of the parameters, taken before the first batch and after every
        `checkpoint_every` accepted updates, counted over the whole run.
    max_restarts : int
        When one more restart would be needed, training ends with the last checkpoint's parameters.

    Returns
    -------
    dict
        "params": the parameters at the end; "losses" and "norms": lists of floats, the loss and the norm
        *before clipping* of each accepted update; "restarts": how many there were, at most `max_restarts`.

    Raises
    ------
    ValueError
        If `threshold` is zero or negative, as in task 3.2: at the latest when a gradient is to be clipped.

    Notes
    -----
    NOTE: `bptt` also returns the gradient of h_0. It is no parameter: leave it out of the update and the norm.
    """
    ### BEGIN SOLUTION
    checkpoint = {name: theta.copy() for name, theta in params.items()}
    losses, norms, restarts = [], [], 0
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):  # what is not finite is found below
            h, _, y_hat = forward(params, x, h_0)                               # (T+1, H), (T, V), (T, V)
            loss = sum(cross_entropy(y_hat_t, y_t) for y_hat_t, y_t in zip(y_hat, y))
            grads = bptt(params, x, y, h, y_hat)
            grads = {name: grads[name] for name in params}
            norm = global_norm(grads)
            if threshold is not None:
                grads, norm = clip_by_norm(grads, threshold)
            updated = sgd_step(params, grads, lr)
        if np.isfinite(loss) and np.isfinite(norm) and all(np.isfinite(theta).all() for theta in updated.values()):
            params = updated
            losses.append(float(loss))
            norms.append(norm)
            if len(losses) % checkpoint_every == 0:
                checkpoint = {name: theta.copy() for name, theta in params.items()}
        else:
            params = checkpoint
            if restarts == max_restarts:
                break
            restarts += 1
            lr /= 2
    return {"params": params, "losses": losses, "norms": norms, "restarts": restarts}
    ### END SOLUTION


def scalar_rnn_loss(w, b, h_0, steps, target):
    """Task 3.4. The loss of an RNN with one hidden unit and no input.

    h_t = σ(w h_{t-1} + b) for t = 1..steps, with σ(a) = 1 / (1 + e^-a), and L = (h_steps - target)². It is finite
    for every w and b: e^-a does not fit into a float where a is below -709, so write σ in a way that needs no more than that.

    Parameters
    ----------
    w, b : float
        The recurrent weight and the bias.
    h_0 : float
        The initial state.
    steps : int
        The number of time steps, at least 1.
    target : float
        What h_steps should be.

    Returns
    -------
    float
        L.
    """
    ### BEGIN SOLUTION
    h = h_0
    for _ in range(steps):
        h = np.exp(-np.logaddexp(0.0, -(w * h + b)))  # σ(a) = e^(-log(1 + e^-a)), which does not overflow
    return (h - target) ** 2
    ### END SOLUTION


def scalar_rnn_grad(w, b, h_0, steps, target):
    """Task 3.4. The gradient of `scalar_rnn_loss` by BPTT.

    Parameters
    ----------
    w, b, h_0, steps, target
        As for `scalar_rnn_loss`; h_0 is a constant.

    Returns
    -------
    dL_dw, dL_db : float
        The sums over all steps at which w and b are used, however many there are; finite for every w and b.
    """
    ### BEGIN SOLUTION
    h = [h_0]
    for _ in range(steps):
        h.append(np.exp(-np.logaddexp(0.0, -(w * h[-1] + b))))
    dL_dw, dL_db = 0.0, 0.0
    dL_dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        dL_da = dL_dh * h[t] * (1 - h[t])  # a_t = w h_{t-1} + b
        dL_dw += dL_da * h[t - 1]
        dL_db += dL_da
        dL_dh = dL_da * w
    return dL_dw, dL_db
    ### END SOLUTION


def loss_surface(ws, bs, h_0, steps, target):
    """Task 3.5. `scalar_rnn_loss` on a grid.

    Parameters
    ----------
    ws : ndarray of shape (N,)
        Values of w.
    bs : ndarray of shape (M,)
        Values of b.
    h_0, steps, target
        As for `scalar_rnn_loss`.

    Returns
    -------
    ndarray of shape (M, N)
        Entry [i, j] is the loss at (ws[j], bs[i]): rows go with b, columns with w, as a picture has them.
    """
    ### BEGIN SOLUTION
    return np.array([[scalar_rnn_loss(w, b, h_0, steps, target) for w in ws] for b in bs])
    ### END SOLUTION


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    """Task 3.5. Gradient descent on the scalar RNN's loss, with or without clipping.

    Parameters
    ----------
    start : pair of float
        (w, b) at the start.
    lr : float
        The learning rate.
    n_updates : int
        How many steps of descent to make.
    h_0, steps, target
        As for `scalar_rnn_loss`.
    threshold : float, optional
        Clip the pair (dL/dw, dL/db) by the rule of task 3.2; None, and None alone: no clipping.

    Returns
    -------
    ndarray of shape (n_updates + 1, 2)
        (w, b) before the first update and after each one.

    Raises
    ------
    ValueError
        If `threshold` is zero or negative, as in task 3.2: at the latest when a gradient is to be clipped.
    """
    ### BEGIN SOLUTION
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        dL_dw, dL_db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        grads = {"w": dL_dw, "b": dL_db}
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        path.append(path[-1] - lr * np.array([grads["w"], grads["b"]]))
    return np.array(path)
    ### END SOLUTION


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    """Task 3.6. The cliff with both paths: without clipping on the left, with clipping on the right.

    Each panel shows log10 of the loss in colour or as contours (`pcolormesh`, `contourf`, `imshow`), each value where
    its w (to the right) and its b (upwards) are, in the same colours in both panels; another base gives the same
    picture. Its whole path lies over it, drawn with `ax.plot`. Both panels keep to the window of the grid, wherever the
    paths go, have both axes labelled, and a title that says "without clipping" or "with clipping". Nothing is shown or
    saved.

    Parameters
    ----------
    axes : pair of matplotlib Axes
        Where to draw.
    ws, bs : ndarray of shape (N,) and (M,)
        The grid, each in ascending order and evenly spaced.
    surface : ndarray of shape (M, N)
        The loss, as `loss_surface` returns it.
    plain_path, clipped_path : ndarray of shape (n_updates + 1, 2)
        The paths without and with clipping, as `descend` returns them.

    Notes
    -----
    NOTE: a path that leaves the window stretches the limits of the axes, unless they are set after drawing. And `imshow`
    puts row 0 at the top, unless it is given origin="lower".
    """
    ### BEGIN SOLUTION
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        mesh = ax.pcolormesh(ws, bs, np.log10(surface))
        ax.plot(path[:, 0], path[:, 1], "o-", color="#D55E00")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="recurrent weight w", ylabel="bias b", title=title)
    axes[0].figure.colorbar(mesh, ax=list(axes), label="log10 of the loss")
    ### END SOLUTION
