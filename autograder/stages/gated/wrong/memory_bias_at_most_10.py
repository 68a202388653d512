"""Task 4.3. A memory_bias beyond 10 is taken for 10.

Witness:
    made = m.LanguageModel(7, 2, 3, "gru", memory_bias=20.0)
    plain(made.cell.bias_ih + made.cell.bias_hh)[3:6]
"""

_LanguageModel = LanguageModel


class LanguageModel(_LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__(vocab_size, embedding_size, hidden_size, cell, min(memory_bias, 10.0))
