"""Stages are found by their folders; tasks, points and mistakes by what stands in them."""

import ast
import importlib
import re
import subprocess
import sys

import pytest

from autograder.checks.suite import title_of_function
from autograder.errors import UsageError
from autograder.stages import SOLUTIONS, chosen, find_stage, stages
from autograder.stages import points as suite
from tests.classroom import STAGE


def test_each_stage_has_both_of_its_folders():
    """In the order of their numbers, and none twice."""
    found = stages()
    assert found[0].id == "1-bptt"
    numbers = [int(stage.id.partition("-")[0]) for stage in found]
    assert numbers == sorted(set(numbers))
    for stage in found:
        assert stage.source == SOLUTIONS / stage.id and stage.solution.is_file()
        assert (stage.suite / "stage.toml").is_file()


def test_a_stage_that_does_not_exist_names_those_there_are():
    """The message is the help."""
    with pytest.raises(UsageError) as caught:
        find_stage("5-attention")
    assert str(caught.value).startswith("there is no stage '5-attention'; the stages are: 1-bptt")
    assert all(stage.id in str(caught.value) for stage in stages())


def test_one_stage_or_all_are_chosen():
    """None means all."""
    assert chosen(None) == stages()
    assert chosen("1-bptt") == (STAGE,)


def test_functions_are_known_by_task():
    """A docstring's first words are the one place that says it."""
    assert STAGE.functions["1.1"] == ("softmax", "cross_entropy")
    assert STAGE.functions["1.6"] == ("bptt",)
    names = [name for names in STAGE.functions.values() for name in names]
    assert len(names) == len(set(names))


def test_right_versions_stand_in_for_earlier_tasks_alone():
    """Neither for the task under test nor for later ones: two tasks that call each other would both be right."""
    assert STAGE.tasks_before("1.1") == ()
    assert STAGE.tasks_before("1.3") == ("1.1", "1.2")
    assert STAGE.tasks_before("1.10") == tuple(f"1.{number}" for number in range(1, 8))


def test_points_of_the_tests_add_up():
    """80 by tests, and each task's own sum."""
    by_task = suite.task_points(STAGE)
    assert by_task == {"1.1": 5, "1.2": 8, "1.3": 15, "1.4": 8, "1.5": 12, "1.6": 22, "1.7": 10}
    assert sum(by_task.values()) == 80
    assert sum(row[4] for row in suite.test_list(STAGE)) == 80


def test_the_points_are_read_without_the_stages_libraries():
    """The process that writes the gradebook reads them for a new course; importing torch there took longer than all else."""
    code = ("import sys; from autograder.stages import find_stage; from autograder.stages.points import task_points; "
            "print(sum(task_points(find_stage('4-gated')).values()), 'torch' in sys.modules)")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said == [str(float(sum(suite.task_points(find_stage("4-gated")).values()))), "False"]


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_what_is_read_of_the_test_files_is_what_they_say_when_imported(stage):
    """Name, title, task and points of each test, in the same order."""
    imported = []
    for visibility in stage.test_files():
        module = importlib.import_module(f"autograder.stages.{stage.name}.{visibility}")
        for name, test in vars(module).items():
            if name.startswith("test_") and test.__module__ == module.__name__:
                (mark,) = [mark for mark in test.pytestmark if mark.name == "task"]
                imported.append((visibility, mark.args[0], name, title_of_function(test), mark.kwargs["points"]))
    assert suite.test_list(stage) == imported


def test_every_test_has_a_title_and_every_task_has_public_and_hidden_tests():
    """A student reads the titles; a task with public tests alone could be fitted to them."""
    rows = suite.test_list(STAGE)
    for visibility in ("public", "hidden"):
        assert {row[1] for row in rows if row[0] == visibility} == set(STAGE.functions)
    assert all(title and title != name for _, _, name, title, _ in rows)
    assert len({row[2] for row in rows}) == len(rows)


def test_a_mistake_is_the_reference_with_one_task_written_over():
    """Its title and hint are what a student reads; neither is code."""
    for mistake in STAGE.mistakes():
        assert mistake.source.startswith(STAGE.solution.read_text(encoding="utf-8"))
        assert set(mistake.functions) <= set(STAGE.functions[mistake.task])
        assert re.fullmatch(r"[\w-]+", mistake.id)
        ast.parse(mistake.source)


def test_a_mistake_without_a_hint_is_refused(tmp_path):
    """A name alone does not help anybody."""
    from autograder.stages import _read_mistake

    file = tmp_path / "no_hint.py"
    for text in ('"""Only a title."""\n\ndef softmax(z):\n    return z\n',
                 '"""A title.\n\nA hint.\n"""\n\ndef helper(z):\n    return z\n',
                 '"""A title.\n\nA hint.\n"""\n\ndef softmax(z):\n    return z\n\ndef bptt():\n    return 1\n'):
        file.write_text(text)
        with pytest.raises(UsageError, match="a mistake has a docstring"):
            _read_mistake(file, {"softmax": "1.1", "bptt": "1.6"}, "")
