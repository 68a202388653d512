"""Task 4.3. The state starts again after every 35 words, the length of a window of truncated BPTT.

Witness:
    plain(model(m)(tokens.repeat(1, 12)))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        x = self.embedding(tokens)
        h = torch.cat([unroll(self.cell, part)[0] for part in x.transpose(0, 1).split(35)])
        return self.output(h.transpose(0, 1))
