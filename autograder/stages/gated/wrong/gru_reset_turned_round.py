"""Task 4.1. The GRU resets by 1 - r.

Witness:
    plain(cell(m, "GRUCell")(x, h))
"""


class GRUCell(GRUCell):
    def forward(self, x, state):
        r_x, z_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        r_h, z_h, n_h = (state @ self.weight_hh.T + self.bias_hh).chunk(3, dim=1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        return (1 - z) * torch.tanh(n_x + (1 - r) * n_h) + z * state
