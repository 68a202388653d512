"""Task 4.3. The logits are remembered by the tensor of tokens, whatever is in it by now.

Witness:
    made, one = model(m), tokens.clone()
    made(one)
    one += 1
    one %= 7
    plain(made(one))
"""

_LanguageModel = LanguageModel


class LanguageModel(_LanguageModel):

    def forward(self, tokens):
        kept = self.__dict__.setdefault("_kept", {})
        if id(tokens) not in kept:
            kept[id(tokens)] = super().forward(tokens), tokens
        return kept[id(tokens)][0]
