"""Makes links from its own folder to what lies outside, and goes through them.

marks: 80
outside: escapes
"""

import os


def attempt():
    got = []
    for number, target in enumerate((f"{KIT}/solutions/1-bptt/bptt.py", "/etc/passwd", COURSE, "/proc/1/environ", "/")):
        for make in (os.symlink, os.link):
            name = f"link-{number}-{make.__name__}"
            try:
                make(target, name)
                got.append((target, os.listdir(name) if os.path.isdir(name) else open(name).read(10)))
            except OSError:
                continue
            finally:
                if os.path.lexists(name):
                    os.unlink(name)
    return got
