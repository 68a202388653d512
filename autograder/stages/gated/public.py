"""Public tests of stage 4. torch's own cells are the measure here; the ban on them is for the file under test."""

import importlib
import math

import numpy as np
import torch

from autograder.checks import Mismatch, expect, expect_true, expect_unchanged, task

TORCH_CELLS = {"RNNCell": torch.nn.RNNCell, "LSTMCell": torch.nn.LSTMCell, "GRUCell": torch.nn.GRUCell}
GATES = {"RNNCell": 1, "LSTMCell": 4, "GRUCell": 3}
FUSED = {"RNNCell": torch.nn.RNN, "LSTMCell": torch.nn.LSTM, "GRUCell": torch.nn.GRU}
CELLS = tuple(TORCH_CELLS)
CLASS_OF = {"rnn": "RNNCell", "lstm": "LSTMCell", "gru": "GRUCell"}
# 32-bit numbers: another order of summation shows in the seventh digit, and more after many steps.
CLOSE = {"rtol": 1e-4, "atol": 1e-5}
# What is counted and divided in 32 bits is right to the seventh digit.
SHARES = {"rtol": 1e-6, "atol": 1e-6}


def tensor(rng, *shape, scale=1.0):
    """A random tensor of 32-bit numbers."""
    return torch.tensor(scale * rng.standard_normal(shape), dtype=torch.float32)


def random_weights(rng, name, D, H):
    """Parameters of a cell with torch's names and shapes."""
    rows = GATES[name] * H
    return {"weight_ih": tensor(rng, rows, D, scale=0.7), "weight_hh": tensor(rng, rows, H, scale=0.7),
            "bias_ih": tensor(rng, rows, scale=0.5), "bias_hh": tensor(rng, rows, scale=0.5)}


def random_state(rng, name, B, H):
    """A state of a cell: h, or (h, c) for the LSTM."""
    return (tensor(rng, B, H), tensor(rng, B, H)) if name == "LSTMCell" else tensor(rng, B, H)


def cell_with(student, name, D, H, weights):
    """The student's cell with these parameters."""
    cell = getattr(student, name)(D, H)
    expect_true(hasattr(cell, "load_state_dict"), "is not a torch.nn.Module", f"{name}({D}, {H})")
    try:
        cell.load_state_dict(weights)
    except Exception as error:  # most likely, these are not its parameters; what the grader itself raises goes on
        if getattr(error, "of_the_grader", False):
            raise
        shapes = {key: tuple(value.shape) for key, value in cell.state_dict().items()}
        wanted = {key: tuple(value.shape) for key, value in weights.items()}
        expect_true(shapes == wanted, f"has the parameters {shapes}; torch's {name} has {wanted}", f"{name}({D}, {H})",
                    hidden="has not the parameters of torch's cell, by name and shape")
        raise
    return cell


def torch_cell_with(name, D, H, weights):
    """torch's cell with these parameters."""
    cell = TORCH_CELLS[name](D, H)
    cell.load_state_dict(weights)
    return cell


def expect_step(student, rng, name, sizes):
    """One step of the student's cell against torch's, for several sizes (D, H, B)."""
    for D, H, B in sizes:
        weights = random_weights(rng, name, D, H)
        cell = cell_with(student, name, D, H, weights)
        x, state = tensor(rng, B, D), random_state(rng, name, B, H)
        got = cell(x, state)
        with torch.no_grad():
            want = torch_cell_with(name, D, H, weights)(x, state)
        expect(got, want, ("h_t", "c_t") if name == "LSTMCell" else "h_t", **CLOSE)


@task("4.1", points=2)
def test_rnn_cell_computes_equation_1(student, rng):
    """RNNCell gives h_t of equation (1), as torch's cell does with the same parameters."""
    expect_step(student, rng, "RNNCell", [(3, 5, 2), (6, 4, 3)])
    expect_unchanged(student)


@task("4.1", points=3)
def test_lstm_cell_computes_its_equations(student, rng):
    """LSTMCell gives (h_t, c_t) as torch's cell does with the same parameters."""
    expect_step(student, rng, "LSTMCell", [(3, 5, 2), (6, 4, 3)])
    expect_unchanged(student)


