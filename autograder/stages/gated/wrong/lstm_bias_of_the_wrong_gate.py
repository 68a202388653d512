"""Task 4.1. The second bias is rolled by one gate: each gets its neighbour's.

Named: lstm-second-bias-one-gate-off

Witness:
    plain(cell(m)(x, (h, 20 * c)))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh.roll(self.hidden_size)
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
