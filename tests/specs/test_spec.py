"""`bb.spec`: Given, When, Then."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts.store import Store
from benchbook.errors import ClaimsFailedError, ParamsError, UnknownNameError, UsageError
from benchbook.specs import Spec
from benchbook.specs.outcome import read_outcome
from benchbook.specs.proof import digests_in_another_process

PARAMS: dict[str, Any] = {
    "preset": "quick",
    "functions": ["sphere", "rastrigin"],
    "dims": [2],
    "instances": [0, 1],
    "seeds": 2,
    "bbob_functions": [1],
    "bbob_instances": [1, 2],
    "budget_per_dim": 60,
    "target": 1e-8,
}


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spec:
    """A small spec of manta ray foraging."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))
    return bb.spec("manta_ray_foraging", title="Manta", **PARAMS)


def test_the_plan_is_textbook_over_seeds_and_bbob_over_instances(spec: Spec) -> None:
    """2 functions x 2 instances x 2 seeds, and 2 instances of one BBOB function, for optimizer and control."""
    keys = [(p.spec.optimizer, p.spec.function, p.spec.instance, p.spec.seed) for p in spec.plan]
    assert len(keys) == len(set(keys)) == 2 * (2 * 2 * 2 + 2)
    assert {key[3] for key in keys if key[1] == "bbob_f1"} == {1}
    assert {p.spec.budget for p in spec.plan} == {120}


def test_finished_runs_are_replayed_and_only_missing_ones_computed(spec: Spec, tmp_path: Path) -> None:
    """A second `when` gives the very same records, and adds nothing to the store."""
    first = spec.when()
    again = bb.spec("manta_ray_foraging", **PARAMS)
    assert [r.run_id for r in again.when()] == [r.run_id for r in first]
    longer = bb.spec("manta_ray_foraging", **{**PARAMS, "seeds": 3})
    assert {r.run_id for r in first} < {r.run_id for r in longer.when()}
    assert len(list(Store(spec.folder / "runs").records())) == len(longer.plan)


def test_claims_that_hold_end_in_an_outcome_and_a_line_each(spec: Spec, capsys: pytest.CaptureFixture[str]) -> None:
    """`then` prints the verdicts and writes the outcome artifact."""
    spec.when()
    spec.claim_sound()
    spec.then()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["held"] * 4
    outcome: dict[str, Any] = dict(read_outcome(spec.folder))
    assert outcome["status"] == "held"
    assert outcome["runs"] == {"planned": 20, "done": 20, "failed": 0, "missing": 0}
    assert outcome["timing"]["evaluations"] == sum(r.evaluations for r in spec.runs)
    assert outcome["params"] == PARAMS


def test_a_failing_claim_fails_after_all_were_evaluated_and_written(
    spec: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    """No claim hides behind an earlier one, and the outcome is there to read."""
    spec.when()
    spec.claim("bad", "One is two.", 1, "==", 2)
    spec.claim("unknown", "Nobody knows.", None, "<=", 1)
    spec.claim("good", "One is one.", 1, "==", 1)
    with pytest.raises(ClaimsFailedError, match=r"2 of 3 claims do not hold: bad: measured 1, required = 2; unknown"):
        spec.then()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["failed", "undecided", "held"]
    outcome: dict[str, Any] = dict(read_outcome(spec.folder))
    assert outcome["status"] == "failed"
    assert [claim["verdict"] for claim in outcome["claims"]] == ["failed", "undecided", "held"]


def test_an_optimizer_that_ignores_its_seed_fails_the_claim_on_seeds(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claims on seeds can fail: here every run draws from one generator."""
    execution = importlib.import_module("benchbook.studies.execute")
    monkeypatch.setattr(execution, "run_generator", lambda **names: np.random.default_rng(0))
    spec.when()
    spec.claim_sound()
    verdicts = {claim.id: claim.verdict.value for claim in spec._claims}
    assert verdicts["other-seed"] == "failed"
    assert verdicts["same-seed"] == "failed"


def test_the_proof_of_the_seed_never_reads_the_store(spec: Spec) -> None:
    """Runs are computed anew in another process, and give the digests of this one."""
    runs = spec.when()
    assert digests_in_another_process([p.spec for p in spec.plan[:2]]) == [r.content_digest for r in runs[:2]]


def test_a_claim_id_stands_once(spec: Spec) -> None:
    """Two claims with one id would overwrite each other on the site."""
    spec.claim("a", "A.", 1, "==", 1)
    with pytest.raises(UsageError, match="'a' stands twice"):
        spec.claim("a", "B.", 1, "==", 1)


def test_figures_and_claims_need_runs(spec: Spec) -> None:
    """Asking for results before `when` is a clear error."""
    for ask in (spec.convergence, spec.targets, spec.claim_sound, spec.then):
        with pytest.raises(UsageError, match=r"call when\(\) first"):
            ask()


def test_pictures_and_tables_say_in_words_what_they_show(spec: Spec) -> None:
    """Each figure has an alternative text with its numbers; each table plain text."""
    spec.when()
    for draw in (spec.convergence, spec.twin_comparison, lambda: spec.stages(budget=100)):
        picture = draw()
        assert len(picture.alt) > 80
        assert "manta_ray_foraging" in picture.alt
        assert picture.svg() == draw().svg()
    for table in (spec.settings(), spec.given(), spec.ledger(), spec.targets(), spec.reproduce()):
        assert "\n" in repr(table)
    assert "benchbook run --optimizer manta_ray_foraging --function sphere --dim 2" in repr(spec.reproduce())


def test_the_table_of_targets_counts_successes(spec: Spec) -> None:
    """A cell tells the expected evaluations, the share of successes, or that there were none."""
    spec.when()
    cells = [cell.text for row in spec.targets([1e9, 1e-300]).rows for cell in row]
    assert "1" in cells
    assert "–" in cells


def test_the_control_has_no_control(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random search is not compared with itself."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))
    control = bb.spec("random_search", **PARAMS)
    control.when()
    assert control.control is None
    assert len(control.plan) == 10
    with pytest.raises(UsageError, match="is the control itself"):
        control.claim_beats_control(at_least=0.5)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"function": ["sphere"]}, ParamsError, "unknown parameter 'function'; did you mean 'functions'"),
        ({"dims": [0]}, ParamsError, r"dims\[0\] is 0"),
        ({"functions": ["spheer"]}, UnknownNameError, "did you mean 'sphere'"),
        ({"budget_per_dim": "60"}, ParamsError, "budget_per_dim is '60'"),
    ],
)
def test_wrong_parameters_are_named(change: dict[str, Any], error: type[Exception], message: str) -> None:
    """A notebook with wrong parameters stops at its first cell with a sentence."""
    with pytest.raises(error, match=message):
        bb.spec("manta_ray_foraging", **{**PARAMS, **change})
