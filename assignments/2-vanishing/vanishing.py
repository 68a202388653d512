"""Stage 2: show vanishing.

How far does the error at a step reach back in time? Measure it, bound it, and draw it.

This file builds on your bptt.py of stage 1: call its functions as `bptt.dh_dh_prev(...)`, `bptt.term(...)` and so on.
As there, time runs from 1: `h` has shape (T + 1, H) with the initial state in h[0], `x` has shape (T, D) with x_1 in
x[0], and `params` is {"W_x": (H, D), "W_h": (H, H), "b": (H,), "W_y": (V, H)}. The lag from step t back to step k
is t - k. No function changes its arguments.
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    """Task 2.1. How much of a change of h_k arrives at h_t, for every k up to t.

    Parameters
    ----------
    h : ndarray of shape (T + 1, H)
        Hidden states, h[0] the initial one.
    W_h : ndarray of shape (H, H)
    t : int
        The later step, 0 <= t <= T.

    Returns
    -------
    ndarray of shape (t + 1,)
        The spectral norm (largest singular value) of dh_t/dh_k at index k, for k = 0..t.

    Notes
    -----
    dh_t/dh_k is the product of the one-step factors of equation (3). Make do with t matrix products in all: a call
    with t = 1500 must end within two seconds.

    NOTE: a gradient that has vanished is tiny, 1e-28 say, and still right to many digits. It is not 0.
    """
    raise NotImplementedError("Task 2.1: jacobian_norms is yours to write")


def decay_bound(W_h, t):
    """Task 2.2. An upper bound of what `jacobian_norms` returns, from W_h alone.

    Parameters
    ----------
    W_h : ndarray of shape (H, H)
    t : int
        The later step, t >= 0.

    Returns
    -------
    ndarray of shape (t + 1,)
        sigma_max(W_h)^(t - k) at index k, where sigma_max is the largest singular value. It is 1 at k = t. A sigma_max of
        1e-300 is not 0, and its square is.

    References
    ----------
    Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013, section 2.1.
    """
    raise NotImplementedError("Task 2.2: decay_bound is yours to write")


def vanishing_lag(norms, tolerance):
    """Task 2.2. The smallest lag at which less than `tolerance` arrives.

    Parameters
    ----------
    norms : ndarray of shape (t + 1,)
        What `jacobian_norms` returns: index k, so that the lag is t - k. It need not fall steadily.
    tolerance : float

    Returns
    -------
    int or None
        The smallest t - k with norms[k] < tolerance; None where there is none.
    """
    raise NotImplementedError("Task 2.2: vanishing_lag is yours to write")


def rescale(W_h, radius):
    """Task 2.3. A multiple of W_h that has the given spectral radius.

    Parameters
    ----------
    W_h : ndarray of shape (H, H)
    radius : float
        The spectral radius wanted, not negative. The spectral radius is the largest absolute value of an eigenvalue;
        eigenvalues may be complex.

    Returns
    -------
    ndarray of shape (H, H)
        W_h times a positive number (times 0 for radius 0).

    Raises
    ------
    ValueError
        Where the spectral radius of W_h is 0: no multiple of it has another one. One of 1e-200 is not 0, and its square is.
    """
    raise NotImplementedError("Task 2.3: rescale is yours to write")


def decay_rate(norms):
    """Task 2.3. How fast the norms fall: the slope of log norm against lag.

    Parameters
    ----------
    norms : ndarray of shape (t + 1,)
        What `jacobian_norms` returns: index k, so that the lag is t - k. At least two entries are not 0.

    Returns
    -------
    float
        Slope of the least-squares line through the points (t - k, log norms[k]), natural logarithm: negative where the
        gradient vanishes, positive where it explodes. Entries that are exactly 0 (underflow) are left out; the others
        keep their lag.
    """
    raise NotImplementedError("Task 2.3: decay_rate is yours to write")


def sweep(radii, hidden_size, length, seeds):
    """Task 2.4. The decay for several spectral radii, as the geometric mean over random networks.

    For each radius and each seed, draw in this order:

        rng = np.random.default_rng(seed)
        W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        h_0 = rng.uniform(-0.1, 0.1, hidden_size)

    and run h_t = tanh(W_h h_{t-1}), without input or bias, for `length` steps.

    Parameters
    ----------
    radii : sequence of float, be it a list or an array
        Each above 0. One that is given twice has two rows.
    hidden_size : int
        H.
    length : int
        The number of steps T.
    seeds : sequence of int, be it a list or an array

    Returns
    -------
    ndarray of shape (len(radii), length + 1)
        Row i belongs to radii[i]. Column `lag` is the geometric mean over the seeds of the spectral norm of
        dh_T/dh_{T - lag}: it runs from lag 0, which is 1, to lag T.

    Notes
    -----
    NOTE: the product of a few norms of 1e-80 is too small for a float. Average the logarithms.
    """
    raise NotImplementedError("Task 2.4: sweep is yours to write")


def term_norms(params, x, y, h, y_hat, t):
    """Task 2.5. How large each summand of equation (3) is: what each word x_k adds to dL_t/dW_x.

    Parameters
    ----------
    params : dict
    x : ndarray of shape (T, D)
    y : ndarray of shape (T,)
        Class of each step.
    h : ndarray of shape (T + 1, H)
    y_hat : ndarray of shape (T, V)
        `h` and `y_hat` are those of the forward pass.
    t : int
        The step whose loss L_t is differentiated, 1 <= t <= T.

    Returns
    -------
    ndarray of shape (t,)
        The Frobenius norm of the summand of step k at index k - 1, for k = 1..t. None is below 1e-120 and not 0.
    """
    raise NotImplementedError("Task 2.5: term_norms is yours to write")


def far_share(norms, lag):
    """Task 2.5. The share that comes from at least `lag` steps back.

    Parameters
    ----------
    norms : ndarray of shape (t,)
        What `term_norms` returns: index k - 1. Their sum is not 0.
    lag : int
        Not negative; may be larger than t.

    Returns
    -------
    float
        The sum of the norms with k <= t - lag over the sum of all: 1 for lag 0, 0 from lag t on.
    """
    raise NotImplementedError("Task 2.5: far_share is yours to write")


def early_gradients(params, sequences, targets):
    """Task 2.6. How strongly the last step's loss reaches the first hidden state, for each sequence of a data set.

    Parameters
    ----------
    params : dict
    sequences : list of n ndarrays, each of shape (T, D)
        Their lengths T may differ; T >= 1.
    targets : sequence of n ints, be it a list or an array
        The class at the last step of each sequence. The loss is L_T alone: earlier steps have none.

    Returns
    -------
    ndarray of shape (n,)
        The (Euclidean) norm of dL_T/dh_1 for each sequence, with h_0 = 0.
    """
    raise NotImplementedError("Task 2.6: early_gradients is yours to write")


def can_tell_apart(a, b, factor):
    """Task 2.6. Whether two sets of gradient norms differ enough to tell them apart.

    Parameters
    ----------
    a, b : ndarray of shape (n,), ndarray of shape (m,)
        What `early_gradients` returns for two data sets or two networks. None is negative.
    factor : float
        At least 1.

    Returns
    -------
    bool
        True when one median is more than `factor` times the other, whichever is the larger. The median of an even number is the
        mean of the two middle ones.
    """
    raise NotImplementedError("Task 2.6: can_tell_apart is yours to write")


def plot_decay(ax, norms_by_radius, bound_by_radius):
    """Task 2.7. Draw how the norms fall with the lag, and their bounds.

    Parameters
    ----------
    ax : matplotlib Axes
        Draw on it with `ax.plot` and the like; open no figure of your own.
    norms_by_radius : dict of float to ndarray of shape (n,)
        For each spectral radius, ten at most, the norms by lag: index 0 is lag 0 (a row of `sweep`).
    bound_by_radius : dict of float to ndarray of shape (n,)
        For each spectral radius, the bound by lag. A radius may be without one.

    Notes
    -----
    What must be on the Axes when the function ends: a logarithmic y axis; one line for each entry of both dicts, with
    the lag on the x axis; a label on each axis, the x label with the word "lag" and its unit, steps; a legend with an
    entry for each radius that shows its number, and one that says which lines are the bound. Every line lies within the limits
    of the axes, and can be told from the others by the legend's samples. Colours, order, wording and everything else are yours.
    """
    raise NotImplementedError("Task 2.7: plot_decay is yours to write")


def plot_terms(ax, norms, words):
    """Task 2.7. Draw what each word adds to the gradient at the last one.

    Parameters
    ----------
    ax : matplotlib Axes
        Draw on it with `ax.bar`, `ax.plot` and the like; open no figure of your own.
    norms : ndarray of shape (t,)
        What `term_norms` returns.
    words : list of t str
        The words x_1..x_t. A word may occur more than once.

    Notes
    -----
    What must be on the Axes when the function ends: a logarithmic y axis; for each word a bar, or a point of a line, of
    the height of its norm, each at a place of its own and within the limits of the axes; the word as the tick label at that
    place; a label on each axis.
    """
    raise NotImplementedError("Task 2.7: plot_terms is yours to write")
