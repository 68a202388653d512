"""Task 4.3. An unknown cell is a KeyError.

Witness:
    try:
        m.LanguageModel(5, 2, 3, "transformer")
    except ValueError:
        refused = True
    except KeyError:
        refused = False
    refused
"""


class LanguageModel(LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        nn.Module.__init__(self)
        cells = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = cells[cell](embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if cell != "rnn":
            with torch.no_grad():
                self.cell.bias_ih[hidden_size:2 * hidden_size] = memory_bias
                self.cell.bias_hh[hidden_size:2 * hidden_size] = 0.0
