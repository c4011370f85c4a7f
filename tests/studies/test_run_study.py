import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts.store.repair import inspect
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.validate import meaning_findings
from benchbook.errors import ExecutionError, UnknownNameError, UsageError
from benchbook.optimizers import optimizer as choose
from benchbook.problems import from_callable
from benchbook.records import Status, Stop
from benchbook.studies.ledger import ledger
from benchbook.studies.runs import provenance
from benchbook.studies.runs.alarm import alarm
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run
from benchbook.studies.study import Study
from benchbook.studies.workers import task as work


def small(**changes: Any) -> Study:
    """Return a study of 24 runs in 4 cells."""
    described: dict[str, Any] = {
        "optimizers": ["manta_ray_foraging"],
        "functions": ["rastrigin"],
        "dims": [2, 3],
        "instances": [1, 2, 3],
        "seeds": 2,
        "budget_per_dim": 60,
    }
    return bb.study(**{**described, **changes})


def digest_of(folder: Path) -> str:
    """Return the content digest of a store."""
    with Store(folder) as store:
        return store.content_digest()


def interrupted_after(count: int) -> Callable[[int, int], None]:
    """Return a progress function that interrupts the study after a number of runs."""

    def tell(done: int, planned: int) -> None:
        if done >= count:
            raise KeyboardInterrupt

    return tell


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the content digest of the small study, done without interruption."""
    folder = tmp_path_factory.mktemp("undisturbed")
    small().run(folder).close()
    return digest_of(folder)


@pytest.mark.usefixtures("quick_disk")
def test_only_what_is_missing_is_computed(tmp_path: Path, undisturbed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted study continues where it was, and ends with the same content."""
    with pytest.raises(KeyboardInterrupt):
        small().run(tmp_path, progress=interrupted_after(7))
    kept = {record.run_id for record in Store(tmp_path).records()}
    assert 6 <= len(kept) < 24
    runs = small().run(tmp_path)
    assert len(runs) == 24
    assert kept < {record.run_id for record in runs}
    assert digest_of(tmp_path) == undisturbed
    monkeypatch.setattr(work, "execute_cell", None)  # any computation would fail
    assert len(small().run(tmp_path)) == 24


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_give_the_same_store(tmp_path: Path, undisturbed: str, workers: int) -> None:
    """Neither the executor nor the number of workers changes a byte of the content."""
    runs = small().run(tmp_path, executor="processes", workers=workers)
    assert digest_of(tmp_path) == undisturbed
    assert all(record.environment.arithmetic.pinned == runs[0].environment.arithmetic.pinned for record in runs)
    assert runs[0].environment.arithmetic.blas_threads == 1


def test_a_users_own_executor_does_the_runs(tmp_path: Path, undisturbed: str) -> None:
    """Any object with `submit` is an executor, and it stays open."""
    with ThreadPoolExecutor(2) as executor:
        small().run(tmp_path, executor=executor)
        assert executor.submit(int, "7").result() == 7
    assert digest_of(tmp_path) == undisturbed


@pytest.mark.usefixtures("quick_disk")
def test_an_interrupted_pool_ends_its_processes(tmp_path: Path, undisturbed: str) -> None:
    """Ctrl-C ends the workers and keeps finished runs."""
    with pytest.raises(KeyboardInterrupt):
        small().run(tmp_path, executor="processes", workers=2, progress=interrupted_after(6))
    assert 6 <= len(Store(tmp_path)) < 24
    small().run(tmp_path, executor="processes", workers=2)
    assert digest_of(tmp_path) == undisturbed


@pytest.mark.parametrize("n", [2, 3, 30])
def test_shards_are_disjoint_and_complete(tmp_path: Path, undisturbed: str, n: int) -> None:
    """The merged shards equal the study, and each run is done by exactly one of them."""
    from benchbook.artifacts.store.merge import merge

    folders = [tmp_path / str(k) for k in range(1, n + 1)]
    for k, folder in enumerate(folders, start=1):
        small().run(folder, shard=f"{k}/{n}").close()
    assert sum(len(Store(folder)) for folder in folders) == 24
    merge(folders, tmp_path / "all")
    assert digest_of(tmp_path / "all") == undisturbed
    assert ledger(tmp_path / "all").complete


