"""The four plugs: what a problem, an optimizer, an observer and an executor must be able to do.

The floors `problems`, `optimizers`, `runs` and `tracking` know one another only through this module.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np

from benchbook.typing import FloatArray
from benchbook.variables import Variable

T = TypeVar("T")


@runtime_checkable
class Problem(Protocol):
    """A function to minimise, with dimension, instance, bounds and, if known, its optimum value."""

    @property
    def name(self) -> str:
        """Name of the function."""

    @property
    def dim(self) -> int:
        """Number of variables."""

    @property
    def instance(self) -> int:
        """Instance number; 0 is the textbook function, or the only instance."""

    @property
    def lower(self) -> FloatArray:
        """Lower bounds, shape `(dim,)`."""

    @property
    def upper(self) -> FloatArray:
        """Upper bounds, shape `(dim,)`."""

    @property
    def f_opt(self) -> float | None:
        """Value at the optimum; None if unknown."""

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`."""


@runtime_checkable
class Constrained(Protocol):
    """A problem with constraints `g(x) <= 0`, which a point must keep to be feasible.

    Its runs are judged as COCO judges them: a feasible point by its value, an infeasible one by `max(f, f_opt)` and the
    sum of its violations. Each point costs two evaluations: one of the objective, one of all constraints together.
    """

    @property
    def constraints(self) -> int:
        """Number of constraints, >= 1."""

    def constraint(self, x: FloatArray, /) -> FloatArray:
        """Evaluate the constraints at points of shape `(n, dim)`; return values of shape `(n, constraints)`."""


@runtime_checkable
class TwoObjectives(Protocol):
    """A problem with two objectives: called with points `(n, dim)`, it returns values of shape `(n, 2)`.

    Its runs are judged by the hypervolume that all points so far dominate, as a share of the box from ideal to nadir
    point. `f_opt` is minus the largest one known.
    """

    @property
    def objectives(self) -> int:
        """2."""

    @property
    def ideal(self) -> FloatArray:
        """Best value of each objective, shape `(2,)`."""

    @property
    def nadir(self) -> FloatArray:
        """The point that the hypervolume is measured to, shape `(2,)`."""


@runtime_checkable
class TypedVariables(Protocol):
    """A problem whose variables have names, and may be integers or choices from a list.

    Points stay arrays of numbers; see `benchbook.variables`. The problem rounds what must be whole before it evaluates.
    Without `variables`, all are real, or integers where an attribute `integer` of shape `(dim,)` says so.
    """

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables, one for each number of a point."""


def objectives_of(problem: object) -> int:
    """Return the number of a problem's objectives: 1 where it says nothing of them."""
    return int(getattr(problem, "objectives", 1))


def constraints_of(problem: object) -> int:
    """Return the number of a problem's constraints: 0 where it says nothing of them."""
    return int(getattr(problem, "constraints", 0))


def evaluations_of_point(problem: object) -> int:
    """Return how many evaluations a point costs: one of the objective, and one of the constraints if there are any."""
    return 2 if constraints_of(problem) else 1


@runtime_checkable
class Noisy(Protocol):
    """A problem whose values reach the optimizer with noise.

    Called as any problem, it gives noise-free values: those are recorded, and they decide on targets and on what is
    best, as in COCO.
    """

    def noise_of_run(self, rng: np.random.Generator, /) -> Callable[[FloatArray, FloatArray], FloatArray]:
        """Return the noise of one run, with a generator of its own.

        It is called with points `(n, dim)` and their noise-free values `(n,)`, batch by batch in the order of the
        evaluations, and returns what the optimizer sees instead, shape `(n,)`; how the evaluations are grouped into
        batches changes nothing.
        """


@runtime_checkable
class Optimizer(Protocol):
    """Proposes points and learns from their values; never calls the objective and never counts evaluations.

    An optimizer that holds a resource, such as a thread, may have a method `close()`, which is called at the end of the
    run. One that is faster where nothing of it is called in another thread may have a method `stay_in_thread()`: a run
    calls it before the first `ask`, as a promise.
    """

    def ask(self) -> FloatArray:
        """Return the next points to evaluate, shape `(batch, dim)`; an empty batch means that there are no more."""

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Receive the values `fx`, shape `(batch,)`, of the points `x`, shape `(batch, dim)`.

        Values that are not finite (NaN or infinite) arrive as `+inf`.

        An optimizer whose class declares `can = frozenset({"objectives"})` receives values of shape `(batch, 2)` from a
        problem with two objectives; one that declares `"constraints"` receives those of the constraints, shape
        `(batch, k)`, as a third argument `gx` from a problem that has some. One that declares `"integers"` or
        `"categories"` is made with `variables=`; see `OptimizerFactory`.
        """


class OptimizerFactory(Protocol):
    """What makes an optimizer for one run: usually the optimizer's class.

    It is called as `factory(lower, upper, rng, **settings)`; with `max_evaluations=` (the number of points that the
    budget allows) as well, unless it declares `anytime = True`. One that declares `"integers"` or `"categories"` in
    `can` is called with `variables=` as well, a tuple of `Variable`, for a problem where some are not real. One that
    declares `"objectives"` or `"constraints"`, and has a parameter of that name, is told their number by it, if a
    problem has several or some.
    """

    def __call__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator, **settings: Any) -> Optimizer:
        """Make an optimizer for the box between `lower` and `upper`, both of shape `(dim,)`."""


class Observer(Protocol):
    """Watches a run; never touches its results or random state."""

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """See a batch right after its evaluation.

        Args:
            evaluations: Evaluations done before this batch.
            x: Points, shape `(n, dim)`.
            fx: Values, shape `(n,)`; `+inf` if the objective returned no finite number.
            improved: Whether one of the values is below all earlier ones; most batches improve nothing, so an observer
                of improvements can return at once.
        """


class Executor(Protocol):
    """Runs work somewhere; `concurrent.futures.Executor` is one."""

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Start `work(*args, **kwargs)` and return its future."""
