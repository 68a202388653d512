"""Both biases of the gate that keeps are set to memory_bias, so their sum is twice that.

The two biases are added in the gate. What is their sum to be?
"""

import torch


class LanguageModel(LanguageModel):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__(vocab_size, embedding_size, hidden_size, cell, memory_bias)
        if cell != "rnn":
            with torch.no_grad():
                self.cell.bias_hh[hidden_size:2 * hidden_size] = memory_bias
