"""Task 4.3. The second bias of every gate is set to 0, not only that of the gate that keeps.

Witness:
    (plain(m.LanguageModel(7, 2, 3, "gru").cell.bias_hh) == 0).sum()
"""


class LanguageModel(LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__(vocab_size, embedding_size, hidden_size, cell, memory_bias)
        if cell != "rnn":
            nn.init.zeros_(self.cell.bias_hh)
