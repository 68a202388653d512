"""The input gate is 1 - f: what is forgotten is what is written.

Each gate has rows of its own in the parameters. Which do you not read?
"""

import torch


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        _i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + (1 - torch.sigmoid(f)) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
