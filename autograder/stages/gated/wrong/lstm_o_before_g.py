"""Task 4.1. The rows are read in the order i, f, o, g, as TensorFlow's and many tutorials' are.

Witness:
    plain(cell(m)(x, (h, 20 * c)))

Named: lstm-gates-in-another-order
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, o, g = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
