"""Text of strangers on its way to a terminal, a table, a log or a page."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from autograder.terminal import Progress, cell
from autograder.text import MARKS, one_line, plain, plain_values

NASTY = "\x1b[2J\x1b]0;owned\x07\x00\x9b31m\u202eevil\u2066\u2028\u2029\x85\x0b\ud800\ufeff\U000e0041"


def test_every_code_is_shown_by_its_number_and_what_is_visible_stays() -> None:
    shown = plain(NASTY)
    assert shown.startswith("\\x1b[2J\\x1b]0;owned\\x07\\x00\\x9b31m\\u202eevil\\u2066")
    assert plain("Größe ≤ 3 · 日本 😀\n\ttab") == "Größe ≤ 3 · 日本 😀\n\ttab"
    assert plain("می\u200cخواهم") == "می\u200cخواهم", "a joiner that a language needs"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_nothing_a_terminal_or_a_table_obeys_is_left(text: str) -> None:
    shown = plain(text)
    assert len(plain(text, 50)) <= 250
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") or c in "\n\t\u200c\u200d" for c in shown)
    assert "\n" not in one_line(text)
    table = io.StringIO()
    csv.writer(table).writerow([one_line(text), "80"])
    assert next(csv.reader(io.StringIO(table.getvalue())))[1] == "80"
    shown.encode("utf-8")


def test_marks_do_not_pile_up_into_the_lines_around() -> None:
    assert plain("e" + "\u0301" * 100) == "e" + "\u0301" * MARKS


def test_what_is_long_is_cut() -> None:
    assert plain("x" * 10**6, 100) == "x" * 97 + "..." and plain("x" * 100, 100) == "x" * 100
    assert one_line("a\n b\t c") == "a b c"
    assert plain_values({"a": ["\0", 1, None, ("\x1b",)]}) == {"a": ["\\x00", 1, None, ["\\x1b"]]}


def test_markup_of_the_terminal_is_text() -> None:
    table = Table("said")
    for words in ("[/b] 80 of 80", "[link=file:///etc/passwd]x[/link]", "[red]", NASTY):
        table.add_row(cell(words))
    out = io.StringIO()
    Console(file=out, width=200, force_terminal=True).print(table)
    assert "[/b] 80 of 80" in out.getvalue() and "[red]" in out.getvalue()
    assert "\x1b[2J" not in out.getvalue() and "\x07" not in out.getvalue() and "\u202e" not in out.getvalue()


@pytest.mark.parametrize(("kind", "has_bar"), [("dumb", False), ("xterm", True)])
def test_a_terminal_that_cannot_move_its_cursor_is_told_in_lines(monkeypatch, capsys, kind, has_bar):
    """As a pipe is: a bar would never show there."""
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Progress() as progress:
        progress.begin("grading", 1)
        assert (progress.bars is not None) == has_bar
        progress.advance("grading")
    assert ("grading: 1 done, 0 failed, 0 left" in capsys.readouterr().err) != has_bar
