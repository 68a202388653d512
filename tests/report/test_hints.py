"""Hints on a page: running text, code as code, formulas as formulas, for every mistake of every stage."""

import pytest

from autograder.report.feedback import phrase, prose, with_code
from autograder.stages import stages
from tests.reading import Page

MISTAKES = [(stage.id, mistake) for stage in stages() for mistake in stage.mistakes()]


@pytest.mark.parametrize("stage_id, mistake", MISTAKES, ids=lambda value: value if isinstance(value, str) else value.id)
def test_no_sign_of_the_source_file_is_left(stage_id, mistake):
    """No backtick, no brace of TeX, no dollar; and nothing of the words is lost."""
    title, text = Page(str(phrase(mistake.title))).words(), Page(str(prose(mistake.hint))).words()
    for shown, source in ((title, mistake.title), (text, mistake.hint)):
        assert "`" not in shown and "_{" not in shown and "$" not in shown and "\\" not in shown
        assert "code" not in shown.split()[:1] or "code" in source
        kept = [word for word in source.split() if word.isalpha()]
        assert [word for word in kept if word not in shown.split()] == []


@pytest.mark.parametrize("text, html", [
    ("use ``x_t`` or `h*2`", "use <code>x_t</code> or <code>h*2</code>"),
    ("__init__ and a*b*c <b>", "__init__ and a*b*c &lt;b&gt;"),
    ("dL_dz is a name", "dL_dz is a name"),
    ("x < 1 & y", "x &lt; 1 &amp; y"),
])
def test_what_looks_like_markup_is_text(text, html):
    assert str(phrase(text)) == html


def test_braces_make_formulas_and_with_them_their_neighbours():
    html = str(phrase("h_t and h_{k}^2, not dL_dz"))
    assert html.count("<math") == 2 and "dL_dz" in html
    assert str(prose("one\ntwo")).count("<br") == 0


def test_what_the_kit_says_of_a_file_has_its_code_as_code_and_nothing_of_a_stranger_as_markup():
    assert with_code("its `__all__` leaves that out; <b>x</b> `") == (
        "its <code>__all__</code> leaves that out; &lt;b&gt;x&lt;/b&gt; `")
    assert with_code("`<script>`") == "<code>&lt;script&gt;</code>"
