import dataclasses
from pathlib import Path
from typing import Any

import pytest

import benchbook as bb
from benchbook.artifacts import Store
from benchbook.clock import ManualClock
from benchbook.errors import UsageError
from benchbook.observers import PointTrace
from benchbook.optimizers import optimizer
from benchbook.problems import kernel
from benchbook.studies import execute, execute_all, plan
from benchbook.studies.runs import provenance
from benchbook.studies.runs.execute import code_digest
from benchbook.testing import FaultyProblem


def planned(seeds: tuple[int, ...] = (1, 2)) -> Any:
    """Return a plan of two optimizers on two shifted problems."""
    return plan(
        [optimizer("manta_ray_foraging", population=5), optimizer("random_search")],
        [bb.problem("sphere", dim=2, instance=1), bb.problem("levy", dim=3, instance=2)],
        seeds=seeds,
        budget_per_dim=20,
    )


def test_a_plan_is_the_cross_product() -> None:
    """The plan lists problems, then seeds, then optimizers; the budget grows with the dimension."""
    specs = [item.spec for item in planned()]
    assert [(s.function, s.seed, s.optimizer) for s in specs] == [
        (function, seed, name)
        for function in ("sphere", "levy")
        for seed in (1, 2)
        for name in ("manta_ray_foraging", "random_search")
    ]
    assert {(s.function, s.budget) for s in specs} == {("sphere", 40), ("levy", 60)}


@pytest.mark.parametrize("budget", [0, -1, 1.5, True])
def test_a_plan_checks_its_numbers_first(budget: Any) -> None:
    """Nothing runs if a number is out of range."""
    with pytest.raises(UsageError, match="budget_per_dim is "):
        plan([optimizer("random_search")], [], seeds=[1], budget_per_dim=budget)


def test_results_are_in_the_order_of_the_plan() -> None:
    """Progress counts up to the whole plan, and the order does not change a result."""
    seen: list[tuple[int, int]] = []
    items = planned()
    forward = execute_all(items, progress=lambda done, total: seen.append((done, total)))
    backward = execute_all(list(reversed(items)))
    assert seen == sorted(seen)
    assert seen[-1] == (8, 8)
    assert [r.content_digest for r in forward] == [r.content_digest for r in reversed(backward)]


def test_finished_runs_are_replayed(tmp_path: Path) -> None:
    """A second execution repeats nothing; a larger plan computes only the missing runs."""
    first = execute_all(planned(), store=Store(tmp_path))
    again = execute_all(planned(), store=Store(tmp_path))
    assert [r.run_id for r in again] == [r.run_id for r in first]
    assert again == first
    more = execute_all(planned((2, 3)), store=Store(tmp_path))
    known = {r.run_id for r in first}
    assert [r.run_id in known for r in more] == [r.seed == 2 for r in more]


def test_a_failed_run_is_kept_as_it_is(tmp_path: Path) -> None:
    """A failure is a result: it is stored and not tried again."""
    problem = FaultyProblem(bb.problem("levy", dim=2, instance=1), raise_at=3)
    only = plan([optimizer("random_search")], [problem], seeds=[1], budget_per_dim=10)
    (failed,) = execute_all(only, store=Store(tmp_path))
    assert failed.error is not None
    (again,) = execute_all(only, store=Store(tmp_path))
    assert again == failed
    assert problem.evaluations == 2


def test_a_record_has_its_circumstances() -> None:
    """Date and durations come from the clock, and commit, host and versions from the machine."""
    clock = ManualClock()
    clock.advance(3600)
    record = execute(planned()[0], clock=clock)
    assert record.created_at == "2026-01-01T01:00:00.000000Z"
    assert record.timing.total_s == 0.0
    assert record.version == bb.__version__
    assert record.environment.packages["numpy"] == record.environment.arithmetic.numpy
    assert record.environment.packages["benchbook-kernel"] == f"{kernel.info().version}, {kernel.info().compiler}"
    assert record.memory.peak_rss_bytes > 10_000_000
    assert len(record.run_id) == 32


def test_the_compiler_is_not_part_of_the_environment_key() -> None:
    """The kernel's bits do not depend on the compiler, so runs of other builds stay valid."""
    here = provenance.environment()
    other = dataclasses.replace(here, packages={**here.packages, provenance.KERNEL: "1.0, clang 99"})
    assert provenance.environment_key(other) == provenance.environment_key(here)


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing commit is None."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    record = execute(planned()[0])
    assert (record.commit, record.dirty) == (None, None)


def test_observers_see_the_run_and_change_nothing() -> None:
    """A trace observes every point, and the record is the same."""
    trace = PointTrace()
    watched = execute(planned()[0], observers=[trace])
    assert trace.points.shape == (40, 2)
    assert watched.content_digest == execute(planned()[0]).content_digest


def test_the_code_digest_is_that_of_optimizer_and_problem() -> None:
    """Seeds and settings do not change the digest; another optimizer or function does."""
    a, b, c, *_ = planned()
    assert code_digest(a) == code_digest(c)
    assert code_digest(a) != code_digest(b)
    own = [
        plan(
            [optimizer("random_search")],
            [bb.problems.from_callable(f, bounds=(1, 2), dim=2)],
            seeds=[1],
            budget_per_dim=5,
        )[0]
        for f in (lambda x: x[0], lambda x: x[1])
    ]
    assert code_digest(own[0]) != code_digest(own[1])
