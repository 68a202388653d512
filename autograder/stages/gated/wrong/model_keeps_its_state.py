"""Task 4.3. The state of one call is where the next one of the same batch size starts.

Witness:
    M = model(m)
    M(tokens)
    plain(M(tokens))

Named: state-leaks-into-the-next-batch
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        x = self.embedding(tokens)
        kept = getattr(self, "kept", {})
        h, last = unroll(self.cell, x.transpose(0, 1), kept.get(len(tokens)))
        self.kept = {len(tokens): tuple(s.detach() for s in last) if isinstance(last, tuple) else last.detach()}
        return self.output(h.transpose(0, 1))
