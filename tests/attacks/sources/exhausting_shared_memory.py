"""Fills the shared memory of the machine.

marks: 80
outside: escapes
"""

from multiprocessing import shared_memory


def attempt():
    try:
        with open("/dev/shm/filler", "wb") as file:
            file.write(bytes(1 << 10))
        import os
        os.unlink("/dev/shm/filler")
        return "file"
    except OSError:
        pass
    try:
        block = shared_memory.SharedMemory(create=True, size=1 << 10)
        block.unlink()
        return "block"
    except OSError:
        return ""
