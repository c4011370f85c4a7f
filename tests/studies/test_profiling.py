import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.artifacts.io import load_document
from benchbook.clock import SYSTEM_CLOCK
from benchbook.errors import StorageError, UnknownNameError, UsageError
from benchbook.optimizers import optimizer
from benchbook.problems import describe, problem, register
from benchbook.profiling import profile, stage
from benchbook.profiling.profile_document import from_document, to_document
from benchbook.records.profile import Profiled
from benchbook.studies.profile_files import write_profile
from benchbook.studies.profiling import profile_call, profile_params, profile_run, profile_work

STAGES = ["set-up", "loop", "ask", "evaluate", "observe", "tell", "encode", "write"]
PARAMS = {
    "preset": "tiny",
    "functions": ["sphere"],
    "dims": [2, 3],
    "instances": [1],
    "seeds": 3,
    "bbob_functions": [8],
    "bbob_instances": [1],
    "budget_per_dim": 60,
    "target": None,
}


def by_name(found: Profiled) -> dict[str, int]:
    """Return calls by stage name, summed over their places."""
    calls: dict[str, int] = {}
    for item in found.stages:
        calls[item.name] = calls.get(item.name, 0) + item.calls
    return calls


def test_a_run_names_its_stages_from_plan_to_disk() -> None:
    """Each stage is entered as often as the loop does; own times and the rest add up to the total."""
    found = profile_run("cma_es", "rastrigin", dim=5, instance=1, seed=3, budget=400, repeats=0)
    record = bb.run("cma_es", "rastrigin", dim=5, instance=1, seed=3, budget=400)
    calls = by_name(found)
    assert set(calls) == set(STAGES)
    rounds = -(-record.evaluations // 8)  # lambda of CMA-ES in 5 dimensions is 8
    assert (calls["ask"], calls["evaluate"], calls["tell"]) == (rounds, rounds, rounds - 1)
    assert sum(item.own_s for item in found.stages) + found.other_s == pytest.approx(found.total_s)
    assert found.status == "completed"
    assert "done once" in found.missing["overhead"]


def test_what_a_process_finds_out_once_is_set_up(python: Callable[..., str]) -> None:
    """The commit, the machine and the code are looked up before the run, so they do not count as encoding."""
    code = (
        "from benchbook.studies.runs import provenance\n"
        "from benchbook.studies.profiling import profile_run\n"
        "from benchbook.profiling import stages\n"
        "seen = []\n"
        "git = provenance._git\n"
        "provenance._git = lambda *given: (seen.append(stages.active()._entered[-1][0].name), git(*given))[1]\n"
        "profile_run('random_search', 'sphere', dim=2, budget=10, repeats=0)\n"
        "print(set(seen))"
    )
    assert python(code) == "{'set-up'}"


class ThreadClock:
    """Counts the seconds for which this thread had a processor, to which other programs add nothing."""

    def now(self) -> datetime:
        """Return the present moment."""
        return SYSTEM_CLOCK.now()

    def monotonic_s(self) -> float:
        """Return the thread's CPU time."""
        return time.thread_time()


def test_hardly_anything_is_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stages make up the total within 2 % of CPU time; the best of three, as a collection may fall between."""
    monkeypatch.setattr("benchbook.studies.profiling.profile", partial(profile, clock=ThreadClock()))
    shares = []
    for _ in range(3):
        found = profile_run("cma_es", "rastrigin", dim=5, instance=1, budget=2000, repeats=0)
        shares.append(found.other_s / found.total_s)
        if shares[-1] <= 0.02:
            return
    pytest.fail(f"shares outside of all stages: {shares}")


def test_a_profile_changes_no_result() -> None:
    """Runs under a profile, alone and in lockstep, equal those without it, bit by bit."""
    with profile("run"):
        seen = bb.run("cma_es", "rastrigin", dim=3, instance=1, seed=1, budget=300)
    assert seen.content_digest == bb.run("cma_es", "rastrigin", dim=3, instance=1, seed=1, budget=300).content_digest
    study = bb.study(optimizers=["particle_swarm"], functions=["sphere"], dims=[2], seeds=3, budget=100)
    with profile("cells", functions=False) as observed:
        runs = study.run()
    assert sorted(run.content_digest for run in runs) == sorted(run.content_digest for run in study.run())
    assert {"ask", "evaluate", "observe", "tell", "encode", "write"} <= set(by_name(observed.result))


def test_what_runs_raise_stays_in_their_records() -> None:
    """Errors of runs are recorded with the runs, as without a profile."""

    def broken(x: object) -> float:
        raise ZeroDivisionError("no value")

    with profile("run", functions=False) as observed:
        record = bb.run("random_search", broken, bounds=(-1, 1), dim=2, budget=10)
    assert record.error is not None
    assert record.error.message == "no value"
    assert by_name(observed.result)["evaluate"] == 1


def test_repeated_work_has_overhead_and_calls() -> None:
    """The work is done once, then alternately in three ways, and once more to count calls."""
    done: list[int] = []

    def inner(k: int) -> int:
        return sum(range(20_000 + k))

    def work() -> None:
        done.append(1)
        with stage("evaluate"):
            for k in range(20):
                inner(k)

    found = profile_work("work", work, repeats=2)
    assert len(done) == 1 + 3 * 2 + 1
    assert found.overhead is not None
    assert [len(runs) for runs in (found.overhead.plain_s, found.overhead.staged_s, found.overhead.sampled_s)] == [
        2
    ] * 3
    assert {time.calls for time in found.function_times if found.functions[time.function].name == "inner"} <= {20}
    assert found.missing == {}
    assert [(item.name, item.calls) for item in found.stages] == [("evaluate", 1)]


@pytest.mark.parametrize(
    ("error", "status"),
    [(ValueError("broken"), "failed"), (SystemExit(3), "failed"), (KeyboardInterrupt(), "interrupted")],
)
def test_work_that_raises_is_done_once_and_kept(error: BaseException, status: str) -> None:
    """Measurements made before the error are in the profile, together with the error."""
    done: list[int] = []

    def work() -> None:
        done.append(1)
        with stage("load"):
            raise error

    found = profile_call("work", work, repeats=3)
    assert (found.status, done, found.stages[0].name) == (status, [1], "load")
    assert found.error is not None
    assert found.error.startswith(type(error).__name__)


@pytest.mark.parametrize(
    ("error", "status", "missing"),
    [
        (ValueError("no more"), "completed", {"repetitions": "when it was done again, it raised ValueError: no more"}),
        (KeyboardInterrupt(), "interrupted", {}),
    ],
)
def test_what_goes_wrong_later_leaves_the_first_profile(error: BaseException, status: str, missing) -> None:
    """Work that cannot be repeated, or Ctrl-C in a repetition, loses only the overhead."""
    done: list[int] = []

    def work() -> None:
        done.append(1)
        if len(done) > 1:
            raise error

    found = profile_call("work", work, repeats=1)
    assert (found.status, found.missing, found.overhead) == (status, missing, None)


def test_a_failed_run_fails_the_profile() -> None:
    """If the loop records an error, the profile has it."""

    class Broken(type(problem("sphere", dim=2))):  # type: ignore[misc]
        def __call__(self, x: object) -> None:
            raise ZeroDivisionError("no value")

    def make(dim: int, instance: int) -> object:
        made = problem("sphere", dim=dim, instance=instance)
        made.__class__ = Broken
        return made

    register(replace(describe("sphere"), name="broken"), make)  # type: ignore[arg-type]
    found = profile_run("random_search", "broken", dim=2, budget=10)
    assert (found.status, found.error) == ("failed", "ZeroDivisionError: no value")


def test_async_functions_are_run_to_their_end() -> None:
    """An awaitable that the function returns is awaited."""
    seen: list[str] = []

    async def work() -> None:
        seen.append("done")

    assert profile_call("work", work, repeats=0).status == "completed"
    assert seen == ["done"]


def test_all_runs_of_a_parameter_set_are_one_profile() -> None:
    """The runs use lockstep and store as in a study, and the stages of all cells are added."""
    found = profile_params(optimizer("particle_swarm"), PARAMS, repeats=0)
    calls = by_name(found)
    assert found.name == "particle_swarm, parameters tiny, 8 runs"
    assert set(STAGES) <= set(calls)
    assert [item.calls for item in found.stages if item.path == ("loop",)] == [4]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"optimizer": "cma_e", "dim": 2}, UnknownNameError, "unknown optimizer 'cma_e'; did you mean 'cma_es'"),
        ({"dim": 2, "budget": 0}, UsageError, "budget is 0, expected a whole number >= 1"),
        ({"dim": 2, "repeats": -1}, UsageError, "repeats is -1, expected at least 0"),
        ({}, UsageError, "dim is missing"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_runs(arguments, error, message: str) -> None:
    """The messages are those of `benchbook.run`."""
    with pytest.raises(error, match=message):
        profile_run(arguments.pop("optimizer", "random_search"), "sphere", **arguments)


def test_a_profile_is_written_as_artifact_trace_and_picture(tmp_path: Path) -> None:
    """The artifact is valid and complete, with version and machine."""
    found = profile_run("random_search", "sphere", dim=2, budget=200, repeats=1)
    artifact, trace, picture = write_profile(found, tmp_path / "new" / "folder")
    document = load_document(artifact)
    assert document["version"] == bb.__version__
    here = {"version": None, "host": None, "environment": None}
    assert to_document(replace(from_document(document), **here)) == to_document(found)  # type: ignore[arg-type]
    assert json.loads(trace.read_bytes())["traceEvents"]
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "file").write_text("")
    with profile("work", functions=False) as observed:
        pass
    with pytest.raises(StorageError, match="cannot write"):
        write_profile(observed.result, tmp_path / "file" / "below")
