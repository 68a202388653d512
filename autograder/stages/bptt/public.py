"""Public tests."""
import numpy as np
from autograder.checks import expect, task, expect_unchanged

@task("1.1", points=2)
def test_softmax_of_zeros_is_uniform(student):
    """softmax of equal scores is uniform."""
    expect(student.softmax(np.zeros(4)), np.full(4, .25), "softmax(z)")
    expect_unchanged(student)
