"""Task 4.1. In eval() the state is multiplied by what a dropout of 0.1 would leave.

Witness:
    plain(cell(m, "RNNCell").eval()(draw(2, 2), draw(2, 3)))
"""

_RNNCell = RNNCell


class RNNCell(_RNNCell):

    def forward(self, x, state):
        h = super().forward(x, state)
        return h if self.training else 0.9 * h
