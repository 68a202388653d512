"""What is told of a hidden test: the kind of error and a function of the assignment, nothing that student code can choose."""

import numpy as np
import pytest

from autograder.errors import BadMessage, Died, LimitExceeded, Raised
from autograder.grade.hidden import brief_of

FUNCTIONS = ("softmax", "forward")
TRACE = "  work.py, line 9, in forward: return helper(z)\n  work.py, line 2, in helper: return 1 / z\n"


def named(error, name):
    """An exception of a class of this name in the student's file."""
    error.type_name = name
    return error


@pytest.mark.parametrize("error, told", [
    (LimitExceeded("cpu", "more than 10 seconds of CPU time; is there a loop without an end in line 7?"),
     "more than 10 seconds of CPU time"),
    (Died("exit status 42"), "the program ended in the middle of the call"),
    (BadMessage("57"), "what came back is not a value"),
    (ZeroDivisionError("57"), "ZeroDivisionError in forward"),
    (named(ValueError("57"), "LinAlgError"), "LinAlgError in forward"),
    (named(ValueError("57"), "The57"), "ValueError in forward"),
    (Raised("The57", "57", ""), "an exception of its own in forward"),
])
def test_neither_a_text_nor_a_name_of_the_students_own_is_told(error, told):
    """Frames of helpers are none of the assignment's: told is the function of it that called them."""
    assert brief_of(error, TRACE, FUNCTIONS) == told


def test_an_error_outside_of_the_assignments_functions_is_told_without_one():
    assert brief_of(TypeError("x"), "  work.py, line 2, in secret_57: pass\n", FUNCTIONS) == "TypeError"
    assert brief_of(np.exceptions.AxisError("x"), "", FUNCTIONS)[:1].isupper()
