"""Task 4.3. Logits are remembered by the tokens, whatever the parameters are by then.

Witness:
    M = model(m)
    M(tokens)
    torch.nn.init.ones_(M.output.weight)
    plain(M(tokens))
"""


_seen = {}


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        key = (id(self), tuple(tokens.shape), tuple(tokens.flatten().tolist()))
        if key in _seen:
            return _seen[key]
        x = self.embedding(tokens)
        h, _ = unroll(self.cell, x.transpose(0, 1))
        _seen[key] = self.output(h.transpose(0, 1))
        return _seen[key]
