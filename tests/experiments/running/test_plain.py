from __future__ import annotations

import contextvars
import threading

import pytest
from programs import PATIENCE_S

from benchbook.experiments import (
    BranchStatus,
    MultiBranch,
    Retries,
    current_branch,
    experiment,
    log_artifact,
    log_metrics,
    threads,
)

POOL = [{"id": name} for name in "abc"]
variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


def test_branches_run_in_parallel_threads():
    """Each branch waits until all of them are running."""
    barrier = threading.Barrier(3)

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    def tune(x, config):
        barrier.wait(PATIENCE_S)
        return x, config["id"]

    assert [branch.output for branch in tune(1)] == [(1, name) for name in "abc"]


def test_a_branch_alone_runs_on_the_callers_thread():
    """A single branch runs on the caller's thread unless it has a timeout."""

    def function(config):
        return threading.current_thread() is threading.main_thread()

    assert experiment(configs=POOL, sinks=[])(function)() is True
    assert experiment(configs=POOL, sinks=[], timeout=60)(function)() is False


def test_the_number_of_concurrent_branches_is_limited():
    """Of forty branches at most three run simultaneously."""
    lock, running, most = threading.Lock(), 0, 0

    @experiment(configs=[{"n": n} for n in range(40)], strategy=MultiBranch(), max_concurrency=3, sinks=[])
    def tune(config):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1

    assert len(tune().successful()) == 40
    assert 1 <= most <= 3


def test_a_timeout_leaves_the_thread_behind():
    """The branch fails, the others continue, and what the thread does later changes nothing."""
    release, ended, late = threading.Event(), threading.Event(), []

    @experiment(configs=POOL, strategy=MultiBranch(), max_concurrency=1, timeout=0.05, sinks=[])
    def tune(config):
        if config["id"] == "a":
            branch = current_branch()
            release.wait(PATIENCE_S)
            late.append(branch.finished)
            ended.set()
        return config["id"]

    branches = tune()
    assert [branch.status.value for branch in branches] == ["failed", "success", "success"]
    assert isinstance(branches[0].exception.original, TimeoutError)
    before = branches[0].to_dict()
    release.set()
    assert ended.wait(PATIENCE_S)
    assert late == [True]
    assert branches[0].to_dict() == before


def test_a_late_report_of_an_abandoned_thread_ends_it():
    """Reports of an abandoned thread are not recorded."""
    release, raised = threading.Event(), threading.Event()

    @experiment(configs=POOL, timeout=0.05, sinks=[])
    def tune(config):
        release.wait(PATIENCE_S)
        try:
            log_metrics({"x": 1})
        except Exception:
            raised.set()
            raise

    with pytest.raises(TimeoutError):
        tune()
    release.set()
    assert raised.wait(PATIENCE_S)


def test_a_wait_before_a_repetition_ends_with_the_branch():
    """No thread sleeps for an hour on behalf of a branch that is over."""
    calls = []

    @experiment(
        configs=POOL, timeout=0.05, retries=Retries(count=5, first_delay_s=3600, longest_delay_s=3600), sinks=[]
    )
    def tune(config):
        calls.append(threading.current_thread())
        raise ValueError

    with pytest.raises(TimeoutError):
        tune()
    assert len(calls) == 1
    assert_idle(calls[0])


def assert_idle(thread):
    """Wait until the thread is free for other work."""
    done = threading.Event()
    for _ in range(1000):
        if thread in threads._idle:
            return
        done.wait(0.01)
    raise AssertionError


def test_failed_functions_are_tried_again():
    """Each attempt gets the same arguments."""
    seen = []

    @experiment(configs=POOL, retries=Retries(count=2, first_delay_s=0.001), sinks=[])
    def tune(x, config):
        seen.append(x)
        if len(seen) < 3:
            raise ValueError
        return "done"

    assert tune(5) == "done"
    assert seen == [5, 5, 5]
    simple = experiment(configs=POOL, retries=1, sinks=[], timeout=0.01)(lambda config: 1 / 0)
    with pytest.raises(TimeoutError):
        simple()


@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_delays_grow_and_are_a_function_of_the_seed(attempt):
    """Delays grow within their jitter, and depend only on the seed."""
    retries = Retries(count=3, first_delay_s=1, factor=3, longest_delay_s=5, jitter=0.2, seed=4)
    plain = min(3 ** (attempt - 1), 5)
    delay = retries.delay_s(attempt, ValueError(), "0/a")
    assert 0.8 * plain <= delay <= 1.2 * plain
    assert delay == retries.delay_s(attempt, ValueError(), "0/a")
    assert delay != retries.delay_s(attempt, ValueError(), "1/a")
    assert retries.delay_s(4, ValueError(), "0/a") is None


