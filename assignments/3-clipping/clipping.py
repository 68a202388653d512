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
    raise NotImplementedError("Task 3.1: sgd_step is yours to write")


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
    raise NotImplementedError("Task 3.2: global_norm is yours to write")


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
    raise NotImplementedError("Task 3.2: clip_by_norm is yours to write")


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
    raise NotImplementedError("Task 3.3: train is yours to write")


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
    raise NotImplementedError("Task 3.4: scalar_rnn_loss is yours to write")


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
    raise NotImplementedError("Task 3.4: scalar_rnn_grad is yours to write")


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
    raise NotImplementedError("Task 3.5: loss_surface is yours to write")


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
    raise NotImplementedError("Task 3.5: descend is yours to write")


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
    raise NotImplementedError("Task 3.6: plot_cliff is yours to write")
