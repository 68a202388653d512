"""Task 4.1. The state that was handed in is kept, and set to 0 at the next step.

Witness:
    made, one = cell(m, "RNNCell"), h.clone()
    made(x, one)
    made(x, h.clone())
    plain(one)
"""

_RNNCell = RNNCell
_last = []


class RNNCell(_RNNCell):
    def forward(self, x, state):
        new = super().forward(x, state)
        if _last and _last[0] is not state:
            with torch.no_grad():
                _last[0].zero_()
        _last[:] = [state.detach()]
        return new
