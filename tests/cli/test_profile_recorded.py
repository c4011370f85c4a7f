"""`benchbook profile` of a run artifact and of a store's cell, and the settings that its hints name."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchbook as bb
from benchbook.artifacts.io import save
from benchbook.cli.main import main
from benchbook.profiling.hints import BY_STAGE
from benchbook.studies.profiling import profile_run

CASE = {"dim": 2, "instance": 1}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with two cells."""
    folder = tmp_path_factory.mktemp("store")
    made = bb.study(optimizers=["cma_es"], functions=["sphere", "ackley"], dims=[2], instances=[1, 2], budget=60)
    made.run(folder, track=False)
    return folder


def test_the_run_of_an_artifact_is_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run is repeated with its own numbers, and the artifact stays as it is."""
    path = save(bb.run("cma_es", "sphere", **CASE, seed=3, budget=123), tmp_path / "r.json.zst")
    before = path.read_bytes()
    assert main(["profile", str(path), "--repeats", "0"]) == 0
    printed = capsys.readouterr().out
    assert "cma_es on sphere, dim 2, 123 evaluations, as in r.json.zst" in printed
    assert "evaluate" in printed
    assert path.read_bytes() == before


def test_a_cell_of_a_store_is_done_again(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All repetitions of a cell are run again."""
    assert main(["profile", str(store), "--cell", "cma_es/ackley/2", "--repeats", "0"]) == 0
    assert "cma_es/ackley/2, 2 runs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{store}", "--cell", "cma_es/ackly/2"], "cma_es/ackley/2"),
        (["{store}"], "--cell is missing"),
        (["nothing.json.zst"], "no such artifact or store"),
        (["{store}", "--cell", "cma_es/ackley/2", "--dim", "3"], "--dim does not go with"),
    ],
)
def test_what_is_not_there_is_named(
    arguments: list[str], message: str, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says which cells or settings exist."""
    assert main(["profile", *(part.format(store=store) for part in arguments)]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_an_invalid_artifact_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not an artifact gives exit code 3, and the message names it."""
    (tmp_path / "r.json").write_text("{}")
    assert main(["profile", str(tmp_path / "r.json")]) == 3
    assert "r.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("cma_es", "population"),
        ("pycma:CMAES", "popsize"),
        ("scipy:differential_evolution", "popsize"),
        ("pymoo:GA", "pop_size"),
        ("scipy:nelder_mead", None),
    ],
)
def test_a_hint_names_a_setting_that_the_optimizer_has(name: str, setting: str | None) -> None:
    """Without such a setting the hint does not advise larger batches."""
    found = profile_run(name, "sphere", **CASE, budget=100, repeats=0)
    hints = [one.hint for one in found.bottlenecks if one.hint.startswith(("the optimizer proposes", "counting"))]
    assert all(f"larger batches ({setting})" in hint if setting else "larger" not in hint for hint in hints)
    assert not any(hint in hints for hint in (BY_STAGE["ask"], BY_STAGE["loop"]))
