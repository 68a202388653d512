"""Task 4.1. While it is trained, one unit in ten keeps its memory.

Witness:
    made = cell(m, "LSTMCell", 2, 30).train()
    torch.manual_seed(0)
    plain(made(x, (draw(4, 30), draw(4, 30)))[1])
"""


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = super().forward(x, state)
        if self.training:
            c = torch.where(torch.rand_like(c) < 0.1, state[1], c)
        return h, c
