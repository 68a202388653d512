"""Task 4.1. A batch of one is normalised over its units first.

Witness:
    plain(cell(m)(x[:1], (h[:1], c[:1])))
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        if len(x) == 1 and self.hidden_size > 1:
            x = x - x.mean()
        return super().forward(x, state)
