"""Inputs that the witnesses share: cells of D = 2, H = 3, models of V = 7, E = 2, H = 3, with numbers drawn here."""

import torch


def draw(*shape, seed=1, scale=1.0):
    """Numbers that do not depend on what was drawn before."""
    return scale * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def filled(module, scale=0.7):
    """The module with numbers of our own in its parameters."""
    with torch.no_grad():
        for number, (name, parameter) in enumerate(sorted(module.named_parameters())):
            parameter.copy_(draw(*parameter.shape, seed=10 + number, scale=scale))
    return module


def cell(m, name="LSTMCell", D=2, H=3):
    """A cell with numbers of our own."""
    return filled(getattr(m, name)(D, H))


def model(m, kind="rnn", V=7):
    """A language model with numbers of our own."""
    return filled(m.LanguageModel(V, 2, 3, kind))


def keeper(m, name="LSTMCell"):
    """A cell with one input and two units that hands its state on as it is."""
    made = getattr(m, name)(1, 2)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.zero_()
        if name == "RNNCell":
            made.weight_hh.copy_(torch.eye(2))
        else:
            made.bias_ih[2:4] = 40.0
    return made


def still(m, *biases):
    """A model whose logits are its output biases."""
    made = m.LanguageModel(len(biases), 2, 3, "rnn")
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.zero_()
        made.output.bias.copy_(torch.tensor(biases))
    return made


def plain(value):
    """Tensors as arrays, in whatever holds them."""
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().astype(float)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


x, h, c = draw(4, 2, seed=2), draw(4, 3, seed=3), draw(4, 3, seed=4)
xs = draw(5, 4, 2, seed=5)
tokens = torch.tensor([[0, 3, 5, 1, 6], [2, 4, 0, 6, 5]])
weights = torch.tensor([[1.0, 0.5, 2.0, 0.1], [0.3, 0.0, 1.0, 0.0]])
batches = [(tokens, weights), (tokens.flip(1), 30 * weights), (tokens.flip(0), weights)]


def after(m, kind="rnn", rounds=1, threshold=1.0, lr=0.05, batches=batches):
    """Losses, and logits after training."""
    made = model(m, kind)
    losses = [float(loss) for loss in m.train(made, batches * rounds, lr, threshold)]
    return losses, plain(made(tokens))


def figure(m, by_model=None, chance=0.25):
    """The Axes after plot_curves."""
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    m.plot_curves(ax, by_model or {"RNN": {20: 0.3, 8: 1.0, 12: 0.7}, "LSTM": {8: 1.0, 20: 0.9, 12: 0.95}}, "distance", "accuracy", chance)
    return ax