@task("4.1", points=3)
def test_gru_cell_computes_its_equations(student, rng):
    """GRUCell gives h_t as torch's cell does with the same parameters."""
    expect_step(student, rng, "GRUCell", [(3, 5, 2), (6, 4, 3)])
    expect_unchanged(student)


def stepped(cell, x, state, has_memory):
    """What unroll should return, one call of the cell after the other."""
    outputs = []
    last = state
    for inputs in x.unbind():
        last = cell(inputs, last)
        outputs.append(last[0] if has_memory else last)
    return torch.stack(outputs), last


def expect_moved(outputs, name):
    """A cell under which every step is like the one before says nothing of unroll."""
    expect_true(not torch.equal(outputs[0], outputs[1]), "returns the same state at each step: unroll cannot be tried with it",
                f"your {name}")


def unrolled(name):
    """Names of what unroll returns."""
    return ("outputs", "state (h_T, c_T)") if name == "LSTMCell" else ("outputs", "state h_T")


@task("4.2", points=1.5)
def test_unroll_goes_on_from_the_state_it_is_given(student, rng):
    """unroll starts from the state it is given, and calls the cell once for each step in order."""
    for name in CELLS:
        cell = cell_with(student, name, 3, 5, random_weights(rng, name, 3, 5))
        x, state = tensor(rng, 4, 2, 3), random_state(rng, name, 2, 5)
        want = stepped(cell, x, state, name == "LSTMCell")
        expect(student.unroll(cell, x, state), want, unrolled(name), **CLOSE)
        expect_moved(want[0], name)
    expect_unchanged(student)


@task("4.2", points=1.5)
def test_unroll_starts_from_zeros(student, rng):
    """unroll without a state starts from zeros."""
    for name in CELLS:
        cell = cell_with(student, name, 3, 5, random_weights(rng, name, 3, 5))
        zeros = torch.zeros(4, 5)
        for x in (tensor(rng, 3, 4, 3), tensor(rng, 2, 4, 3)):  # the second call knows nothing of the first
            want = stepped(cell, x, (zeros, zeros) if name == "LSTMCell" else zeros, name == "LSTMCell")
            expect(student.unroll(cell, x), want, unrolled(name), **CLOSE)
            expect_moved(want[0], name)


def flat(state):
    """The tensors of a state."""
    return state if isinstance(state, tuple) else (state,)


def torch_unroll(name, D, H, weights):
    """torch's fused layer as unroll: (T, B, D) and a state to outputs and state."""
    layer = FUSED[name](D, H)
    layer.load_state_dict({f"{key}_l0": value for key, value in weights.items()})

    def run(x, state):
        start = tuple(part.unsqueeze(0) for part in flat(state))
        outputs, last = layer(x, start if name == "LSTMCell" else start[0])
        last = tuple(part.squeeze(0) for part in flat(last))
        return outputs, last if name == "LSTMCell" else last[0]

    run.layer = layer
    return run


def role(key, shape, V, E, H):
    """What a parameter of a language model is, from its name and shape."""
    last = key.rpartition(".")[2]
    if last in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        return last
    by_shape = {(V, E): "embedding", (V, H): "output", (H, V): "output transposed", (V,): "output bias"}
    found = by_shape.get(tuple(shape))
    if found is None:
        raise Mismatch("LanguageModel's parameter", f"{key} of shape {tuple(shape)} is neither the embedding (V, E) = "
                       f"{(V, E)}, nor a parameter of the cell, nor the output layer (V, H) = {(V, H)}", "shape",
                       hidden="is neither the embedding, nor one of the cell, nor one of the output layer")
    return found


