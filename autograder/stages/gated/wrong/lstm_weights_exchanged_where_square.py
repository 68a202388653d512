"""Task 4.1. With as many inputs as units, input and state change places.

Witness:
    plain(cell(m, "LSTMCell", 3, 3)(h, (c, h)))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        if x.shape[1] == self.hidden_size:
            a = x @ self.weight_hh.T + state[0] @ self.weight_ih.T + self.bias_ih + self.bias_hh
            i, f, g, o = a.chunk(4, dim=1)
            c = torch.sigmoid(f) * state[1] + torch.sigmoid(i) * torch.tanh(g)
            return torch.sigmoid(o) * torch.tanh(c), c
        return super().forward(x, state)
