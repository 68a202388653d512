"""The LSTM's h_t is made from c_{t-1}, the cell before this step.

c_t is right, h_t is not. Which c stands in the last equation?
"""

import torch


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c_before = state
        i, f, g, o = (x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh).chunk(4, dim=1)
        c = torch.sigmoid(f) * c_before + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c_before), c
