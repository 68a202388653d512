"""Task 4.7. The model it was given is left with parameters that are not trained any more.

Witness:
    made = model(m)
    m.error_by_attractors(made, [{"tokens": torch.tensor([0, 1]), "right": 1, "wrong": 2, "attractors": 3, "plural": True}])
    all(parameter.requires_grad for parameter in made.parameters())
"""

_error_by_attractors = error_by_attractors


def error_by_attractors(model, items):
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return _error_by_attractors(model, items)
