"""Hidden tests of stage 4: other shapes, gradients, edge cases, histories of training."""

import math

import numpy as np
import torch

from autograder.checks import expect, expect_raises, expect_true, expect_unchanged, task
from autograder.checks.autodiff import vector_jacobian
from autograder.stages.gated.hidden_cells import (
    diagonal,
    expect_cell_gradients,
    expect_edges,
    expect_gradients,
    expect_reach,
    expect_reach_of,
    expect_same_reach,
    expect_uniform,
    keeping,
    like,
    steep,
)
from autograder.stages.gated.hidden_models import (
    biased,
    both_ends,
    expect_model_kept,
    expect_training,
    expected_gradients,
    handed_on,
    in_two_orders,
    numbers,
    parameters_of,
    rebias,
    training_run,
)
from autograder.stages.gated.hidden_trained import (
    RNN_CONFUSES,
    agreement_sentences,
    expect_few_nats,
    expect_memory,
    expect_no_confusion,
    expect_subject,
    measurable,
    nats_a_word,
    near_stories,
)
from autograder.stages.gated.public import (
    CELLS,
    CLASS_OF,
    CLOSE,
    GATES,
    SHARES,
    as_norms,
    cell_with,
    curves_and_chance,
    expect_parts,
    expected_logits,
    flat,
    line_of,
    random_state,
    random_tokens,
    random_weights,
    role,
    sentences,
    spread,
    stories,
    style,
    tensor,
    torch_unroll,
    unrolled,
)


@task("4.1", points=2)
def test_rnn_cell_gradients(student, autodiff, rng):
    """The gradients through RNNCell are right, for its arguments and its parameters."""
    expect_cell_gradients(student, autodiff, rng, "RNNCell", 4, 3, 2)


@task("4.1", points=3)
def test_lstm_cell_gradients(student, autodiff, rng):
    """The gradients through LSTMCell are right, for its arguments and its parameters."""
    expect_cell_gradients(student, autodiff, rng, "LSTMCell", 4, 3, 2)


@task("4.1", points=3)
def test_gru_cell_gradients(student, autodiff, rng):
    """The gradients through GRUCell are right, for its arguments and its parameters."""
    expect_cell_gradients(student, autodiff, rng, "GRUCell", 4, 3, 2)


@task("4.1", points=1)
def test_rnn_cell_at_the_edges(student, rng):
    """RNNCell works with one sequence, one input, one hidden unit, and large inputs."""
    expect_edges(student, rng, "RNNCell")


@task("4.1", points=1)
def test_lstm_cell_at_the_edges(student, rng):
    """LSTMCell works with one sequence, one input, one hidden unit, and large inputs."""
    expect_edges(student, rng, "LSTMCell")


@task("4.1", points=1)
def test_gru_cell_at_the_edges(student, rng):
    """GRUCell works with one sequence, one input, one hidden unit, and large inputs."""
    expect_edges(student, rng, "GRUCell")


@task("4.1", points=1)
def test_parameters_start_uniform_from_one_over_root_h(student):
    """Every parameter of a new cell, the biases too, is drawn uniformly from (-1/√H, 1/√H), for each cell by itself."""
    D, H = 25, 49
    for name in CELLS:
        one, other = (getattr(student, name)(D, H).state_dict() for _ in range(2))
        for key in one:
            expect_true(not (one[key].any() and torch.equal(one[key], other[key])), "is the same in each new cell; it is to be "
                        "drawn for each cell by itself: is there a seed in __init__?", f"{name}({D}, {H}).{key}")
        for key in ("weight_ih", "weight_hh"):
            expect_uniform([one[key]], H**-0.5, f"{name}({D}, {H}).{key}")
        for key in ("bias_ih", "bias_hh"):
            expect_true(bool(one[key].any()), "is 0 everywhere; it is drawn like the weights", f"{name}({D}, {H}).{key}")
            expect_uniform([one[key], other[key]], H**-0.5, f"{name}({D}, {H}).{key}")
        expect_true(not torch.equal(one["bias_ih"], one["bias_hh"]), "has two biases that are the same", name)


@task("4.2", points=1.5)
def test_unroll_long_sequences(student, rng):
    """unroll is right for sequences whose memory is laid out in another order, and for a GRU that only keeps its state."""
    for name in CELLS:
        weights = random_weights(rng, name, 4, 6)
        cell = cell_with(student, name, 4, 6, weights)
        x, state = tensor(rng, 3, 15, 4).transpose(0, 1), random_state(rng, name, 3, 6)
        got = student.unroll(cell, x, state)
        with torch.no_grad():
            want = torch_unroll(name, 4, 6, weights)(x, state)
        expect(got, want, unrolled(name), **CLOSE)
    full = torch.full((1, 2), 1000.0)
    cell = cell_with(student, "GRUCell", 1, 2, keeping("GRUCell", 1, 2))
    expect(student.unroll(cell, torch.zeros(2, 1, 1), full)[1], full, "h_T of a GRU that only keeps", **CLOSE)
    expect_unchanged(student)


