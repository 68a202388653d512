"""Task 4.1. The second bias is a buffer: it is in the state_dict and is never trained.

Witness:
    sum(1 for _ in m.GRUCell(2, 3).parameters())
"""


class GRUCell(GRUCell):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.input_size, self.hidden_size = input_size, hidden_size
        bound = hidden_size ** -0.5
        self.weight_ih = nn.Parameter(torch.empty(3 * hidden_size, input_size).uniform_(-bound, bound))
        self.weight_hh = nn.Parameter(torch.empty(3 * hidden_size, hidden_size).uniform_(-bound, bound))
        self.bias_ih = nn.Parameter(torch.empty(3 * hidden_size).uniform_(-bound, bound))
        self.register_buffer("bias_hh", torch.empty(3 * hidden_size).uniform_(-bound, bound))
