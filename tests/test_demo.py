"""The sample class has something to read."""

import nbformat
import pytest

from autograder.demo import submissions
from autograder.gradebook.answers import answers
from autograder.stages import stages


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_the_sample_class_has_answers_of_all_kinds_and_one_who_forgot(stage):
    """Good, fair and weak ones, and a solved task without a word; the same bytes every time."""
    made = dict(submissions(stage, everything=False))
    assert made == dict(submissions(stage, everything=False))
    found = {who: list(answers(nbformat.reads(files[f"{stage.id}.ipynb"].decode(), as_version=4), stage.id).values())
             for who, files in made.items()}
    keys = [answer.key for given in found.values() for answer in given]
    assert len(found) == len(keys) == 5 and len(set(keys) - {""}) == 3 and keys.count("") == 1
    assert found["solution"][0].key