@task("4.2", points=1)
def test_unroll_carries_the_gradient_through_100_steps(student, autodiff):
    """Where the state is handed on as it is or only added to, it gets to the end, and all gradients reach the start whole."""
    zeros, kept, ones = torch.zeros(1, 3), torch.tensor([[1.3703e9, -2.5307e9, 1000.0]]), torch.tensor([[1.0, -3.0, 2.0]])
    # Long enough for each kind of state; the longest with the cell that costs least. The LSTM adds 1 to each c at each step.
    for name, T, start, each in (("LSTMCell", 210, kept, 0.0), ("GRUCell", 104, kept, 0.0), ("RNNCell", 411, zeros, 1.0)):
        cell = cell_with(student, name, 1, 3, keeping(name, 1, 3) | {"weight_ih": torch.full((3 * GATES[name], 1), 20.0)})
        if name != "GRUCell":
            cell.requires_grad_(False)  # the way back to the start is the same one
        state, last = ((zeros, start), (zeros, ones)) if name == "LSTMCell" else (start, ones)
        x = torch.full((T, 1, 1), float(name == "LSTMCell"))
        got = autodiff.vjp("unroll", (cell, x, state), (torch.full((T, 1, 3), each), last))
        if name == "LSTMCell":
            expect(got["outputs"][2], start + T, f"c_T after {T} steps that add 1 each", **CLOSE)
            expect(got["outputs"][0], torch.sign(start).expand(T, 1, 3), f"outputs of {T} steps", **CLOSE)
        expect_true(got["arguments"][-1] is not None, f"does not flow back through {T} steps: something cuts it off, such as "
                    "detach()", "the gradient")
        expect(got["arguments"][-1], ones + each * T, f"gradient of the state before the first of {T} steps", **CLOSE)
    cell = cell_with(student, "RNNCell", 1, 3, {key: 1e10 * value for key, value in keeping("RNNCell", 1, 3).items()})
    got = autodiff.vjp("unroll", (cell, torch.zeros(6, 1, 1), zeros), (torch.zeros(6, 1, 3), ones))
    start = got["arguments"][-1]
    expect_true(start is not None and not torch.isfinite(start).all(), "is finite where it grows beyond any float: something "
                "clips it or cuts it off on its way back", "the gradient")


@task("4.2", points=1.5)
def test_unroll_one_step(student, rng):
    """unroll works for one step, one sequence, one unit."""
    for name in CELLS:
        for T, B, D, H in [(1, 2, 3, 4), (3, 1, 1, 1)]:
            weights = random_weights(rng, name, D, H)
            cell, run = cell_with(student, name, D, H, weights), torch_unroll(name, D, H, weights)
            for _ in range(4 if name == "GRUCell" else 1):
                x, state = tensor(rng, T, B, D), random_state(rng, name, B, H)
                got = student.unroll(cell, x, state)
                with torch.no_grad():
                    want = run(x, state)
                expect(got, want, unrolled(name), **CLOSE)
    weights = random_weights(rng, name, D, H)  # the very same call with other weights in the cell
    cell.load_state_dict(weights)
    with torch.no_grad():
        want = torch_unroll(name, D, H, weights)(x, state)
    expect(student.unroll(cell, x, state), want, unrolled(name), **CLOSE)
    expect_unchanged(student)


@task("4.2", points=1)
def test_unroll_lets_the_gradient_through_all_steps(student, autodiff, rng):
    """The gradient goes back through every step of unroll, to x_1 and to the start."""
    for name, size in zip(CELLS, (1e5, 1e-12, 300.0)):  # nothing is clipped for its size, nor taken for 0
        weights = random_weights(rng, name, 3, 4)
        cell = cell_with(student, name, 3, 4, weights)
        run = torch_unroll(name, 3, 4, weights)
        if name == "GRUCell":
            cell.eval()  # there is nothing in these cells that does something else then
        x, state = tensor(rng, 4, 2, 3), random_state(rng, name, 2, 4)
        cotangents = (size * tensor(rng, 4, 2, 4), tuple(size * value for value in like(rng, flat(state))))
        got = autodiff.vjp("unroll", (cell, x, state), cotangents)
        want = vector_jacobian(run, (x, state), cotangents)
        lost = [t + 1 for t in range(4) if got["arguments"][0] is None or not bool(got["arguments"][0][t].any())]
        expect_true(not lost, f"is 0 for step {max(lost, default=0)}: the path is cut on the way back", "gradient of x",
                    hidden="is 0 for some step: the path is cut on the way back")
        of = ("x", "h_0", "c_0") if name == "LSTMCell" else ("x", "h_0")
        expect_gradients(got["arguments"], want["arguments"], of, steep(size))


