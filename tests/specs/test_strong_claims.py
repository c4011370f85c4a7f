"""Claims that can fail: they hold for the intact optimizer and notice a changed one."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.statistics.binomial import exact_interval
from benchbook.errors import UnknownNameError, UsageError
from benchbook.optimizers.faults.code import NAMED_FAULTS, code_faults, plant_code, plant_named
from benchbook.optimizers.faults.plant import plant
from benchbook.optimizers.native.particle_swarm import ParticleSwarm
from benchbook.params.load import load
from benchbook.records import Verdict
from benchbook.specs import Spec
from benchbook.specs.spec_plan import givens, library_of
from benchbook.specs.trials.planting import planted
from benchbook.specs.trials.published import Change, Published, _means, together
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.planned_run import PlannedRun

PARAMS: dict[str, Any] = {
    "preset": "quick",
    "functions": ["sphere"],
    "dims": [2],
    "instances": [1],
    "seeds": 2,
    "bbob_functions": [1, 8],
    "bbob_instances": [1],
    "budget_per_dim": 300,
    "target": 1e-8,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a temporary folder for artifacts."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))


def begun(change: Any = None, name: str = "particle_swarm") -> Spec:
    """Return a spec whose runs are done."""
    with planted(change, {}):
        spec = bb.spec(name, published="native-bbob", **PARAMS)
        spec.when()
        spec.claim_published()
        spec.claim_as_good_as_published()
        spec.claim_solves("bbob_f1", 2, target=1e-4, within=2000, at_least=0.6)
    return spec


def verdicts(spec: Spec) -> list[Verdict]:
    """Return the verdicts."""
    return [claim.verdict for claim in spec.judged]


def with_factory(factory: Any) -> Any:
    """Return a replacement of particle swarm's factory."""

    def change(item: PlannedRun) -> PlannedRun:
        if item.optimizer.name != "particle_swarm":
            return item
        return dataclasses.replace(item, optimizer=dataclasses.replace(item.optimizer, factory=factory))

    return change


def test_the_intact_optimizer_is_as_published() -> None:
    """The published runs are reproduced, new ones are as good, and the claim says which change it would notice."""
    claims = begun().judged
    assert [claim.verdict for claim in claims] == [Verdict.HELD] * 3
    assert [claim.sort for claim in claims] == ["proof", "quality", "quality"]
    assert 0 < (claims[1].detectable or 0) < 0.1


@pytest.mark.parametrize("fault", ["restarts", "knows_optimum"])
def test_worse_and_better_are_both_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claims fail for an optimizer that restarts too often, and for one that knows where the optimum is."""
    # If NumPy was loaded before benchbook, as by plugins of pytest, the arithmetic is not pinned.
    monkeypatch.setattr("benchbook.specs.trials.published.Published.environment_differs", lambda self, runs: "")

    def change(item: PlannedRun) -> PlannedRun:
        if item.optimizer.name != "particle_swarm":
            return item
        factory = plant(item.optimizer.factory, fault, optimum=item.problem.x_opt)  # type: ignore[attr-defined]
        return dataclasses.replace(item, optimizer=dataclasses.replace(item.optimizer, factory=factory))

    published, as_good, _ = verdicts(begun(change))
    assert published is Verdict.FAILED
    assert as_good is not Verdict.HELD


def test_a_run_that_differs_elsewhere_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under other arithmetic, different bits decide nothing, and the difference is named."""
    monkeypatch.setattr(
        "benchbook.specs.trials.published.Published.environment_differs", lambda self, runs: "arithmetic: other"
    )
    spec = begun(with_factory(plant(ParticleSwarm, "noise")))
    claim = spec.judged[0]
    assert claim.verdict is Verdict.UNDECIDED
    assert "arithmetic: other" in claim.detail


def test_levels_are_shared_by_the_tests_of_a_spec() -> None:
    """An additional statistical claim widens the interval of the others."""
    with planted(None, {}):
        spec = bb.spec("particle_swarm", published="native-bbob", **PARAMS)
        spec.when()
        alone = spec.claim_as_good_as_published().detail
        spec.claim_solves("bbob_f1", 2, target=1e-4, within=2000, at_least=0.6)
    assert spec.judged[0].detail != alone


def test_a_weakness_has_two_sides() -> None:
    """Gains below and above the stated range both fail."""
    with planted(None, {}):
        spec = bb.spec("particle_swarm", **PARAMS)
        spec.when()
    gained = spec.claim_fails_on(["sphere"], gains=(0, 20)).measured
    assert gained is not None
    assert gained > 1
    for gains in ((0.0, 0.5), (gained + 1, 20.0)):
        with planted(None, {}):
            other = bb.spec("particle_swarm", **PARAMS)
        other.runs = spec.runs
        assert other.claim_fails_on(["sphere"], gains=gains).verdict is Verdict.FAILED


