"""The GRU is that of Cho et al.: r multiplies h_{t-1} before the product with U_n, and z keeps the other part.

Two things differ between the paper's variant and torch's. In the equations of the docstring, what stands in the brackets that r
multiplies? And which of n and h_{t-1} does z multiply?
"""

import torch


class GRUCell(GRUCell):
    def forward(self, x, state):
        r_x, z_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        r_h, z_h, _n_h = (state @ self.weight_hh.T + self.bias_hh).chunk(3, dim=1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        H = self.hidden_size
        n = torch.tanh(n_x + (r * state) @ self.weight_hh[2 * H:].T + self.bias_hh[2 * H:])
        return z * n + (1 - z) * state
