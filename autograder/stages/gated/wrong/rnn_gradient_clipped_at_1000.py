"""Task 4.1. A hook clips the gradient of the state to [-1000, 1000].

Witness:
    start = h.clone().requires_grad_()
    (1e5 * cell(m, "RNNCell")(x, start)).sum().backward()
    plain(start.grad)
"""


class RNNCell(RNNCell):
    def forward(self, x, state):
        h = torch.tanh(x @ self.weight_ih.T + self.bias_ih + state @ self.weight_hh.T + self.bias_hh)
        if h.requires_grad:
            h.register_hook(lambda grad: grad.clamp(-1000, 1000))
        return h
