"""Hidden tests."""
from autograder.checks import expect, task

@task("1.1", points=3)
def test_softmax_of_random_scores(student, reference, rng):
    """softmax of random scores."""
    z = rng.standard_normal(5)
    expect(student.softmax(z), reference.softmax(z), "softmax(z)")
