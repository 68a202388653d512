"""The LSTM's candidate goes through the sigmoid instead of tanh.

A gate says how much, between 0 and 1. The candidate says what is written into the cell: which values should it
be able to take?
"""

import torch


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = torch.sigmoid(gates).chunk(4, dim=1)
        c = f * c + i * g
        return o * torch.tanh(c), c
