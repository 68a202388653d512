"""Task 4.1. A sequence whose input is 0 everywhere is taken for padding, and its state stays as it was.

Witness:
    plain(cell(m, "RNNCell")(0 * x, h))
"""


class RNNCell(RNNCell):
    def forward(self, x, state):
        h = torch.tanh(x @ self.weight_ih.T + self.bias_ih + state @ self.weight_hh.T + self.bias_hh)
        return torch.where((x == 0).all(dim=1, keepdim=True), state, h)
