"""Task 4.1. Only one of the two biases is used.

Witness:
    plain(cell(m, "RNNCell")(x, h))

Named: second-bias-dropped, rnn-second-bias-unused
"""


class RNNCell(RNNCell):
    def forward(self, x, state):
        return torch.tanh(x @ self.weight_ih.T + self.bias_ih + state @ self.weight_hh.T)
