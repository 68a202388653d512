"""Fills its folder to the brim, and leaves it full for who comes next.

marks: 80
"""


def attempt():
    written = 0
    try:
        for number in range(40):
            with open(f"filler-{number}", "wb") as file:
                for _ in range(14):
                    written += file.write(bytes(1 << 20))
    except OSError:
        pass
    return "" if written <= 64 << 20 else written
