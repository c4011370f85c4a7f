"""The strength of specs: claims are tried with planted faults, and judged again under other seeds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import benchbook as bb
from benchbook.analysis.comparison.baselines import find_baseline
from benchbook.artifacts.io import load_document, save_document
from benchbook.cli.main import main
from benchbook.errors import UnknownNameError, UsageError
from benchbook.optimizers.faults.plant import SEVERITIES
from benchbook.optimizers.faults.wrapped import WRAPPED_FAULTS
from benchbook.params.load import load
from benchbook.records import Claim, Verdict
from benchbook.specs.notebooks.discover import find
from benchbook.specs.noticing import measure
from benchbook.specs.noticing.calibrate import Calibrated, Calibration, calibrate
from benchbook.specs.noticing.faults import faults_of, planting
from benchbook.specs.noticing.filed import check_strength, read_strength, strength_path
from benchbook.specs.noticing.summary import Strength
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
    """Return a project with one small spec and its own artifacts."""
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
    """Runs are done and claims judged; the last line of a cell that only displays is left out; nothing is stored."""
    found = trial(project / "notebooks" / "random_search.ipynb", load("quick"), change=None, finished={})
    assert found.error is None
    assert [claim.id for claim in found.claims][-2:] == ["weakness", "near"]
    assert not (project / "artifacts").exists()


def test_the_seed_that_is_ignored_is_noticed_in_the_same_process(project: Path) -> None:
    """Restoring the global state does not make the proof of the same seed pass."""
    choice = bb.optimizer("random_search")
    for fault in faults_of(choice, ["ignores_seed", "global_state"]):
        path = project / "notebooks" / "random_search.ipynb"
        found = trial(path, load("quick"), change=planting(fault, "random_search"), finished={})
        verdicts = {claim.id: claim.verdict.value for claim in found.claims}
        assert verdicts["same-seed"] == "failed", fault.id


def test_strength_reports_who_noticed_what_and_continues_where_it_ended(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faults are noticed, unnoticed or without effect; a second try does nothing; a weak spec gives exit code 1."""
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


def test_a_strength_is_measured_again_when_the_baseline_changes(project: Path) -> None:
    """Claims read the baseline, so what was tried with another one does not count."""
    shipped = find_baseline("native-bbob").path
    copied = project / "artifacts" / "baselines" / shipped.name
    copied.parent.mkdir(parents=True)
    copied.write_bytes(shipped.read_bytes())
    begin = CELLS[0].replace("preset=preset", 'published="native-bbob", published_on={"bbob_f5": [2]}, preset=preset')
    write(project, (begin, *CELLS[1:]))
    before = bb.strength("random_search", faults=["noise"], workers=1).document["inputs"]
    assert bb.strength("random_search", faults=["noise"], workers=1).document["inputs"] == before
    document: Any = load_document(copied)
    save_document({**document, "created_at": "2026-01-01T00:00:00.000Z"}, copied)
    assert bb.strength("random_search", faults=["noise"], workers=1).document["inputs"] != before


def test_a_filed_strength_goes_stale_with_claims_and_parameters_and_not_with_text(project: Path) -> None:
    """Staleness is checked in benchbook's own repository; other projects decide for themselves."""
    folder = project / "notebooks"
    assert check_strength(folder, find(["random_search"])) == []
    (project / "pyproject.toml").write_text('[project]\nname = "benchbook"\n')

    def told() -> str:
        return " ".join(finding.what for finding in check_strength(folder, find(["random_search"])))

    assert "never measured" in told()
    bb.strength("random_search", faults=["noise"], workers=1)
    assert "some of the faults" in told()
    path = strength_path("random_search")
    document: Any = load_document(path)
    [first, *_] = document["faults"]
    every = [{**first, "name": fault.name, "severity": s} for fault in WRAPPED_FAULTS.values() for s in SEVERITIES]
    save_document({**document, "faults": every}, path)
    assert told() == ""
    write(project, (*CELLS[:2], "another_display()", *CELLS[3:]))
    assert told() == ""
    write(project, (*CELLS[:3], CELLS[3].replace("10)", "11)"), *CELLS[4:]))
    assert "have changed" in told()


def test_an_optimizer_that_raises_is_noticed(project: Path) -> None:
    """A raising run counts as noticed, and its error is shown."""
    del project
    fault = {"name": "x", "family": "code", "severity": "severe", "effect": True, "error": "boom", "noticed_by": []}
    strength = measure.Strength({"name": "n", "claims": [], "faults": [fault]})  # type: ignore[list-item]
    assert strength.counted(sort="quality") == (1, 1)


def test_calibration_judges_under_other_seeds_and_proposes_thresholds(project: Path) -> None:
    """Contract checks are not calibrated, loose claims raise no alarm, and proposals surround the measured values."""
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


