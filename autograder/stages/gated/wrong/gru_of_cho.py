"""Task 4.1. Cho's own GRU: the reset gate before the product, and z for the new state instead of the old one.

Named: gru-of-cho

Witness:
    plain(cell(m, "GRUCell")(x, h))
"""


class GRUCell(GRUCell):
    def forward(self, x, state):
        r_x, z_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        r_h, z_h, n_h = (state @ self.weight_hh.T + self.bias_hh).chunk(3, dim=1)
        z = torch.sigmoid(z_x + z_h)
        r, _ = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        n = torch.tanh(n_x + (r * state) @ self.weight_hh[2 * self.hidden_size:].T + self.bias_hh[2 * self.hidden_size:])
        return z * n + (1 - z) * state
