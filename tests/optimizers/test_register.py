from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import UsageError
from benchbook.optimizers import entries, names, optimizer, register, unregister
from benchbook.optimizers import register as decorator
from benchbook.optimizers.native.random_search import RandomSearch


class Middle:
    """Ask for the middle of the box."""

    anytime = True

    def __init__(self, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator, *, shift: float = 0.0) -> None:
        self.x = ((lower + upper) / 2 + shift)[None]

    def ask(self) -> np.ndarray:
        """Return the middle."""
        return self.x

    def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
        """Learn nothing."""


@pytest.fixture
def own() -> Iterator[type]:
    """Return a class of the user, which is removed from the catalog afterwards."""
    made = type("Middle", (Middle,), {"__doc__": Middle.__doc__})
    yield made
    for name in ("middle", "Middle"):
        unregister(name)


def test_a_registered_optimizer_runs_by_its_name(own: Any) -> None:
    """The decorator adds a class to the catalog and returns it."""
    assert register("middle")(own) is own
    assert "middle" in names()
    record = bb.run("middle", "sphere", dim=2, instance=0, budget=3, settings={"shift": 1.0})
    assert (record.optimizer.name, record.evaluations) == ("middle", 3)
    assert bb.verify(record).identical
    entry = next(entry for entry in entries() if entry.name == "middle")
    assert (entry.family, entry.anytime, entry.summary) == ("own", True, "Ask for the middle of the box.")


def test_without_a_name_the_class_gives_it(own: Any) -> None:
    """`@register` alone uses the attribute `name`, or the name of the class."""
    decorator(own)
    assert optimizer("Middle").name == "Middle"


@pytest.mark.parametrize("taken", ["random_search", "middle"])
def test_a_name_is_given_once(own: Any, taken: str) -> None:
    """No name in the catalog is replaced silently."""
    register("middle")(own)
    with pytest.raises(UsageError, match="in the catalog already"):
        register(taken)(type("Other", (Middle,), {}))


@pytest.mark.parametrize("name", ["", "scipy:mine"])
def test_a_name_is_a_text_without_a_colon(own: Any, name: str) -> None:
    """A colon marks the optimizers of libraries."""
    with pytest.raises(UsageError, match="expected a text without a colon"):
        register(name)(own)


def test_an_instance_is_refused() -> None:
    """Something that cannot be called is refused."""
    with pytest.raises(UsageError, match="expected a class with ask and tell"):
        register(42)  # type: ignore[call-overload]  # the mistake under test


def announced(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    """Make installed packages announce optimizers."""
    from benchbook.optimizers import register as home  # the function hides the module of the same name

    module = __import__("sys").modules[home.__module__]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: list(points))
    module._entry_points.cache_clear()


@pytest.fixture
def _forgotten() -> Iterator[None]:
    yield
    import sys

    sys.modules["benchbook.optimizers.register"]._entry_points.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("_forgotten")
def test_a_package_announces_its_optimizers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point is listed without being loaded, and loaded when it is chosen."""
    announced(
        monkeypatch,
        EntryPoint("their_search", "benchbook.optimizers.native.random_search:RandomSearch", "benchbook.optimizers"),
        EntryPoint("gone", "no_such_module:Thing", "benchbook.optimizers"),
    )
    assert {"their_search", "gone"} <= set(names())
    entry = next(entry for entry in entries() if entry.name == "gone")
    assert (entry.family, entry.anytime) == ("own", None)
    with pytest.raises(UsageError, match="'gone' cannot be loaded from no_such_module:Thing"):
        optimizer("gone")


@pytest.mark.usefixtures("_forgotten")
def test_two_packages_may_not_announce_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of the two would run would depend on chance."""
    announced(
        monkeypatch,
        EntryPoint("twice", "a:A", "benchbook.optimizers"),
        EntryPoint("twice", "b:B", "benchbook.optimizers"),
    )
    with pytest.raises(UsageError, match="'twice' is registered twice: by a:A and by b:B"):
        names()


def test_native_classes_keep_their_names() -> None:
    """A native class cannot be registered under another name, since records use its own."""
    with pytest.raises(UsageError, match="is named 'random_search'"):
        register("mine")(RandomSearch)
    assert RandomSearch.name == "random_search"
