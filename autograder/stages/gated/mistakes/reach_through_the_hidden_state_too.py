"""The LSTM's dc_T/dc_k also counts the path from c_k through h_k.

autograd follows every path from c_k, and h_k is made from c_k. How can c_k change while h_k stays?
"""

import torch


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    size = cell.hidden_size
    if isinstance(cell, LSTMCell):
        state = (torch.zeros(1, size), torch.zeros(1, size, requires_grad=True))
        memories = [state[1]]
        for x_t in x:
            state = cell(x_t, state)
            memories.append(state[1])
    else:
        state = torch.zeros(1, size, requires_grad=True)
        memories = [state]
        for x_t in x:
            state = cell(x_t, state)
            memories.append(state)
    rows = []
    for i in range(size):
        grads = torch.autograd.grad(memories[-1][0, i], memories, retain_graph=True)
        rows.append(torch.stack([grad[0] for grad in grads]))
    return torch.linalg.matrix_norm(torch.stack(rows, dim=1), ord=2).detach()