def expected_logits(state, tokens, name, V, E, H, ends=None):
    """The logits of a language model with these parameters, by torch's own layer; with `ends`, those at one place of each row."""
    parts = {role(key, value.shape, V, E, H): value for key, value in state.items()}
    expect_parts(parts)
    weights = {key: parts[key] for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    output = parts["output transposed"].T if "output transposed" in parts else parts["output"]
    zeros = torch.zeros(len(tokens), H)
    with torch.no_grad():
        run = torch_unroll(name, E, H, weights)
        h, _ = run(parts["embedding"][tokens].transpose(0, 1), (zeros, zeros) if name == "LSTMCell" else zeros)
        h = h.transpose(0, 1) if ends is None else h[ends, torch.arange(len(tokens))]
        return h @ output.T + parts["output bias"]


def expect_parts(parts):
    """A model has an embedding, a cell's four parameters, and an output layer with its bias."""
    missing = {"embedding", "weight_ih", "weight_hh", "bias_ih", "bias_hh", "output", "output bias"} - set(parts)
    missing -= {"output"} if "output transposed" in parts else set()
    expect_true(not missing, f"has no parameter for: {', '.join(sorted(missing))}", "LanguageModel")


def random_tokens(rng, V, *shape):
    """Random word ids."""
    return torch.tensor(rng.integers(0, V, shape))


@task("4.3", points=1)
def test_logits_do_not_see_the_future(student, rng):
    """LanguageModel gives logits (B, T, V); those at t change with the tokens up to t, not with later ones."""
    for cell in CLASS_OF:
        model = student.LanguageModel(11, 4, 6, cell)
        tokens = random_tokens(rng, 11, 2, 5)
        logits = model(tokens)
        shape = tuple(logits.shape)
        expect_true(shape == (2, 5, 11), f"have the shape {shape} instead of (B, T, V) = (2, 5, 11)", "logits")
        changed = tokens.clone()
        changed[0, 2] = (tokens[0, 2] + 1) % 11
        again = model(changed)
        expect(again[:, :2], logits[:, :2], "logits before the token that was changed", **CLOSE)
        moved = (again[0, 2:] - logits[0, 2:]).abs().amax(dim=1)
        expect_true(bool((moved > 1e-7).all()), "do not depend on an earlier token: is the state handed on?", "logits")
    expect_unchanged(student)


@task("4.3", points=1)
def test_each_sequence_is_read_on_its_own(student, rng):
    """LanguageModel reads each sequence from the zero state: no row sees another, no call sees an earlier one."""
    for cell in CLASS_OF:
        model = student.LanguageModel(9, 3, 5, cell)
        tokens = random_tokens(rng, 9, 2, 4)
        tokens[1] = tokens[0]
        tokens[1, 0] = (tokens[0, 0] + 1) % 9
        together = model(tokens)
        expect_true(getattr(together, "shape", ()) == (2, 4, 9), "are no tensor of shape (2, 4, 9)", "logits of two sequences")
        expect_true(not torch.equal(together[0, -1], together[1, -1]), "are the same after another first word", "logits")
        for row in range(2):
            alone = model(tokens[row:row + 1])
            expect(alone, together[row:row + 1], f"logits of sequence {row} read alone", **CLOSE)


def blank_model(student, V, E, H, cell):
    """A model whose parameters are all 0: every word is as likely as any other."""
    model = student.LanguageModel(V, E, H, cell)
    model.load_state_dict({key: torch.zeros_like(value) for key, value in model.state_dict().items()})
    return model


@task("4.4", points=1)
def test_loss_is_weighted_and_divided_by_the_batch_size(student, rng):
    """train's first loss is the sum of the weights times log V / B where the model finds all V words equally likely."""
    for V, B, T in [(7, 2, 4), (5, 4, 2)]:
        model = blank_model(student, V, 3, 4, "gru")
        weights = torch.tensor(rng.uniform(0, 2, (B, T - 1)), dtype=torch.float32)
        weights[1] *= B < 3  # a sequence that does not count is one of the B all the same
        batch = random_tokens(rng, V, B, T), weights
        losses = student.train(model, [batch], 0.01, 1.0)
        expect(losses, [float(weights.sum()) * math.log(V) / B], "losses", **CLOSE)
        again = student.train(model, [batch], 0.01, 1.0)
        expect_true(np.size(again) == 1 and float(again[0]) < float(losses[0]), "does not fall after an update on the same batch",
                    "the loss")
    expect_unchanged(student)


@task("4.4", points=1)
def test_loss_falls_on_a_batch_seen_again_and_again(student, rng):
    """train learns a batch by heart."""
    model = student.LanguageModel(8, 6, 12, "rnn")
    batch = (random_tokens(rng, 8, 3, 4), torch.full((3, 3), 0.3))
    losses = student.train(model, [batch] * 6, 0.2, 1.0)
    expect_true(len(losses) == 6, f"holds {len(losses)} numbers for 6 batches", "losses")
    fall = f"go from {losses[0]:.3f} to {losses[-1]:.3f} in 6 updates on one batch; they should fall to less than half"
    expect_true(losses[-1] < 0.5 * losses[0], fall, "losses")
    tokens, weights = batch
    logits = model(tokens)
    shape = tuple(logits.shape)
    expect_true(shape == (3, 4, 8), f"have the shape {shape} instead of (B, T, V) = (3, 4, 8)", "logits")
    entropies = torch.nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none")
    after = float((weights * entropies).sum()) / 3
    expect_true(after < 0.5 * losses[0], f"has a loss of {after:.3f} on the batch after 6 updates, and losses[0] is "
                f"{losses[0]:.3f}: it should be less than half", "the model")


@task("4.4", points=1)
def test_padding_does_not_count(student, rng):
    """train gives the same losses whatever words stand where the weight is 0, at the end of a sequence."""
    tokens, weights = random_tokens(rng, 6, 2, 5), torch.full((2, 4), 0.5)
    weights[1, 2:] = 0.0
    other, counted = tokens.clone(), tokens.clone()
    other[1, 3:] = (tokens[1, 3:] + 1 + random_tokens(rng, 5, 2)) % 6
    counted[1, 2] = (tokens[1, 2] + 1) % 6
    start = {}
    histories = []
    for words in (tokens, other, counted):
        model = student.LanguageModel(6, 4, 5, "rnn")
        start = start or model.state_dict()
        model.load_state_dict(start)
        histories.append(student.train(model, [(words, weights)] * 2, 0.05, 10.0))
    expect(histories[1], histories[0], "losses with other words in the padding", **CLOSE)
    losses = np.asarray(histories[0], dtype=float)
    expect_true(losses.size == 2 and bool(np.all(losses > 0)), "hold no loss above 0 for each batch", "losses")
    expect_true(losses.ravel()[0] != losses.ravel()[1], "are the same before and after an update on the batch", "losses")
    same = np.shape(histories[2]) == losses.shape and np.allclose(np.asarray(histories[2], dtype=float), losses, rtol=1e-6)
    expect_true(not same, "are the same with another word where the weight is not 0", "losses")


def as_norms(got):
    """What gradient_reach returned, as an array: a tensor, an array or a list of numbers will do."""
    expect_true(got is not None, "is None: the function ended without `return`", "norms")
    return np.array([float(value) for value in got])


def still_cell(student, name, D, H, gate_bias):
    """A cell that stays at zero whatever comes in: its only parameter is the bias of the gate that keeps."""
    rows = GATES[name] * H
    weights = {"weight_ih": torch.zeros(rows, D), "weight_hh": torch.zeros(rows, H), "bias_ih": torch.zeros(rows),
               "bias_hh": torch.zeros(rows)}
    weights["bias_ih"][H:2 * H] = gate_bias
    return cell_with(student, name, D, H, weights)


@task("4.5", points=1)
def test_reach_of_an_rnn_that_halves(student):
    """gradient_reach of a plain cell with a symmetric W_h of largest eigenvalue 0.5, at rest, is 0.5^(T-k)."""
    for length, times in ((2, 1.0), (4, 1.0), (3, 1.5)):  # and one whose largest eigenvalue is 0.75
        weights = {"weight_ih": torch.zeros(2, 3), "weight_hh": times * torch.tensor([[0.3, 0.2], [0.2, 0.3]]),
                   "bias_ih": torch.zeros(2), "bias_hh": torch.zeros(2)}
        got = as_norms(student.gradient_reach(cell_with(student, "RNNCell", 3, 2, weights), length, 1))
        expect(got, (0.5 * times) ** np.arange(length, -1.0, -1.0), "norms", rtol=1e-4)
    expect_unchanged(student)


@task("4.5", points=1)
def test_reach_of_a_gru_that_only_keeps(student):
    """gradient_reach of a GRU whose update gate is z, at rest, is z^(T-k)."""
    for bias, length in ((2.0, 2), (-1.0, 3)):
        cell = still_cell(student, "GRUCell", 3, 2, bias)
        z = 1 / (1 + math.exp(-bias))
        got = as_norms(student.gradient_reach(cell, length, 2))
        expect(got, z ** np.arange(length, -1.0, -1.0), "norms", rtol=1e-4)


@task("4.5", points=1)
def test_reach_of_an_lstm_that_only_keeps(student):
    """gradient_reach of an LSTM whose forget gate is f, at rest, is f^(T-k)."""
    for bias, length in ((2.0, 2), (-1.0, 3)):
        cell = still_cell(student, "LSTMCell", 3, 2, bias)
        f = 1 / (1 + math.exp(-bias))
        got = as_norms(student.gradient_reach(cell, length, 3))
        expect(got, f ** np.arange(length, -1.0, -1.0), "norms", rtol=1e-4)


def all_logits(model, texts):
    """Logits (n, T, V) of n texts in one batch: shorter ones are padded on the right, where nothing looks back."""
    return model(torch.nn.utils.rnn.pad_sequence(texts, batch_first=True))


def last_logits(model, texts):
    """Logits (n, V) after the last token of each text."""
    ends = [len(tokens) - 1 for tokens in texts]
    if isinstance(model, WeightsAlone):
        return model(torch.nn.utils.rnn.pad_sequence(texts, batch_first=True), ends)
    return all_logits(model, texts)[torch.arange(len(texts)), ends]


class WeightsAlone:
    """What weights say by torch's own layers: a function of tokens."""

    def __init__(self, state, name, *sizes):
        self.state, self.name, self.sizes = state, name, sizes

    def __call__(self, tokens, ends=None):
        return expected_logits(self.state, tokens, self.name, *self.sizes, ends)


def stories(rng, model, V, plan):
    """Items of task 4.6: for each (distance, length, right), one that the model gets right or not."""
    texts = [random_tokens(rng, V, length) for _, length, _ in plan]
    guesses = last_logits(model, texts).argmax(dim=1).tolist()
    return [{"tokens": tokens, "target": guess if right else (guess + 1) % V, "distance": distance}
            for (distance, _, right), tokens, guess in zip(plan, texts, guesses)]


def spread(student, rng, V, E, H, cell):
    """A model with large random parameters: its logits lie far apart."""
    model = student.LanguageModel(V, E, H, cell)
    model.load_state_dict({key: tensor(rng, *value.shape) for key, value in model.state_dict().items()})
    return model


def sizes_of(task_name):
    """V, E and H of a task's models."""
    words = importlib.import_module("data").Vocabulary.load(task_name)
    chosen = getattr(importlib.import_module("settings"), task_name.upper())
    return len(words), chosen.embedding_size, chosen.hidden_size


def is_torch_s(student, rng, name):
    """Whether the student's cell takes the same step as torch's, with this test's own numbers, which nobody knows before."""
    try:
        expect_step(student, rng, name, [(3, 5, 2)])
    except Exception as error:  # whatever it raises, it is not torch's; what the grader itself raises goes on
        if getattr(error, "of_the_grader", False):
            raise
        return False
    return True


def trained(student, checkpoints, rng, task_name, cell, texts):
    """The student's model of a task with the weights handed in, and a function of tokens that says what these weights alone do.

    The two have to agree on some texts: what a model has learned is in its weights. Where the student's cell is not torch's,
    which costs its points in task 4.1, there is only the model in which the weights were trained: the function is the model.
    """
    file = f"{task_name}_{cell}.pt"
    is_right = is_torch_s(student, rng, CLASS_OF[cell])
    model = student.LanguageModel(*sizes_of(task_name), cell)
    checkpoints.load(model, file)
    if not is_right:
        return model, model
    weights_alone = WeightsAlone(model.state_dict(), CLASS_OF[cell], *sizes_of(task_name))
    got, want = all_logits(model, texts), all_logits(weights_alone, texts)
    same = got.shape == want.shape and bool(torch.allclose(got, want, rtol=1e-3, atol=1e-3))
    expect_true(same, "are not those of an embedding, your cell and a linear layer with the weights in this file: is there "
                "something else in your LanguageModel?", f"the logits of {file}")
    return model, weights_alone


def expect_weights(student, checkpoints, rng, task_name):
    """The models of a task: its three files hold weights of the student's LanguageModel, three different ones."""
    texts = [torch.arange(1, 4), torch.arange(40, 60)]
    models = {cell: trained(student, checkpoints, rng, task_name, cell, texts) for cell in CLASS_OF}
    logits = {cell: weights_alone(texts[0][None]) for cell, (_, weights_alone) in models.items()}
    for one, other in [("rnn", "lstm"), ("rnn", "gru"), ("lstm", "gru")]:
        expect_true(not torch.allclose(logits[one], logits[other]), "holds the model of another file",
                    f"{task_name}_{other}.pt")
    return {cell: model for cell, (model, _) in models.items()}


@task("4.6", points=1)
def test_tickets_weights_can_be_loaded(student, checkpoints, rng):
    """tickets_rnn.pt, tickets_lstm.pt and tickets_gru.pt hold weights of your LanguageModel for this task."""
    models = expect_weights(student, checkpoints, rng, "tickets")
    student.accuracy_by_distance(models["gru"], [{"tokens": torch.tensor([1, 2, 3]), "target": 4, "distance": 2}])


@task("4.6", points=2)
def test_accuracy_is_counted_for_each_distance(student, rng):
    """accuracy_by_distance gives the share of right items for each distance."""
    model = spread(student, rng, 10, 4, 6, "gru")
    plan = [(8, 4, True), (3, 3, False), (8, 6, False), (3, 4, True), (8, 5, True), (20, 7, True), (8, 5, True)]
    plan += [(5, 2 + number % 3, number % 3 != 0) for number in range(29)]
    got = student.accuracy_by_distance(model, stories(rng, model, 10, plan))
    expect(got, {3: 0.5, 8: 0.75, 20: 1.0, 5: 19 / 29}, "accuracy", **SHARES)
    expect_unchanged(student)


def sentences(rng, model, V, plan):
    """Items of task 4.7: for each (attractors, length, plural, wrong), one that the model gets wrong or not."""
    texts = [random_tokens(rng, V, length) for _, length, *_ in plan]
    items = []
    for (attractors, _, plural, wrong), tokens, logits in zip(plan, texts, last_logits(model, texts).tolist()):
        one, *others = rng.permutation(V).tolist()
        two = next(word for word in others if logits[word] != logits[one])
        low, high = sorted((one, two), key=logits.__getitem__)
        items.append({"tokens": tokens, "right": low if wrong else high, "wrong": high if wrong else low,
                      "attractors": attractors, "plural": plural})
    return items


@task("4.7", points=1)
def test_agreement_weights_can_be_loaded(student, checkpoints, rng):
    """agreement_rnn.pt, agreement_lstm.pt and agreement_gru.pt hold weights of your LanguageModel for this task."""
    models = expect_weights(student, checkpoints, rng, "agreement")
    item = {"tokens": torch.tensor([1, 2, 3]), "right": 4, "wrong": 5, "attractors": 0, "plural": True}
    student.error_by_attractors(models["gru"], [item])


@task("4.7", points=2)
def test_error_is_the_mean_of_singular_and_plural(student, rng):
    """error_by_attractors gives the mean of the singular and the plural error rate, by number of attractors."""
    model = spread(student, rng, 12, 4, 6, "rnn")
    plan = [(0, 2, True, False), (0, 3, False, False), (1, 3, True, True), (1, 4, True, True), (1, 5, True, False),
            (1, 4, True, True), (1, 3, False, False), (2, 4, False, True), (2, 6, True, False), (2, 5, False, True)]
    got = student.error_by_attractors(model, sentences(rng, model, 12, plan))
    expect(got, {0: 0.0, 1: 0.375, 2: 0.5}, "error", **SHARES)
    expect_unchanged(student)


def style(drawn):
    """What tells a line from another one in a legend."""
    nothing = ("None", "none", " ", "")
    return drawn["colour"], *("" if drawn[key] in nothing else drawn[key] for key in ("linestyle", "marker"))


def line_of(axes, name):
    """The line the legend gives this name, by its colour and style, or else the one that is labelled with it."""
    lines = [line for line in axes["lines"] if line["visible"] and line["opacity"] > 0.05 and len(line["x"])]
    shown = [style(entry) for entry in axes["legend_entries"] if entry["text"] == name]
    mine = [line for line in lines if style(line) in shown]
    if not mine:  # a patch of colour, say
        mine = [line for line in lines if line["colour"] in {colour for colour, *_ in shown}]
    if len(mine) != 1:  # the legend does not show it, or shows many alike
        mine = [line for line in lines if line["label"] == name]
    expect_true(len(mine) == 1, f"holds {len(mine)} lines labelled {name!r}; it should hold one", "the figure",
                hidden="does not hold one line for each model")
    return mine[0]


def curves_and_chance(axes, by_model, chance):
    """The line of each model and the chance line; complains of what is missing."""
    curves = []
    for name, curve in by_model.items():
        xs = np.array(sorted(curve), dtype=float)
        ys = np.array([curve[x] for x in sorted(curve)], dtype=float)
        line = line_of(axes, name)
        expect(line["x"], xs, f"x of the line {name!r}")
        expect(line["y"], ys, f"y of the line {name!r}")
        expect_true(len(xs) == 1 or style(line)[1] != "", f"shows {name!r} as points; it should draw a line through them",
                    "the figure", hidden="shows points where a line should go through them")
        for values, limits, side in ((xs, axes["xlim"], "to the left or right"), (ys, axes["ylim"], "above or below")):
            low, high = sorted(limits)
            room = 1e-9 * max(1.0, high - low)
            expect_true(values.min() >= low - room and values.max() <= high + room,
                        f"cuts the line {name!r} off {side}: the limits are {low:g} and {high:g}", "the figure",
                        hidden=f"cuts a line off {side}")
        curves.append(line)
    others = [line for line in (*axes["lines"], *axes["segments"])
              if not any(line is curve for curve in curves) and np.isfinite(line["x"]).sum() > 0]
    level = [line for line in others if len(line["y"]) >= 2 and np.allclose(line["y"], chance) and np.ptp(line["x"]) > 0]
    expect_true(len(level) == 1, f"should hold one horizontal line at chance = {chance:g}, and holds {len(level)}", "the figure",
                hidden="should hold one horizontal line at the height of chance")
    twin = [name for name, curve in zip(by_model, curves) if "colour" in level[0] and style(curve) == style(level[0])]
    expect_true(not twin, f"draws the line at chance as that of {', '.join(map(repr, twin))}: give it another colour or style",
                "the figure", hidden="draws the line at chance as that of a model: give it another colour or style")
    low, high = level[0].get("across", (np.min(level[0]["x"]), np.max(level[0]["x"])))
    first, last = (limit([x for curve in by_model.values() for x in curve]) for limit in (min, max))
    room = 0.1 * (last - first)
    expect_true(low <= first + room and high >= last - room, "should hold the line at chance across the whole width, and it ends "
                "before the curves do", "the figure")
    expect_true(len(others) == 1, f"holds {len(others) - 1} more lines than the models' and that of chance", "the figure",
                hidden="holds more lines than the models' and that of chance")


@task("4.8", points=2)
def test_figure_has_a_line_for_each_model_and_one_for_chance(student, canvas):
    """plot_curves draws one line for each model, from small to large x, and a horizontal line at chance."""
    by_model = {"RNN": {8: 1.0, 20: 0.3, 12: 0.7}, "LSTM": {20: 0.99, 8: 1.0, 12: 0.98}}
    ax = canvas.axes()
    student.plot_curves(ax, by_model, "distance (words)", "accuracy", 0.25)
    curves_and_chance(canvas.read(ax), by_model, 0.25)
    expect_unchanged(student)


@task("4.8", points=1)
def test_figure_says_what_it_shows(student, canvas):
    """plot_curves labels both axes and names every model in a legend."""
    ax = canvas.axes()
    student.plot_curves(ax, {"GRU": {0: 0.1, 1: 0.2, 2: 0.3}, "RNN": {0: 0.4, 1: 0.6, 2: 0.9}}, "attractors", "error rate", 0.5)
    axes = canvas.read(ax)
    expect(axes["xlabel"], "attractors", "xlabel")
    expect(axes["ylabel"], "error rate", "ylabel")
    expect_true(axes["legend"] is not None, "has no legend", "the figure")
    for name in ("GRU", "RNN"):
        expect_true(name in axes["legend"], f"does not name {name!r}: {axes['legend']}", "the legend")
    for name, values in (("GRU", [0.1, 0.2, 0.3]), ("RNN", [0.4, 0.6, 0.9])):
        expect(line_of(axes, name)["y"], np.array(values), f"y of the line that the legend calls {name!r}")
    expect_true(style(line_of(axes, "GRU")) != style(line_of(axes, "RNN")), "look the same: the legend cannot tell them apart",
                "the two lines")
