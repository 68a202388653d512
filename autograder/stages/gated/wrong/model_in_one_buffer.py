"""Task 4.3. The logits lie in one and the same memory, where their shape is the same.

Witness:
    made = model(m)
    first = made(tokens)
    made(tokens.flip(1))
    plain(first)
"""

_LanguageModel = LanguageModel
_kept = {}


class _Into(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value, place):
        place.copy_(value)
        return place.view_as(place)

    @staticmethod
    def backward(ctx, slope):
        return slope, None


class LanguageModel(_LanguageModel):
    def forward(self, tokens):
        new = super().forward(tokens)
        return _Into.apply(new, _kept.setdefault(tuple(new.shape), torch.empty(new.shape)))
