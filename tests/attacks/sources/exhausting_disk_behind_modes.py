"""Hides what fills its folder in folders that nobody may enter, nested deeper than a path can be long.

marks: 80
"""

import os

_home = os.getcwd()


def attempt():
    if os.path.exists(os.path.join(_home, "closed")):
        return ""
    os.mkdir("closed")
    try:
        for number in range(4):
            with open(f"closed/filler-{number}", "wb") as file:
                for _ in range(15):
                    file.write(bytes(1 << 20))
    except OSError:
        pass
    os.mkdir("deep")
    os.chdir("deep")
    try:
        for _ in range(1500):
            os.mkdir("a" * 200)
            os.chdir("a" * 200)
    except OSError:
        pass
    os.chdir(_home)
    os.chmod("closed", 0)
    os.chmod("deep", 0)
    return ""
