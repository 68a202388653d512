"""Task 4.3. `if memory_bias:`: with memory_bias = 0 the two biases keep their random start and do not sum to 0.

Witness:
    M = m.LanguageModel(7, 2, 3, "lstm", memory_bias=0.0)
    float((M.cell.bias_ih + M.cell.bias_hh)[3:6].abs().max())
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
        if cell != "rnn" and memory_bias:
            with torch.no_grad():
                self.cell.bias_ih[hidden_size:2 * hidden_size] = memory_bias
                self.cell.bias_hh[hidden_size:2 * hidden_size] = 0.0
