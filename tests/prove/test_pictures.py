"""The pictures of the README show what the code makes today."""

import hashlib
import json
import re

from autograder.prove.pictures import FOLDER, LIST, made_from, pages, words
from autograder.stages import KIT


def test_the_pictures_show_what_the_code_makes_now() -> None:
    """Where this fails on purpose: `make pictures`, and look at them."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    with pages() as html:
        now = made_from(html)
    for name, lines in now.items():
        assert lines == listed[name]["words"], f"docs/pictures/{name}.png is out of date: make pictures"
    assert listed.keys() == now.keys()


def test_each_picture_is_the_one_that_was_made_with_its_words_and_is_small() -> None:
    for name, about in json.loads(LIST.read_text(encoding="utf-8")).items():
        data = (FOLDER / f"{name}.png").read_bytes()
        assert hashlib.sha256(data).hexdigest() == about["picture"], f"{name}.png was not made by make pictures"
        assert len(data) < 150_000


def test_the_readme_shows_each_picture_with_words_for_who_cannot_see_it() -> None:
    readme = (KIT / "README.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r'<img src="docs/pictures/(\w+)\.png"[^>]* alt="([^"]+)"', readme))
    assert shown.keys() == {path.stem for path in FOLDER.glob("*.png")}
    assert all(len(alt) > 40 for alt in shown.values())


def test_a_time_or_a_release_day_is_no_difference_and_a_word_is() -> None:
    page = "<p>saved at {}, release {}: <b>5 of 6</b> tests</p>"
    assert words(page.format("18:02", "2026-11-26")) == words(page.format("2026-11-25 09:30", "2027-01-02.2"))
    assert words(page.format("18:02", "2026-11-26")) != words(page.format("18:02", "2026-11-26").replace("5", "4"))
