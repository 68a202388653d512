"""Right answers, each after half a minute of sleep, as somebody forgot them in the code: right, and nobody waits.

marks: 80
"""

import time


def _late(function):
    def late(*args, **kwargs):
        time.sleep(30)
        return function(*args, **kwargs)
    return late


for _name in ("softmax", "cross_entropy", "forward", "dL_dyhat", "dyhat_dz", "dL_dz", "dz_dh", "term", "bptt", "relative_error"):
    globals()[_name] = _late(globals()[_name])
