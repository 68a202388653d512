"""Task 4.1. The products are made in bfloat16 to be quick.

Witness:
    plain(cell(m, "GRUCell")(x, h))
"""


class GRUCell(GRUCell):
    def forward(self, x, state):
        r_x, z_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        r_h, z_h, n_h = (state.bfloat16() @ self.weight_hh.T.bfloat16()).float().add(self.bias_hh).chunk(3, dim=1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        n = torch.tanh(n_x + r * n_h)
        return (1 - z) * n + z * state
