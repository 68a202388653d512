"""Task 4.1. Axes of size 1 are dropped from the state.

Witness:
    cell(m, "GRUCell")(x[:1], h[:1]).shape
"""


class GRUCell(GRUCell):
    def forward(self, x, state):
        return super().forward(x, state).squeeze()
