"""The bias of the hidden state, bias_hh, is not added.

torch's cells have two biases. Count the terms inside the brackets of the equation, and those in your line.
"""

import torch


class RNNCell(RNNCell):
    def forward(self, x, state):
        return torch.tanh(x @ self.weight_ih.T + self.bias_ih + state @ self.weight_hh.T)


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        i, f, g, o = (x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class GRUCell(GRUCell):
    def forward(self, x, state):
        r_x, z_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        r_h, z_h, n_h = (state @ self.weight_hh.T).chunk(3, dim=1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        return (1 - z) * torch.tanh(n_x + r * n_h) + z * state
