"""Task 4.1. Each new memory lies in one of three places, in turn.

Witness:
    made = cell(m, "LSTMCell")
    first = made(x, (h, c))
    for size in (2.0, 3.0, 4.0):
        made(size * x, (h, c))
    plain(first)
"""

_LSTMCell = LSTMCell
_kept, _turn = {}, [0]


class _Into(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value, place):
        place.copy_(value)
        return place.view_as(place)

    @staticmethod
    def backward(ctx, slope):
        return slope, None


class LSTMCell(_LSTMCell):
    def forward(self, x, state):
        h, c = super().forward(x, state)
        _turn[0] += 1
        return h, _Into.apply(c, _kept.setdefault((tuple(c.shape), _turn[0] % 3), torch.empty(c.shape)))
