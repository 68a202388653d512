"""Public tests of stage 2: small cases worked by hand, identities, and derivatives by the complex step.

A complex step moves the input by i·1e-150 and reads the derivative off the imaginary part. Nothing is subtracted, so
a derivative of 1e-28 comes out as exactly as one of 1; a central difference would return 0.
"""

import re

import numpy as np

from checks import Mismatch, expect, expect_raises, expect_true, expect_unchanged, task
from checks.compare import as_numbers, factor_text, kind, show_both

TINY = 1e-150


def expect_flow(got, want, what, lags=None, rtol=1e-9):
    """Compare gradients lag by lag, each relative to its own size, and say how they differ.

    `lags` holds the lag of each entry; without it the last entry has lag 0 and the first one the largest.
    """
    want, got = np.asarray(want, dtype=float), as_array(got)
    if isinstance(got, np.ndarray) and got.shape == want.shape and got.dtype.kind in "iufc" and np.isfinite(got).all():
        lags = np.arange(len(want))[::-1] if lags is None else np.asarray(lags)
        order = np.argsort(lags)
        by_lag, want_by_lag, lag = got[order], want[order], lags[order]
        off = ~np.isclose(by_lag, want_by_lag, rtol=rtol, atol=0)
        cut = (by_lag == 0) & (want_by_lag != 0) & (lag > 0)
        if cut.any():
            first = int(np.flatnonzero(cut)[0])
            wanted = abs(want_by_lag[first])
            why = "What vanishes is tiny there, and not 0" if wanted < 1e-3 * np.abs(want).max() else \
                "Nothing has vanished there"
            raise Mismatch(what, f"is exactly 0 at lag {lag[first]}. {why}: something cuts it off", "property", got="0",
                           expected=f"{want_by_lag[first]:.10g}")
        if off.any() and len(want) > 1:
            if np.allclose(by_lag[::-1], want_by_lag, rtol=rtol, atol=0):
                raise Mismatch(what, "holds the right numbers in the opposite order: check which index is lag 0",
                               "property")
            ratio = by_lag / np.where(want_by_lag == 0, np.nan, want_by_lag)
            if np.allclose(ratio, ratio[0], rtol=rtol, atol=0):
                raise Mismatch(what, f"is off by the same factor at every lag: {factor_text(ratio[0])}", "property")
            first = int(np.flatnonzero(off)[0])
            if first > 0:
                raise Mismatch(what, f"is right up to lag {lag[first - 1]} and wrong from lag {lag[first]} on", "value",
                               **show_both(by_lag[first], want_by_lag[first]))
    expect(got, want, what, rtol=rtol, atol=0)


def as_array(got):
    """Numbers as an array, whatever holds them: a list of them, say. Anything else as it is."""
    array = as_numbers(got)
    return got if array is None else array


def expect_shape(got, shape, what):
    """The numbers as an array; they have to be of this shape."""
    array = as_numbers(got)
    if array is None or array.dtype.kind == "b":
        raise Mismatch(what, "is of the wrong type", "type", got=kind(got), expected=f"an array of shape {shape}")
    expect_true(array.shape == shape, f"should have shape {shape} and has shape {array.shape}", what)
    return array


def states(W_h, h_0, inputs):
    """h_0, h_1, ... of h_t = tanh(W_h h_{t-1} + u_t), as one array."""
    h = [h_0]
    for u_t in inputs:
        h.append(np.tanh(W_h @ h[-1] + u_t))
    return np.array(h)


def jacobians_by_complex_step(W_h, h, inputs):
    """The derivatives of the last state by h_0, h_1, ..., of which the last is the identity; `inputs` holds u_1, u_2, ..."""
    hidden = W_h.shape[0]
    steps = 1j * TINY * np.eye(hidden)
    columns = h[0][:, None] + steps                        # one for each entry that was moved so far
    for h_t, u_t in zip(h[1:], inputs):
        columns = np.hstack([np.tanh(W_h @ columns + u_t[:, None]), h_t[:, None] + steps])
    return [columns[:, i:i + hidden].imag / TINY for i in range(0, columns.shape[1], hidden)]


