"""LanguageModel returns probabilities, not logits.

What do the rows of your output sum to? Where does the loss take the softmax?
"""



class LanguageModel(LanguageModel):
    def forward(self, tokens):
        h, _ = unroll(self.cell, self.embedding(tokens).transpose(0, 1))
        return self.output(h.transpose(0, 1)).softmax(dim=-1)
