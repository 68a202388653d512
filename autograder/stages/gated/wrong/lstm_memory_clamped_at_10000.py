"""Task 4.1. The cell's memory is clipped to [-10000, 10000] after each step.

Witness:
    plain(cell(m)(x, (h, 1e6 * c)))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        c = c.clamp(-1e4, 1e4)
        return torch.sigmoid(o) * torch.tanh(c), c
