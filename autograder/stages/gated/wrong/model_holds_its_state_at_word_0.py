"""Task 4.3. Word 0 is padding and leaves the state as it was.

Witness:
    plain(model(m, "gru")(tokens))
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        state, out = None, []
        for column in tokens.T:
            _, new = unroll(self.cell, self.embedding(column)[None], state)
            if state is not None:
                pad = (column == 0)[:, None]
                new = tuple(torch.where(pad, a, b) for a, b in zip(state, new)) if isinstance(new, tuple) else torch.where(pad, state, new)
            state = new
            out.append(self.output(state[0] if isinstance(state, tuple) else state))
        return torch.stack(out, dim=1)
