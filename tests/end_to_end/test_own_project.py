"""The guides "Benchmarks in your own repository" and "A quality gate" are followed from an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchbook.files import shipped

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "how-to"


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a guide in a language."""
    text = (GUIDES / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def type_lines(tmp_path: Path) -> Callable[[str], None]:
    """Return a function that runs the commands of a guide's first console block in an empty folder."""
    (tmp_path / "hills.py").write_text(blocks("benchmarks-in-your-own-repository", "python")[0], encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "BENCHBOOK_ARTIFACTS"}

    def type_them(page: str) -> None:
        for line in blocks(page, "console")[0].splitlines():
            words = shlex.split(line.removeprefix("$ "))
            assert words[0] == "benchbook"
            done = subprocess.run(
                [sys.executable, "-m", *words],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    return type_them


@pytest.mark.slow
def test_an_empty_folder_becomes_a_site(type_lines: Callable[[str], None], tmp_path: Path) -> None:
    """The guide's commands work literally, without benchbook's repository, and a page can be added to the site."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.md").write_text("# Notes\n\nSee the [specs](specs/index.md).\n", encoding="utf-8")
    type_lines("benchmarks-in-your-own-repository")
    pages = tmp_path / "docs" / "_build" / "html"
    for page in ("index", "specs/hills-Hill", "which-optimizer", "leaderboard", "explorer", "baselines", "notes"):
        assert (pages / f"{page}.html").is_file()
    assert f"<title>{tmp_path.name}" in (pages / "index.html").read_text(encoding="utf-8")
    notebook = str(Path("notebooks", "hills-Hill.ipynb"))
    # nbval compares the verdicts that `spec accept` stored; papermill uses the preset of the package.
    nbval = ["pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", notebook]
    papermill = [
        "papermill",
        "--engine",
        "benchbook",
        notebook,
        "out.ipynb",
        "-f",
        str(shipped("params", "quick.yaml")),
    ]
    for words in (nbval, papermill):
        done = subprocess.run([sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"


@pytest.mark.slow
def test_a_gate_is_set_up_and_holds(type_lines: Callable[[str], None], tmp_path: Path) -> None:
    """The study, its baseline and the strict comparison work literally as in the guide."""
    type_lines("a-quality-gate")
    assert (tmp_path / "artifacts" / "baselines" / "gate.json.zst").is_file()
