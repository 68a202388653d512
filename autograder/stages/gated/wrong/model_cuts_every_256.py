"""Task 4.3. The model runs its cell by itself and detaches the state every 256 tokens.

Witness:
    made = m.LanguageModel(3, 1, 2, "rnn")
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            parameter.copy_(torch.eye(2) if name == "cell.weight_hh" else 0.01 * torch.ones_like(parameter) * (not name.startswith("cell.bias")))
        made.embedding.weight[1:] = 0.0
    made(torch.tensor([[0] + [1] * 259]))[0, -1].sum().backward()
    bool(made.embedding.weight.grad[0].any())
"""


class LanguageModel(nn.Module):

    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        cells = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}
        if cell not in cells:
            raise ValueError(f"cell is one of {', '.join(cells)}, not {cell!r}")
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = cells[cell](embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if cell != "rnn":
            with torch.no_grad():
                self.cell.bias_ih[hidden_size:2 * hidden_size] = memory_bias
                self.cell.bias_hh[hidden_size:2 * hidden_size] = 0.0

    def forward(self, tokens):
        x = self.embedding(tokens)                        # (B, T, E)
        zeros = x.new_zeros(len(tokens), self.cell.hidden_size)
        state = (zeros, zeros) if isinstance(self.cell, LSTMCell) else zeros
        outputs = []
        for start in range(0, x.shape[1], 256):
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
            h, state = unroll(self.cell, x[:, start:start + 256].transpose(0, 1), state)
            outputs.append(h)
        h = torch.cat(outputs)
        return self.output(h.transpose(0, 1))             # (B, T, V)
