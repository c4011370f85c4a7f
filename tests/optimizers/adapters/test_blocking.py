"""Blocking libraries behind ask and tell: threads end, exceptions arrive, and nothing waits for ever."""

import gc
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from benchbook.optimizers import optimizer
from benchbook.optimizers.adapters.blocking import BlockingCall, Evaluate
from benchbook.optimizers.adapters.switches import PATIENCE_S, ThreadSwitch
from benchbook.protocols import Optimizer


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """Check that each test leaves as many threads as it found."""
    gc.collect()
    before = set(threading.enumerate())
    yield
    gc.collect()
    assert [thread.name for thread in set(threading.enumerate()) - before] == []


def climb(evaluate: Evaluate) -> None:
    """Ask for one point at a time, for ever."""
    k = 0.0
    while True:
        evaluate.one(np.array([k, -k]))
        k += 1.0


def test_points_come_in_order_with_their_values() -> None:
    """The library's calls are handed out one by one, and get the values of tell."""
    got: list[float] = []

    def work(evaluate: Evaluate) -> None:
        got.extend(evaluate.one(np.array([float(k)])) for k in range(3))

    library = BlockingCall(work)
    for k in range(3):
        points = library.ask()
        assert points is not None
        assert points.tolist() == [[float(k)]]
        library.tell(np.array([k * 10.0]))
    assert library.ask() is None
    assert library.ask() is None
    assert got == [0.0, 10.0, 20.0]


def test_a_batch_keeps_its_shape() -> None:
    """A vectorised library hands out all its points at once."""
    library = BlockingCall(lambda evaluate: evaluate.batch(np.ones((4, 2))))  # type: ignore[arg-type,return-value]
    points = library.ask()
    assert points is not None
    assert points.shape == (4, 2)
    library.close()


def test_an_exception_of_the_library_arrives_where_it_asks() -> None:
    """An exception of the library ends the run with its own type."""

    def work(evaluate: Evaluate) -> None:
        evaluate.one(np.zeros(1))
        raise ZeroDivisionError("inside the library")

    library = BlockingCall(work)
    library.ask()
    library.tell(np.zeros(1))
    with pytest.raises(ZeroDivisionError, match="inside the library"):
        library.ask()
    assert library.ask() is None


def test_no_thread_starts_before_the_first_ask() -> None:
    """An optimizer that is made and never used starts no thread."""
    before = threading.active_count()
    library = BlockingCall(climb)
    assert threading.active_count() == before
    library.close()


def test_closing_ends_the_thread() -> None:
    """The thread waits inside the objective, and unwinds when the call is closed."""
    before = threading.active_count()
    library = BlockingCall(climb)
    library.ask()
    assert threading.active_count() == before + 1
    library.close()
    assert threading.active_count() == before
    library.close()


def test_a_forgotten_library_ends_its_thread() -> None:
    """The garbage collector closes a call that nobody closed."""
    before = threading.active_count()
    library = BlockingCall(climb)
    library.ask()
    library.tell(np.zeros(1))
    library.ask()
    del library
    gc.collect()
    assert threading.active_count() == before


def test_a_library_that_swallows_everything_ends_too() -> None:
    """After the end each further call raises, so a library that catches everything still ends."""
    swallowed = 0

    def work(evaluate: Evaluate) -> None:
        nonlocal swallowed
        for _ in range(100):
            try:
                evaluate.one(np.zeros(1))
            except BaseException:  # noqa: BLE001  # the library under test does what it should not
                swallowed += 1

    library = BlockingCall(work)
    library.ask()
    start = time.monotonic()
    library.close()
    assert swallowed == 100
    assert time.monotonic() - start < PATIENCE_S


def test_ctrl_c_while_the_library_works_ends_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt reaches the user, and no thread is left behind."""
    library = BlockingCall(climb)
    library.ask()
    library.tell(np.zeros(1))

    def interrupted(self: ThreadSwitch, values: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadSwitch, "resume", interrupted)
    with pytest.raises(KeyboardInterrupt):
        library.ask()


def test_values_passed_to_tell_are_copied() -> None:
    """The caller may reuse its array."""
    seen: list[float] = []
    library = BlockingCall(lambda evaluate: seen.append(evaluate.one(np.zeros(1))))
    library.ask()
    values = np.array([7.0])
    library.tell(values)
    values[0] = -1.0
    assert library.ask() is None
    assert seen == [7.0]


@pytest.mark.untraced  # nothing but libraries at work; the other tests cover the adapter
@pytest.mark.parametrize(
    "name",
    [
        "mealpy:OriginalPSO",
        "nevergrad:NelderMead",
        "scipy:basin_hopping",
        "scipy:cobyqa",
        "scipy:differential_evolution",
        "scipy:direct",
        "scipy:dual_annealing",
        "scipy:l_bfgs_b",
        "scipy:nelder_mead",
        "scipy:powell",
    ],
)
@pytest.mark.parametrize("rounds", [1, 3, 40])
def test_real_libraries_end_wherever_they_are_left(name: str, rounds: int) -> None:
    """Each library unwinds from its first point, from its set-up and from the middle of its search."""
    made: Optimizer = optimizer(name).make(-np.ones(3), np.ones(3), np.random.default_rng(1), max_evaluations=500)
    for _ in range(rounds):
        x = made.ask()
        made.tell(x, np.square(x - 0.3).sum(axis=1))
    del made


def test_threads_of_the_library_get_the_values_of_their_own_points() -> None:
    """A library that evaluates a population with a thread pool gets the right values."""
    got: list[float] = []

    def work(evaluate: Evaluate) -> None:
        with ThreadPoolExecutor(4) as pool:
            got.extend(pool.map(lambda k: evaluate.one(np.array([float(k)])), range(400)))

    library = BlockingCall(work)
    while (points := library.ask()) is not None:
        library.tell(points[:, 0] + 0.5)
    assert got == [k + 0.5 for k in range(400)]


def test_threads_of_a_library_that_is_closed_all_end() -> None:
    """Each thread raises at its own call, also those that wait for their turn."""

    def work(evaluate: Evaluate) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda k: evaluate.one(np.array([float(k)])), range(400)))

    library = BlockingCall(work)
    for _ in range(5):
        points = library.ask()
        assert points is not None
        library.tell(points[:, 0])
    library.close()
