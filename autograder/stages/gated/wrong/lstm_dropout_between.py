"""Task 4.1. A little dropout on the candidate, always on.

Witness:
    plain(torch.stack([cell(m)(x, (h, c))[1] for _ in range(3)]))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * F.dropout(torch.tanh(g), 0.1)
        return torch.sigmoid(o) * torch.tanh(c), c
