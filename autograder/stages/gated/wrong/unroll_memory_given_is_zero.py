"""Task 4.2. Of the state that an LSTM is given, the memory is taken to be 0.

Witness:
    plain(m.unroll(cell(m), xs, (h, c))[0])
"""

_unroll = unroll


def unroll(cell, x, state=None):
    if state is not None and isinstance(cell, LSTMCell):
        state = state[0], torch.zeros_like(state[1])
    return _unroll(cell, x, state)
