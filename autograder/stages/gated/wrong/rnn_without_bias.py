"""Task 4.1. The biases are there and are not used.

Witness:
    plain(cell(m, "RNNCell")(x, h))

Named: rnn-biases-unused
"""


class RNNCell(RNNCell):
    def forward(self, x, state):
        return torch.tanh(x @ self.weight_ih.T + state @ self.weight_hh.T)
