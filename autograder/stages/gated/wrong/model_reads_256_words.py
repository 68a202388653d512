"""Task 4.3. The state starts again after 256 words.

Witness:
    made = filled(m.LanguageModel(7, 2, 3, "lstm"))
    with torch.no_grad():
        made.cell.bias_ih[3:6] = 12.0
    plain(made((torch.arange(300) % 7)[None]))[0, -1]
"""

_LanguageModel = LanguageModel


class LanguageModel(_LanguageModel):
    def forward(self, tokens):
        return torch.cat([super(LanguageModel, self).forward(part) for part in tokens.split(256, dim=1)], dim=1)