def test_what_cannot_be_compared_is_refused() -> None:
    """Messages name a missing or unknown baseline, missing runs, a missing margin, or a cell without runs."""
    with pytest.raises(UnknownNameError, match="native-bbob"):
        bb.spec("particle_swarm", published="native-bob", **PARAMS)
    with pytest.raises(UsageError, match="no runs of particle_swarm with these settings"):
        bb.spec("particle_swarm", published="native-bbob", settings={"population": 7}, **PARAMS)
    spec = begun()
    with pytest.raises(UsageError, match="margin is 0"):
        spec.claim_as_good_as_published(margin=0)
    with pytest.raises(UsageError, match="'sphere', 9 and 1"):
        spec.claim_solves("sphere", 9, target=1, within=1, at_least=0.5)
    alone = bb.spec("particle_swarm", **PARAMS)
    with pytest.raises(UsageError, match="compared with no baseline"):
        alone.claim_published()


def test_problems_that_were_not_published_leave_the_claims_open(capsys: pytest.CaptureFixture[str]) -> None:
    """If the baseline has none of the spec's problems, nothing is compared, and the spec can still hold."""
    spec = bb.spec("particle_swarm", published="native-bbob", **{**PARAMS, "dims": [3]})
    spec.when()
    assert spec.claim_published().verdict is Verdict.UNDECIDED
    assert "none of these problems" in spec.claim_as_good_as_published().detail
    spec.then()
    assert capsys.readouterr().out.count("undecided") == 2


def test_problems_to_compare_on_can_be_named() -> None:
    """Only these are run again, whatever the parameters say; unpublished problems are an error."""
    spec = bb.spec("particle_swarm", published="native-bbob", published_on={"bbob_f5": [2], "bbob_f1": [5]}, **PARAMS)
    assert {(run.problem.name, run.spec.dim) for run in spec._sample_plan} == {("bbob_f5", 2), ("bbob_f1", 5)}
    with pytest.raises(UsageError, match="particle_swarm on bbob_f1 in 3-D, sphere in 2-D"):
        bb.spec("particle_swarm", published="native-bbob", published_on={"bbob_f1": [2, 3], "sphere": [2]}, **PARAMS)


def test_small_changes_of_all_cells_add_up() -> None:
    """Instances are paired, and three cells with small differences together show a clear difference."""
    apart = [Change(where=str(k), difference=0.03, error=0.0125, freedom=14.0) for k in range(3)]
    pooled = together(apart)
    assert pooled.difference == pytest.approx(0.03)
    assert not apart[0].surely_beyond(0.002, 0.005)
    assert pooled.half_width(0.002) < apart[0].half_width(0.002) / 1.5


def test_several_published_runs_of_an_instance_are_compared_by_their_mean() -> None:
    """There is one new run per instance, with a seed that was not published; the sample has different instances."""
    choice = bb.optimizer("mixed_es")
    published = Published("mixed_es-mixed", choice, givens(load("quick"), library_of(choice)), {"mixed_sphere": [3]})
    (cell,) = published.cells
    plan = published.plan()
    assert len(cell) == 2 * len(plan) == 90
    assert {item.spec.seed for item in plan}.isdisjoint(cell.seeds.tolist())
    assert [item.problem.instance for item in published.sample()] == [1, 2, 3]
    assert _means(np.array([1.0, 3.0, 5.0, 6.0]), np.array([1, 1, 4, 4])).tolist() == [2.0, 5.5]


def test_parameters_say_how_many_new_runs_there_are_but_not_more_than_were_published() -> None:
    """With as many new runs as published ones, the change is known more exactly; the sample stays the same."""
    choice = bb.optimizer("mixed_es")
    given = givens(load("quick"), library_of(choice))
    one, many = (
        Published("mixed_es-mixed", choice, dataclasses.replace(given, published_runs=runs), {"mixed_sphere": [3]})
        for runs in (1, 8)
    )
    (cell,) = many.cells
    plan = many.plan()
    assert len(plan) == len(cell) == 90
    assert len({(item.spec.instance, item.spec.seed) for item in plan}) == 90
    assert {item.spec.seed for item in plan}.isdisjoint(cell.seeds.tolist())
    assert [item.spec for item in many.sample()] == [item.spec for item in one.sample()]
    (less,), (more,) = (each.changes(RunTable(execute_all(each.plan()))) for each in (one, many))
    assert more.freedom == less.freedom == 44
    assert more.error < less.error


def test_the_reference_is_compared_where_a_difference_can_show() -> None:
    """Functions can be named, with a separate budget if the parameters give the reference less."""
    params = {**PARAMS, "adapter_budget_per_dim": {"scipy": 50}, "adapter_functions": ["sphere"], "adapter_dims": [2]}
    given = {"reference": "scipy:nelder_mead", **params}
    assert {run.spec.budget for run in bb.spec("particle_swarm", **given)._peer_plan} == {100}
    spec = bb.spec("particle_swarm", reference_on=["ellipsoid"], reference_budget_per_dim=1000, **given)
    assert {(run.problem.name, run.spec.budget) for run in spec._peer_plan} == {("ellipsoid", 600)}


