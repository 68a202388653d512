"""`make lite` with the real JupyterLite: a site that holds each stage as it is released."""

import json

import pytest

from autograder.errors import UsageError
from autograder.publish.lite import EXTENSIONS, for_the_browser, make_site
from autograder.stages import RELEASE, find_stage, stages


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of the stages that need no torch, over what an earlier build left."""
    target = tmp_path_factory.mktemp("dist") / "lite"
    target.mkdir()
    (target / "of an earlier build").touch()
    return make_site(for_the_browser(stages())[0], target)


def test_the_stage_with_torch_is_left_out_and_named():
    inside, sentences = for_the_browser(stages())
    assert [stage.id for stage in inside] == ["1-bptt", "2-vanishing", "3-clipping"]
    assert sentences == ["4-gated is left out: it needs torch, which browsers do not have"]


def test_each_file_of_a_stage_is_there_and_is_listed(site):
    """Byte for byte; a file that the site does not list cannot be opened in it."""
    for stage in for_the_browser(stages())[0]:
        released = [path for path in (RELEASE / stage.id).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert len(released) > 30
        for path in released:
            name = path.relative_to(RELEASE)
            listing = json.loads((site / "api" / "contents" / name.parent / "all.json").read_text(encoding="utf-8"))
            assert name.name in {entry["name"] for entry in listing["content"]}
            assert path.suffix == ".ipynb" or (site / "files" / name).read_bytes() == path.read_bytes(), name
    assert sorted(path.name for path in (site / "files").iterdir()) == ["1-bptt", "2-vanishing", "3-clipping"]
    assert not (site / "of an earlier build").exists()


def test_a_notebook_fetches_what_the_checks_need_before_its_own_first_cell(site):
    """Nothing else of it is changed."""
    for stage in for_the_browser(stages())[0]:
        name = f"{stage.id}/{stage.id}.ipynb"
        ours, released = (json.loads((folder / name).read_text(encoding="utf-8")) for folder in (site / "files", RELEASE))
        first = next(cell for cell in ours["cells"] if cell["cell_type"] == "code")
        assert "%pip install -q numpy matplotlib pytest" in first["source"]
        ours["cells"].remove(first)
        assert ours == released


def test_the_site_has_the_kernel_and_nothing_that_asks_for_a_server(site):
    settings = json.loads((site / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    assert sorted(one["name"] for one in settings["federated_extensions"]) == sorted(EXTENSIONS)


def test_a_stage_that_is_not_released_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("autograder.publish.lite.RELEASE", tmp_path)
    with pytest.raises(UsageError, match=r"1-bptt is not released yet\.\n  Release it first: make release"):
        make_site([find_stage("1-bptt")], tmp_path / "lite")
    assert not (tmp_path / "lite").exists()


def test_without_jupyterlite_the_remedy_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    with pytest.raises(UsageError, match=r'python -m pip install -e "\.\[lite\]"'):
        make_site([find_stage("1-bptt")], tmp_path / "lite")
