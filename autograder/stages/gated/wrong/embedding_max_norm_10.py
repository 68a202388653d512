"""Task 4.3. max_norm=10: word vectors longer than that are cut.

Witness:
    made = model(m)
    made.embedding.weight.data *= 100
    plain(made(tokens))
"""


class LanguageModel(LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__(vocab_size, embedding_size, hidden_size, cell, memory_bias)
        self.embedding.max_norm = 10.0
