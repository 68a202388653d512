"""Reads what other students handed in.

marks: 80
outside: escapes
"""

import glob
import os


def attempt():
    places = [f"{COURSE}/submitted", *glob.glob(f"{COURSE}/submitted/*/*/bptt.py"), "/scratch", "/scratch/1", ".."]
    got = []
    for place in places:
        try:
            got.append(os.listdir(place) if os.path.isdir(place) else open(place).read(20))
        except OSError:
            continue
    return got[:3]