def spectral_norms(matrices):
    """The largest singular value of each."""
    return np.linalg.svd(np.array(matrices), compute_uv=False)[:, 0]


def random_params(rng, hidden, inputs, classes, gain):
    """Random parameters with recurrent weights of this gain."""
    return {"W_x": rng.standard_normal((hidden, inputs)),
            "W_h": gain * rng.standard_normal((hidden, hidden)) / np.sqrt(hidden),
            "b": 0.1 * rng.standard_normal(hidden), "W_y": rng.standard_normal((classes, hidden))}


def losses(params, columns, target):
    """L_T for each column, a last state h_T; real or complex."""
    scores = params["W_y"] @ columns
    return np.log(np.exp(scores).sum(axis=0)) - scores[target]


def softmax_rows(scores):
    """The softmax of each row."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def term_norms_by_complex_step(params, x, h_0, target):
    """Norms of the derivative of L_T by W_x where W_x is changed at step k alone, for k = 1..T."""
    T, (H, D) = len(x), params["W_x"].shape
    columns = np.repeat(h_0[:, None] + 0j, T * H * D, axis=1)              # one for each step and entry of W_x
    for k, x_k in enumerate(x):
        moved = np.zeros((H, T, H, D), dtype=complex)
        moved[np.arange(H), k, np.arange(H)] = 1j * TINY * x_k             # only row i of W_x reaches unit i
        columns = np.tanh(params["W_h"] @ columns + (params["W_x"] @ x_k + params["b"])[:, None] + moved.reshape(H, -1))
    gradients = losses(params, columns, target).imag.reshape(T, H * D) / TINY
    return np.sqrt((gradients**2).sum(axis=1))


def early_gradient_by_complex_step(params, x, target):
    """Norm of the derivative of L_T by h_1, with h_0 = 0."""
    h_1 = np.tanh(params["W_x"] @ x[0] + params["b"])
    columns = h_1[:, None] + 1j * TINY * np.eye(len(h_1))
    for x_t in x[1:]:
        columns = np.tanh(params["W_h"] @ columns + (params["W_x"] @ x_t + params["b"])[:, None])
    return np.linalg.norm(losses(params, columns, target).imag / TINY)


def numbers_in(text):
    """The numbers in a text: with a decimal point or a comma, and with powers of ten as Python and TeX write them."""
    text = " ".join(text.split())  # a text of many blanks would take hours
    text = re.sub(r" ?(?:\\times|\\cdot|[×·*]) ?10 ?\^ ?(?:\{ ?)?([-+−]?\d+)\}?", r"e\1", text)
    text = re.sub(r"(?<![\d.,])10 ?\^ ?(?:\{ ?)?([-+−]?\d+)\}?", r"1e\1", text).replace("−", "-")
    found = re.findall(r"(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][-+]?\d+)?", text)
    return [float(number.replace(",", ".")) for number in found]


def names_radius(text, radius):
    """Whether a text shows this radius, rounded or not."""
    return any(abs(number - radius) <= 0.02 * radius for number in numbers_in(text))


def expect_log_axis(drawn):
    """Something is drawn, and the y axis is logarithmic."""
    expect_true(any(drawn[kind] for kind in ("lines", "bars", "points", "segments")), "holds no line, bar or point: draw on the "
                "Axes that is given, with ax.plot or ax.bar and not with plt", "the Axes")
    expect_true(drawn["yscale"] == "log", f"is {drawn['yscale']}: norms that fall by powers of ten need a logarithmic "
                "one (and the norms themselves, not their logarithms)", "the y axis")


def expect_in_sight(drawn, x, y, what):
    """The points lie within the limits of both axes."""
    for values, name in ((x, "x"), (y, "y")):
        low, high = sorted(drawn[f"{name}lim"])
        slack = 1e-9 * max(abs(low), abs(high)) if name == "x" else 0
        outside = [float(value) for value in np.ravel(values)
                   if not low * (1 - 1e-9) - slack <= value <= high * (1 + 1e-9) + slack]
        expect_true(not outside, f"is cut off: the {name} axis runs from {low:.3g} to {high:.3g}, and "
                    f"{name} = {outside[0] if outside else 0:.3g} lies outside", what)


def line_through(drawn, values, what):
    """The line that holds `values` at lag 0, 1, 2, ...; what is wrong where there is none."""
    lags = np.arange(len(values))
    problem = f"is on no line of the Axes: {len(values)} points, one for each lag"
    for line in drawn["lines"]:
        order = np.argsort(line["x"], kind="stable")
        x, y = line["x"][order], line["y"][order]
        if len(y) != len(values):
            continue
        if np.allclose(y, values, rtol=1e-6, atol=0):
            if np.allclose(x, lags) and line["visible"]:
                return line
            problem = (f"is drawn at x = {x[0]:g} to {x[-1]:g}; the lags run from 0 to {lags[-1]}" if line["visible"] else
                       "is on a line that is hidden")
        elif np.allclose(y[::-1], values, rtol=1e-6, atol=0):
            problem = "is drawn in the opposite direction: lag 0 belongs at x = 0"
    raise Mismatch(what, problem, "property")


def expect_decay_lines(drawn, norms_by_radius, bound_by_radius):
    """One line for each entry, at the right place and in sight."""
    expect_log_axis(drawn)
    for name, by_radius in (("norms_by_radius", norms_by_radius), ("bound_by_radius", bound_by_radius)):
        for radius, values in by_radius.items():
            line = line_through(drawn, values, f"{name}[{radius:g}]")
            expect_in_sight(drawn, line["x"], line["y"], f"the line of {name}[{radius:g}]")


LOOKS = ("colour", "linestyle", "marker", "width", "opacity")


def likeness(one, other):
    """In how many ways two lines, or a line and a legend's sample, look alike."""
    return sum(one[look] == other[look] for look in LOOKS)


