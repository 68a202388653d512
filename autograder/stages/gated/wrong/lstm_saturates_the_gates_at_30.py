"""Task 4.1. What goes into the gates is clipped to [-30, 30]: a forget gate that is closed keeps a part of a large memory.

Witness:
    made = keeper(m)
    made.bias_ih.data[2:4] = -60.0
    plain(made(torch.zeros(1, 1), (torch.zeros(1, 2), torch.full((1, 2), 1e14))))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.clamp(-30, 30).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
