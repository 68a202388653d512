"""Task 4.1. A normal draw cut at 1/sqrt(H): most entries are small.

Witness:
    bool(m.LSTMCell(20, 25).weight_hh.abs().mean() > 0.09)
"""


class LSTMCell(LSTMCell):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.input_size, self.hidden_size = input_size, hidden_size
        bound = hidden_size ** -0.5
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size).uniform_(-bound, bound))
        self.weight_hh = nn.Parameter(nn.init.trunc_normal_(torch.empty(4 * hidden_size, hidden_size), std=bound / 3, a=-bound, b=bound))
        self.bias_ih = nn.Parameter(torch.empty(4 * hidden_size).uniform_(-bound, bound))
        self.bias_hh = nn.Parameter(torch.empty(4 * hidden_size).uniform_(-bound, bound))
