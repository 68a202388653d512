"""Student text as HTML: formulas kept, scripts gone, time bounded."""

import time

import pytest

from autograder.gradebook.formulas import mathml
from autograder.gradebook.sanitize import drop_pages, to_html
from tests.reading import Page

ATTACKS = [
    "<script>x</script>",
    "<SCRIPT SRC=//x.y/z.js></SCRIPT>",
    "<img src=x onerror=x>",
    "<svg/onload=x>",
    "<svg><script>x</script></svg>",
    "<a href=javascript:x>c</a>",
    "<a href='java\tscript:x'>c</a>",
    "<a href='&#106;avascript:x'>c</a>",
    "[c](javascript:x)",
    "[c](<java\nscript:x>)",
    "[c](data:text/html;base64,PHNjcmlwdD4=)",
    "![c](javascript:x)",
    "<iframe src=//x.y></iframe>",
    "<iframe srcdoc='<script>x</script>'></iframe>",
    "<object data=x></object>",
    "<embed src=x>",
    "<form action=//x.y><input></form>",
    "<style>@import '//x.y'</style>",
    "<div style='background:url(//x.y)'>d</div>",
    "<link rel=stylesheet href=//x.y>",
    "<meta http-equiv=refresh content='0;url=//x.y'>",
    "<base href=//x.y>",
    "<math><mi xlink:href=javascript:x>c</mi></math>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=x&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=x>">',
    "<template><script>x</script></template>",
    "<details open ontoggle=x>",
    "<video><source onerror=x></video>",
    "<!--><script>x</script>-->",
    "<![CDATA[<script>x</script>]]>",
    "$<script>x</script>$",
    "$\\href{javascript:x}{y}$",
    "$\\style{background:url(//x.y)}{z}$",
    "$\\text{<img src=x onerror=x>}$",
    "$\\unicode{x3c}script>x$",
    "$</code><script>x</script>$",
    "$$</span><script>x</script>$$",
    "<code class=tex-inline><script>x</script></code>",
    "<code class=tex-block>\\text{&lt;script&gt;x&lt;/script&gt;}</code>",
    "```<script>\nx\n```",
    "```mermaid\n<script>x</script>\n```",
    "<div class='btn full-credit' id=submission_id>d</div>",
    "| a |\n|--|\n| <script>x</script> |",
    "<ol><li><script>x</script>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs(attack):
    """Whatever is written, what comes out has no script, handler, frame, style or address to load from."""
    html = to_html(f"before\n\n{attack}\n\nafter")
    page = Page(f"<div>{html}</div>")
    assert page.active() == []
    assert "before" in page.words()
    for tag, attributes in page.elements:
        assert "id" not in attributes and tag not in ("style", "meta", "input")
        assert "//x.y" not in str(attributes) and (tag in ("mtd", "math") or "style" not in attributes)
        assert "credit" not in (attributes.get("class") or "")


def test_a_link_leads_out_of_the_course_folder_or_nowhere():
    """Relative addresses are those of what was handed in, which formgrader serves."""
    html = to_html(
        "[a](evil.html) [b](/formgrader/api) [c](//x.y) [d](https://x.y/z) [e](#top) <a href='file.html'>f</a>"
    )
    assert [link.get("href") for link in Page(html).all("a")] == [None, None, None, "https://x.y/z", None, None]
    assert "noopener" in html


def test_ordinary_markdown_survives():
    """Tables, lists, code, emphasis, signs and headings, the last below those of the page."""
    html = to_html(
        "# One\n\n## Two\n\n*a* **b** `c < d` 3 < 4 & 5\n\n- e\n\n| f | g |\n|---|---|\n| 1 | 2 |\n\n"
        "```python\nx = 1\n```"
    )
    page = Page(html)
    assert page.headings() == [3, 4]
    assert {"em", "strong", "code", "li", "table", "pre"} <= {tag for tag, _ in page.elements}
    assert "c < d" in page.words() and "3 < 4 & 5" in page.words()
    assert '<span class="n">x</span>' in html


@pytest.mark.parametrize("source, expected", [
    ("$h_t$", "<msub><mi>h</mi><mi>t</mi></msub>"),
    ("\\begin{align} a &= b \\\\ c &= d \\end{align}", "<mtable"),
    ("$$\\prod_{j=k+1}^t W_h$$", "<munderover><mo>∏</mo>"),
    ("$\\hat{y}_t \\le \\frac{1}{2}$", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
    ("$\\begin{aligned} a &= b \\end{aligned}$", "<mtd style=\"text-align:right\"><mi>a</mi></mtd>"),
    ("$a < b$ and $c > d$", "<mo>&lt;</mo>"),
])
def test_formulas_become_mathml(source, expected):
    """The notation of the course is shown by the browser itself."""
    assert expected in to_html(source)


@pytest.mark.parametrize(
    "tex", ["\\frac{", "{" * 500, "}", "\\begin{align}", "\\left(", "x" * 3000, "\\\\", "_^", "\\right)\\left"]
)
def test_a_formula_that_cannot_be_converted_is_shown_as_written(tex):
    """A slip in the TeX is the student's to see, not a reason to lose the page."""
    shown = mathml(tex)
    Page(shown)
    assert shown.startswith(("<code", "<math", "<span"))


def test_a_missing_attachment_leaves_the_rest():
    """A picture whose data is gone is left out; one that is there has words."""
    html = to_html("before ![p](attachment:gone.png) after")
    assert "before" in html and "after" in html and "<img" not in html
    kept = to_html("![](attachment:p.png)", {"p.png": {"image/png": "iVBORw0KGgo="}})
    assert Page(kept).all("img") == [
        {"src": "data:image/png;base64,iVBORw0KGgo=", "alt": "A picture without a description"}
    ]


@pytest.mark.parametrize(
    "piece", ["[", "*a ", "\\begin{a}", "$", "$a ", ">", "`", "<", "<!--", "|", "[a](", "~~a", "\n- ", "a\n: b\n", " "]
)
def test_no_text_takes_long(piece):
    """What is made to be slow is bounded: 300,000 characters of it in one cell, or a cell as long as is rendered."""
    for length in (300_000, 20_000):
        source = "x" + piece * (length // len(piece)) + "y"
        started = time.process_time()
        to_html(source)
        assert time.process_time() - started < 10


def test_pages_handed_in_are_not_kept_beside_the_notebook(tmp_path):
    """What a server would send as a page is dropped, in any spelling; data, code and pictures stay."""
    folder = tmp_path / "autograded"
    (folder / "sub").mkdir(parents=True)
    gone = ["a.html", "b.HTML", ".c.svg", "d.xhtml", "e.xml", "f.js", "sub/g.htm", "h.xht"]
    stay = ["bptt.py", "1-bptt.ipynb", "data.csv", "figure.png", "notes.txt", "scan.pdf", "w.npz"]
    for name in gone + stay:
        (folder / name).write_text("x")
    drop_pages(folder)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == sorted(stay)
