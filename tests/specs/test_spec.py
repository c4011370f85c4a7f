"""`bb.spec`: Given, When, Then."""

from __future__ import annotations

import importlib
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts.store.store import Store
from benchbook.errors import ClaimsFailedError, ParamsError, UnknownNameError, UsageError
from benchbook.records import as_plain
from benchbook.specs import Spec
from benchbook.specs.outcome import read_outcome
from benchbook.specs.standard_claims import claim_contract
from benchbook.specs.trials.rerun import Repeated, in_another_process

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
    """Return a small spec of manta ray foraging."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))
    return bb.spec("manta_ray_foraging", title="Manta", **PARAMS)


def test_the_plan_is_textbook_over_seeds_and_bbob_over_instances(spec: Spec) -> None:
    """For optimizer and control, there are 2 functions x 2 instances x 2 seeds, and 2 instances of a BBOB function."""
    keys = [(p.spec.optimizer, p.spec.function, p.spec.instance, p.spec.seed) for p in spec.plan]
    assert len(keys) == len(set(keys)) == 2 * (2 * 2 * 2 + 2)
    assert {key[3] for key in keys if key[1] == "bbob_f1"} == {1}
    assert {p.spec.budget for p in spec.plan} == {120}


def test_finished_runs_are_replayed_and_only_missing_ones_computed(spec: Spec, tmp_path: Path) -> None:
    """A second `when` returns equal records, and adds nothing to the store."""
    first = spec.when()
    again = bb.spec("manta_ray_foraging", **PARAMS)
    assert [r.run_id for r in again.when()] == [r.run_id for r in first]
    longer = bb.spec("manta_ray_foraging", **{**PARAMS, "seeds": 3})
    assert {r.run_id for r in first} < {r.run_id for r in longer.when()}
    assert len(list(Store(spec.folder / "runs").records())) == len(longer.plan) + len(longer.second)


def test_without_shifted_functions_a_sentence_takes_the_place_of_tables_and_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parameters without a shifted problem are not an error."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))
    plain = {**PARAMS, "functions": ["sphere"], "instances": [0], "bbob_functions": []}
    spec = bb.spec("random_search", quasi_newton=None, **plain)
    spec.when()
    shown = [spec.convergence(), spec.profile(), spec.targets(), spec.beside_control(), spec.weaknesses()]
    assert {str(item) for item in shown} == {"No function is run shifted (instances from 1)."}


def test_claims_that_hold_end_in_an_outcome_and_a_line_each(spec: Spec, capsys: pytest.CaptureFixture[str]) -> None:
    """`then` prints the verdicts and writes the outcome artifact."""
    spec.when()
    spec.claim_sound()
    spec.then()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["held"] * 4
    outcome: dict[str, Any] = dict(read_outcome(spec.folder))
    assert outcome["status"] == "held"
    assert outcome["runs"] == {"planned": 26, "done": 26, "failed": 0, "missing": 0}
    assert outcome["timing"]["evaluations"] == sum(r.evaluations for r in [*spec.runs, *spec.second])
    assert outcome["params"] == PARAMS


def test_a_failing_claim_fails_after_all_were_evaluated_and_written(
    spec: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    """All claims are evaluated, and the outcome can be read."""
    spec.when()
    spec.claim("bad", "One is two.", 1, "==", 2)
    spec.claim("unknown", "Something unknown.", None, "<=", 1)
    spec.claim("good", "One is one.", 1, "==", 1)
    with pytest.raises(
        ClaimsFailedError,
        match=r"1 of 3 quality claims do not hold: bad: measured 1, required = 2; "
        r"1 of 3 quality claims could not be decided: unknown",
    ):
        spec.then()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["failed", "undecided", "held"]
    outcome: dict[str, Any] = dict(read_outcome(spec.folder))
    assert outcome["status"] == "failed"
    assert [claim["verdict"] for claim in outcome["claims"]] == ["failed", "undecided", "held"]


def test_contract_checks_that_fail_are_counted_apart(spec: Spec) -> None:
    """The error distinguishes an unsound optimizer from one that is not as good as claimed."""
    spec.when()
    spec.claim("late", "It ends.", 1, "==", 0, sort="contract")
    spec.claim("bad", "One is two.", 1, "==", 2)
    spec.claim("good", "One is one.", 1, "==", 1)
    with pytest.raises(
        ClaimsFailedError, match=r"1 of 2 quality claims do not hold: bad.*; 1 of 1 contract checks do not hold: late"
    ):
        spec.then()


def test_an_optimizer_that_ignores_its_seed_fails_the_claim_on_seeds(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claims on seeds can fail: here every run draws from the same generator."""
    execution = importlib.import_module("benchbook.studies.runs.execute")
    monkeypatch.setattr(execution, "run_generator", lambda **names: np.random.default_rng(0))
    # Earlier tests in this process may have changed settings that give a new process different arithmetic.
    monkeypatch.setattr(Repeated, "unlike", lambda again, then: [])
    spec.when()
    spec.claim_sound()
    verdicts = {claim.id: claim.verdict.value for claim in spec.judged}
    assert verdicts["other-seed"] == "failed"
    assert verdicts["same-seed"] == "failed"


