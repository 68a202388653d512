"""memory_bias is put on the first gate of the cell, which is not the one that keeps.

Which rows of the bias belong to the LSTM's forget gate, and to the GRU's update gate?
"""

import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        if cell not in ("rnn", "lstm", "gru"):
            raise ValueError(cell)
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}[cell](embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if cell != "rnn":
            with torch.no_grad():
                self.cell.bias_ih[:hidden_size] = memory_bias
                self.cell.bias_hh[:hidden_size] = 0.0

    def forward(self, tokens):
        return self.output(unroll(self.cell, self.embedding(tokens).transpose(0, 1))[0].transpose(0, 1))