def test_shards_are_balanced_by_expected_cost() -> None:
    """With many cells no shard exceeds its part by more than one cell."""
    from benchbook.studies.sharding import shard_of

    plan = small(functions="textbook", dims=[2, 5, 10]).plan
    costs = []
    for k in (1, 2, 3):
        most, keys = shard_of(plan, k, 3)
        costs.append(sum(cell.cost for cell in plan.cells(most) if cell.runs[0][0] in keys))
    assert max(costs) <= min(costs) + max(cell.cost for cell in plan.cells())


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_a_wrong_shard_is_refused(tmp_path: Path, text: str) -> None:
    """The message says what was expected."""
    with pytest.raises(UsageError, match="expected k/n"):
        small().run(tmp_path, shard=text)


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    """Options are checked before anything is computed."""
    with pytest.raises(UnknownNameError, match="unknown executor 'process'; did you mean 'processes'"):
        small().run(tmp_path, executor="process")
    with pytest.raises(UsageError, match="workers is 0"):
        small().run(tmp_path, executor="processes", workers=0)
    with pytest.raises(UsageError, match="timeout_per_run is -1"):
        small().run(tmp_path, timeout_per_run=-1)
    with pytest.raises(UsageError, match=r"scheduler is .* for executor='dask'"):
        small().run(tmp_path, scheduler="tcp://localhost:1")


def test_an_edited_optimizer_is_not_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Runs by other code stay in the store but do not count unless asked for, and then with a warning."""
    small().run(tmp_path).close()
    monkeypatch.setattr(sys.modules["benchbook.studies.study"], "loop_digest", lambda: "0" * 64)
    monkeypatch.setattr(sys.modules["benchbook.studies.runs.execute"], "loop_digest", lambda: "0" * 64)
    changed = small()
    with caplog.at_level(logging.WARNING):
        reused = changed.run(tmp_path, reuse_stale=True)
    assert "24 runs were done by other code" in caplog.text
    assert len(reused) == 24
    found = ledger(tmp_path)
    assert found.complete
    assert found.total("stale") == 24
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        runs = changed.run(tmp_path)
    assert len(runs) == 24
    assert len(Store(tmp_path)) == 48
    assert {record.code_digest for record in runs}.isdisjoint(
        record.code_digest for record in Store(tmp_path).records() if record.run_key not in {r.run_key for r in runs}
    )
    assert ledger(tmp_path).beyond == 24
    assert len(bb.open(tmp_path)) == 24


def test_reused_runs_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a run exists by this code and by other code, the one by this code counts."""
    small().run(tmp_path).close()
    monkeypatch.setattr(sys.modules["benchbook.studies.study"], "loop_digest", lambda: "0" * 64)
    monkeypatch.setattr(sys.modules["benchbook.studies.runs.execute"], "loop_digest", lambda: "0" * 64)
    small(dims=[2]).run(tmp_path).close()
    runs = small().run(tmp_path, reuse_stale=True)
    assert len(runs) == 24
    assert len({(r.problem.dim, r.problem.instance, r.seed, r.optimizer.name) for r in runs}) == 24
    assert ledger(tmp_path).complete


def test_another_plan_takes_the_place_of_the_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the difference; runs of the first plan are kept, and common runs are not repeated."""
    small().run(tmp_path).close()
    with caplog.at_level(logging.WARNING):
        runs = small(seeds=3).run(tmp_path)
    assert "held another plan, with other seeds" in caplog.text
    assert len(runs) == 36
    assert len(Store(tmp_path)) == 36


def test_a_run_by_other_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker with another version of the code must not write to the store."""
    done = work.do
    other = [bb.run("random_search", "sphere", dim=2, instance=1, seed=1, budget=10)]
    monkeypatch.setattr("benchbook.studies.run_study.do", lambda task: other)
    with pytest.raises(ExecutionError, match="by other code"):
        small().run(tmp_path)
    assert done is work.do
    assert len(Store(tmp_path)) == 0


def test_an_objective_that_raises_is_recorded_and_counted(tmp_path: Path, hostile: Callable[[str], str]) -> None:
    """Failed runs are in the ledger, the others are done, and nothing is repeated."""
    study = small(optimizers="random_search", functions=hostile("raises"), dims=2)
    runs = study.run(tmp_path)
    failed = [record for record in runs if record.status is Status.FAILED]
    assert {record.problem.instance for record in failed} == {2}
    assert failed[0].error is not None
    assert failed[0].error.type == "ZeroDivisionError"
    found = ledger(tmp_path)
    assert (found.total("done"), found.total("failed"), found.complete) == (4, 2, True)
    again = study.run(tmp_path)
    assert {record.run_id for record in again} == {record.run_id for record in runs}


