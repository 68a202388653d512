"""Task 4.1. The state is taken apart as (c, h).

Named: lstm-takes-the-memory-first

Witness:
    plain(cell(m)(x, (h, 20 * c)))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        c, h = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
