"""The rows of the GRU's parameters are read in the order z, r, n.

Which block of rows does the docstring name first, the reset gate or the update gate?
"""

import torch


class GRUCell(GRUCell):
    def forward(self, x, state):
        z_x, r_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        z_h, r_h, n_h = (state @ self.weight_hh.T + self.bias_hh).chunk(3, dim=1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        return (1 - z) * torch.tanh(n_x + r * n_h) + z * state
