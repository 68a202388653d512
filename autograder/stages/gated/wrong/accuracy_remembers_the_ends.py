"""Task 4.6. What the model says is remembered by the length of a story and its first and last word.

Witness:
    made = model(m)
    made.output.weight.data *= 100
    stories = [torch.tensor([0, a, b, 1]) for a in range(7) for b in range(7)]
    guesses = [int(made(story[None])[0, -1].argmax()) for story in stories]
    m.accuracy_by_distance(made, [{"tokens": story, "target": guess, "distance": 2} for story, guess in zip(stories, guesses)])
"""


def accuracy_by_distance(model, items):
    guesses, right = {}, {}
    with torch.no_grad():
        for item in items:
            tokens = item["tokens"].tolist()
            key = len(tokens), tokens[0], tokens[-1]
            if key not in guesses:
                guesses[key] = model(item["tokens"].unsqueeze(0))[0, -1].argmax().item()
            right.setdefault(item["distance"], []).append(guesses[key] == item["target"])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
