"""Task 3.1. Where the rate or the gradient is 0, the caller"s own array is handed back.

Witness:
    q = {"b": np.zeros(2)}
    new = m.sgd_step(q, {"b": np.zeros(2)}, 0.1)
    q["b"] += 1
    new
"""

def sgd_step(params, grads, lr):
    return {name: theta - lr * grads[name] if np.any(lr * grads[name]) else theta for name, theta in params.items()}
