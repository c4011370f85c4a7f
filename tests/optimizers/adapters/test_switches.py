"""Blocking libraries with greenlets: the same bytes as with threads, and they always end."""

import contextlib
import gc
import os
import signal
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import dual_annealing, fmin_cobyla, minimize

import benchbook as bb
from benchbook.artifacts.store.trace import read_trace
from benchbook.errors import UsageError
from benchbook.optimizers.adapters import blocking, switches
from benchbook.optimizers.adapters.blocking import BlockingCall, Evaluate
from benchbook.records import Stop
from benchbook.runs import Outcome, run_loop
from benchbook.studies.runs.alarm import alarm

POINT = np.zeros(2)


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the form of each library that starts."""
    found: list[str] = []
    for form in (switches.GreenletSwitch, switches.ThreadSwitch):

        def noted(self: Any, *args: Any, form: type = form, before: Callable[..., None] = form.__init__) -> None:
            found.append(form.__name__)
            before(self, *args)

        monkeypatch.setattr(form, "__init__", noted)
    return found


@pytest.fixture
def by_thread(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that makes all later libraries use threads."""
    return lambda: monkeypatch.setattr(blocking, "greenlet_switch", lambda run: None)


def staying(work: Callable[[Evaluate], None]) -> BlockingCall:
    """Return a call that uses a greenlet."""
    library = BlockingCall(work)
    library.stay_in_thread()
    return library


def climb(evaluate: Evaluate) -> None:
    """Ask for one point at a time, for ever."""
    while True:
        evaluate.one(POINT)


def cobyla(f: Any, x0: np.ndarray) -> None:
    """Search with COBYLA, without constraints."""
    fmin_cobyla(f, x0, cons=[], rhobeg=0.5, maxfun=10_000)


def drawing(f: Any, x0: np.ndarray) -> None:
    """Draw from the global state, between evaluations."""
    while True:
        f(x0 + np.random.standard_normal(len(x0)))  # noqa: NPY002  # what such libraries do


@pytest.mark.parametrize(
    "made",
    [
        "scipy:nelder_mead",
        "scipy:powell",
        "scipy:cobyqa",
        "scipy:l_bfgs_b",
        "scipy:direct",
        "scipy:differential_evolution",
        "scipy:basin_hopping",
        "mealpy:OriginalPSO",
        "minionpy:ARRDE",
        "nlopt:BOBYQA",
        "nlopt:COBYLA",
        "nlopt:DIRECT_L",
        "nlopt:NELDERMEAD",
        "nlopt:SBPLX",
        bb.from_minimize(minimize, name="minimize", options={"method": "Nelder-Mead"}, global_random=False),
        bb.from_minimize(dual_annealing),
        bb.from_minimize(cobyla),
        bb.from_minimize(drawing),
    ],
)
def test_both_forms_give_the_same_bytes(
    made: Any, forms: list[str], by_thread: Callable[[], None], tmp_path: Path
) -> None:
    """The form does not change what the run produces."""

    def run(place: str) -> tuple[bb.RunRecord, list[np.ndarray]]:
        folder = tmp_path / place
        record = bb.run(
            made, "rastrigin", dim=3, instance=1, seed=5, budget=150, history="all", points=True, trace_to=folder
        )
        rows = [column for part in read_trace(record, folder) for column in part.values()]
        return record, rows

    one, first = run("one")
    by_thread()
    two, second = run("two")
    assert forms == ["GreenletSwitch", "ThreadSwitch"]
    assert one.evaluations == two.evaluations == 150
    assert one.content_digest == two.content_digest
    np.testing.assert_equal(first, second)


def test_without_the_promise_any_thread_may_ask(forms: list[str]) -> None:
    """Without a run, ask and tell are not bound to one thread."""
    library = BlockingCall(climb)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(library.ask).result() is not None
    library.tell(POINT[:1])
    assert library.ask() is not None
    library.close()
    assert forms == ["ThreadSwitch"]


def test_a_second_library_of_a_thread_takes_a_thread(forms: list[str]) -> None:
    """Compiled libraries that share a thread could overwrite each other's callback."""
    one, two = staying(climb), staying(climb)
    for _ in range(3):
        for library in (one, two):
            assert library.ask() is not None
            library.tell(POINT[:1])
    one.close()
    three = staying(climb)
    assert three.ask() is not None
    for library in (two, three):
        library.close()
    assert forms == ["GreenletSwitch", "ThreadSwitch", "GreenletSwitch"]


def test_a_library_may_hold_a_run_of_another(forms: list[str]) -> None:
    """A run inside a library, or inside the objective, works as it does outside."""
    inner = [bb.run("scipy:nelder_mead", "sphere", dim=2, instance=1, seed=1, budget=30).content_digest]

    def outer(f: Any, x0: np.ndarray) -> None:
        inner.append(bb.run("scipy:nelder_mead", "sphere", dim=2, instance=1, seed=1, budget=30).content_digest)
        f(x0)

    def objective(x: np.ndarray) -> float:
        inner.append(bb.run("scipy:nelder_mead", "sphere", dim=2, instance=1, seed=1, budget=30).content_digest)
        return float(x.sum())

    made = bb.from_minimize(outer)
    assert bb.run(made, objective, bounds=(-1, 1), dim=2, seed=1, budget=2).evaluations == 2
    assert len(inner) == 5
    assert len(set(inner)) == 1
    assert forms.count("GreenletSwitch") == 2  # the first one, and the outer one


