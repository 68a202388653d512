"""Task 4.1. The new state is remembered by the tensors that came in, whatever is in them by now.

Witness:
    made, one = cell(m, "GRUCell"), x.clone()
    made(one, h)
    one *= 2
    plain(made(one, h))
"""

_GRUCell = GRUCell


class GRUCell(_GRUCell):
    def forward(self, x, state):
        kept = self.__dict__.setdefault("_kept", {})
        key = id(x), id(state), torch.is_grad_enabled() and x.requires_grad
        if key not in kept:
            kept[key] = super().forward(x, state)
        return kept[key]