def expect_decay_labels(drawn, norms_by_radius, bound_by_radius):
    """Axis labels, and a legend that says which line is which; `bound_by_radius` may hold None for bounds that are somewhere."""
    expect_true(drawn["ylabel"].strip() != "", "has no label", "the y axis")
    for word in ("lag", "step"):
        expect_true(word in drawn["xlabel"].lower(), "should have a label that names the lag and its unit, steps; it is "
                    f"{drawn['xlabel']!r}", "the x axis")
    entries = drawn["legend_entries"]
    expect_true(entries != [], "has no legend", "the Axes")
    lines = {radius: line_through(drawn, norms, f"norms_by_radius[{radius:g}]") for radius, norms in norms_by_radius.items()}
    for radius, line in lines.items():
        named = [entry for entry in entries if names_radius(entry["text"], radius)]
        expect_true(named != [], f"has no entry with the radius {radius:g}; its entries are "
                    f"{', '.join(entry['text'] for entry in entries)}", "the legend")
        others = [other for other in lines if other != radius]
        expect_true(any(all(likeness(entry, line) > likeness(entry, lines[other]) for other in others) for entry in named),
                    f"does not show the line of radius {radius:g}: the sample before {named[0]['text']!r} looks like "
                    f"{'that of another radius' if others else 'another line'}, or no line looks like it alone", "the legend")
    if bound_by_radius:
        expect_bounds_named(drawn, lines, {radius: line_through(drawn, bound, f"bound_by_radius[{radius:g}]")
                                           for radius, bound in bound_by_radius.items()})


