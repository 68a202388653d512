"""Task 4.1. A hook clips the gradient of the memory to [-1, 1], as Graves's first LSTMs did.

Witness:
    start = c.clone().requires_grad_()
    (100 * cell(m)(x, (h, start))[1]).sum().backward()
    plain(start.grad)
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        if c.requires_grad:
            c.register_hook(lambda grad: grad.clamp(-1, 1))
        return torch.sigmoid(o) * torch.tanh(c), c
