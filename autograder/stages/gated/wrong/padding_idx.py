"""Task 4.3. padding_idx=0 in the embedding: word 0 starts as a zero vector and is never trained.

Witness:
    M = model(m)
    before = M.embedding.weight[0].clone()
    m.train(M, batches, 0.1, 1.0)
    bool((M.embedding.weight[0] != before).any())
"""


class LanguageModel(LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        nn.Module.__init__(self)
        cells = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}
        if cell not in cells:
            raise ValueError(cell)
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=0)
        self.cell = cells[cell](embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if cell != "rnn":
            with torch.no_grad():
                self.cell.bias_ih[hidden_size:2 * hidden_size] = memory_bias
                self.cell.bias_hh[hidden_size:2 * hidden_size] = 0.0
