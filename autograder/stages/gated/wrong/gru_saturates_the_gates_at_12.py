"""Task 4.1. What goes into the gates is clipped to [-12, 12]: an update gate that is closed keeps a part of a large state.

Witness:
    made = keeper(m, "GRUCell")
    made.bias_ih.data[2:4] = -60.0
    plain(made(torch.zeros(1, 1), torch.full((1, 2), 1e10)))
"""


class GRUCell(GRUCell):
    def forward(self, x, state):
        r_x, z_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        r_h, z_h, n_h = (state @ self.weight_hh.T + self.bias_hh).chunk(3, dim=1)
        r, z = torch.sigmoid((r_x + r_h).clamp(-12, 12)), torch.sigmoid((z_x + z_h).clamp(-12, 12))
        n = torch.tanh(n_x + r * n_h)
        return (1 - z) * n + z * state
