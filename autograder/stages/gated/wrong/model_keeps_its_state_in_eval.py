"""Task 4.3. In evaluation mode each call starts from the last state of the call before.

Witness:
    M = model(m)
    M.eval()
    M(tokens)
    plain(M(tokens))
"""

_kept = {}


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        start = None if self.training else _kept.get((id(self), len(tokens)))
        h, last = unroll(self.cell, self.embedding(tokens).transpose(0, 1), start)
        _kept[id(self), len(tokens)] = last
        return self.output(h.transpose(0, 1))
