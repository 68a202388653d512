"""Task 4.1. The memory itself is squashed before it is handed on: tanh(tanh(c)) in the output.

Named: lstm-memory-squashed-twice

Witness:
    plain(cell(m)(x, (h, 20 * c)))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        c = torch.tanh(c)
        return torch.sigmoid(o) * torch.tanh(c), c
