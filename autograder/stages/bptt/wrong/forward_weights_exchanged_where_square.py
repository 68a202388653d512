"""Task 1.2. With as many inputs as units, W_x and W_h change places.

Witness:
    m.forward({**p, "W_x": p["W_h"].T}, h[:4], h_0)
"""

_forward = forward


def forward(params, x, h_0):
    if params["W_x"].shape == params["W_h"].shape:
        params = {**params, "W_x": params["W_h"], "W_h": params["W_x"]}
    return _forward(params, x, h_0)
