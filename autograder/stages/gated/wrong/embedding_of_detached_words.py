"""Task 4.3. The word vectors are detached before they are read.

Witness:
    M = model(m)
    M(tokens).sum().backward()
    M.embedding.weight.grad is not None
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        x = self.embedding(tokens).detach()
        h, _ = unroll(self.cell, x.transpose(0, 1))
        return self.output(h.transpose(0, 1))