@pytest.mark.parametrize("settings", [{"jitter": 2}, {"first_delay_s": -1}, {"factor": 0.5}])
def test_wrong_retries_raise(settings):
    """Impossible numbers are refused when the object is made."""
    with pytest.raises(ValueError, match=r"jitter|delays"):
        Retries(**settings)


def test_the_first_success_ends_the_call():
    """The other running threads are abandoned, and waiting branches never start."""
    release, started = threading.Event(), []

    @experiment(configs=POOL, strategy=MultiBranch(first_success=True, max_concurrency=2), sinks=[])
    def tune(config):
        started.append(config["id"])
        if config["id"] == "a":
            release.wait(PATIENCE_S)
        return config["id"]

    branches = tune()
    release.set()
    assert [branch.status.value for branch in branches] == ["skipped", "success", "skipped"]
    assert "c" not in started


def test_context_variables_are_kept_per_branch():
    """The variables are also kept for a single branch on the caller's thread."""

    def function(config):
        before = variable.get()
        variable.set(config["id"])
        return before, variable.get()

    variable.set("caller")
    assert experiment(configs=POOL, sinks=[])(function)() == ("caller", "a")
    branches = experiment(configs=POOL, strategy=MultiBranch(), sinks=[])(function)()
    assert [branch.output for branch in branches] == [("caller", name) for name in "abc"]
    assert variable.get() == "caller"
    assert current_branch() is None


def test_nested_experiments_do_not_starve():
    """Each call has its own threads, however low the limit."""

    @experiment(configs=POOL, strategy=MultiBranch(), max_concurrency=1, sinks=[])
    def nested(depth, config):
        return 1 if depth == 0 else sum(branch.output for branch in nested(depth - 1))

    assert sum(branch.output for branch in nested(3)) == 3**4


def test_an_interrupted_call_skips_its_branches():
    """Ctrl-C while threads run ends the call without waiting for them."""
    release = threading.Event()

    def before(branch):
        if branch.config_id == "c":
            interrupted.set()

    interrupted = threading.Event()

    @experiment(configs=POOL, strategy=MultiBranch(), before=before, sinks=[])
    def tune(config):
        release.wait(PATIENCE_S)

    def interrupt(*_):
        raise KeyboardInterrupt

    import signal

    old = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            tune()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
        release.set()
    assert [branch.reason for branch in tune.last_branches] == ["the call was interrupted"] * 3


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_an_exit_in_a_thread_is_a_failed_branch(error):
    """On the caller's own thread the exit continues."""

    def function(config):
        raise error

    branches = experiment(configs=POOL, strategy=MultiBranch(), sinks=[])(function)()
    assert [branch.exception.type for branch in branches] == [error.__name__] * 3
    tune = experiment(configs=POOL, sinks=[])(function)
    with pytest.raises(error):
        tune()
    assert tune.last_branches[0].status is BranchStatus.FAILED


def test_too_many_threads_wait_for_their_turn(monkeypatch):
    """If the system limits the threads, running branches go first; if it gives none, the branches fail."""
    submit, given = threads.submit, []

    def scarce(task):
        if len(given) % 2:
            given.append(None)
            raise RuntimeError("can't start new thread")
        given.append(None)
        submit(task)

    monkeypatch.setattr(threads, "submit", scarce)
    tune = experiment(configs=POOL, strategy=MultiBranch(), sinks=[])(lambda config: config["id"])
    assert len(tune().successful()) >= 2

    def none(task):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "submit", none)
    assert [branch.exception.type for branch in tune()] == ["RuntimeError"] * 3


def test_idle_threads_end(monkeypatch):
    """Idle threads end after a while, so a burst leaves nothing behind."""
    monkeypatch.setattr(threads, "IDLE_S", 0.01)
    seen, done = [], threading.Event()

    def task():
        seen.append(threading.current_thread())
        done.set()

    with threads._lock:
        kept = list(threads._idle)
        threads._idle.clear()
    threads.submit(task)
    assert done.wait(PATIENCE_S)
    seen[0].join(10)
    assert not seen[0].is_alive()
    with threads._lock:
        threads._idle.extend(kept)


def test_reports_outside_of_a_branch_do_nothing():
    """A function that reports numbers also runs undecorated."""
    log_metrics({"x": 1})
    log_artifact("a.txt", "text")
    assert experiment(configs=POOL)(lambda config: current_branch()).__wrapped__({}) is None
