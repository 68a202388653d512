"""Stage 4: gated cells. An LSTM and a GRU take the place of the plain recurrent cell, in PyTorch.

Symbols and shapes, the same in every function:

- B sequences in a batch, T steps, D inputs, H hidden units, V words, E embedding size.
- A cell takes x_t (B, D) and the state before it and returns the state after it: h (B, H) for the RNN and the
  GRU, the pair (h, c) for the LSTM.
- A cell's parameters have the names, shapes and order of rows that ``torch.nn.RNNCell``, ``LSTMCell`` and
  ``GRUCell`` have, so that a ``state_dict`` moves both ways: ``weight_ih`` multiplies x_t, ``weight_hh`` multiplies
  h_{t-1}, and both have a bias.
- All parameters are trained, and no value on the way is clipped: states and gradients grow as large as the equations make them.
- Of a cell it is given, a function uses ``cell(x_t, state)``, its parameters, ``cell.input_size`` and
  ``cell.hidden_size``, and ``isinstance(cell, LSTMCell)``: nothing else.

torch's own recurrent modules and functions (``torch.nn.LSTM``, ``torch.nn.GRUCell``, ``torch.lstm_cell``, ...) are not
allowed in this file. Everything else in torch is.
"""

import torch
from torch import nn
from torch.nn import functional as F


class RNNCell(nn.Module):
    """Task 4.1. One step of the plain cell, equation (1) with two biases, for a batch.

    h_t = tanh(W_x x_t + b_x + W_h h_{t-1} + b_h)

    Parameters
    ----------
    input_size : int
        D.
    hidden_size : int
        H.

    Attributes
    ----------
    weight_ih : torch.nn.Parameter of shape (H, D)
        W_x.
    weight_hh : torch.nn.Parameter of shape (H, H)
        W_h.
    bias_ih, bias_hh : torch.nn.Parameter of shape (H,)
        b_x and b_h.
    """

    def __init__(self, input_size, hidden_size):
        """Task 4.1. Make the parameters, the biases too, with entries drawn uniformly from (-1/sqrt(H), 1/sqrt(H))."""
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        raise NotImplementedError("Task 4.1: RNNCell.__init__ is yours to write")

    def forward(self, x, state):
        """Task 4.1. The state after one step.

        Parameters
        ----------
        x : tensor of shape (B, D)
        state : tensor of shape (B, H)
            h_{t-1}.

        Returns
        -------
        tensor of shape (B, H)
            h_t.
        """
        raise NotImplementedError("Task 4.1: RNNCell.forward is yours to write")


class LSTMCell(nn.Module):
    """Task 4.1. One step of long short-term memory (Hochreiter & Schmidhuber 1997), with a forget gate.

    i = sigmoid(W_i x_t + b_i + U_i h_{t-1} + v_i), the input gate
    f = sigmoid(W_f x_t + b_f + U_f h_{t-1} + v_f), the forget gate
    g = tanh(W_g x_t + b_g + U_g h_{t-1} + v_g), the candidate
    o = sigmoid(W_o x_t + b_o + U_o h_{t-1} + v_o), the output gate
    c_t = f * c_{t-1} + i * g
    h_t = o * tanh(c_t)

    Parameters
    ----------
    input_size : int
        D.
    hidden_size : int
        H.

    Attributes
    ----------
    weight_ih : torch.nn.Parameter of shape (4H, D)
        W_i, W_f, W_g, W_o, one below the other.
    weight_hh : torch.nn.Parameter of shape (4H, H)
        U_i, U_f, U_g, U_o.
    bias_ih, bias_hh : torch.nn.Parameter of shape (4H,)
        b_i, b_f, b_g, b_o and v_i, v_f, v_g, v_o.
    """

    def __init__(self, input_size, hidden_size):
        """Task 4.1. Make the parameters, the biases too, with entries drawn uniformly from (-1/sqrt(H), 1/sqrt(H))."""
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        raise NotImplementedError("Task 4.1: LSTMCell.__init__ is yours to write")

    def forward(self, x, state):
        """Task 4.1. The state after one step.

        Parameters
        ----------
        x : tensor of shape (B, D)
        state : tuple of two tensors of shape (B, H)
            (h_{t-1}, c_{t-1}).

        Returns
        -------
        tuple of two tensors of shape (B, H)
            (h_t, c_t).
        """
        raise NotImplementedError("Task 4.1: LSTMCell.forward is yours to write")


