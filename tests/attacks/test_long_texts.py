"""Texts of strangers that the grader itself reads take it time in proportion to their length, whatever they are made of."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from autograder.checks.documents import page_text
from autograder.checks.wrapping import unwrap
from autograder.stages.vanishing.public import numbers_in

# CPU seconds. Each of these texts takes a small part of one; where the square of its length counted, it took 5 to 60.
MOST = 2.0
LONG = 100_000


def source(text: str) -> Callable[[], Any]:
    """Reading a file with this text in front of its code."""
    return lambda: unwrap(f"(\n{text}\ndef softmax(z):\n    return z\n".encode())


@pytest.mark.parametrize("read", [
    source("```\n" * (LONG // 4)), source("~~~ \n" * (LONG // 5)), source("\u00a0" * LONG), source("x = !a\n" * (LONG // 7)),
    source(">>> " * (LONG // 4)), source("(" * LONG), source("\n " * (LONG // 2)), source("1" * LONG),
    *(lambda mark=mark: page_text("<html>" + mark * (LONG // len(mark)))  # type: ignore[misc]
      for mark in ("<!--", "<![CDATA[", "<?", "<a b=\"", "</", "<script>", "<", "&amp", "<title>", "<!-- -->")),
    *(lambda text=text: numbers_in(text)  # type: ignore[misc]
      for text in (" " * LONG, "10^" + " " * LONG, "10 " * LONG, "\u00d7 10 ^ {" * LONG, "1" * LONG, "1." * LONG)),
])
def test_time_is_in_proportion_to_length(read: Callable[[], Any]) -> None:
    started = time.process_time()
    read()
    assert time.process_time() - started < MOST


def test_a_page_that_ends_within_a_comment_is_left_to_a_person() -> None:
    assert page_text("<pre>def f(z): return z</pre>") == "def f(z): return z\n"
    assert page_text("<pre>def f(z): return z</pre><!-- the rest") == ""


def test_powers_of_ten_are_read_in_every_spelling() -> None:
    text = "3 \\times  10^{ -5}, 1.5\u00b710^3; 10 ^\n-2 0,5 2 \u00d7 10 ^ \u22124"
    assert numbers_in(text) == [3e-05, 1500.0, 0.01, 0.5, 0.0002]
