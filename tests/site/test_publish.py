from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from site_project import NAMES, NOT_RUN

from benchbook.artifacts.io import save_document
from benchbook.cli.main import main
from benchbook.errors import ExitCode
from benchbook.site import build, publish
from benchbook.specs.outcome import FILE_NAME, read_outcome

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def ready(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project that may be published: every spec was run and held, and Sphinx is replaced."""
    (project / "notebooks" / f"{NOT_RUN}.ipynb").unlink()
    for name in NAMES:
        change(project, name, lambda outcome: [claim.update(verdict="held") for claim in outcome["claims"]])
        change(project, name, lambda outcome: outcome.update(status="held"))
    monkeypatch.setattr(build, "render", stand_in)
    monkeypatch.setenv(publish.SWITCH, "1")
    return project


def stand_in(source: Path, pages: Path, doctrees: Path) -> None:
    """Make a page without Sphinx."""
    pages.mkdir(parents=True, exist_ok=True)
    (pages / "index.html").write_text("pages")


def change(project: Path, name: str, how: Change) -> None:
    """Change a spec's outcome."""
    folder = project / "artifacts" / "specs" / name
    outcome = dict(read_outcome(folder))
    how(outcome)
    save_document(outcome, folder / FILE_NAME)


def test_a_whole_site_is_published_again_and_again(ready: Path, tmp_path: Path) -> None:
    """The folder has the pages and the files that servers need, and a second time replaces it."""
    out = tmp_path / "deployed"
    for _ in range(2):
        assert main(["site", "publish", str(out)]) == ExitCode.DONE
        assert (out / "index.html").read_text() == "pages"
        assert (out / ".nojekyll").is_file()


@pytest.mark.parametrize("value", [None, "0", "yes"])
def test_without_the_switch_nothing_is_published(
    ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str | None
) -> None:
    """Only BENCHBOOK_PUBLISH=1 publishes; the message says so, and mentions the draft."""
    monkeypatch.delenv(publish.SWITCH)
    if value is not None:
        monkeypatch.setenv(publish.SWITCH, value)
    assert main(["site", "publish", str(tmp_path / "deployed")]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "expected 1" in said
    assert "benchbook site build" in said
    assert not (tmp_path / "deployed").exists()


def damage_outcome(project: Path) -> None:
    """Write an outcome that cannot be read."""
    (project / "artifacts" / "specs" / NAMES[0] / FILE_NAME).write_bytes(b"\x28\xb5\x2f\xfd broken")


def damage_store(project: Path) -> None:
    """Flip a byte in the middle of a shard."""
    shard = next((project / "artifacts" / "specs" / NAMES[0] / "runs" / "shards").glob("*.zst"))
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 0xFF
    shard.write_bytes(bytes(data))


def damage_baseline(project: Path) -> None:
    """Truncate a baseline."""
    path = project / "artifacts" / "baselines" / "native-bbob.json.zst"
    path.write_bytes(path.read_bytes()[:1000])


def fail_claim(project: Path) -> None:
    """Make a claim fail."""

    def failing(outcome: dict[str, Any]) -> None:
        outcome["status"] = "failed"
        outcome["claims"][0].update(id="bold", verdict="failed")

    change(project, NAMES[0], failing)


def lose_runs(project: Path) -> None:
    """Remove three runs."""

    def losing(outcome: dict[str, Any]) -> None:
        outcome["runs"].update(done=outcome["runs"]["planned"] - 3, missing=3)

    change(project, NAMES[0], losing)


def forget(project: Path) -> None:
    """Remove the results of a spec."""
    shutil.rmtree(project / "artifacts" / "specs" / NAMES[0])


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (fail_claim, ExitCode.FAILED, f"spec {NAMES[0]}: failed, claims that do not hold: bold"),
        (lose_runs, ExitCode.INCOMPLETE, f"spec {NAMES[0]}: "),
        (forget, ExitCode.INCOMPLETE, f"benchbook spec run {NAMES[0]}"),
        (damage_outcome, ExitCode.INVALID_ARTIFACT, f"spec {NAMES[0]}: artifacts/specs/"),
        (damage_store, ExitCode.INVALID_ARTIFACT, f"spec {NAMES[0]}: artifacts/specs/{NAMES[0]}/runs/shards/"),
        (damage_baseline, ExitCode.INVALID_ARTIFACT, "baseline artifacts/baselines/native-bbob.json.zst"),
    ],
)
def test_what_is_not_whole_is_refused_with_its_reason(
    ready: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], None],
    code: ExitCode,
    said: str,
) -> None:
    """The exit code gives the kind of reason and the message lists all reasons; nothing is written."""
    spoil(ready)
    assert main(["site", "publish", str(tmp_path / "deployed")]) == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "deployed").exists()


def test_the_gravest_reason_gives_the_exit_code_and_all_are_reported(
    ready: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A damaged artifact takes precedence over a failed claim."""
    damage_baseline(ready)
    fail_claim(ready)
    assert main(["site", "publish", str(tmp_path / "deployed")]) == ExitCode.INVALID_ARTIFACT
    said = capsys.readouterr().err
    assert "bold" in said
    assert "native-bbob" in said


def test_a_folder_with_something_else_is_not_replaced(ready: Path, tmp_path: Path) -> None:
    """Only an empty folder or an earlier site is replaced."""
    (tmp_path / "thesis.tex").write_text("years")
    assert main(["site", "publish", str(tmp_path)]) == ExitCode.USAGE
    assert (tmp_path / "thesis.tex").read_text() == "years"
