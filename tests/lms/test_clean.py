"""`make clean-class`: nothing about people stays behind, and none of it can be committed by accident."""

from autograder.cli import PRIVATE
from autograder.lms.clean import FILES, FOLDERS, class_state, forget
from autograder.stages import KIT
from tests.classroom import STAGE, hand_in


def test_all_of_a_class_goes_and_the_course_stays(tmp_path):
    """Lists of a share and the record of changes too; a link is removed, not what it leads to."""
    hand_in(tmp_path, "ada")
    written = ["grades.csv", "changes.csv", "gradebook.db", "marking/share-1-of-2.csv", "report/index.html", "exports/canvas.csv"]
    for name in written:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("ada")
    outside = tmp_path.with_name("outside")
    outside.mkdir()
    (outside / "mine").write_text("mine")
    (tmp_path / "results").symlink_to(outside)
    for name in ("policy.toml", "course.toml"):
        (tmp_path / name).write_text("")
    found = " ".join(class_state(tmp_path))
    assert "submitted/  (1 person)" in found and all(name.partition("/")[0] in found for name in written)
    forget(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course.toml", "policy.toml"] and class_state(tmp_path) == []
    assert (outside / "mine").exists() and STAGE.id not in found


def test_git_is_told_of_everything_that_is_about_people():
    """What clean-class removes is what .gitignore names; all of it is made readable by its owner alone."""
    ignored = (KIT / ".gitignore").read_text().splitlines()
    assert [name for name in FOLDERS if f"/{name}/" not in ignored] == []
    assert [name for name in FILES if not {f"/{name}", f"/{name.removesuffix('*')}", name} & set(ignored)] == []
    assert {"grade", "collect", "marking", "export", "report", "return"} <= set(PRIVATE)
