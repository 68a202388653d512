"""Task 4.1. A unit whose state is 0 stays at 0.

Witness:
    plain(cell(m, "GRUCell")(x, 0 * h))
"""


class GRUCell(GRUCell):
    def forward(self, x, state):
        return torch.where(state == 0, state, super().forward(x, state))