def test_failed_runs_are_tried_again_on_request(tmp_path: Path, hostile: Callable[[str], str]) -> None:
    """A successful run replaces a failed one."""
    study = small(optimizers="random_search", functions=hostile("slow"), dims=2, instances=[1], budget_per_dim=400)
    runs = study.run(tmp_path, timeout_per_run=0.12)
    assert {record.stop for record in runs} == {Stop.TIMEOUT}
    assert all(0 < record.evaluations < record.budget for record in runs)
    assert ledger(tmp_path).total("timed_out") == 2
    assert {record.stop for record in study.run(tmp_path)} == {Stop.TIMEOUT}
    assert {record.stop for record in study.run(tmp_path, retry_failed=True)} == {Stop.BUDGET}
    assert ledger(tmp_path).total("done") == 2


@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_an_objective_that_hangs_is_ended(tmp_path: Path, hostile: Callable[[str], str], executor: str) -> None:
    """An alarm ends the call; the run keeps its earlier evaluations, and the others continue."""
    study = small(optimizers="random_search", functions=hostile("sleeps"), dims=2, seeds=1)
    runs = study.run(tmp_path, executor=executor, workers=2 if executor == "processes" else None, timeout_per_run=1.0)
    stops = {record.problem.instance: record.stop for record in runs}
    assert stops == {1: Stop.BUDGET, 2: Stop.TIMEOUT, 3: Stop.BUDGET}


@pytest.mark.slow
def test_a_process_that_answers_nothing_is_killed(tmp_path: Path, hostile: Callable[[str], str]) -> None:
    """If signals are blocked as well, the process is killed from outside, and the run gives the reason."""
    study = small(optimizers="random_search", functions=hostile("hangs"), dims=2, seeds=1)
    runs = study.run(tmp_path, executor="processes", workers=2, timeout_per_run=1.0)
    (ended,) = runs.select(instance=2)
    assert ended.stop is Stop.TIMEOUT
    assert ended.error is not None
    assert "was ended after" in ended.error.message
    assert ledger(tmp_path).total("timed_out") == 1


