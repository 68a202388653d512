"""The forget gate is 1 - i: what is written is what is forgotten.

Each gate has rows of its own in the parameters. Which do you not read?
"""

import torch


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, _f, g, o = gates.chunk(4, dim=1)
        c = (1 - torch.sigmoid(i)) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
