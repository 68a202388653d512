"""The candidate is computed with the biases of the forget gate.

The biases are cut into blocks of H, as the weights are. Which block belongs to which gate?
"""

import torch


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        _b_i, b_f, b_g, _b_o = (self.bias_ih + self.bias_hh).chunk(4)
        g = g + b_f - b_g
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
