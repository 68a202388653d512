"""Takes the function that answers for another task apart: its code, its closure, its constants.

marks: 80
"""


def attempt():
    got = []
    for function in (dh_dh, bptt, forward):
        if function.__code__.co_filename.endswith("bptt.py"):
            continue  # our own: nothing stands in for it now
        for cell in function.__closure__ or ():
            if callable(cell.cell_contents) and "bptt" in getattr(cell.cell_contents, "__module__", ""):
                got.append(repr(cell.cell_contents))
        got += [name for name in function.__code__.co_names if name in ("np", "numpy", "tanh", "outer")]
    return got
