"""Task 4.1. Hard sigmoids, as Keras once had them.

Witness:
    plain(cell(m)(x, (h, 20 * c)))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = F.hardsigmoid(f) * c + F.hardsigmoid(i) * torch.tanh(g)
        return F.hardsigmoid(o) * torch.tanh(c), c