class GRUCell(nn.Module):
    """Task 4.1. One step of the gated recurrent unit (Cho et al. 2014), in torch's variant.

    r = sigmoid(W_r x_t + b_r + U_r h_{t-1} + v_r), the reset gate
    z = sigmoid(W_z x_t + b_z + U_z h_{t-1} + v_z), the update gate
    n = tanh(W_n x_t + b_n + r * (U_n h_{t-1} + v_n)), the candidate
    h_t = (1 - z) * n + z * h_{t-1}

    Parameters
    ----------
    input_size : int
        D.
    hidden_size : int
        H.

    Attributes
    ----------
    weight_ih : torch.nn.Parameter of shape (3H, D)
        W_r, W_z, W_n, one below the other.
    weight_hh : torch.nn.Parameter of shape (3H, H)
        U_r, U_z, U_n.
    bias_ih, bias_hh : torch.nn.Parameter of shape (3H,)
        b_r, b_z, b_n and v_r, v_z, v_n.

    NOTE: textbooks differ in what r multiplies, and in which of the two z keeps. The equations above decide.
    """

    def __init__(self, input_size, hidden_size):
        """Task 4.1. Make the parameters, the biases too, with entries drawn uniformly from (-1/sqrt(H), 1/sqrt(H))."""
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        raise NotImplementedError("Task 4.1: GRUCell.__init__ is yours to write")

    def forward(self, x, state):
        """Task 4.1. The state after one step.

        Parameters
        ----------
        x : tensor of shape (B, D)
        state : tensor of shape (B, H)
            h_{t-1}.

        Returns
        -------
        tensor of shape (B, H)
            h_t.
        """
        raise NotImplementedError("Task 4.1: GRUCell.forward is yours to write")


def unroll(cell, x, state=None):
    """Task 4.2. Run a cell over a batch of sequences.

    Parameters
    ----------
    cell : RNNCell, LSTMCell or GRUCell
    x : tensor of shape (T, B, D)
    state : tensor of shape (B, H), or tuple of two such tensors for the LSTM, optional
        The state before the first step; zeros where it is not given.

    Returns
    -------
    outputs : tensor of shape (T, B, H)
        h_1, ..., h_T.
    state : tensor of shape (B, H), or tuple of two such tensors
        The state after the last step.

    NOTE: the gradient has to reach the first step, however many there are. Nothing may cut it on the way.
    """
    raise NotImplementedError("Task 4.2: unroll is yours to write")


class LanguageModel(nn.Module):
    """Task 4.3. A recurrent language model: embedding, one recurrent layer, scores for the next word.

    Parameters
    ----------
    vocab_size : int
        V.
    embedding_size : int
        E, the D of the cell.
    hidden_size : int
        H.
    cell : str
        "rnn", "lstm" or "gru".
    memory_bias : float
        How much the cell keeps at the start: for each unit, the *sum* of the two biases of the LSTM's forget gate,
        or of the GRU's update gate; 0 is a sum like any other. The RNN has no such gate and takes no notice.

    Attributes
    ----------
    embedding : torch.nn.Embedding
        V rows of E, all of them trained.
    cell : RNNCell, LSTMCell or GRUCell
    output : torch.nn.Linear
        From H to V, with a bias.

    Raises
    ------
    ValueError
        For another name of a cell.

    References
    ----------
    Jozefowicz, Zaremba & Sutskever 2015, An Empirical Exploration of Recurrent Network Architectures, on the bias.
    """

    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        """Task 4.3. Make the layers and set the bias."""
        super().__init__()
        raise NotImplementedError("Task 4.3: LanguageModel.__init__ is yours to write")

    def forward(self, tokens):
        """Task 4.3. Scores for the next word at every position.

        Parameters
        ----------
        tokens : tensor of int64, shape (B, T)
            Word ids.

        Returns
        -------
        tensor of shape (B, T, V)
            Row t holds the logits for the word after the tokens up to and including t. Each call starts from
            the zero state.
        """
        raise NotImplementedError("Task 4.3: LanguageModel.forward is yours to write")


