"""Task 4.1. The state that comes in is clipped to [-5, 5].

Witness:
    plain(cell(m, "RNNCell")(x, 30 * h))
"""


class RNNCell(RNNCell):
    def forward(self, x, state):
        return torch.tanh(x @ self.weight_ih.T + self.bias_ih + state.clamp(-5, 5) @ self.weight_hh.T + self.bias_hh)
