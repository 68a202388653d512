"""Task 4.3. The logits lie in one of three memories, in turn.

Witness:
    made = model(m)
    first = made(tokens)
    for _ in range(3):
        made(tokens.flip(1))
    plain(first)
"""

_LanguageModel = LanguageModel
_kept, _turn = {}, [0]


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
        _turn[0] += 1
        return _Into.apply(new, _kept.setdefault((tuple(new.shape), _turn[0] % 3), torch.empty(new.shape)))
