"""Task 4.3. Dropout of 0.2 before the output, on while training.

Witness:
    M = model(m)
    plain(M(tokens))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        x = self.embedding(tokens)
        h, _ = unroll(self.cell, x.transpose(0, 1))
        return self.output(F.dropout(h.transpose(0, 1), 0.2, self.training))
