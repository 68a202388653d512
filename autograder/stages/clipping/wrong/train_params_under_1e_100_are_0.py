"""Task 3.3. Parameters under 1e-100 are 0 after the run.

Witness:
    m.train({**one, "W_y": 1e-150 * one["W_y"]}, [still], 0.1)["params"]["W_y"] == 0
"""

_train = train


def train(*args, **kwargs):
    run = _train(*args, **kwargs)
    return {**run, "params": {name: np.where(np.abs(theta) < 1e-100, 0.0, theta) for name, theta in run["params"].items()}}