def expect_bounds_named(drawn, lines, bounds):
    """A bound looks otherwise than the norms, in a way that the legend, a text or the title explains."""
    def differ(look, some):
        return all(bound[look] != line[look] for bound in some for line in lines.values())

    expect_true(any(differ(look, bounds.values()) for look in LOOKS)
                or all(any(differ(look, [bound]) for look in LOOKS) for bound in bounds.values()),
                "look like lines of norms: they need another style or other colours", "the bounds")
    for entry in drawn["legend_entries"]:
        told = [radius for radius in bounds if names_radius(entry["text"], radius)]
        alike = [radius for radius, bound in bounds.items() if likeness(entry, bound) == len(LOOKS)]
        mixed_up = len(told) == 1 and alike and told[0] not in alike and all(likeness(entry, line) < len(LOOKS)
                                                                             for line in lines.values())
        expect_true(not mixed_up, f"shows the bound of another radius: the sample before {entry['text']!r} looks like its line",
                    "the legend")
    for entry in drawn["legend_entries"]:
        meant = [bound for radius, bound in bounds.items() if names_radius(entry["text"], radius)] or list(bounds.values())
        if any(differ(look, meant) and all(entry[look] == bound[look] for bound in meant) for look in LOOKS):
            return
    said = " ".join([*drawn["texts"], drawn["title"]])
    expect_true("bound" in said.lower(), "does not say which lines are the bound: no sample in it looks like those lines and "
                "unlike the norms'", "the legend")


def places_of_terms(drawn, norms):
    """For each norm, the positions of the bars and of the points that have its height."""
    bars = [bar for bar in drawn["bars"] if bar["height"] != 0]
    bars += [{"x": one["x"][0], "bottom": one["y"].min(), "height": np.ptp(one["y"])} for one in drawn["segments"]  # vlines
             if len(one["x"]) == 2 and one["x"][0] == one["x"][1] and one["y"][0] != one["y"][1]]
    dots = [*(line for line in drawn["lines"] if line["visible"]), *drawn["points"]]
    x = np.concatenate([[bar["x"] for bar in bars], [bar["x"] for bar in bars], *[dot["x"] for dot in dots]])
    heights = [bar["height"] if bar["bottom"] <= 0.01 * bar["height"] else np.nan for bar in bars]  # else it ends elsewhere
    y = np.concatenate([heights, [bar["bottom"] + bar["height"] for bar in bars],
                        *[dot["y"] for dot in dots]])
    return [x[same] for same in np.isclose(y, np.asarray(norms)[:, None], rtol=1e-6, atol=0)]


def expect_terms(drawn, norms):
    """A bar or a point for each word, each at a place of its own and in sight."""
    expect_log_axis(drawn)
    found = places_of_terms(drawn, norms)
    for k, at in enumerate(found, start=1):
        expect_true(len(at) > 0, f"is shown by no bar or point: its norm is {norms[k - 1]:.4g}", f"word {k}")
    positions = [at[0] for at in found]
    expect_true(len(np.unique(np.round(positions, 6))) == len(norms),
                "stand at the same place: a word that occurs twice needs two places", "two words")
    for k, (x, norm) in enumerate(zip(positions, norms), start=1):
        expect_in_sight(drawn, x, norm, f"word {k}")


def expect_words(drawn, norms, words):
    """The word of each step as the tick label at its place, and a label on each axis."""
    expect_true(drawn["xlabel"].strip() != "", "has no label", "the x axis")
    expect_true(drawn["ylabel"].strip() != "", "has no label", "the y axis")
    ticks = [(x, text) for x, text in zip(drawn["xticks"], drawn["xticklabels"]) if text.strip()]
    for k, (norm, word, at) in enumerate(zip(norms, words, places_of_terms(drawn, norms)), start=1):
        def says(text, word=word):
            return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None

        expect_true(any(says(text) for _, text in ticks), f"{word!r} is at no tick of the x axis", f"word {k}")
        expect_true(len(at) > 0, f"is shown by no bar or point: its norm is {norm:.4g}", f"word {k}")
        nearest = min(ticks, key=lambda tick: abs(tick[0] - at[0]))[1]
        expect_true(says(nearest), f"{word!r}: at its bar or point the tick says {nearest!r}", f"word {k}")


