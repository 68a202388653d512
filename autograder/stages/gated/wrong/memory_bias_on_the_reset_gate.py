"""Task 4.3. The GRU's first gate gets the bias.

Witness:
    M = m.LanguageModel(7, 2, 3, "gru")
    float((M.cell.bias_ih + M.cell.bias_hh)[3:6].min())

Named: memory-bias-on-the-first-gate
"""


class LanguageModel(LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        nn.Module.__init__(self)
        cells = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}
        if cell not in cells:
            raise ValueError(cell)
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = cells[cell](embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if cell != "rnn":
            start = 0 if cell == "gru" else hidden_size
            with torch.no_grad():
                self.cell.bias_ih[start:start + hidden_size] = memory_bias
                self.cell.bias_hh[start:start + hidden_size] = 0.0