def test_the_proof_of_the_seed_never_reads_the_store(spec: Spec) -> None:
    """Another process computes the runs again, and gets the same digests."""
    runs = spec.when()
    assert in_another_process([p.spec for p in spec.plan[:2]]).digests == [r.content_digest for r in runs[:2]]


def test_runs_of_other_arithmetic_prove_nothing_about_seeds(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    """If bytes differ, the claim is undecided and names the difference in arithmetic."""
    runs = spec.when()
    there = as_plain(runs[0].environment.arithmetic)
    other = Repeated(digests=["other"] * 8, arithmetic={**there, "blas": "openblas SomethingElse"})  # type: ignore[dict-item]
    monkeypatch.setattr("benchbook.specs.trials.planting.in_another_process", lambda specs: other)
    sample = [(spec.plan[k], runs[k]) for k in range(8)]
    claim_contract(spec, runs, sample)
    claim = next(claim for claim in spec.judged if claim.id == "same-seed")
    assert (claim.verdict.value, claim.measured) == ("undecided", None)
    assert "under other arithmetic: blas openblas" in claim.detail
    assert "now" in claim.detail


def test_a_claim_id_is_unique(spec: Spec) -> None:
    """Two claims with the same id would overwrite each other on the site."""
    spec.claim("a", "A.", 1, "==", 1)
    with pytest.raises(UsageError, match="'a' appears twice"):
        spec.claim("a", "B.", 1, "==", 1)


@pytest.mark.parametrize("measured", [None, math.nan, -math.inf])
def test_a_claim_that_could_not_be_measured_has_no_number(spec: Spec, measured: float | None) -> None:
    """The claim is undecided, and its number is null in the outcome."""
    claim = spec.claim("a", "A.", measured, "<=", 1)
    assert (claim.verdict.value, claim.measured) == ("undecided", None)


def test_figures_and_claims_need_runs(spec: Spec) -> None:
    """Asking for results before `when` is an error."""
    for ask in (spec.convergence, spec.targets, spec.ledger, spec.claim_sound, spec.then):
        with pytest.raises(UsageError, match=r"call when\(\) first"):
            ask()


def test_pictures_and_tables_say_in_words_what_they_show(spec: Spec) -> None:
    """Each figure has an alternative text with its numbers, and each table has plain text."""
    spec.when()
    for draw in (spec.convergence, spec.profile, spec.twin_comparison, lambda: spec.stages(budget=100)):
        picture = draw()
        assert len(picture.alt) > 80
        assert "manta_ray_foraging" in picture.alt
        assert len(getattr(picture, "caption", "")) > 60
        assert picture.svg() == draw().svg()
    shown = (spec.settings, spec.given, spec.ledger, spec.targets, spec.beside_control, spec.weaknesses, spec.reproduce)
    for table in [show() for show in shown]:
        assert "\n" in repr(table)
    assert "benchbook run --optimizer manta_ray_foraging --function sphere --dim 2" in repr(spec.reproduce())


def test_a_quasi_newton_control_stands_next_to_random_search(spec: Spec) -> None:
    """The control's evaluations for gradients count, others are shown at the same number, and it can be left out."""
    spec.when()
    shown = spec.beside_control()
    assert shown.below is not None
    assert shown.below.headers[1:] == [
        "evaluations", "median precision", "of random_search", "of scipy:l_bfgs_b",
    ]  # fmt: skip
    assert all(run.evaluations <= run.budget for run in spec.second)
    own = spec.runs.select(optimizer="manta_ray_foraging", function="sphere", instance=1)
    sphere = next(row for row in shown.below.rows if row[0].text == "sphere, 2-D")
    assert sphere[2].text == f"{float(np.median([run.precision for run in own])):.2g}"  # as many evaluations here
    assert "scipy:l_bfgs_b" in repr(shown)
    assert "scipy:l_bfgs_b" in shown.html()
    without = bb.spec("manta_ray_foraging", quasi_newton=None, **PARAMS)
    without.when()
    assert without.beside_control().below is None


def test_fronts_show_what_a_run_found_of_two_objectives() -> None:
    """The picture has the number of points and the hypervolume of each front; one objective has no front."""
    problems = {"functions": ["bbob_biobj_f1"], "dims": [2], "instances": [1], "bbob_functions": []}
    length = {"seeds": 1, "bbob_instances": [1], "budget_per_dim": 50, "target": None}
    spec = bb.spec("nsga2", preset="mine", **problems, **length)
    picture = spec.fronts("bbob_biobj_f1", budget=600)
    found = re.search(r"nsga2: (\d+) points in its front, hypervolume (0\.\d+); random_search: \d+ points", picture.alt)
    assert found is not None
    record = bb.run("nsga2", "bbob_biobj_f1", dim=2, seed=1, budget=600)
    assert record.best_value is not None
    assert float(found[2]) == pytest.approx(-record.best_value, abs=1e-3)
    assert picture.svg() == spec.fronts("bbob_biobj_f1", budget=600).svg()
    with pytest.raises(UsageError, match="sphere has one objective"):
        spec.fronts("sphere")


def test_the_table_of_targets_counts_successes(spec: Spec) -> None:
    """A cell has the expected evaluations, the share of successes, or a dash."""
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


def verdicts(spec: Spec) -> dict[str, str]:
    """Return the verdicts so far, by the id of the claim."""
    return {claim.id: claim.verdict.value for claim in spec.judged}


def test_a_reference_runs_on_the_same_shifted_problems(spec: Spec) -> None:
    """The comparison is part of plan, ledger and outcome, and does not affect the other claims."""
    compared = bb.spec("manta_ray_foraging", reference="whale", **PARAMS)
    alone = [run.run_key for run in spec.when()]
    assert [run.run_key for run in compared.when()] == alone
    assert compared.peers.optimizers == ["manta_ray_foraging", "whale"]
    assert {run.problem.instance for run in compared.peers if run.problem.name == "sphere"} == {1}
    own, theirs = (compared.peers.select(optimizer=name) for name in compared.peers.optimizers)
    assert [(r.problem.name, r.seed, r.budget) for r in own] == [(r.problem.name, r.seed, r.budget) for r in theirs]
    assert [row[1].text for row in compared.ledger().rows] == ["10", "10", "6", "6"]
    compared.claim_sound()
    compared.then()
    outcome: dict[str, Any] = dict(read_outcome(compared.folder))
    assert outcome["runs"]["done"] == outcome["runs"]["planned"] == 32


def test_the_claim_on_the_reference_can_fail(spec: Spec) -> None:
    """Random search does not keep up with manta ray foraging, but the reverse claim holds."""
    slow = bb.spec("random_search", reference="manta_ray_foraging", **{**PARAMS, "budget_per_dim": 300})
    slow.when()
    behind = slow.claim_keeps_up(at_most=0.3)
    assert (behind.verdict.value, float(behind.measured or 0) > 0.3) == ("failed", True)
    assert "manta_ray_foraging" in slow.beside_reference().alt  # type: ignore[union-attr]  # it is a picture
    fast = bb.spec("manta_ray_foraging", reference="random_search", **{**PARAMS, "budget_per_dim": 300})
    fast.when()
    assert fast.claim_keeps_up(at_most=0.0).verdict.value == "held"


def test_without_the_library_of_the_reference_its_claim_is_undecided_and_the_spec_holds(
    monkeypatch: pytest.MonkeyPatch, spec: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a small installation all other claims are judged, and a sentence says what is missing."""
    monkeypatch.setattr("benchbook.optimizers.adapters.factory.available", lambda library: False)
    monkeypatch.setattr("benchbook.optimizers.adapters.factory.find_spec", lambda module: None)
    # a name that no other test has looked up, since found ones are cached
    alone = bb.spec("manta_ray_foraging", reference="mealpy:OriginalTSA", **PARAMS)
    alone.when()
    assert "mealpy:OriginalTSA needs the library mealpy" in repr(alone.beside_reference())
    assert "needs the library mealpy" in repr(alone.given())
    claim = alone.claim_keeps_up(at_most=0.5)
    assert (claim.verdict.value, claim.measured) == ("undecided", None)
    alone.claim("good", "One is one.", 1, "==", 1)
    alone.then()
    assert read_outcome(alone.folder)["status"] == "held"
    assert capsys.readouterr().out.startswith("undecided On shifted problems it ends below mealpy:OriginalTSA")
    alone.claim("unknown", "Something unknown.", None, "<=", 1)
    with pytest.raises(ClaimsFailedError, match="1 of 3 quality claims could not be decided: unknown"):
        alone.then()


def test_a_claim_on_a_reference_needs_one(spec: Spec) -> None:
    """Without a reference the picture is a sentence, and the claim is refused."""
    spec.when()
    assert repr(spec.beside_reference()).startswith("There is no other implementation")
    with pytest.raises(UsageError, match=r"has no reference: bb.spec\(..., reference="):
        spec.claim_keeps_up(at_most=1)


def test_claims_on_centre_bias_and_weakness_are_the_same_for_all(spec: Spec) -> None:
    """Sphere and rastrigin have their optimum in the centre; what cannot be measured is undecided."""
    spec.when()
    spec.claim_centre_bias(at_least=-99)
    spec.claim_no_centre_bias(at_most=99)
    spec.claim_fails_on(["sphere"], precision=1e-300, at_most=0)
    assert set(verdicts(spec).values()) == {"held"}
    assert spec.judged[0].text.startswith("It has centre bias: sphere and rastrigin are solved much better")
    other = bb.spec("manta_ray_foraging", **PARAMS)
    other.when()
    other.claim_no_centre_bias(functions=["levy"])
    other.claim_fails_on(["levy"])
    assert set(verdicts(other).values()) == {"undecided"}


def test_a_claimed_weakness_counts_the_same_evaluations_for_any_budget(spec: Spec) -> None:
    """Later improvements do not count, so the claim means the same in the quick and in the full set."""
    spec.when()
    hits = [
        next(iter(run.history.evaluations[run.history.best_values - run.problem.f_opt <= 1.0]), 10**9)
        for run in spec.runs.shifted().select(optimizer="manta_ray_foraging", function="sphere")
    ]
    late = max(int(hit) for hit in hits if hit < 10**9)
    assert spec.share_reaching(1.0, ["sphere"]) == np.mean([hit < 10**9 for hit in hits])
    assert spec.share_reaching(1.0, ["sphere"], per_dim=(late - 1) // 2) == np.mean(
        [hit <= (late - 1) // 2 * 2 for hit in hits]
    )
    assert spec.share_reaching(1.0, ["sphere"], per_dim=(late - 1) // 2) < spec.share_reaching(1.0, ["sphere"])  # type: ignore[operator]  # both are numbers


def test_a_deterministic_optimizer_claims_that_no_seed_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim is measured, and fails for an optimizer that draws at random."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))
    for name, verdict in (("scipy:direct", "held"), ("random_search", "failed")):
        made = bb.spec(name, **PARAMS)
        made.when()
        made.claim_sound(deterministic=True)
        assert verdicts(made)["other-seed"] == verdict


def test_weaknesses_come_worst_first(spec: Spec) -> None:
    """The gain over the control, in orders of magnitude, grows from row to row; at most five rows are shown."""
    spec.when()
    rows = [[cell.text for cell in row] for row in spec.weaknesses().rows]
    gains = [np.log10(float(row[2].replace(",", ""))) - np.log10(float(row[1].replace(",", ""))) for row in rows]
    assert len(rows) == 3
    assert gains == sorted(gains)


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
    """A notebook with wrong parameters stops at its first cell with a message."""
    with pytest.raises(error, match=message):
        bb.spec("manta_ray_foraging", **{**PARAMS, **change})


def test_the_optimizer_of_a_spec_is_ranked_with_its_settings(tmp_path: Path, monkeypatch) -> None:
    """The runs for a ranking are in the spec's folder, and the outcome does not count them."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))
    spec = bb.spec("manta_ray_foraging", settings={"population": 10}, **PARAMS)
    found = spec.rank(baseline="native-bbob", dims=2, functions="bbob_f1", budget_per_dim=20)
    assert found.folder == spec.folder / "rank"
    assert found.ranking.candidate == "manta_ray_foraging (yours)"
    assert found.ranking.optimizer.settings["population"] == 10
    assert found.ranking.runs == 15
    assert "mean rank" in repr(found)
    assert found.mean_ranks().alt.startswith("Mean ranks")
    assert (
        "best-2009 1.00, best-2009-16 1.00" in found.profiles().alt
    )  # best-2009 needs fewer than 40 evaluations on the sphere
    assert len(spec.when()) == len(spec.plan)