@task("2.1", points=1)
def test_jacobian_norms_is_1_at_lag_0(student, rng):
    """At k = t nothing has been lost: dh_t/dh_t is the identity, and its norm 1."""
    for hidden in (1, 2, 5):
        W_h, h = rng.standard_normal((hidden, hidden)), rng.uniform(-0.9, 0.9, (4, hidden))
        expect(student.jacobian_norms(h, W_h, 0), np.ones(1), "jacobian_norms(h, W_h, 0)")
        norms = expect_shape(student.jacobian_norms(h, W_h, 3), (4,), "‖dh_t/dh_k‖ for t = 3")
        expect(norms[3], 1.0, "‖dh_t/dh_k‖ at k = t")
    one_before = student.jacobian_norms(np.full((2, 1), 0.6), np.array([[-2.5]]), 1)
    expect(one_before, np.array([1.6, 1.0]), "‖dh_t/dh_k‖ for t = 1")
    expect_unchanged(student)


@task("2.1", points=2)
def test_jacobian_norms_of_one_unit(student):
    """With one hidden unit the norm is the product of |w (1 - h_i^2)| over i = k+1..t."""
    h = np.array([[0.5], [0.6], [-0.8], [0.0], [0.2]])
    for w, what in ((0.5, "‖dh_t/dh_k‖"), (-2.0, "‖dh_t/dh_k‖"), (-2, "for a W_h of whole numbers, ‖dh_t/dh_k‖")):
        a = abs(w)
        want = [a * 0.64 * a * 0.36 * a * 1.0, a * 0.36 * a * 1.0, a * 1.0, 1.0]
        expect_flow(student.jacobian_norms(h, np.array([[w]]), 3), want, what)
        expect_flow(student.jacobian_norms(h, np.array([[w]]), 4), [*(a * 0.96 * np.array(want)), 1.0], what)


@task("2.1", points=2)
def test_jacobian_norms_agree_with_an_independent_derivative(student, rng):
    """At every lag, the norm of dh_t/dh_k is that of the derivative taken with complex numbers."""
    for hidden, steps, gain in ((3, 8, 0.3), (2, 6, 1.5)):
        W_h, u = gain * rng.standard_normal((hidden, hidden)), 0.5 * rng.standard_normal((steps, hidden))
        h = states(W_h, 0.5 * rng.standard_normal(hidden), u)
        want = spectral_norms(jacobians_by_complex_step(W_h, h, u))
        expect_flow(student.jacobian_norms(h, W_h, steps), want, "‖dh_t/dh_k‖")


@task("2.2", points=2)
def test_decay_bound_uses_the_largest_singular_value(student):
    """The bound is a power of the largest singular value, which need not be the largest eigenvalue."""
    turn = np.array([[0.0, 0.5], [-0.5, 0.0]])
    shear = np.array([[0.5, 1.0], [0.0, 0.5]])
    for W_h, sigma in ((np.array([[-3.0]]), 3.0), (np.diag([0.2, -0.8]), 0.8), (turn, 0.5),
                       (shear, (1 + np.sqrt(2)) / 2)):
        expect_flow(student.decay_bound(W_h, 3), [sigma**3, sigma**2, sigma, 1.0], "bound")
        expect(student.decay_bound(W_h, 0), np.ones(1), "bound for t = 0")
    expect_unchanged(student)


@task("2.2", points=2)
def test_vanishing_lag_counts_back_from_the_last_step(student):
    """The lag is t - k: it is counted from the end of the array, and it is None where nothing falls below."""
    norms = np.array([1e-3, 0.5, 0.02, 0.3, 1.0])
    for tolerance, lag in ((0.1, 2), (0.01, 4), (0.3, 2), (0.31, 1), (2.0, 0), (1e-3, None), (1e-9, None), (0.0, None)):
        expect(student.vanishing_lag(norms, tolerance), lag, f"lag for tolerance {tolerance:g}", or_none=True)
    expect_unchanged(student)