def pooled(f: Any, x0: np.ndarray) -> None:
    """Evaluate in several threads."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(f, [x0, x0 / 2, x0 / 3]))


def test_a_library_with_its_own_threads_gets_a_helpful_error() -> None:
    """With greenlets such a library would wait for ever; the error names the option that works."""
    record = bb.run(bb.from_minimize(pooled), "sphere", dim=2, instance=1, seed=1, budget=6)
    assert record.error is not None
    assert record.error.type == "UsageError"
    assert "threads=True" in record.error.message
    made = bb.from_minimize(pooled, threads=True)
    assert bb.run(made, "sphere", dim=2, instance=1, seed=1, budget=6).evaluations == 6


def test_threads_that_swallow_the_error_do_not_hide_it() -> None:
    """A library that takes any error of its objective for a bad point must not continue without values."""

    def work(evaluate: Evaluate) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(evaluate.one, POINT).exception()
        evaluate.one(POINT)

    with pytest.raises(UsageError, match="threads=True"):
        staying(work).ask()


def test_asking_in_another_thread_than_promised_is_an_error() -> None:
    """A greenlet cannot leave its thread."""
    library = staying(climb)
    library.ask()
    with ThreadPoolExecutor(1) as pool, pytest.raises(UsageError, match="threads=True"):
        pool.submit(library.ask).result()


def ending(end: Callable[[BlockingCall], None]) -> list[str]:
    """Return how a library that is in the middle of its search ends in this thread."""
    unwound: list[str] = []

    def work(evaluate: Evaluate) -> None:
        try:
            climb(evaluate)
        finally:
            unwound.append(threading.current_thread().name)

    library = staying(work)
    library.ask()
    library.tell(POINT[:1])
    library.ask()
    end(library)
    return unwound


def test_closing_unwinds_the_library_immediately() -> None:
    """The resources of a library are released before `close` returns."""
    assert ending(lambda library: library.close()) == [threading.current_thread().name]


def test_a_library_that_is_closed_by_another_thread_unwinds_in_its_own() -> None:
    """The library unwinds at the next switch of its thread, such as the start of the next library."""

    def end(library: BlockingCall) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(library.close).result()
        assert library.ask() is None
        again = staying(climb)
        again.ask()
        again.close()

    assert ending(end) == [threading.current_thread().name]


def test_a_forgotten_library_is_collected() -> None:
    """Neither the object nor what its library refers to is left behind."""

    class Held:
        """An object that a library refers to."""

    left: list[weakref.ref[Held]] = []

    def work(evaluate: Evaluate) -> None:
        held = Held()
        left.append(weakref.ref(held))
        climb(evaluate)

    library = staying(work)
    library.ask()
    assert left[0]() is not None
    del library
    gc.collect()
    assert left[0]() is None


def test_a_library_that_swallows_its_end_for_ever_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting has a limit, and the thread continues without the library."""
    monkeypatch.setattr(switches, "PATIENCE_S", 0.05)

    def work(evaluate: Evaluate) -> None:
        while True:
            with contextlib.suppress(BaseException):  # the library under test does this on purpose
                evaluate.one(POINT)

    def lives() -> float:
        library = staying(work)
        library.ask()
        start = time.monotonic()
        library.close()
        another = BlockingCall(climb)
        assert another.ask() is not None
        another.close()
        return time.monotonic() - start

    with ThreadPoolExecutor(1) as pool:  # a separate thread, because a library stays suspended there
        assert 0.05 <= pool.submit(lives).result() < 5.0  # the ordinary patience


def timed(search: Callable[..., None]) -> Outcome:
    """Run a search that takes longer than its time limit."""
    problem = bb.problem("sphere", dim=2, instance=1)
    made, rng = bb.from_minimize(search), np.random.default_rng(1)
    with alarm(0.01):
        return run_loop(
            lambda: made(problem.lower, problem.upper, rng, max_evaluations=9), problem, budget=9, timeout_s=0.01
        )


def test_time_that_is_up_inside_a_library_ends_the_run() -> None:
    """The alarm stops the loop behind the library's own frames."""

    def stuck(f: Any, x0: np.ndarray) -> None:
        f(x0)
        time.sleep(30)

    outcome = timed(stuck)
    assert (outcome.stop, outcome.evaluations) == (Stop.TIMEOUT, 1)


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_library_cannot_hide_that_time_is_up(*, wrapped: bool) -> None:
    """A library that wraps or swallows every exception still ends in time."""

    def stuck(f: Any, x0: np.ndarray) -> None:
        f(x0)
        try:
            time.sleep(30)
        except BaseException as error:
            if wrapped:
                raise ValueError("the library's own") from error
        f(x0)

    outcome = timed(stuck)
    assert outcome.stop == Stop.TIMEOUT


@pytest.mark.parametrize("swallows", [True, False])
def test_ctrl_c_inside_a_library_reaches_the_user(*, swallows: bool) -> None:
    """The interrupt arrives even through a bare except of the library."""

    def search(f: Any, x0: np.ndarray) -> None:
        f(x0)
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(30)
        except BaseException:
            if not swallows:
                raise
        f(x0)

    with pytest.raises(KeyboardInterrupt):
        bb.run(bb.from_minimize(search), "sphere", dim=2, instance=1, seed=1, budget=9)


def test_float_errors_stay_quiet_inside_and_as_they_were_outside() -> None:
    """NumPy keeps the error settings separately for each greenlet."""
    seen: list[str] = []

    def work(evaluate: Evaluate) -> None:
        for _ in range(2):
            seen.append(np.geterr()["over"])
            evaluate.one(POINT)

    with np.errstate(over="raise"):
        library = staying(work)
        for _ in range(2):
            library.ask()
            assert np.geterr()["over"] == "raise"
            library.tell(POINT[:1])
        library.close()
    assert seen == ["ignore", "ignore"]
