"""Task 4.1. ReLU in place of tanh.

Named: rnn-with-a-relu

Witness:
    plain(cell(m, "RNNCell")(x, h))
"""


class RNNCell(RNNCell):
    def forward(self, x, state):
        return torch.relu(x @ self.weight_ih.T + self.bias_ih + state @ self.weight_hh.T + self.bias_hh)