@task("2.3", points=1)
def test_rescale_sets_the_spectral_radius(student):
    """Every weight is multiplied by the same number, and the largest |eigenvalue| is the one asked for."""
    turn = np.array([[0.0, 2.0], [-2.0, 0.0]])
    shear = np.array([[0.5, 1.0], [0.0, 0.5]])
    for W_h, old in ((np.diag([0.5, -3.0, 1.0]), 3.0), (turn, 2.0), (shear, 0.5), (np.array([[-4.0]]), 4.0),
                     (1e-9 * turn, 2e-9), (np.diag([0.5, 0.0]), 0.5)):
        for radius in (0.9, 3.0):
            expect(student.rescale(W_h, radius), W_h * radius / old, "W_h rescaled")
    expect_unchanged(student)


@task("2.3", points=1)
def test_rescale_refuses_a_spectral_radius_of_0(student):
    """No multiple of a matrix with spectral radius 0 has another one: ValueError."""
    for W_h in (np.zeros((3, 3)), np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros((1, 1))):
        expect_raises(ValueError, student.rescale, W_h, 0.9)
    expect(student.rescale(np.diag([2.0, 0.0, 0.0]), 0.9), np.diag([0.9, 0.0, 0.0]), "W_h rescaled, whose spectral radius is 2,")


@task("2.3", points=2)
def test_decay_rate_of_a_geometric_sequence(student):
    """Norms that change by the factor r at each step of lag have the rate log r."""
    for r in (0.5, 0.9, 1.0, 1.2):
        norms = r ** np.arange(20.0)[::-1]
        expect(student.decay_rate(norms), np.log(r), f"rate for r = {r:g}")
        expect(student.decay_rate(3e-5 * norms), np.log(r), f"rate for r = {r:g} and a constant factor")
        gaps = np.where(np.isin(np.arange(20), (0, 1, 7)), 0.0, norms)
        expect(student.decay_rate(gaps), np.log(r), f"rate for r = {r:g} and some norms that are exactly 0")
    expect_unchanged(student)


@task("2.4", points=2)
def test_sweep_of_one_unit(student):
    """With one hidden unit the norms can be multiplied up by hand."""
    radii, seeds, length = [0.5, 1.0, 1.5], [3, 8], 6
    want = np.ones((3, length + 1))
    for row, radius in zip(want, radii):
        for seed in seeds:
            rng = np.random.default_rng(seed)
            w = radius * np.sign(rng.standard_normal((1, 1))[0, 0])
            state, factors = rng.uniform(-0.1, 0.1, 1)[0], []
            for _ in range(length):
                state = np.tanh(w * state)
                factors.append(radius * (1 - state**2))
            row[1:] *= np.sqrt(np.cumprod(factors[::-1]))
    got = student.sweep(radii, 1, length, seeds)
    expect(got, want, "sweep(...)", rtol=1e-9, atol=0)
    expect_unchanged(student)


def expect_other_seeds_count(student, radii, hidden, length, rows):
    """A sweep over networks that no test has drawn so far has other rows than these."""
    other = expect_shape(student.sweep(radii, hidden, length, [1007]), rows.shape, "sweep(...)")
    expect_true(not np.isclose(other, rows, rtol=1e-9, atol=0).all(axis=1).any(),
                "is the same for other seeds: every seed draws a network of its own", "a row")


