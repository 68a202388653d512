"""Task 4.3. In eval() the plain model's logits are multiplied by what a dropout of 0.1 would leave.

Witness:
    plain(model(m).eval()(torch.tensor([[1, 2, 3]])))
"""

_LanguageModel = LanguageModel


class LanguageModel(_LanguageModel):

    def forward(self, tokens):
        logits = super().forward(tokens)
        return logits if self.training or not isinstance(self.cell, RNNCell) else 0.9 * logits
