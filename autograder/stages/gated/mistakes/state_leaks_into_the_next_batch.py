"""The model starts a batch from the state in which the last one ended.

Call your model twice with the same tokens. What does it remember in between, and what has one story to do
with the next?
"""


class LanguageModel(LanguageModel):
    def forward(self, tokens):
        state = getattr(self, "kept", None)
        first = state[0] if isinstance(state, tuple) else state
        if first is not None and len(first) != len(tokens):
            state = None
        h, state = unroll(self.cell, self.embedding(tokens).transpose(0, 1), state)
        self.kept = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        return self.output(h.transpose(0, 1))
