"""Task 4.1. The gradient is cut where the memory is beyond 500.

Witness:
    big = (1000 * c).requires_grad_(True)
    made = cell(m)(x, (h, big))
    made[1].sum().backward()
    plain(big.grad)
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = super().forward(x, state)
        return h, torch.where(c.abs() > 500, c.detach(), c)