def test_the_largest_published_dimension_is_compared() -> None:
    """Unpublished dimensions are ignored if others were published."""
    spec = bb.spec("particle_swarm", published="native-bbob", **{**PARAMS, "dims": [2, 5, 40]})
    assert {run.spec.dim for run in spec._sample_plan} == {5}


@pytest.mark.parametrize("fault", ["forgets", "centre", "frozen", "restarts"])
def test_a_faulty_run_is_the_same_alone_and_in_a_cell(fault: str) -> None:
    """Lockstep does not change a bit of what an optimizer with a fault does."""
    from benchbook.studies.runs.cells import execute_cell
    from benchbook.studies.runs.execute import execute
    from benchbook.studies.runs.planned_run import plan

    choice = bb.optimizer(plant(ParticleSwarm, fault))
    assert choice.can_lockstep()
    problems = [bb.problem("sphere", dim=2, instance=k) for k in (1, 2, 3)]
    planned = plan([choice], problems, seeds=[1], budget_per_dim=400, target=1e-3)
    assert [run.content_digest for run in execute_cell(planned)] == [execute(p).content_digest for p in planned]


def test_each_fault_of_the_fixed_list_changes_the_runs() -> None:
    """All ten faults can be planted, and each changes the trajectory."""
    assert len(NAMED_FAULTS) == 10
    for fault in NAMED_FAULTS:
        choice = bb.optimizer(fault.optimizer)
        problem = bb.problem("ellipsoid", dim=3, instance=1)
        intact = bb.run(choice, problem, seed=1, budget=900)
        faulty = dataclasses.replace(choice, factory=plant_named(choice.factory, fault))  # type: ignore[arg-type]
        assert bb.run(faulty, problem, seed=1, budget=900).history != intact.history, fault.name


def test_code_faults_follow_from_the_syntax_tree() -> None:
    """Signs, constants, dropped terms and swapped arguments of the update equations are planted separately."""
    names = code_faults(ParticleSwarm)
    assert {name.partition(":")[0] for name in names} >= {"sign", "dropped", "swapped"}
    assert len(code_faults(ParticleSwarm, 5)) == 5
    problem = bb.problem("sphere", dim=2, instance=1)
    intact = bb.run(ParticleSwarm, problem, seed=1, budget=300)
    changed = [bb.run(plant_code(ParticleSwarm, name), problem, seed=1, budget=300) for name in names]
    assert sum(run.history != intact.history for run in changed) >= len(names) / 2
    with pytest.raises(UsageError, match="expected one of"):
        plant_code(ParticleSwarm, "sign:1:1")


def test_nearness_has_two_sides() -> None:
    """New runs must come as near as claimed, neither less nor more; missing runs are an error."""

    def claim(between: tuple[float, float]) -> Verdict:
        spec.claim_precision(["bbob_f1"], 2, within=300, between=between)
        return spec._claims._entries.pop("precision").verdict  # type: ignore[union-attr]

    with planted(None, {}):
        spec = bb.spec("particle_swarm", published="native-bbob", published_on={"bbob_f1": [2]}, **PARAMS)
        spec.when()
    measured = spec.claim_precision(["bbob_f1"], 2, within=300, between=(-9, 9)).measured
    assert measured is not None
    assert -4 < measured < 0
    del spec._claims._entries["precision"]
    assert claim((measured - 0.1, measured + 0.1)) is Verdict.HELD
    assert claim((measured + 0.1, 9)) is Verdict.FAILED
    assert claim((-9, measured - 0.1)) is Verdict.FAILED
    for functions, dim, within in (("bbob_f8", 2, 300), ("bbob_f1", 5, 300), ("bbob_f1", 2, 10**6)):
        with pytest.raises(UsageError, match=f"{functions}, {dim} and {within}"):
            spec.claim_precision([functions], dim, within=within, between=(-1, 1))


def test_a_solved_problem_has_its_running_time_and_the_loss_that_it_would_notice() -> None:
    """The running time has an interval; with the stated loss of success, 4 of 5 such claims fail."""
    claim = begun().judged[2]
    assert re.search(r"expected running time [\d,]+ evaluations, [\d,]+ to [\d,]+", claim.detail)
    fall = claim.detectable
    assert fall is not None
    assert isinstance(claim.measured, float)
    runs = int(claim.detail.split(" of ")[1].split(",")[0])
    rng = np.random.default_rng(3)
    level = 0.005 / 2
    successes = rng.binomial(runs, claim.measured - fall, size=2000)
    held = [exact_interval(int(k), runs, level=level)[0] >= 0.6 for k in successes]
    assert np.mean(held) == pytest.approx(0.2, abs=0.03)
