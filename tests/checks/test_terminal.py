"""What students read arrives on every terminal: as it is where it can be, spelled out where it cannot."""

import io

import pytest

from autograder.checks.terminal import arriving, say
from tests.classroom import run, with_function


@pytest.mark.parametrize("encoding, text", [
    ("utf-8", "‖dh_t/dh_k‖ → ŷ ≤ 1 − ü"),
    ("cp1252", "||dh_t/dh_k|| -> y <= 1 - ü"),
    ("ascii", "||dh_t/dh_k|| -> y <= 1 - u"),
    (None, "||dh_t/dh_k|| -> y <= 1 - u"),
    ("no-such-encoding", "||dh_t/dh_k|| -> y <= 1 - u"),
])
def test_each_encoding_gets_what_it_can_carry(encoding, text):
    """Nothing is escaped, and what can be shown is left alone."""
    assert arriving("‖dh_t/dh_k‖ → ŷ ≤ 1 − ü", encoding) == text


def test_what_nothing_is_known_of_becomes_a_question_mark():
    """A student's own message may hold anything."""
    assert arriving("日本 \ud800 𝛼", "ascii") == "?? ? alpha"


def test_a_stream_without_an_encoding_is_written_to():
    """Such as the one a test or an editor puts in the place of standard output."""
    stream = io.StringIO()
    say("‖x‖", stream)
    assert stream.getvalue() == "‖x‖\n"


@pytest.mark.parametrize("command", [("-m", "pytest", "--task", "1.1"), ("-m", "checks", "1.1")], ids=["pytest", "checks"])
@pytest.mark.parametrize("encoding, message", [
    ("cp1252", "ValueError: ||y|| <= ü"), ("ascii", "ValueError: ||y|| <= u"), ("utf-8", "ValueError: ‖ŷ‖ ≤ ü")])
def test_a_report_arrives_with_all_its_lines(bare_python, handout, tmp_path, command, encoding, message):
    """The whole report was one escaped line where a single character did not fit."""
    folder = copy(handout, tmp_path)
    (folder / "bptt.py").write_text(with_function("def softmax(z):\n    raise ValueError('‖ŷ‖ ≤ ü')\n"), encoding="utf-8")
    done = run(bare_python, *command, cwd=folder, PYTHONIOENCODING=f"{encoding}:strict", as_bytes=True)
    lines = done.stdout.decode(encoding).splitlines()
    assert f"        {message}" in lines
    assert done.stderr == b""


def copy(handout, tmp_path):
    """The released folder in an empty place."""
    import shutil

    return shutil.copytree(handout, tmp_path / "1-bptt")
