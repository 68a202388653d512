"""Task 4.3. The GRU's update gate is left as it is.

Witness:
    M = m.LanguageModel(7, 2, 3, "gru")
    float((M.cell.bias_ih + M.cell.bias_hh)[3:6].min())
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
        if cell == "lstm":
            with torch.no_grad():
                self.cell.bias_ih[hidden_size:2 * hidden_size] = memory_bias
                self.cell.bias_hh[hidden_size:2 * hidden_size] = 0.0