def test_false_alarms_are_kept_with_the_strength_of_the_same_spec(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a measured strength nothing is kept; with it, the alarms are kept until the spec changes."""
    calibration = ["spec", "calibrate", "random_search", "--reseeded", "3", "--workers", "1"]
    assert main(calibration) == 0
    assert read_strength("random_search") is None
    bb.strength("random_search", faults=["noise"], workers=1)
    assert main(calibration) == 0
    measured = bb.strength("random_search", faults=["noise"], workers=1)
    assert measured.false_alarms == "Of 3 specs with other seeds and the intact optimizer, none fails."
    capsys.readouterr()
    assert main(["spec", "strength", "random_search", "--faults", "noise"]) == 0
    assert "none fails" in capsys.readouterr().out
    write(project, (*CELLS[:3], CELLS[3].replace("10)", "11)"), *CELLS[4:]))
    assert bb.strength("random_search", faults=["noise"], workers=1).false_alarms == ""


def test_some_claims_can_be_counted_alone() -> None:
    """What other claims notice does not count; an unknown claim gets the nearest one as a hint."""
    fault = {"name": "x", "family": "wrapped", "severity": "severe", "effect": True, "error": None}
    claims = [{"id": id, "sort": "quality", "verdict": "held"} for id in ("near", "fast")]
    faults = [{**fault, "noticed_by": ["near"]}, {**fault, "noticed_by": ["near", "fast"]}]
    measured = Strength({"claims": claims, "faults": faults})  # type: ignore[dict-item]
    assert measured.counted() == (2, 2)
    assert measured.only(["fast"]).counted() == (1, 2)
    with pytest.raises(UnknownNameError, match="near"):
        measured.only(["nera"])


def test_a_calibration_gives_the_strength_of_its_thresholds() -> None:
    """The strength uses the measured values of each claim with each fault, and the verdict of a test is kept."""
    text = {"text": "It is so.", "unit": "", "verdict": Verdict.HELD}
    claim = Claim(id="near", measured=1.0, relation="<=", threshold=100, **text)  # type: ignore[arg-type]
    test = Claim(id="test", measured=0.2, relation="<=", threshold=1, **text)  # type: ignore[arg-type]
    found = Calibration(
        name="x",
        reseeded=9,
        alarms=0,
        claims=(
            Calibrated(claim=claim, failed=0, low=0.5, high=2.0),
            Calibrated(claim=test, failed=0, low=None, high=None),
        ),
    )
    same = {"family": "wrapped", "severity": "mild", "effect": True, "error": None, "noticed_by": []}
    faults = [
        {**same, "name": "a", "measured": {"near": 3.0, "test": 0.5}},
        {**same, "name": "b", "measured": {"near": 1.9, "test": 0.5}},
        {**same, "name": "c", "measured": {"near": 1.9, "test": 2.0}, "noticed_by": ["test"]},
    ]
    assert found.strength(Strength({"claims": [], "faults": faults}), "mild") == (2, 3)  # type: ignore[dict-item]
    assert found.claims[0].proposed == "<= 2"
    assert found.claims[1].proposed == ""


def test_all_specs_can_be_measured_in_parts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without names the shard's specs are measured; artifacts of other presets do not replace those of quick."""
    del project
    assert main(["spec", "strength", "--faults", "noise", "--shard", "2/2"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["spec", "strength", "--faults", "noise", "--shard", "1/1", "--params", "balanced"]) == 0
    assert "random_search: These claims notice" in capsys.readouterr().out
    assert read_strength("random_search") is None
    assert read_strength("random_search", "balanced") is not None


def test_a_missing_library_is_named_or_skipped(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A named spec gives an error with the install command; without names the other specs are measured."""
    del project
    for module in ("benchbook.specs.noticing.measure", "benchbook.specs.names"):
        monkeypatch.setattr(f"{module}.what_is_missing", lambda spec: f"{spec} needs x: pip install x")
    with pytest.raises(UsageError, match="pip install x"):
        bb.strength("random_search")
    assert main(["spec", "strength"]) == 0
    assert capsys.readouterr().out == ""


def test_bad_input_is_refused(project: Path) -> None:
    """Unknown specs and faults get the nearest name; missing claims and zero re-seeded specs are refused."""
    with pytest.raises(UnknownNameError, match="random_search"):
        bb.strength("random_serch")
    with pytest.raises(UnknownNameError, match="forgets"):
        bb.strength("random_search", faults=["forgts"])
    with pytest.raises(UnknownNameError, match="complete"):
        bb.strength("random_search", claims=["compete"])
    assert not strength_path("random_search").parent.exists()  # it is said before anything is measured
    with pytest.raises(UsageError, match="faults is"):
        bb.strength("random_search", faults=[])
    with pytest.raises(UsageError, match="reseeded is 0"):
        calibrate("random_search", reseeded=0)
    write(project, CELLS[:2])
    with pytest.raises(UsageError, match="has no claims"):
        bb.strength("random_search")
