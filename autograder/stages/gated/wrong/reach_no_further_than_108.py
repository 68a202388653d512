"""Task 4.5. The way back ends after 108 steps.

Witness:
    len(m.gradient_reach(cell(m, "RNNCell"), 111, 0))
"""


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)                           # (T, 1, D)
    size = cell.hidden_size
    is_lstm = isinstance(cell, LSTMCell)

    def step(state, x_t):
        row = state.unsqueeze(0)
        return torch.cat(cell(x_t, (row[:, :size], row[:, size:])), dim=1)[0] if is_lstm else cell(x_t, row)[0]

    state = torch.zeros(2 * size if is_lstm else size)                    # (S,)
    jacobians = []
    for x_t in x:
        jacobians.append(torch.autograd.functional.jacobian(lambda s, x_t=x_t: step(s, x_t), state))  # (S, S)
        state = step(state, x_t).detach()
    product = torch.eye(len(state))                                       # (S, S)
    norms = [torch.tensor(1.0)]
    for jacobian in reversed(jacobians[-108:]):
        product = product @ jacobian                                      # d state_T / d state_k
        norms.append(torch.linalg.matrix_norm(product[-size:, -size:], ord=2))
    return torch.stack(norms[::-1])                                       # (T + 1,)
