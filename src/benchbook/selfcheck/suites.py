"""Certification of bbob-biobj and bbob-constrained: what runs record, and what coco-experiment's logger writes.

Both evaluate the same points: random ones, and points ever nearer to the optima. Compared are the values of all
objectives, and the best indicator value so far at every evaluation that the logger writes. A difference is relative to
the distance from the best value (of an objective) or to the logged indicator value, but to 1 where that is smaller, and
for constraints to `f_opt` where that is larger: the logger subtracts it and prints ten digits. A function passes where
no difference is above 1e-9.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchbook.errors import UsageError
from benchbook.problems import problem as make_problem
from benchbook.problems.coco import load_cocoex
from benchbook.problems.info import check_dim, check_instance
from benchbook.problems.suites.biobj import BIOBJ, BiobjProblem
from benchbook.problems.suites.constrained import CONSTRAINED, ConstrainedProblem
from benchbook.runs.quality import FeasibleValue, Hypervolume
from benchbook.typing import FloatArray

LIMIT = 1e-9
DIMS = (2, 5, 10)
INSTANCES = (1, 2, 11)
SUITES = {"bbob_biobj": BIOBJ, "bbob_constrained": CONSTRAINED}
FIRST_BIOBJ = 55  # functions of bbob-biobj; the others are those of its extension
_POINT = Path("._bbob_problem_best_parameter.txt")  # where coco-experiment writes the place of an optimum


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteCertificate:
    """What the comparison of one function found.

    Attributes:
        function: Name of the function.
        problems: How many problems (dimension and instance) were compared.
        points: How many points were evaluated.
        logged: How many logged indicator values were compared.
        worst_value: Greatest difference of an objective.
        worst_indicator: Greatest difference of the indicator.
        where: Dimension, instance and evaluation of the latter.
    """

    function: str
    problems: int
    points: int
    logged: int
    worst_value: float
    worst_indicator: float
    where: str

    @property
    def passed(self) -> bool:
        """Whether something was compared and nothing is wrong; a NaN is."""
        return self.logged > 0 and self.worst_value <= LIMIT and self.worst_indicator <= LIMIT


@dataclass(frozen=True, slots=True)
class _Compared:
    points: int
    value: float
    indicator: float
    evaluation: int
    logged: int


def certify_suite(
    suite: str,
    functions: Sequence[int] | None = None,
    dims: Sequence[int] = DIMS,
    instances: Sequence[int] = INSTANCES,
) -> Iterator[SuiteCertificate]:
    """Compare functions of a suite with coco-experiment, one after another.

    Args:
        suite: `bbob_biobj` or `bbob_constrained`.
        functions: Numbers of functions; default: the 55 of bbob-biobj, or the 54 of bbob-constrained.
        dims: Dimensions of the suite.
        instances: Instances, from 1 to 15.

    Raises:
        UsageError: There is no such suite, function, dimension or instance.
        MissingExtraError: coco-experiment is not installed.

    Examples:
        >>> [found.passed for found in certify_suite("bbob_biobj", [1], dims=[2], instances=[1])]
        [True]
    """
    if suite not in SUITES:
        raise UsageError(f"suite is {suite!r}, expected one of {', '.join(SUITES)}")
    known = SUITES[suite]
    numbers = range(1, min(len(known), FIRST_BIOBJ) + 1) if functions is None else functions
    for number in numbers:
        if f"{suite}_f{number}" not in known:
            raise UsageError(f"functions has {number}, expected numbers from 1 to {len(known)} for {suite}")
    info = next(iter(known.values()))
    sizes, which = [check_dim(info, dim) for dim in dims], [check_instance(info, instance) for instance in instances]
    with _quiet_scratch():
        for number in numbers:
            yield _certified(suite, number, [(dim, instance) for dim in sizes for instance in which])


def _certified(suite: str, number: int, pairs: Sequence[tuple[int, int]]) -> SuiteCertificate:
    function = f"{suite}_f{number}"
    found = []
    for dim, instance in pairs:
        ours: Any = make_problem(function, dim, instance)
        with TemporaryDirectory(dir=".") as folder, contextlib.chdir(folder):
            compare = _two_objectives if isinstance(ours, BiobjProblem) else _constrained
            found.append(compare(ours, number))
    # NaN is the worst of all, so that it cannot pass.
    worst = max(range(len(found)), key=lambda k: (np.isnan(found[k].indicator), found[k].indicator))
    dim, instance = pairs[worst]
    return SuiteCertificate(
        function=function,
        problems=len(pairs),
        points=sum(item.points for item in found),
        logged=sum(item.logged for item in found),
        worst_value=float(np.max([item.value for item in found])),
        worst_indicator=found[worst].indicator,
        where=f"dim {dim}, instance {instance}, evaluation {found[worst].evaluation}",
    )


def _two_objectives(ours: BiobjProblem, number: int) -> _Compared:
    suite = _reference("bbob-biobj-ext", number, ours.dim, ours.instance)
    theirs = suite[0]
    x = _points_between(ours)
    values = ours(x)
    stated = _logged_values(theirs, "bbob-biobj", x)
    indicator = np.minimum.accumulate(Hypervolume(ours.ideal, ours.nadir, attained=True)(values, None)) - ours.f_opt
    gaps = np.abs(values - stated) / np.maximum(1.0, np.abs(stated - ours.ideal))
    return _compared(float(np.max(gaps)), indicator, "*_hyp.*dat", column=1, scale=1.0)


def _constrained(ours: ConstrainedProblem, number: int) -> _Compared:
    suite = _reference("bbob-constrained", number, ours.dim, ours.instance)
    theirs = suite[0]
    theirs._best_parameter("print")  # the only way in which coco-experiment tells it
    x_opt = np.array([float(item) for item in _POINT.read_text().split()])
    rng = np.random.default_rng([number, ours.dim, ours.instance])
    near = x_opt + np.repeat(10.0 ** -np.arange(10.0), 6)[:, None] * rng.normal(size=(60, ours.dim))
    x = np.clip(np.concatenate([rng.uniform(-5, 5, (8, ours.dim)), near, x_opt[None, :]]), -5, 5)
    values = ours(x)
    stated = _logged_values(theirs, "bbob", x)
    indicator = np.minimum.accumulate(FeasibleValue(ours.f_opt)(values, ours.constraint(x))) - ours.f_opt
    gaps = np.abs(values - stated) / np.maximum(1.0, np.abs(stated - ours.f_opt))
    return _compared(float(np.max(gaps)), indicator, "*.*dat", column=2, scale=max(1.0, abs(ours.f_opt)))


def _points_between(ours: BiobjProblem) -> FloatArray:
    """Draw points in the box, and around the line between both optima, where the front is."""
    rng = np.random.default_rng([int(ours.name.rpartition("_f")[2]), ours.dim, ours.instance])
    one, two = (part.x_opt for part in ours.parts)
    line = one + (two - one) * rng.random((60, 1))
    near = line + 10.0 ** rng.uniform(-6, 1, (60, 1)) * rng.normal(size=(60, ours.dim))
    both = np.array([one, two])
    x: FloatArray = np.clip(np.concatenate([rng.uniform(-100, 100, (10, ours.dim)), near, both]), -100, 100)
    return x


def _reference(suite: str, number: int, dim: int, instance: int) -> Any:
    """Return a suite of one problem; its problem needs it alive."""
    options = f"function_indices: {number} dimensions: {dim} instance_indices: {instance}"
    return load_cocoex().Suite(suite, "", options)


def _logged_values(theirs: Any, observer: str, x: FloatArray) -> FloatArray:
    """Evaluate points with the reference's logger; its files are complete once the problem is freed."""
    options = "result_folder: logs" + (" log_nondominated: none" if "biobj" in observer else "")
    theirs.observe_with(load_cocoex().Observer(observer, options))
    values: FloatArray = np.array([theirs(row) for row in x], dtype=np.float64)
    theirs.free()
    return values


def _compared(value: float, indicator: FloatArray, pattern: str, *, column: int, scale: float) -> _Compared:
    """Compare the indicator with the rows of a log, which lies below the current folder."""
    worst, evaluation, logged = 0.0, 0, 0
    for path in Path().rglob(pattern):
        for line in path.read_text().splitlines():
            if not line[:1].isdigit():
                continue
            cells = line.split()
            place, stated = int(cells[0]), float(cells[column])
            difference = abs(float(indicator[place - 1]) - stated) / max(scale, abs(stated))
            logged += 1
            if not difference <= worst:
                worst, evaluation = difference, place
    return _Compared(len(indicator), value, worst, evaluation, logged)


@contextlib.contextmanager
def _quiet_scratch() -> Iterator[None]:
    """Work in an empty folder, as coco-experiment writes to the current one, and without its messages."""
    cocoex = load_cocoex()
    before = cocoex.log_level("warning")
    try:
        with TemporaryDirectory() as folder, contextlib.chdir(folder):
            yield
    finally:
        cocoex.log_level(before)