@task("4.3", points=2, exact=True)
def test_logits_have_the_right_values(student, rng):
    """LanguageModel is embedding, then the cell from step to step, then a linear layer to V logits."""
    general, one_word = (13, 4, 6, 3, 4), (10, 3, 2, 1, 1)
    for cell, (V, E, H, B, T) in [("rnn", (5, 7, 11, 2, 3)), ("lstm", general), ("lstm", one_word), ("gru", general),
                                  ("rnn", one_word)]:
        model = student.LanguageModel(V, E, H, cell)
        tokens = random_tokens(rng, V, B, T)
        model(tokens)  # what it says now must not stick
        state = {key: tensor(rng, *value.shape, scale=0.6) for key, value in model.state_dict().items()}
        if T == 1:  # long word vectors, of which the cell takes little
            size = {"embedding": 1e3, "weight_ih": 1e-3}
            state = {key: size.get(role(key, value.shape, V, E, H), 1.0) * value for key, value in state.items()}
        model.load_state_dict(state)
        if cell == "gru" or T == 1:
            model.eval()
            model(tokens)  # nothing sticks then either
        got = model(tokens)
        expect(got, expected_logits(state, tokens, CLASS_OF[cell], V, E, H), "logits", rtol=1e-3, atol=1e-4)
    state = {key: 1e4 * tensor(rng, V) if role(key, value.shape, V, E, H) == "output bias" else value
             for key, value in state.items()}
    model.load_state_dict(state)
    expect(model(tokens), expected_logits(state, tokens, CLASS_OF[cell], V, E, H), "large logits", rtol=1e-3, atol=1e-2)
    expect_unchanged(student)


@task("4.3", points=1, exact=True)
def test_every_parameter_of_the_model_is_trained(student, autodiff, rng):
    """The gradient of the logits reaches every parameter: each word of the embedding, however far back, the cell, the output."""
    V, E, H = 7, 3, 4
    for cell, T in (("rnn", V), ("lstm", V), ("rnn", 262)):
        model = student.LanguageModel(V, E, H, cell)
        state = {key: tensor(rng, *value.shape) for key, value in model.state_dict().items()}
        tokens = torch.tensor([rng.permutation(V), rng.permutation(V)])  # every word, the first and the last too
        cotangents = 50 * tensor(rng, 2, T, V)
        if T > V:  # a model that keeps what the first word, found nowhere else, leaves in it, and is asked for it at the end
            state |= {key: handed_on(role(key, value.shape, V, E, H), value) for key, value in state.items()}
            tokens = torch.cat([torch.zeros(2, 1, dtype=torch.int64), 1 + random_tokens(rng, V - 1, 2, T - 1)], dim=1)
            cotangents[:, :-1] = 0.0
        model.load_state_dict(state)
        if cell == "lstm":
            model.eval()  # there is nothing in these models that does something else then
        got = autodiff.vjp(model, (tokens,), cotangents)
        grads = got["parameters"]
        parts = {role(key, value.shape, V, E, H): (key, value) for key, value in state.items()}
        expect_parts(parts)
        numbers_of = {part: value for part, (_, value) in parts.items()}
        logits, wanted = expected_gradients(numbers_of, CLASS_OF[cell], tokens, cotangents)
        expect(got["outputs"][0], logits, f"logits of {T} tokens", rtol=1e-3, atol=1e-4)
        for part, (key, _) in parts.items():
            trained = grads.get(key) is not None
            expect_true(trained, "gets no gradient: it is not trained", f"the {part} of LanguageModel, {cell!r},")
            want = wanted[part]
            expect(grads[key], want, f"gradient of the {part}, {cell!r},",
                   **steep(max(300.0, float(want.abs().max()))))  # sums over all steps round as the largest of them do
    square = student.LanguageModel(V, H, H, "rnn").state_dict().values()  # the only sizes with which the two could be one
    tables = {tuple((value.T if value.shape == (H, V) else value).ravel().tolist()) for value in square if value.numel() == V * H}
    expect_true(len(tables) > 1, "are the same numbers where E = H: each layer has its own", "the embedding and the output layer")


