"""Imports the suite, the grader and the stages by name.

marks: 80
outside: escapes
"""

import importlib
import sys


def attempt():
    got = []
    sys.path.insert(0, KIT)
    for name in ("autograder.stages.bptt.hidden", "autograder.grade.runner", "autograder.gradebook.grading", "autograder.stages",
                 "autograder.cli"):
        try:
            importlib.import_module(name)
            got.append(name)
        except ImportError:
            continue
    sys.path.remove(KIT)
    return got
