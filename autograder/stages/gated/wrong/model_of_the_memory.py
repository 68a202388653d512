"""Task 4.3. For the LSTM the output reads the memory and not h.

Witness:
    plain(model(m, "lstm")(tokens))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        x = self.embedding(tokens)
        h, last = unroll(self.cell, x.transpose(0, 1))
        if isinstance(last, tuple):
            h = torch.cat([h[:-1], last[1][None]])
        return self.output(h.transpose(0, 1))
