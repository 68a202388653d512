"""Task 4.1. The reset gate multiplies U_n h alone, without its bias.

Named: gru-bias-outside-the-reset

Witness:
    plain(cell(m, "GRUCell")(x, h))
"""


class GRUCell(GRUCell):
    def forward(self, x, state):
        r_x, z_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        r_h, z_h, n_h = (state @ self.weight_hh.T + self.bias_hh).chunk(3, dim=1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        v_n = self.bias_hh[2 * self.hidden_size:]
        n = torch.tanh(n_x + r * (n_h - v_n) + v_n)
        return (1 - z) * n + z * state
