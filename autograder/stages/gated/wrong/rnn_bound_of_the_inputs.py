"""Task 4.1. weight_ih is drawn as nn.Linear draws it, from 1/sqrt(D).

Witness:
    bool(m.RNNCell(400, 25).weight_ih.abs().max() > 0.1)
"""


class RNNCell(RNNCell):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.input_size, self.hidden_size = input_size, hidden_size
        bound = hidden_size ** -0.5
        self.weight_ih = nn.Parameter(torch.empty(hidden_size, input_size).uniform_(-(input_size ** -0.5), input_size ** -0.5))
        self.weight_hh = nn.Parameter(torch.empty(1 * hidden_size, hidden_size).uniform_(-bound, bound))
        self.bias_ih = nn.Parameter(torch.empty(1 * hidden_size).uniform_(-bound, bound))
        self.bias_hh = nn.Parameter(torch.empty(1 * hidden_size).uniform_(-bound, bound))
