"""What coco-experiment evaluates: the official BBOB functions, as reference, and two further suites.

- `ReferenceProblem`: a noiseless BBOB function, a whole batch per call. `certify` compares benchbook's functions with
it.
- `SuiteProblem`: a function of bbob-largescale or bbob-mixint, point by point. In bbob-mixint the first four fifths of
  the variables are integer; coco-experiment rounds them before it evaluates, so every point has a value.

- `NoisyReference`: a function of bbob-noisy, for comparison. Its own noise comes from one random state of
  the process that cannot be seeded through Python and that two problems share, so no run uses it.

No file is written and no observer is attached.

References:
    Varelas et al. 2020, Benchmarking large-scale continuous optimizers: the bbob-largescale testbed,
    Applied Soft Computing 97, 106737, https://arxiv.org/abs/1903.06396
    Tušar, Brockhoff & Hansen 2019, Mixed-integer benchmark problems for single- and bi-objective optimization,
    GECCO 2019, https://hal.inria.fr/hal-02067932
    Finck, Hansen, Ros & Auger 2009, Real-parameter black-box optimization benchmarking 2009: noisy functions
    definitions, INRIA RR-6869
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import MissingExtraError, unknown_name
from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.noise import Cauchy
from benchbook.problems.bbob.noisy import NOISY, base_of, model_of
from benchbook.problems.bbob.table import BBOB
from benchbook.problems.info import ProblemInfo, check_dim, check_instance, check_points, continuous, read_only
from benchbook.typing import FloatArray

REFERENCE_DIMS = (2, 3, 5, 10, 20, 40)
LARGE_DIMS = (80, 160)
_UNROTATED = (1, 2, 3, 4, 5, 8, 20)  # they have the large dimensions too; others would end the process there
_DRAWS = 15  # of which at least two have the constant only, but once in 10^9 times
_LAST_REFERENCE_INSTANCE = 2**31 - 1  # coco-experiment keeps it in a C int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suite:
    """A suite of coco-experiment, whose 24 functions are those of BBOB in another guise."""

    name: str
    family: str
    suffix: str
    dims: tuple[int, ...]
    source: str
    # All values, offset included, are multiplied by these; 1 if nothing is said.
    factors: dict[int, float]


_SUITES = (
    _Suite(
        name="bbob-largescale",
        family="bbob_largescale",
        suffix="large-scale",
        dims=(20, 40, 80, 160, 320, 640),
        source="Varelas et al. 2020, https://arxiv.org/abs/1903.06396",
        factors={},
    ),
    _Suite(
        name="bbob-mixint",
        family="bbob_mixint",
        suffix="mixed-integer",
        dims=(5, 10, 20, 40, 80, 160),
        source="Tušar, Brockhoff & Hansen 2019, https://hal.inria.fr/hal-02067932",
        factors={
            2: 1e-3,
            3: 0.1,
            4: 0.1,
            6: 1e-2,
            8: 1e-2,
            9: 1e-2,
            10: 1e-3,
            11: 1e-2,
            12: 1e-4,
            13: 0.1,
            15: 0.1,
            17: 10.0,
            19: 10.0,
            20: 0.1,
            23: 10.0,
            24: 0.1,
        },
    ),
)


def _info(suite: _Suite, number: int) -> ProblemInfo:
    plain = BBOB[f"bbob_f{number}"]
    mixed = suite.name == "bbob-mixint"
    return replace(
        plain,
        name=f"{suite.family}_f{number}",
        family=suite.family,
        title=f"{plain.title}, {suite.suffix}",
        formula=f"the {suite.suffix} form of: {plain.formula}",
        lower=0.0 if mixed else plain.lower,
        upper=15.0 if mixed else plain.upper,
        bounds="whole numbers 0..1, 0..3, 0..7, 0..15 in a fifth of the variables each; the last fifth -5 to 5"
        if mixed
        else None,
        source=f"{suite.source}, f{number}",
        min_dim=suite.dims[0],
        dims=suite.dims,
        last_instance=15,
    )


SUITES = {f"{suite.family}_f{number}": _info(suite, number) for suite in _SUITES for number in range(1, 25)}
_SUITE_OF = {suite.family: suite for suite in _SUITES}


def factor_of(family: str, number: int) -> float:
    """Return what a suite multiplies all values of a BBOB function by, that of the optimum included.

    Examples:
        >>> factor_of("bbob_mixint", 12), factor_of("bbob_largescale", 12), factor_of("bbob", 12)
        (0.0001, 1.0, 1.0)
    """
    return _SUITE_OF[family].factors.get(number, 1.0) if family in _SUITE_OF else 1.0


def reference_dims(name: str) -> tuple[int, ...]:
    """Return the dimensions in which coco-experiment evaluates a noiseless BBOB function."""
    number = int(name.removeprefix("bbob_f"))
    return (*REFERENCE_DIMS, *LARGE_DIMS) if number in _UNROTATED else REFERENCE_DIMS


class ReferenceProblem:
    """A noiseless BBOB function, evaluated by coco-experiment.

    Raises:
        UnknownNameError: There is no BBOB function `name`.
        UsageError: `dim` is not one of the suite's, or `instance` is not a whole number from 1 to 2147483647.
        MissingExtraError: coco-experiment is not installed.

    Examples:
        >>> ReferenceProblem("bbob_f1", 2, 1).f_opt
        79.48
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        # Everything is checked before: what coco-experiment does not know, it answers by ending the process.
        if name not in BBOB:
            raise unknown_name("BBOB function", name, BBOB)
        info = replace(BBOB[name], dims=reference_dims(name), last_instance=_LAST_REFERENCE_INSTANCE)
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        self._function = load_cocoex().BareProblem("bbob", int(name.removeprefix("bbob_f")), self.dim, self.instance)
        self.lower = read_only(np.full(self.dim, info.lower))
        self.upper = read_only(np.full(self.dim, info.upper))
        self.integer = continuous(self.dim)
        self.x_opt = read_only(np.array(self._function.best_parameter(), dtype=np.float64))
        self.f_opt = float(self._function.best_value())

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        x = check_points(x, self.dim)
        if len(x) == 0:
            return np.empty(0)
        # coco-experiment asks for a writable buffer, although it does not write.
        return np.asarray(self._function(np.require(x, requirements="W")), dtype=np.float64)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values: this file and coco-experiment's version."""
        return _digest()

    def __reduce__(self) -> tuple[type[ReferenceProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"ReferenceProblem({self.name!r}, dim={self.dim}, instance={self.instance})"


class SuiteProblem:
    """A function of bbob-largescale or bbob-mixint, evaluated by coco-experiment.

    Attributes:
        integer: Which variables are integer, shape `(dim,)` of bool. A point may hold any numbers between the bounds;
            those of integer variables are rounded before it is evaluated.
        x_opt: None; coco-experiment does not tell it.

    Raises:
        UnknownNameError: There is no function `name` in these suites.
        UsageError: `dim` or `instance` is not one of the suite's.
        MissingExtraError: coco-experiment is not installed.
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in SUITES:
            raise unknown_name("function of a suite", name, SUITES)
        info = SUITES[name]
        suite = _SUITE_OF[info.family]
        number = int(name.rpartition("_f")[2])
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        options = f"function_indices: {number} dimensions: {self.dim} instance_indices: {self.instance}"
        self._suite = load_cocoex().Suite(suite.name, "", options)  # its problems need it alive
        self._function = self._suite[0]
        self.lower = read_only(np.array(self._function.lower_bounds, dtype=np.float64))
        self.upper = read_only(np.array(self._function.upper_bounds, dtype=np.float64))
        self.integer = np.arange(self.dim) < self._function.number_of_integer_variables
        self.integer.flags.writeable = False
        self.x_opt: FloatArray | None = None
        self.f_opt = factor_of(info.family, number) * legacy.offset(legacy.seed_of(number, self.instance))

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        x = check_points(x, self.dim)
        return np.array([self._function(row) for row in x], dtype=np.float64)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values: this file and coco-experiment's version."""
        return _digest()

    def __reduce__(self) -> tuple[type[SuiteProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"SuiteProblem({self.name!r}, dim={self.dim}, instance={self.instance})"


class NoisyReference:
    """A function of bbob-noisy, evaluated by coco-experiment.

    It tells no noise-free values. But of each three noisy forms of a function the Cauchy one adds a constant to most
    values and nothing else: what comes most often, less that constant, is the value without noise.

    Raises:
        UnknownNameError: There is no noisy BBOB function `name`.
        UsageError: `dim` is not one of the suite's, or `instance` is not a whole number from 1 to 15.
        MissingExtraError: coco-experiment is not installed.
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in NOISY:
            raise unknown_name("noisy BBOB function", name, NOISY)
        info = replace(NOISY[name], dims=REFERENCE_DIMS, last_instance=15)
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        number = int(name.rpartition("_f")[2])
        cauchy = number + 2 - (number - 101) % 3
        model = model_of(cauchy, self.dim)
        self.added = model.constant + 1.01e-8 if isinstance(model, Cauchy) else 0.0
        self._names = (number, cauchy)
        self.begin()
        self.x_opt = ReferenceProblem(f"bbob_f{base_of(number)}", self.dim, self.instance).x_opt
        self.f_opt = float(self(self.x_opt[None, :])[0])

    def begin(self) -> None:
        """Begin the noise again: a new suite resets it, for all suites of the process."""
        options = f"dimensions: {self.dim} instance_indices: {self.instance}"
        self._suite = load_cocoex().Suite("bbob-noisy", "", options)  # its problems need it alive
        self._noisy, self._cauchy = (
            self._suite.get_problem_by_function_dimension_instance(item, self.dim, self.instance)
            for item in self._names
        )

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Return the values without noise of points `(n, dim)`, shape `(n,)`."""
        seen = [Counter(self._cauchy(point) for _ in range(_DRAWS)).most_common(1)[0][0] for point in x]
        return np.array(seen) - self.added

    def seen(self, x: FloatArray) -> FloatArray:
        """Return what an optimizer sees of points `(n, dim)`, shape `(n,)`, when the noise has just begun."""
        self.begin()
        return np.array([self._noisy(point) for point in x])


class LegacyStreams:
    """The draws of coco-experiment's noise, from its beginning on.

    Each is the first number of BBOB's generator, seeded with 31, 32, ...; normal and uniform draws count apart.
    """

    def __init__(self) -> None:
        self._seeds = {"normal": 30, "uniform": 30}

    def normal(self, n: int, each: int) -> FloatArray:
        """Return the next standard normal draws of n evaluations, shape `(n, each)`."""
        return self._draws("normal", legacy.gauss, n, each)

    def uniform(self, n: int, each: int) -> FloatArray:
        """Return the next draws from (0, 1) of n evaluations, shape `(n, each)`."""
        return self._draws("uniform", legacy.uniform, n, each)

    def _draws(self, kind: str, draw: Callable[[int, int], FloatArray], n: int, each: int) -> FloatArray:
        first = self._seeds[kind] + 1
        self._seeds[kind] += n * each
        return np.array([draw(1, seed)[0] for seed in range(first, first + n * each)]).reshape(n, each)


def _digest() -> str:
    return text_digest(module_digest([__name__, legacy.__name__]), f"coco-experiment {load_cocoex().__version__}")


def load_cocoex() -> Any:
    """Return the module of coco-experiment.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return importlib.import_module("cocoex")
    except ImportError as error:
        raise MissingExtraError(
            f"this needs coco-experiment, which cannot be imported ({error}); "
            "install it with: pip install coco-experiment"
        ) from error