@task("2.4", points=1)
def test_sweep_has_a_row_for_each_radius_that_begins_with_1(student):
    """Rows follow the radii, columns the lag, and lag 0 is 1."""
    for radii, length in (([0.3, 1.4], 5), ([0.8], 1), ([0.2, 0.4, 0.9], 6)):
        got = expect_shape(student.sweep(radii, 4, length, [0, 1]), (len(radii), length + 1), "sweep(...)")
        expect(got[:, 0], np.ones(len(radii)), "sweep(...)[:, 0], the column of lag 0,")
        expect_true((np.diff(got[:, -1]) > 0).all(), "should be larger for a larger radius", "the norm at the last lag")
    expect_other_seeds_count(student, radii, 4, length, got)


@task("2.4", points=1)
def test_sweep_draws_the_same_networks_for_every_radius(student):
    """A row does not depend on the other radii: each seed has a generator of its own."""
    together = expect_shape(student.sweep([0.9, 0.4, 1.2], 3, 4, [5, 6]), (3, 5), "sweep(...)")
    for i, radius in enumerate((0.9, 0.4, 1.2)):
        alone = expect_shape(student.sweep([radius], 3, 4, [5, 6]), (1, 5), "sweep(...)")
        expect(together[i], alone[0], f"the row of radius {radius:g}")
    expect_other_seeds_count(student, [0.9, 0.4, 1.2], 3, 4, together)


