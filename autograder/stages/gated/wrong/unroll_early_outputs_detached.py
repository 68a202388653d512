"""Task 4.2. Of a long sequence all outputs but the last 30 are detached.

Witness:
    start = torch.zeros(1, 2, requires_grad=True)
    out = m.unroll(keeper(m, "RNNCell"), torch.zeros(60, 1, 1), start)[0]
    torch.autograd.grad(out[3].sum() + 0 * out[-1].sum(), start)[0].numpy()
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)             # (B, H)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for x_t in x:                                                     # (B, D)
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    outputs = [out.detach() for out in outputs[:-30]] + outputs[-30:]
    return torch.stack(outputs), state                                # (T, B, H)
