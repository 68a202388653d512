"""Task 4.4. Truncated BPTT: the state is detached every 200 words, so that no later word's loss reaches the words before.

Witness:
    made = m.LanguageModel(3, 2, 2, "rnn")
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.zero_()
        for matrix in (made.cell.weight_ih, made.cell.weight_hh, made.output.weight):
            matrix.fill_diagonal_(1.0)
    words = torch.tensor([[2, *[0, 1] * 104, 1]])
    m.train(made, [(words, (torch.arange(209) == 208)[None].float())], 0.1, 1.0)
    plain(made.embedding.weight[2])
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        state, outputs = None, []
        for part in model.embedding(tokens[:, :-1]).transpose(0, 1).split(200):
            h, state = unroll(model.cell, part, state)
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
            outputs.append(h)
        logits = model.output(torch.cat(outputs).transpose(0, 1))
        entropies = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
        loss = (weights * entropies).sum() / len(tokens)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
