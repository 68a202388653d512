"""Task 4.3. Padding is never said: its logit is -1e9.

Witness:
    plain(model(m)(tokens))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        logits = super().forward(tokens).clone()
        logits[..., 0] = -1e9
        return logits
