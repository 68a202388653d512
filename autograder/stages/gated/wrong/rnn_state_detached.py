"""Task 4.1. The state that comes in is detached: no gradient goes further back than one step.

Named: rnn-cut-from-its-past

Witness:
    start = h.clone().requires_grad_()
    out = cell(m, "RNNCell")(x, start).sum()
    torch.autograd.grad(out, start, allow_unused=True)[0] is not None
"""


class RNNCell(RNNCell):
    def forward(self, x, state):
        return torch.tanh(x @ self.weight_ih.T + self.bias_ih + state.detach() @ self.weight_hh.T + self.bias_hh)
