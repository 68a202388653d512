"""Opens files until none can be opened, and keeps them open.

marks: 80
"""

import os

_kept = []


def attempt():
    try:
        while len(_kept) < 10_000:
            _kept.extend(os.pipe())
    except OSError:
        pass
    return "" if len(_kept) < 1000 else len(_kept)
