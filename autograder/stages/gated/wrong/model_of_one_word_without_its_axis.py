"""Task 4.3. The logits of one word have no axis of time.

Witness:
    model(m)(tokens[:, :1]).shape
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        logits = super().forward(tokens)
        return logits[:, 0] if tokens.shape[1] == 1 else logits
