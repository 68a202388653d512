"""Task 4.3. The sentence is read from right to left.

Witness:
    plain(model(m)(tokens))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        x = self.embedding(tokens.flip(1))
        h, _ = unroll(self.cell, x.transpose(0, 1))
        return self.output(h.transpose(0, 1))
