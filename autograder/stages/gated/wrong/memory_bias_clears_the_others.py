"""Task 4.3. All other biases of the cell start at 0, though it draws them.

Witness:
    (plain(m.LanguageModel(7, 2, 3, "lstm").cell.bias_ih) == 0).sum()
"""


class LanguageModel(LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__(vocab_size, embedding_size, hidden_size, cell, memory_bias)
        if cell != "rnn":
            with torch.no_grad():
                for bias in (self.cell.bias_ih, self.cell.bias_hh):
                    bias.zero_()
                self.cell.bias_ih[hidden_size:2 * hidden_size] = memory_bias
