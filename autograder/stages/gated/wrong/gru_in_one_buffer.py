"""Task 4.1. The new state lies in one and the same memory, where its shape is the same.

Witness:
    made = cell(m, "GRUCell")
    first = made(x, h)
    made(2 * x, h)
    plain(first)
"""

_GRUCell = GRUCell
_kept = {}


class GRUCell(_GRUCell):
    def forward(self, x, state):
        new = super().forward(x, state)
        place = _kept.setdefault(tuple(new.shape), torch.empty(new.shape)).detach()
        with torch.no_grad():
            place.copy_(new)
        class Into(torch.autograd.Function):
            @staticmethod
            def forward(ctx, value):
                return place.view_as(place)

            @staticmethod
            def backward(ctx, slope):
                return slope
        return Into.apply(new)
