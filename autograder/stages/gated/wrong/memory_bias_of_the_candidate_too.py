"""Task 4.3. The biases of all gates share the memory bias.

Witness:
    made = m.LanguageModel(7, 2, 3, "gru", 5.0)
    plain(made.cell.bias_ih + made.cell.bias_hh)[6:].min() > 4
"""


class LanguageModel(LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__(vocab_size, embedding_size, hidden_size, cell, memory_bias)
        if cell == "gru":
            with torch.no_grad():
                self.cell.bias_ih[2 * hidden_size:] = memory_bias
                self.cell.bias_hh[2 * hidden_size:] = 0