@task("4.3", points=2)
def test_memory_bias_is_the_sum_of_two_biases(student):
    """memory_bias is the sum of the two biases of the gate that keeps, at the start; no other gate has it."""
    V, E, H = 9, 3, 5
    for cell, given in [("lstm", {}), ("gru", {}), ("lstm", {"memory_bias": -1.5}), ("gru", {"memory_bias": 70.0}),
                        ("rnn", {"memory_bias": 7.0}), ("lstm", {"memory_bias": 0.0}), ("gru", {"memory_bias": 0})]:
        model = student.LanguageModel(V, E, H, cell, **given)
        parts = {role(key, value.shape, V, E, H): value for key, value in model.state_dict().items()}
        expect_parts(parts)
        bias = given.get("memory_bias", 3.0)
        gates = {"lstm": "ifgo", "gru": "rzn", "rnn": "h"}[cell]
        for gate, b, v in zip(gates, parts["bias_ih"].reshape(-1, H), parts["bias_hh"].reshape(-1, H), strict=True):
            row = b + v
            what = f"b + v of the {cell}'s {gate} at the start"
            if gate in "fz":
                expect(row, torch.full((H,), bias), what, **CLOSE)
            else:
                largest = float(row.abs().max())
                expect_true(largest <= max(1.0, abs(bias) / 2), f"has an entry of size {largest:.3g}: "
                            "memory_bias belongs to the gate that keeps, and to no other", what,
                            hidden="is large: memory_bias belongs to the gate that keeps, and to no other")
                expect_true(bool(b.any() and v.any()), "has a b or a v that is 0: the other biases stay as the "
                            "cell draws them", what)


@task("4.3", points=1)
def test_unknown_cell_is_refused(student):
    """LanguageModel raises ValueError for a cell it does not know."""
    for cell in ("LSTM", "transformer", "", "gru ", "lstmcell"):
        expect_raises(ValueError, student.LanguageModel, 5, 3, 4, cell)
    student.LanguageModel(5, 3, 4, "gru")  # and not for this one


@task("4.4", points=1)
def test_training_without_clipping(student, reference):
    """train follows Adam from batch to batch where no gradient reaches the threshold."""
    expect_training(student, reference, "lstm", ((1, 0.5, 2), 0.02, 1e6))
    expect_unchanged(student)


@task("4.4", points=1)
def test_training_clips_by_the_norm_of_all_gradients(student, reference):
    """train scales all gradients together to the threshold where their norm reaches it, and only there."""
    expect_training(student, reference, "gru", ((0.3, 4e4, 0.5), 0.05, 0.5))
    expect_training(student, reference, "rnn", (tuple(0.5 * 1.4**i for i in (0, 6, 5, 2, 4, 7, 3, 1)), 0.05, 2.0))


@task("4.4", points=1.5)
def test_training_is_adam_with_torch_s_settings(student, reference):
    """Over many updates with gradients of very different sizes, train is Adam with torch's defaults and no other rule."""
    expect_training(student, reference, "rnn", ((100, *[1e-5] * 5, 100, 1), 0.3, 1e9))  # the higher the rate, the sooner it shows
    expect_training(student, reference, "rnn", ((1e-5, 3e-5, 2e-5), 0.1, 1e9), ((1,) * 4, 1e-5, 1e9), ((1,), 0.0, 1e9),
                    ((1,), 1.5, 1e9))


@task("4.4", points=0.5)
def test_losses_of_a_model_that_is_sure_and_wrong(student, reference, rng):
    """The loss is finite and right where the probability of the word is 0 as a 32-bit number; the first of many words learns."""
    V, E, H = 5, 2, 3
    model = student.LanguageModel(V, E, H, "rnn")
    state = {key: torch.zeros_like(value) for key, value in model.state_dict().items()}
    for key, value in state.items():
        part = role(key, value.shape, V, E, H)
        if part == "output bias":
            value[1], value[4] = 150.0, -150.0
        elif part in ("weight_ih", "weight_hh"):  # the state, which stays at 0, is handed on
            value.fill_diagonal_(1.0)
        elif part.startswith("output"):
            (value if part == "output" else value.T)[1] = torch.tensor([1.0, -1.0, 0.0])
    model.load_state_dict(state)
    # Of the second sentence the last word alone counts, and the first one is found nowhere else.
    tokens, weights = torch.tensor([[1, 4, 0] * 70, [3, *[2, 1, 0] * 69, 1, 0]]), torch.ones(2, 209)
    weights[1, :-1] = 0.0
    losses = student.train(model, [(tokens, weights)], 0.01, 1.0)
    # 70 times 300, 70 times 150 and 69 times 0 in the one sentence; once 150 in the other.
    expect(numbers(losses), [(70 * 300.0 + 70 * 150.0 + 150.0) / 2], "losses", rtol=1e-5)
    words, = (value for key, value in model.state_dict().items() if role(key, value.shape, V, E, H) == "embedding")
    expect_true(bool(words[3].all()), "does not move in training, though the last word's loss depends on it over 208 steps: the "
                "gradient is cut on the way", "the embedding of the first word",
                hidden="does not move in training, though the last word's loss depends on it: the gradient is cut on the way")


