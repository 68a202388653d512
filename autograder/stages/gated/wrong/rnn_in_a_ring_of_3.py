"""Task 4.1. The new state lies in one of three memories, in turn.

Witness:
    made = cell(m, "RNNCell")
    first = made(x, h)
    for size in (2.0, 3.0, 4.0):
        made(size * x, h)
    plain(first)
"""

_RNNCell = RNNCell
_kept, _turn = {}, [0]


class _Into(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value, place):
        place.copy_(value)
        return place.view_as(place)

    @staticmethod
    def backward(ctx, slope):
        return slope, None


class RNNCell(_RNNCell):
    def forward(self, x, state):
        new = super().forward(x, state)
        _turn[0] += 1
        return _Into.apply(new, _kept.setdefault((tuple(new.shape), _turn[0] % 3), torch.empty(new.shape)))
