"""The input gate and the forget gate have each other's biases.

The biases are cut into blocks of H, as the weights are. Which block belongs to which gate?
"""

import torch


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        b_i, b_f, _b_g, _b_o = (self.bias_ih + self.bias_hh).chunk(4)
        i, f = i + b_f - b_i, f + b_i - b_f
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