@task("4.4", points=0.5)
def test_training_leaves_no_gradient_behind(student, autodiff, rng):
    """train leaves no gradient in the parameters when it returns."""
    model = student.LanguageModel(7, 3, 4, "rnn")
    before = parameters_of(model)
    batches = training_run(rng, 7, [1])
    losses = [numbers(student.train(model, batches, 0.01, 1.0)) for _ in range(2)]
    expect_true(losses[0] != losses[1], "are the same before and after an update on the batch", "losses")
    after = model.state_dict()
    moved = any(not torch.equal(value, after[key]) for key, value in before.items())
    expect_true(moved, "are the same after train as before", "the parameters")
    expect(numbers(student.train(model, [], 0.01, 1.0)), [], "losses of no batch")
    tokens = random_tokens(rng, 7, 2, 4)
    left = autodiff.vjp(model, (tokens,), tensor(rng, 2, 4, 7))["left_behind"]
    expect_true(len(left) == 0, f"have a gradient left after train: {', '.join(left)}", "the parameters",
                hidden="have a gradient left after train")


@task("4.4", points=0.5)
def test_training_starts_afresh_each_time(student, reference):
    """train remembers nothing of an earlier call: two calls in a row follow two fresh optimizers."""
    expect_training(student, reference, "rnn", ((1, 3), 0.05, 1.0), ((0.5, 2), 0.05, 0.5))


@task("4.5", points=1, exact=True)
def test_reach_of_random_rnn_cells(student, reference, autodiff, rng):
    """gradient_reach is right for random RNN cells, whose states move."""
    expect_reach(student, reference, autodiff, rng, "RNNCell")


@task("4.5", points=1, exact=True)
def test_reach_of_random_lstm_cells(student, reference, autodiff, rng):
    """gradient_reach is right for random LSTM cells, along the cell with h_k held fixed."""
    expect_reach(student, reference, autodiff, rng, "LSTMCell")


@task("4.5", points=1, exact=True)
def test_reach_of_random_gru_cells(student, reference, autodiff, rng):
    """gradient_reach is right for random GRU cells, whose states move."""
    expect_reach(student, reference, autodiff, rng, "GRUCell")


@task("4.5", points=0.5)
def test_reach_over_one_step_and_one_unit(student, reference, autodiff, rng):
    """gradient_reach works for one step and for one unit, and for a cell that is not to be trained, which stays so."""
    for name, D, H, length in [("GRUCell", 1, 1, 3), ("LSTMCell", 2, 2, 1), ("LSTMCell", 1, 1, 2)]:
        expect_same_reach(student, reference, rng, name, D, H, length, 0)
    cell, weights = expect_same_reach(student, reference, rng, "LSTMCell", 1, 1, 2, 0)  # another one of the same sizes
    for seed in (1, 2):
        expect_reach_of(student, reference, cell, "LSTMCell", 1, 1, 2, seed, weights)
    expect_unchanged(student)
    weights = random_weights(rng, "RNNCell", 1, 1) | {"weight_hh": torch.tensor([[-0.5]])}  # a norm has no sign
    expect_reach_of(student, reference, cell_with(student, "RNNCell", 1, 1, weights), "RNNCell", 1, 1, 3, 0, weights)
    weights = random_weights(rng, "LSTMCell", 1, 1)
    cell.load_state_dict(weights)
    cell.requires_grad_(False)
    expect_reach_of(student, reference, cell, "LSTMCell", 1, 1, 2, 0, weights)  # another one than with the weights before
    after = autodiff.vjp(cell, (tensor(rng, 1, 1), random_state(rng, "LSTMCell", 1, 1)), (torch.ones(1, 1), torch.ones(1, 1)))
    expect_true(all(value is None for value in after["parameters"].values()), "changes requires_grad of a cell that is not to be "
                "trained", "gradient_reach")


