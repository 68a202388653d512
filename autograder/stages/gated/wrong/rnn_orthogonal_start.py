"""Task 4.1. weight_hh starts orthogonal.

Witness:
    bool((m.RNNCell(2, 25).weight_hh @ m.RNNCell(2, 25).weight_hh.T).abs().sum() > 0 and torch.dist((lambda w: w @ w.T)(m.RNNCell(2, 25).weight_hh), torch.eye(25)) > 0.1)
"""


class RNNCell(RNNCell):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.input_size, self.hidden_size = input_size, hidden_size
        bound = hidden_size ** -0.5
        self.weight_ih = nn.Parameter(torch.empty(1 * hidden_size, input_size).uniform_(-bound, bound))
        self.weight_hh = nn.Parameter(nn.init.orthogonal_(torch.empty(hidden_size, hidden_size)))
        self.bias_ih = nn.Parameter(torch.empty(1 * hidden_size).uniform_(-bound, bound))
        self.bias_hh = nn.Parameter(torch.empty(1 * hidden_size).uniform_(-bound, bound))
