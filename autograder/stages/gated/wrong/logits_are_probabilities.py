"""Task 4.3. softmax is applied to the logits.

Named: logits-are-probabilities

Witness:
    plain(model(m)(tokens))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        x = self.embedding(tokens)
        h, _ = unroll(self.cell, x.transpose(0, 1))
        return self.output(h.transpose(0, 1)).softmax(dim=-1)