@task("4.5", points=0.5)
def test_reach_that_vanishes_is_not_zero(student):
    """gradient_reach tells a tiny norm, such as 3e-38, from zero."""
    for size in (4.2e-10, 3.7e-10):
        got = as_norms(student.gradient_reach(diagonal(student, size, -3e-10), 4, 0))
        expect(got, size ** np.arange(4, -1.0, -1.0), "norms", rtol=1e-3, atol=1e-39)
        expect_true(bool((got > 0).all()), "are 0 somewhere; they are tiny", "norms")


@task("4.5", points=1)
def test_reach_over_many_steps(student):
    """gradient_reach goes all the way back, 112 steps too, where the norms grow, and where a gate keeps nearly all or little."""
    for name, step, length, through_h in (("RNNCell", 1.5, 112, 0), ("LSTMCell", 0.97, 64, 0.53), ("GRUCell", 0.97, 61, 0),
                                          ("LSTMCell", 0.02, 5, 0), ("GRUCell", 0.02, 5, 0)):
        rows = GATES[name]
        weights = {key: torch.zeros(rows, *rest) for key, rest in
                   (("weight_ih", (3,)), ("weight_hh", (1,)), ("bias_ih", ()), ("bias_hh", ()))}
        if name == "RNNCell":
            weights["weight_hh"][:] = step
        else:
            weights["bias_ih"][1] = math.log(step / (1 - step))
        if through_h:  # at rest both other gates are 1/2: h_t is c_t / 2, and this reaches c_{t+1} by half the candidate
            weights["weight_hh"][2] = 4 * through_h
        got = as_norms(student.gradient_reach(cell_with(student, name, 3, 1, weights), length, 3))
        want = [step * (step + through_h) ** (lag - 1.0) for lag in range(length, 0, -1)]  # the first step is by c alone
        expect(got, np.array([*want, 1.0]), "norms", rtol=1e-3, atol=0)


@task("4.6", points=2.5)
def test_trained_lstm_remembers_the_tickets(student, checkpoints, rng):
    """The trained LSTM fills the blank of new stories rightly, 20 to 60 words after the noun."""
    expect_memory(student, checkpoints, rng, "lstm")


@task("4.6", points=2.5)
def test_trained_gru_remembers_the_tickets(student, checkpoints, rng):
    """The trained GRU fills the blank of new stories rightly, 20 to 60 words after the noun."""
    expect_memory(student, checkpoints, rng, "gru")


@task("4.6", points=1)
def test_trained_rnn_knows_the_stories(student, checkpoints, rng):
    """The trained RNN predicts the words of new stories: the comparison is with a model that has learned."""
    model = measurable(student, checkpoints, rng, "tickets", "rnn")
    mean = nats_a_word(model, near_stories())
    expect_few_nats(mean, "stories", "tickets_rnn.pt")


@task("4.6", points=1)
def test_the_guess_is_among_all_words(student, rng):
    """accuracy_by_distance counts an item as wrong when a word that is nobody's target has the largest logit."""
    model = biased(student, rng, 7, 2, 3, [0.0, 1.0, 2.0, 9.0, 0.5, -3.0, 8.99999])
    for targets, want in (((2, 1), {4: 0.0, 9: 0.0}), ((2, 3, 3), {4: 0.0, 9: 1.0}), ((6, 6, 3), {4: 0.0, 9: 0.5})):
        items = [{"tokens": random_tokens(rng, 7, 2 + i), "target": target, "distance": 9 if i else 4}
                 for i, target in enumerate(targets)]
        expect(student.accuracy_by_distance(model, items), want, "accuracy", **SHARES)
    # The same stories, of which the same model thinks otherwise by now; two words are nearly level, and no other is near.
    rebias(model, [-30.0, -30.0, -30.0, 0.0, -30.0, -30.0, 3e-7])
    expect(student.accuracy_by_distance(model, items), {4: 1.0, 9: 0.5}, "accuracy", **SHARES)
    rebias(model, [3e-7, -30.0, -30.0, 0.0, -30.0, -30.0, -30.0])
    story = torch.tensor([2])  # one story, with more than one end; as many as no batches have
    again = [{"tokens": story, "target": target, "distance": 5000} for target in [3] * 54 + [0] * 13]
    expect(student.accuracy_by_distance(model, again), {5000: 13 / 67}, "accuracy", **SHARES)


