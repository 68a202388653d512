"""unroll returns the output of the last step instead of all of them.

A language model predicts a word at every position. How many outputs does it need from T steps?
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    for x_t in x:
        state = cell(x_t, state)
    return (state[0] if isinstance(cell, LSTMCell) else state), state
