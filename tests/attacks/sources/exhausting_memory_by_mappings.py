"""Maps shared and anonymous memory, and memory that only looks like a file.

marks: 80
"""

import mmap
import os


def attempt():
    kept, size = [], 0
    try:
        while size < 8 << 30:
            kept.append(mmap.mmap(-1, 1 << 28))
            size += 1 << 28
    except (OSError, MemoryError):
        pass
    try:
        kept.append(os.memfd_create("memory"))
        return "memfd"
    except OSError:
        pass
    return "" if size < 4 << 30 else size
