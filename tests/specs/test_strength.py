"""The strength of specs: claims are tried with faults, and judged again under other seeds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import benchbook as bb
from benchbook.cli.main import main
from benchbook.errors import UnknownNameError, UsageError
from benchbook.params.load import load
from benchbook.specs.noticing import measure
from benchbook.specs.noticing.calibrate import calibrate
from benchbook.specs.noticing.faults import faults_of, planting
from benchbook.specs.noticing.filed import read_strength
from benchbook.specs.noticing.trial import trial

CELLS = (
    "import benchbook as bb\n"
    'spec = bb.spec("random_search", control="particle_swarm", preset=preset, functions=["sphere"], dims=[2], '
    "instances=[1], seeds=3, bbob_functions=[], bbob_instances=[1], budget_per_dim=60, target=None)",
    "spec.when()",
    "no_such_display()",
    'spec.claim_sound()\nspec.claim_fails_on(["sphere"], gains=(-5, 5))\n'
    'spec.claim("near", "It comes near.", min(run.precision for run in spec.runs), "<=", 10)\nspec.claims()',
    "spec.then()",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one small spec; artifacts go there too."""
    params = tmp_path / "params"
    params.mkdir()
    for source in (Path(__file__).parents[2] / "params").glob("*.yaml"):
        (params / source.name).write_text(source.read_text())
    write(tmp_path, CELLS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path


def write(folder: Path, sources: tuple[str, ...]) -> Path:
    """Write the spec's notebook."""
    path = folder / "notebooks" / "random_search.ipynb"
    path.parent.mkdir(exist_ok=True)
    first = {"cell_type": "code", "id": "parameters", "metadata": {"tags": ["parameters"]}, "source": "preset = 'x'"}
    cells = [first, *({"cell_type": "code", "id": f"c{k}", "metadata": {}, "source": s} for k, s in enumerate(sources))]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_a_trial_does_the_work_of_the_notebook_and_none_of_its_display(project: Path) -> None:
    """Runs are done and claims judged; a cell's last line that only shows something is left out, and nothing stored."""
    found = trial(project / "notebooks" / "random_search.ipynb", load("quick"), change=None, kept={})
    assert found.error is None
    assert [claim.id for claim in found.claims][-2:] == ["weakness", "near"]
    assert not (project / "artifacts").exists()


def test_the_seed_that_is_ignored_is_noticed_in_the_same_process(project: Path) -> None:
    """The proof of the same seed does not pass because the global state was put back."""
    choice = bb.optimizer("random_search")
    for fault in faults_of(choice, ["ignores_seed", "global_state"]):
        path = project / "notebooks" / "random_search.ipynb"
        found = trial(path, load("quick"), change=planting(fault, "random_search"), kept={})
        verdicts = {claim.id: claim.verdict.value for claim in found.claims}
        assert verdicts["same-seed"] == "failed", fault.id


def test_strength_tells_who_noticed_what_and_goes_on_where_it_ended(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noticed, unnoticed, and without an effect; tried again, nothing is; too weak a spec ends with exit code 1."""
    wanted = "ignores_seed,noise"
    code = main(["spec", "strength", "random_search", "--faults", wanted, "--at-least", "1", "--workers", "1"])
    assert code == 1
    printed = capsys.readouterr()
    assert "without an effect, and not counted: noise (mild), noise (severe)" in printed.out
    assert "expected 100%" in printed.err
    measured = read_strength("random_search")
    assert measured is not None
    assert measured.counted("severe") == (1, 1)
    assert measured.counted("severe", sort="quality") == (0, 1)
    assert measured.share == 0

    def never(*args: Any) -> None:
        raise AssertionError("tried again")

    monkeypatch.setattr(measure, "ProcessPoolExecutor", never)
    again = bb.strength("random_search", faults=wanted.split(","))
    assert again.document["faults"] == measured.document["faults"]


def test_an_optimizer_that_raises_is_noticed(project: Path) -> None:
    """A raising run counts as noticed, and what it raised is said."""
    del project
    fault = {"name": "x", "family": "code", "severity": "severe", "effect": True, "error": "boom", "noticed_by": []}
    strength = measure.Strength({"name": "n", "claims": [], "faults": [fault]})  # type: ignore[list-item]
    assert strength.counted(sort="quality") == (1, 1)


def test_calibration_judges_under_other_seeds_and_proposes_thresholds(project: Path) -> None:
    """No contract is calibrated; loose claims raise no alarm, and what is proposed lies around what was measured."""
    del project
    found = calibrate("random_search", reseeded=6, workers=1)
    assert [item.claim.id for item in found.claims] == ["weakness", "near"]
    assert found.alarms == 0
    assert found.sound
    (weakness, _) = found.claims
    assert weakness.low is not None
    assert weakness.high is not None
    assert weakness.low < weakness.high
    assert " to " in weakness.proposed


def test_bad_input_is_told(project: Path) -> None:
    """Unknown specs and faults with the nearest name, no claims, no specs to re-seed."""
    with pytest.raises(UnknownNameError, match="random_search"):
        bb.strength("random_serch")
    with pytest.raises(UnknownNameError, match="forgets"):
        bb.strength("random_search", faults=["forgts"])
    with pytest.raises(UsageError, match="reseeded is 0"):
        calibrate("random_search", reseeded=0)
    write(project, CELLS[:2])
    with pytest.raises(UsageError, match="has no claims"):
        bb.strength("random_search")
