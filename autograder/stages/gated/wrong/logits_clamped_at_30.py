"""Task 4.3. The logits are kept between -30 and 30.

Witness:
    made = model(m)
    with torch.no_grad():
        made.output.bias.mul_(1000)
    plain(made(tokens))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        z = super().forward(tokens)
        return z.clamp(-30, 30)
