"""Task 4.1. With as many inputs as units, the two weight matrices change places.

Witness:
    plain(cell(m, "RNNCell", 3, 3)(h, c))
"""

_RNNCell = RNNCell


class RNNCell(RNNCell):
    def forward(self, x, state):
        if self.input_size == self.hidden_size:
            return torch.tanh(x @ self.weight_hh.T + self.bias_ih + state @ self.weight_ih.T + self.bias_hh)
        return super().forward(x, state)
