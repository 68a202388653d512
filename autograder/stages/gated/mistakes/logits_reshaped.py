"""The axes of time and batch are exchanged with a reshape.

unroll returns (T, B, H). What does reshape do with the order of the numbers, and what does transpose?
"""



class LanguageModel(LanguageModel):
    def forward(self, tokens):
        h, _ = unroll(self.cell, self.embedding(tokens).transpose(0, 1))
        return self.output(h.reshape(*tokens.shape, -1))
