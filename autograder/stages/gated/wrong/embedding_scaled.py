"""Task 4.3. The word vectors are multiplied by sqrt(E), as transformers do.

Witness:
    plain(model(m)(tokens))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        x = self.embedding(tokens) * self.embedding.embedding_dim ** 0.5
        h, _ = unroll(self.cell, x.transpose(0, 1))
        return self.output(h.transpose(0, 1))