def train(model, batches, lr, threshold):
    """Task 4.4. One update for each batch, in order, with torch.optim.Adam and the clipping of stage 3.

    The loss of a batch is the sum over its words of weight times cross-entropy, divided by B. The weight of a word
    says how much the model should care; padding has weight 0. If the norm of all gradients together is
    at least `threshold`, they are scaled to that norm (Pascanu et al. 2013, Algorithm 1).

    Parameters
    ----------
    model : LanguageModel
        Changed in place. It comes without gradients and is left without; nothing is remembered between calls.
    batches : list of tuple
        (tokens, weights): tokens (B, T) of int64; weights (B, T - 1), where ``weights[:, t]`` belongs to the word
        ``tokens[:, t + 1]``, predicted from the tokens up to and including t.
    lr : float
        Adam's learning rate; its other settings are torch's defaults.
    threshold : float
        For the norm of the gradient; positive.

    Returns
    -------
    list of float
        The loss of each batch before its update. It is finite, also where the model was sure and wrong.
    """
    raise NotImplementedError("Task 4.4: train is yours to write")


def gradient_reach(cell, length, seed):
    """Task 4.5. How much of a change in an early state is left at the end: stage 2's measure, for any cell.

    The inputs are drawn by ``torch.manual_seed(seed)`` and ``torch.randn(length, 1, input_size)``, the start is zero.

    Parameters
    ----------
    cell : RNNCell, LSTMCell or GRUCell
        Left as it was: its parameters, their requires_grad, and no gradient left in them.
    length : int
        T, at least 1.
    seed : int

    Returns
    -------
    tensor of shape (length + 1,)
        Entry k is the spectral norm of dh_T/dh_k for the RNN and the GRU. For the LSTM it is that of dc_T/dc_k, where
        h_k is held fixed. Entry T is 1.

    NOTE: the LSTM hands on two states. In dc_T/dc_k the path from c_k through h_k is not counted; the paths
    through h_{k+1}, h_{k+2}, ... are.
    """
    raise NotImplementedError("Task 4.5: gradient_reach is yours to write")


def accuracy_by_distance(model, items):
    """Task 4.6. How often the model fills the blank of a printer story, by the distance it has to remember.

    Parameters
    ----------
    model : LanguageModel
    items : list of dict
        "tokens": tensor of int64, shape (n,), the story up to the blank; "target": int, the word that belongs
        there; "distance": int. Stories differ in length.

    Returns
    -------
    dict of int to float
        For each distance that occurs, the share of its items that are right: the target has the largest logit of all V
        words, not only of those that are a target somewhere, after the last token.
    """
    raise NotImplementedError("Task 4.6: accuracy_by_distance is yours to write")


def error_by_attractors(model, items):
    """Task 4.7. How often the model takes the wrong form of the verb, by the number of attractors before it.

    Parameters
    ----------
    model : LanguageModel
    items : list of dict
        "tokens": tensor of int64, shape (n,), the sentence up to the verb; "right" and "wrong": int, the two forms of
        the verb; "attractors": int; "plural": bool, whether the right form is the plural. Sentences differ in length.

    Returns
    -------
    dict of int to float
        For each number of attractors that occurs, the mean of two error rates: that of the singular items and
        that of the plural items (where there is one kind only, its rate). An item is wrong when the logit of "wrong"
        is at least that of "right": the logits themselves, since two probabilities may both be 0 as a float.

    References
    ----------
    Linzen, Dupoux & Goldberg 2016, Assessing the Ability of LSTMs to Learn Syntax-Sensitive Dependencies.
    """
    raise NotImplementedError("Task 4.7: error_by_attractors is yours to write")


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    """Task 4.8. One line for each model, and the line that guessing would reach.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    by_model : dict of str to dict
        For each model's name, what `accuracy_by_distance` or `error_by_attractors` returned. The keys come in any
        order; the line goes through them from small to large.
    xlabel, ylabel : str
        Labels of the axes.
    chance : float
        Height of a horizontal line across the Axes (``ax.axhline``).

    Returns
    -------
    None
        The Axes hold the lines, each of them whole within the limits, the labels and a legend with each model's name beside
        the colour and style of its line, which is that of no other line (of ten models at most), nor that at chance.
    """
    raise NotImplementedError("Task 4.8: plot_curves is yours to write")
