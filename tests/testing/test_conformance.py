import inspect
import os
import random
from typing import Any, ClassVar

import numpy as np
import pytest
from fresh_processes import points_twice

from benchbook.errors import BenchbookError
from benchbook.optimizers.catalog import NATIVE
from benchbook.testing import OptimizerConformance

PROMISES = [
    name for name, _ in inspect.getmembers(OptimizerConformance, inspect.isfunction) if name.startswith("test_")
]

IN_PROCESSES = "test_the_same_seed_gives_the_same_bytes_in_other_processes"
NAMES = [factory.name for factory in NATIVE]


def suite_of(optimizer: Any, **attributes: Any) -> OptimizerConformance:
    """Return the suite for one optimizer."""
    return type("Suite", (OptimizerConformance,), {"optimizer": optimizer, **attributes})()


@pytest.mark.parametrize("promise", [name for name in PROMISES if name != IN_PROCESSES])
@pytest.mark.parametrize("name", NAMES)
def test_the_catalog_keeps_every_promise(name: str, promise: str) -> None:
    """Each native optimizer passes each test of the suite."""
    getattr(suite_of(name), promise)()


@pytest.fixture(scope="module")
def elsewhere() -> tuple[dict[str, list[object]], dict[str, list[object]]]:
    """The points of all native optimizers in two fresh processes."""
    return points_twice(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_bytes_in_other_processes(name: str, elsewhere) -> None:
    """Two processes with other hash seeds, in which other optimizers ran before, ask for the same points."""
    one, two = elsewhere
    assert one[name] == two[name]
    assert one[name][0] > 0


@pytest.mark.parametrize(
    "settings", [{"population": 2}, {"repair": "reflect"}, {"repair": "wrap", "somersault": 7.5, "population": 9}]
)
@pytest.mark.parametrize("promise", [name for name in PROMISES if "processes" not in name])
def test_other_settings_keep_every_promise(settings: dict[str, Any], promise: str) -> None:
    """Manta ray foraging also passes with unusual settings."""
    getattr(suite_of("manta_ray_foraging", settings=settings), promise)()


class Climber:
    """A plain hill climber that keeps all promises; the broken optimizers below derive from it."""

    anytime = True

    def __init__(self, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator, *, batch: int = 5) -> None:
        self.lower, self.upper, self.rng, self.batch = lower, upper, rng, batch
        self.dim = len(lower)
        self.best = lower + 0.3 * (upper - lower)
        self.best_value = np.inf

    def ask(self) -> np.ndarray:
        """Return the next points."""
        step = 0.2 * (self.upper - self.lower)
        return np.clip(self.best + step * self.rng.standard_normal((self.batch, self.dim)), self.lower, self.upper)

    def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
        """Learn the values."""
        k = int(fx.argmin())
        if fx[k] < self.best_value:
            self.best, self.best_value = x[k].copy(), float(fx[k])


class TestClimber(OptimizerConformance):
    """The suite is used as documented, by a subclass that names a class."""

    optimizer = Climber
    settings: ClassVar = {"batch": 7}


class OnePoint(Climber):
    """Asks for a single point instead of a batch."""

    def ask(self) -> np.ndarray:
        """Return the next points."""
        return super().ask()[0]


class OutOfTheBox(Climber):
    """Does not repair its points."""

    def ask(self) -> np.ndarray:
        """Return the next points."""
        return self.best + 0.2 * (self.upper - self.lower) * self.rng.standard_normal((self.batch, self.dim))


class NeedsTwoVariables(Climber):
    """Compares neighbouring variables."""

    def ask(self) -> np.ndarray:
        """Return the next points."""
        x = super().ask()
        x[:, 1] = np.clip(x[:, 0], self.lower[1], self.upper[1])
        return x


class NeedsLongRuns(Climber):
    """Divides by the number of generations in the budget."""

    anytime = False

    def __init__(
        self, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator, *, max_evaluations: int, batch: int = 5
    ) -> None:
        super().__init__(lower, upper, rng, batch=batch)
        self.decay = 1 // (max_evaluations // batch)


class TellTwice(Climber):
    """Fails in its third batch."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.asked = 0

    def ask(self) -> np.ndarray:
        """Return the next points."""
        self.asked += 1
        if self.asked == 2:
            raise RuntimeError("no more")
        return super().ask()


class OfItsOwnSeed(Climber):
    """Ignores the given generator."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.rng = np.random.default_rng(0)


class OfTheSystem(Climber):
    """Seeds itself from the operating system."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.rng = np.random.default_rng(int.from_bytes(os.urandom(8), "little"))


class OfTheHashSeed(Climber):
    """Depends on the order of a set of strings."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.rng.random(abs(hash("any text")) % 1000)


class TakesNoNan(Climber):
    """Moves by the mean of all values, even if some are NaN."""

    def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
        """Learn the values."""
        weights = 1.0 / (1.0 + fx - fx.min()) if np.isfinite(fx.min()) else np.full(len(fx), np.nan)
        if not np.isfinite(fx).all():
            self.best = np.full(self.dim, np.nan)
        else:
            self.best = weights @ x / weights.sum()


class ByMagnitude(Climber):
    """Steps by the size of the values."""

    def ask(self) -> np.ndarray:
        """Return the next points."""
        size = 0.2 if np.isinf(self.best_value) else 0.2 / (1.0 + abs(self.best_value))
        step = size * (self.upper - self.lower)
        return np.clip(self.best + step * self.rng.standard_normal((self.batch, self.dim)), self.lower, self.upper)


class Unpicklable(Climber):
    """Reseeds its generator when it is unpickled."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, rng=np.random.default_rng(0))


class LegacyNumPy(Climber):
    """Draws from NumPy's global generator."""

    def ask(self) -> np.ndarray:
        """Return the next points."""
        return self.lower + np.random.random((self.batch, self.dim)) * (self.upper - self.lower)  # noqa: NPY002  # the mistake


class GlobalPython(Climber):
    """Draws from Python's global generator, and restores its state."""

    def ask(self) -> np.ndarray:
        """Return the next points."""
        state = random.getstate()
        x = self.lower + random.random() * (super().ask() - self.lower)  # noqa: S311  # the mistake
        random.setstate(state)
        return x


class NotAnytime(Climber):
    """Has state that outlives the run."""

    runs = 0

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        type(self).runs += 1
        self.rng.random(type(self).runs)


class Sorter(Climber):
    """Sorts the values in place."""

    def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
        """Learn the values."""
        super().tell(x, fx)
        fx[::-1].sort()


class SameArray(Climber):
    """Writes each batch into the array of the previous batch."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.x = np.empty((self.batch, self.dim))

    def ask(self) -> np.ndarray:
        """Return the next points."""
        self.x[:] = super().ask()
        return self.x


class NoJson(Climber):
    """Has a default without a JSON form."""

    def __init__(
        self, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator, *, sizes: Any = (1, 2), batch: int = 5
    ) -> None:
        super().__init__(lower, upper, rng, batch=batch)


class Forgetful(Climber):
    """Uses a different batch size the second time it is made."""

    made = 0

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        type(self).made += 1
        self.best = self.lower + 0.3 / type(self).made * (self.upper - self.lower)


BROKEN = {
    "test_ask_returns_a_batch_of_points": [OnePoint],
    "test_points_lie_in_the_box": [OutOfTheBox],
    "test_one_variable_is_enough": [NeedsTwoVariables],
    "test_a_budget_of_one_is_enough": [NeedsLongRuns],
    "test_a_batch_larger_than_the_budget_is_cut": [NeedsLongRuns],
    "test_the_budget_is_never_exceeded": [NeedsLongRuns, TellTwice],
    "test_the_same_seed_gives_the_same_bytes": [OfTheSystem],
    IN_PROCESSES: [OfTheSystem, OfTheHashSeed],
    "test_another_seed_gives_another_trajectory": [OfItsOwnSeed],
    "test_an_objective_that_never_gives_a_number_is_survived": [TakesNoNan],
    "test_an_objective_that_sometimes_gives_no_number_is_survived": [TakesNoNan],
    "test_an_exception_of_the_objective_is_recorded": [TellTwice],
    "test_a_constant_added_to_all_values_changes_nothing": [ByMagnitude],
    "test_a_pickled_copy_goes_on_in_the_same_way": [Unpicklable],
    "test_global_random_state_is_neither_used_nor_changed": [LegacyNumPy, GlobalPython],
    "test_a_longer_budget_continues_a_shorter_run": [NotAnytime],
    "test_what_it_is_given_stays_as_it_is": [Sorter, SameArray],
    "test_the_record_is_a_valid_artifact": [NoJson],
    "test_settings_are_json_and_choose_the_same_optimizer_again": [NoJson, Forgetful],
}


def test_every_promise_has_a_broken_optimizer() -> None:
    """Each test of the suite has an optimizer that fails it."""
    assert sorted(BROKEN) == sorted(PROMISES)


@pytest.mark.parametrize(("promise", "broken"), [(name, item) for name, items in BROKEN.items() for item in items])
def test_a_broken_optimizer_fails(promise: str, broken: type) -> None:
    """The test of a promise fails for an optimizer that breaks it."""
    with pytest.raises((AssertionError, BenchbookError)):
        getattr(suite_of(broken), promise)()


def test_every_promise_has_its_sentence() -> None:
    """The docstring of each test says in one sentence what is promised."""
    for name in PROMISES:
        text = getattr(OptimizerConformance, name).__doc__
        assert text, name
        assert text.strip().endswith("."), name


def test_translation_invariance_can_be_declined() -> None:
    """An optimizer that computes with values can say so, and the test is skipped rather than passed."""
    suite = suite_of(ByMagnitude, translation_invariant=False)
    with pytest.raises(pytest.skip.Exception, match="translation_invariant is False"):
        suite.test_a_constant_added_to_all_values_changes_nothing()


def test_a_class_inside_of_a_function_is_not_sought_elsewhere() -> None:
    """A class that no other process can find skips the test in fresh processes, with the reason."""

    class Local(Climber):
        pass

    with pytest.raises(pytest.skip.Exception, match="another process can find only"):
        suite_of(Local).test_the_same_seed_gives_the_same_bytes_in_other_processes()


def test_a_function_that_makes_an_optimizer_is_tested_too() -> None:
    """A plain function as `optimizer` is not bound as a method."""

    def make(lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator) -> Climber:
        return Climber(lower, upper, rng)

    suite_of(make).test_points_lie_in_the_box()
    suite_of(staticmethod(make)).test_points_lie_in_the_box()


def test_the_suite_does_not_load_pytest(python: Any) -> None:
    """Importing the suite does not need pytest, so the package does not depend on it."""
    assert python("import sys, benchbook.testing; print('pytest' in sys.modules)") == "False"