@task("4.6", points=2)
def test_accuracy_of_each_kind_of_model(student, autodiff, rng):
    """accuracy_by_distance is right for stories of many lengths, read by each kind of cell, from the first word on."""
    for cell in CLASS_OF:
        model = spread(student, rng, 15, 5, 7, cell)
        before = parameters_of(model)
        distances, right = rng.permutation([0, 0, 6, 6, 6, 30]).tolist(), rng.permutation([True, False] * 3).tolist()
        plan = list(zip(distances, [1, 2, 2, 3, 4, 6], right))
        items = stories(rng, model, 15, plan)
        if cell == "rnn":  # what another model says of these stories must not stick
            student.accuracy_by_distance(spread(student, rng, 15, 5, 7, cell), items)
        got = student.accuracy_by_distance(model, items)
        by_distance = {distance: [right for d, _, right in plan if d == distance] for distance, *_ in plan}
        expect(got, {distance: float(np.mean(hits)) for distance, hits in by_distance.items()}, "accuracy", **SHARES)
    (one, guess), (other, _) = in_two_orders(rng, model, 15)
    got = student.accuracy_by_distance(model, [{"tokens": tokens, "target": guess, "distance": 2} for tokens in (one, other)])
    expect(got, {2: 0.5}, "accuracy of the same words in two orders", **SHARES)
    expect_model_kept("accuracy_by_distance", autodiff, model, before, one[None], tensor(rng, 1, 5, 15))
    model, tokens, guess, _ = both_ends(student, rng, 15)
    texts = tokens, torch.cat([tokens[1:2], tokens[1:]])  # only the first word is another one
    got = student.accuracy_by_distance(model, [{"tokens": text, "target": guess, "distance": 190} for text in texts])
    expect(got, {190: 0.5}, "accuracy", **SHARES)
    expect_unchanged(student)


@task("4.7", points=1)
def test_error_of_each_kind_of_model(student, autodiff, rng):
    """error_by_attractors is right for sentences of many lengths, with few plurals, and with one number alone."""
    for cell in CLASS_OF:
        model = spread(student, rng, 15, 5, 7, cell)
        before = parameters_of(model)
        plan = [(int(rng.integers(2)), length, bool(rng.random() < 0.3), bool(rng.integers(2)))
                for length in (1, 2, 2, 3, 4, 6)] + [(7, 2, True, True), (7, 3, True, False), (9, 1, False, True)]
        items = sentences(rng, model, 15, plan)
        got = student.error_by_attractors(model, items)
        wanted = {}
        for count in sorted({attractors for attractors, *_ in plan}):
            by_number = [[wrong for attractors, _, plural, wrong in plan if (attractors, plural) == (count, number)]
                         for number in (False, True)]
            wanted[count] = float(np.mean([np.mean(rates) for rates in by_number if rates]))
        expect(got, wanted, "error", **SHARES)
    (one, guess), (other, second) = in_two_orders(rng, model, 15)
    got = student.error_by_attractors(model, [{"tokens": tokens, "right": guess, "wrong": second, "attractors": 3, "plural": True}
                                              for tokens in (one, other)])
    expect(got, {3: 0.5}, "error of the same words in two orders", **SHARES)
    expect_model_kept("error_by_attractors", autodiff, model, before, one[None], tensor(rng, 1, 5, 15))
    model, tokens, guess, other = both_ends(student, rng, 15)
    items = [{"tokens": text, "right": guess, "wrong": other, "attractors": 20, "plural": True}
             for text in (tokens, torch.cat([tokens[1:2], tokens[1:]]))]  # only the first word is another one
    expect(student.error_by_attractors(model, items), {20: 0.5}, "error", **SHARES)
    expect_unchanged(student)
    model, tokens = biased(student, rng, 5, 2, 3, [0.0, 1.0, 3.0, 0.0, 0.0]), random_tokens(rng, 5, 1)
    again = [{"tokens": tokens, "right": right, "wrong": 3 - right, "attractors": 1, "plural": False}
             for right in [2] * 54 + [1] * 13]
    expect(student.error_by_attractors(model, again), {1: 13 / 67}, "error of one sentence with two verbs", **SHARES)


@task("4.7", points=0.5)
def test_logits_are_compared_and_not_probabilities(student, rng):
    """error_by_attractors compares the two logits, however far another word is ahead of both."""
    model = biased(student, rng, 8, 2, 3, [0.0, 300.0, -2.0, -1.0, 4.0, 900.0, 3.0, 3.00001])
    pairs = ((3, 2, True, 0), (4, 6, False, 0), (2, 4, True, 1), (7, 6, False, 1), (6, 7, True, 3))
    items = [{"tokens": random_tokens(rng, 8, 3), "right": right, "wrong": wrong, "attractors": count, "plural": plural}
             for right, wrong, plural, count in pairs]
    expect(student.error_by_attractors(model, items), {0: 0.0, 1: 0.5, 3: 1.0}, "error", **SHARES)
    # The same sentences, of which the same model thinks otherwise by now; words 6 and 7 are nearly level.
    rebias(model, [-30.0, -30.0, -40.0, -50.0, -20.0, -30.0, 3e-7, 0.0])
    expect(student.error_by_attractors(model, items), {0: 1.0, 1: 1.0, 3: 0.0}, "error", **SHARES)


