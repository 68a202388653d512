"""Task 2.6. All sequences end on the class of the first where they are alike in their last word.

Witness:
    m.early_gradients(p, [x[:3], x[:3]], [2, 1])
"""

_early_gradients = early_gradients


def early_gradients(params, sequences, targets):
    last = {}
    targets = [last.setdefault(s[-1].tobytes(), target) for s, target in zip(sequences, targets)]
    return _early_gradients(params, sequences, targets)