@pytest.mark.slow
@pytest.mark.parametrize("level", ["improvements", "triggers", "all"])
def test_a_killed_run_is_recorded_with_what_it_had(
    tmp_path: Path, hostile: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    """A call that hangs in native code costs its process; evaluations, history and solution are kept."""
    folder = tmp_path / "store"
    study = small(
        optimizers="random_search",
        functions=hostile("hangs_in_native_code"),
        dims=2,
        seeds=1,
        budget_per_dim=2000,
        history=level,
    )
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    runs = study.run(folder, executor="processes", workers=2, timeout_per_run=1.0)
    assert list(tmp_path.glob("benchbook-*")) == []
    (ended,) = runs.select(instance=2)
    asked = np.frombuffer((tmp_path / "evaluated").read_bytes()).reshape(-1, 2)
    had = asked[: ended.evaluations]
    values = (had**2).sum(axis=1)
    assert 0 < ended.evaluations == len(asked) * 2 // 3  # the third batch hangs
    assert ended.stop is Stop.TIMEOUT
    assert ended.best_value == values.min()
    assert ended.best_solution is not None
    assert ended.best_solution.tolist() == had[values.argmin()].tolist()
    assert ended.history.evaluations.tolist() == [k + 1 for k, v in enumerate(values) if v < min([9e9, *values[:k]])]
    assert ended.error is not None
    assert "was ended after" in ended.error.message
    assert ended.timing.total_s > 0.2
    assert ended.memory.peak_rss_bytes is None
    if level != "improvements":
        assert ended.trace is not None
        assert ended.trace.lost_from == 1  # rows of the first second were not written yet
    found = ledger(folder)
    assert (found.total("timed_out"), found.complete) == (1, True)
    assert list(inspect(folder)) == []


def test_a_batch_under_way_counts_when_the_time_is_up(tmp_path: Path) -> None:
    """An objective is interrupted between and inside its calls, and finished evaluations are kept."""
    values = []

    def objective(x: Any) -> float:
        if len(values) == 12:
            signal.setitimer(signal.ITIMER_REAL, 0.001)  # the time is up
            time.sleep(60)
        values.append(float(((x - 1) ** 2).sum()))
        return values[-1]

    problem = from_callable(objective, bounds=(-5, 5), dim=2)
    with alarm(60.0):
        record = execute(planned_run(choose("random_search"), problem, seed=1, budget=100))
    assert record.stop is Stop.TIMEOUT
    assert record.evaluations == 12
    assert record.best_value == min(values)
    assert list(meaning_findings(record)) == []


def test_an_alarm_rings_in_the_loop_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ended in time is done, however long its record takes."""
    commit = provenance.commit

    def late_commit() -> tuple[str | None, bool | None]:
        rung.append(signal.raise_signal(signal.SIGALRM))
        return commit()

    rung: list[None] = []
    monkeypatch.setattr(provenance, "commit", late_commit)
    planned = planned_run(choose("random_search"), bb.problem("sphere", dim=2), seed=1, budget=100)
    with alarm(60.0):
        record = execute(planned)
    assert rung
    assert (record.stop, record.evaluations) == (Stop.BUDGET, 100)


def test_a_worker_that_dies_costs_its_cell_one_retry(tmp_path: Path, hostile: Callable[[str], str]) -> None:
    """If the worker does not die again, the study is the same as without the death."""
    study = small(optimizers="random_search", functions=hostile("dies_once"), dims=2)
    runs = study.run(tmp_path, executor="processes", workers=2)
    assert [record.status for record in runs] == [Status.DONE] * 6


def test_a_run_that_always_kills_its_worker_is_recorded(tmp_path: Path, hostile: Callable[[str], str]) -> None:
    """The run fails with the reason, and the other runs of its cell are done."""
    study = small(optimizers="random_search", functions=hostile("dies"), dims=2)
    runs = study.run(tmp_path, executor="processes", workers=2)
    failed = [record for record in runs if record.status is Status.FAILED]
    assert {record.problem.instance for record in failed} == {2}
    assert all(r.error is not None and r.error.where == "worker" and "SIGKILL" in r.error.message for r in failed)
    assert len(runs) == 6


@pytest.mark.parametrize("level", ["triggers", "population", "all"])
def test_history_levels_write_traces(tmp_path: Path, undisturbed: str, level: str) -> None:
    """The content equals that of a study without traces, and each run refers to its trace by digest."""
    from benchbook.artifacts.store.trace import read_trace

    runs = small(history=level, points=level != "population").run(tmp_path, executor="processes", workers=2)
    assert digest_of(tmp_path) == undisturbed
    for record in runs:
        chunks = list(read_trace(record, tmp_path))
        assert record.trace is not None
        assert record.trace.lost_from is None
        best = min(float(chunk["value" if level == "all" else "best"].min()) for chunk in chunks)
        assert best == record.best_value
        if level == "triggers":
            assert chunks[0]["evaluations"][-1] == record.evaluations
            assert chunks[0]["point"].shape == (record.trace.rows, record.problem.dim)
        if level == "all":
            assert record.trace.rows == record.evaluations
            assert chunks[0]["point"].shape[1] == record.problem.dim


def test_a_trace_keeps_to_its_byte_budget(tmp_path: Path) -> None:
    """The record says what the trace lacks, and the run itself is complete."""
    long = small(dims=2, instances=1, seeds=1, history="all", budget_per_dim=20_000, trace_bytes=100_000)
    runs = long.run(tmp_path).select(optimizer="random_search")
    trace = runs[0].trace
    assert trace is not None
    assert trace.size <= 100_000
    assert trace.lost_from == trace.rows + 1
    assert runs[0].evaluations == 40_000


def test_a_clock_that_goes_backwards_changes_nothing(
    tmp_path: Path, undisturbed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dates are never compared, and durations come from a monotonic clock."""
    from datetime import UTC, datetime, timedelta

    moments = iter(range(10_000))
    monkeypatch.setattr(
        "benchbook.clock.SystemClock.now", lambda self: datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=next(moments))
    )
    with pytest.raises(KeyboardInterrupt):
        small().run(tmp_path, progress=interrupted_after(7))
    small().run(tmp_path).close()
    assert digest_of(tmp_path) == undisturbed


def test_a_store_whose_files_are_dated_in_the_future_is_resumed(tmp_path: Path, undisturbed: str) -> None:
    """This happens if the clock is set back; new files are recognised by more than their date."""
    with pytest.raises(KeyboardInterrupt):
        small().run(tmp_path, progress=interrupted_after(7))
    future = time.time() + 10 * 365 * 86_400
    for path in tmp_path.rglob("*"):
        os.utime(path, (future, future))
    with pytest.raises(KeyboardInterrupt):
        small().run(tmp_path, progress=interrupted_after(14))
    assert ledger(tmp_path).total("missing") == 24 - len(bb.open(tmp_path))
    small().run(tmp_path).close()
    assert digest_of(tmp_path) == undisturbed
    assert ledger(tmp_path).complete


def test_progress_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A function gets the numbers of finished and planned runs, replayed runs included; True shows a bar."""
    seen: list[tuple[int, int]] = []
    small().run(tmp_path, progress=lambda done, planned: seen.append((done, planned))).close()
    assert seen[-1] == (24, 24)
    small().run(tmp_path, progress=True).close()
    assert "24/24" in capsys.readouterr().err