@task("4.7", points=0.5)
def test_equal_logits_count_as_wrong(student, rng):
    """error_by_attractors counts an item as wrong when both forms of the verb have the same logit."""
    V, E, H = 9, 3, 4
    model = spread(student, rng, V, E, H, "gru")
    state = {key: value.clone() for key, value in model.state_dict().items()}
    for key, value in state.items():
        kind = role(key, value.shape, V, E, H)
        if kind in ("output", "output bias"):
            value[[2, 5]] = 0.0
        elif kind == "output transposed":
            value[:, [2, 5]] = 0.0
    model.load_state_dict(state)
    tied = [{"tokens": random_tokens(rng, V, 4), "right": right, "wrong": 7 - right, "attractors": 1, "plural": plural}
            for right, plural in ((2, True), (5, False), (2, True))]
    others = sentences(rng, model, V, [(0, 3, True, False), (0, 4, False, False), (2, 5, True, True)])
    got = student.error_by_attractors(model, tied + others)
    expect(got, {0: 0.0, 1: 1.0, 2: 1.0}, "error", **SHARES)
    expect(student.error_by_attractors(model, tied[:1]), {1: 1.0}, "error", **SHARES)  # few are enough


@task("4.7", points=2)
def test_trained_lstm_follows_the_subject(student, checkpoints, rng):
    """The trained LSTM keeps the subject's number past none to four attractors, in new sentences."""
    expect_subject(student, checkpoints, rng, "lstm")


@task("4.7", points=2)
def test_trained_gru_follows_the_subject(student, checkpoints, rng):
    """The trained GRU keeps the subject's number past none to four attractors, in new sentences."""
    expect_subject(student, checkpoints, rng, "gru")


@task("4.7", points=1)
def test_trained_rnn_follows_a_near_subject(student, checkpoints, rng):
    """The trained RNN knows the words and gets sentences without attractors right: it is compared after learning."""
    model = measurable(student, checkpoints, rng, "agreement", "rnn")
    mean = nats_a_word(model, agreement_sentences(False))
    expect_few_nats(mean, "sentences", "agreement_rnn.pt")
    expect_no_confusion(model, False, RNN_CONFUSES, "agreement_rnn.pt")


@task("4.8", points=2)
def test_figure_of_many_models(student, canvas, rng):
    """plot_curves is right for any number of models, for curves over different x, and for one point."""
    by_model = {f"model {number}": {int(x): float(rng.random()) for x in rng.permutation(40)[:1 + 2 * (7 * number % 10)]}
                for number in range(10)}
    ax = canvas.axes()
    student.plot_curves(ax, by_model, "x", "y", 1 / 12)
    drawn = canvas.read(ax)
    curves_and_chance(drawn, by_model, 1 / 12)
    nameless = [name for name in by_model if name not in (drawn["legend"] or ())]
    expect_true(not nameless, f"does not name {', '.join(nameless)}", "the legend", hidden="does not name every model")
    alike = len(by_model) - len({style(line_of(drawn, name)) for name in by_model})
    expect_true(not alike, f"holds {alike} of {len(by_model)} lines that look like another one: the legend cannot tell them "
                "apart", "the figure", hidden="holds lines that look the same: the legend cannot tell them apart")
    expect_unchanged(student)


@task("4.8", points=1)
def test_figure_keeps_to_its_axes(student, canvas):
    """plot_curves draws on the Axes it is given, one figure after the other, and a chance of 0 too."""
    first, second = canvas.axes(), canvas.axes()
    student.plot_curves(first, {"LSTM": {1: 0.2, 2: 0.0}}, "steps", "accuracy", 0.1)
    student.plot_curves(second, {"GRU": {3: 0.5}}, "attractors", "error", 0.0)
    one, two = canvas.read(first), canvas.read(second)
    curves_and_chance(one, {"LSTM": {1: 0.2, 2: 0.0}}, 0.1)
    curves_and_chance(two, {"GRU": {3: 0.5}}, 0.0)
    expect([one["xlabel"], one["ylabel"]], ["steps", "accuracy"], "labels")
    expect([two["xlabel"], two["ylabel"]], ["attractors", "error"], "labels")