@task("2.5", points=1)
def test_term_norms_of_one_unit(student):
    """With one unit, one input and two classes each summand is a number."""
    params = {"W_x": np.array([[1.0]]), "W_h": np.array([[-0.5]]), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
    x, y, h = np.array([[2.0], [-1.0], [3.0]]), np.array([0, 1, 0]), np.array([[0.0], [0.6], [-0.8], [0.5]])
    y_hat = np.array([[0.6, 0.4], [0.3, 0.7], [0.75, 0.25]])
    at_3 = 0.5                                                    # |dL_3/dh_3| = |(0.75 - 1) - 0.25|
    want = [at_3 * 0.75 * 0.5 * 0.36 * 0.5 * 0.64 * 2, at_3 * 0.75 * 0.5 * 0.36 * 1, at_3 * 0.75 * 3]
    expect_flow(student.term_norms(params, x, y, h, y_hat, 3), want, "term_norms(..., 3)")
    expect_flow(student.term_norms(params, x, y, h, y_hat, 2), [0.6 * 0.36 * 0.5 * 0.64 * 2, 0.6 * 0.36],
                "term_norms(..., 2)")
    expect_unchanged(student)


@task("2.5", points=2)
def test_term_norms_agree_with_an_independent_derivative(student, rng):
    """Changing W_x at step k alone changes L_t by the summand of step k."""
    for hidden, inputs, steps, t in ((3, 2, 1, 1), (2, 3, 5, 5), (3, 1, 6, 5)):
        params = random_params(rng, hidden, inputs, 4, 0.6)
        x, y, h_0 = rng.standard_normal((steps, inputs)), rng.integers(0, 4, steps), 0.3 * rng.standard_normal(hidden)
        h = states(params["W_h"], h_0, x @ params["W_x"].T + params["b"])
        y_hat = softmax_rows(h[1:] @ params["W_y"].T)
        want = term_norms_by_complex_step(params, x[:t], h_0, y[t - 1])
        expect_flow(student.term_norms(params, x, y, h, y_hat, t), want, f"term_norms(..., {t})")


@task("2.5", points=2)
def test_far_share_counts_what_is_at_least_that_far_back(student):
    """The far share holds the steps k <= t - lag: all of them for lag 0, none from lag t on."""
    for norms, lag, share in (([1, 2, 3, 4], 0, 1.0), ([1, 2, 3, 4], 1, 0.6), ([1, 2, 3, 4], 3, 0.1),
                              ([1, 2, 3, 4], 4, 0.0), ([1, 2, 3, 4], 6, 0.0), ([5], 0, 1.0), ([5], 1, 0.0),
                              ([0, 0, 2], 1, 0.0)):
        expect(student.far_share(np.array(norms, dtype=float), lag), share, f"far share of {norms} for lag {lag}")
    expect_unchanged(student)


@task("2.6", points=2)
def test_early_gradients_agree_with_an_independent_derivative(student, rng):
    """For each sequence, the norm of dL_T/dh_1, with the loss at the last step alone."""
    params = random_params(rng, 3, 2, 5, 0.5)
    sequences = [rng.standard_normal((steps, 2)) for steps in (4, 1, 7, 4)]
    targets = [0, 3, 1, 0]
    want = [early_gradient_by_complex_step(params, x, target) for x, target in zip(sequences, targets)]
    got = as_array(student.early_gradients(params, sequences, targets))
    expect(got, np.array(want), "‖dL_T/dh_1‖", rtol=1e-9, atol=0)
    expect_unchanged(student)


@task("2.6", points=2)
def test_can_tell_apart_compares_medians(student):
    """Two sets differ when one median, whichever it is, is more than `factor` times the other."""
    for a, b, factor, told in (([1, 2, 3], [30, 20, 25], 10, True), ([30, 20, 25], [1, 2, 3], 10, True),
                               ([1, 2, 3], [30, 20, 25], 13, False), ([1, 1, 1000], [2, 2, 2], 3, False),
                               ([1], [2], 2, False), ([2e-28], [1e-29], 10, True), ([3e-28], [1e-28], 10, False),
                               ([0, 0], [1e-28], 10, True), ([0], [0], 10, False), ([1, 3], [1.9, 1.9], 1.5, False),
                               ([8, 1, 2, 4], [1], 2.9, True), ([8, 1, 2, 4], [1], 3.1, False), ([1], [1.5], 1, True)):
        got = student.can_tell_apart(np.array(a, dtype=float), np.array(b, dtype=float), factor)
        expect(got, told, f"can_tell_apart({a}, {b}, {factor})")


def example_of_decay():
    """Norms and bounds for three radii."""
    lags = np.arange(9)
    norms = {0.5: 0.9 * 0.5**lags, 1.5: 1.3 ** np.minimum(lags, 4), 1.0: 1 / (1 + lags)}
    return norms, {0.5: 0.7**lags, 1.5: 1.9**lags, 1.0: 1.2**lags}


@task("2.7", points=2)
def test_plot_decay_draws_a_line_for_each_radius_and_bound(student, canvas):
    """One line for each entry of both dicts against the lag, on a logarithmic y axis."""
    norms, bound = example_of_decay()
    ax = canvas.axes()
    student.plot_decay(ax, norms, bound)
    expect_unchanged(student)
    expect_decay_lines(canvas.read(ax), norms, bound)


@task("2.7", points=1, exact=True)
def test_plot_decay_has_labels_and_a_legend(student, canvas):
    """Each axis has a label, and the legend names each radius and the bound."""
    norms, bound = example_of_decay()
    ax = canvas.axes()
    student.plot_decay(ax, norms, bound)
    expect_decay_labels(canvas.read(ax), norms, bound)


@task("2.7", points=2)
def test_plot_terms_draws_a_bar_for_each_word(student, canvas):
    """Each word has a bar, or a point, of the height of its norm, on a logarithmic y axis."""
    words, norms = ["the", "dog", "saw", "the", "cat"], np.array([2e-9, 3e-6, 5e-4, 0.02, 0.7])
    ax = canvas.axes()
    student.plot_terms(ax, norms, words)
    expect_unchanged(student)
    expect_terms(canvas.read(ax), norms)


@task("2.7", points=1)
def test_plot_terms_writes_the_words_at_their_places(student, canvas):
    """The tick at each bar or point is its word, and each axis has a label."""
    words, norms = ["the", "dog", "saw", "the", "cat"], np.array([2e-9, 3e-6, 5e-4, 0.02, 0.7])
    ax = canvas.axes()
    student.plot_terms(ax, norms, words)
    expect_words(canvas.read(ax), norms, words)
