"""Task 4.3. In eval mode no gradient is kept.

Witness:
    model(m).eval()(tokens).requires_grad
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        with torch.set_grad_enabled(self.training and torch.is_grad_enabled()):
            return super().forward(tokens)
