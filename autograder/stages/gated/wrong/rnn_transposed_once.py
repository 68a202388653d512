"""Task 4.1. The transposed weights are made at the first step and kept.

Witness:
    made = cell(m, "RNNCell")
    made(x, h)
    filled(made, 0.2)
    plain(made(x, h))
"""

_RNNCell = RNNCell


class RNNCell(_RNNCell):
    def forward(self, x, state):
        if "_both" not in self.__dict__:
            self.__dict__["_both"] = [self.weight_ih.T.clone(), self.weight_hh.T.clone(), (self.bias_ih + self.bias_hh)]
        w, u, b = self.__dict__["_both"]
        return torch.tanh(x @ w + state @ u + b)
