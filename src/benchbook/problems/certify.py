"""Certification: benchbook's BBOB functions compared with coco-experiment, the official reference.

For every function, dimension and instance both evaluate the same points: random ones, some on the boundary and
outside the box, the optimum that the reference states, and points near it. The *relative difference* of two values
is their difference beyond what rounding explains (16 units in the last place of the larger one, or of 1), divided by
the reference's distance `f - f_opt` to the optimum value. This is stricter than the usual difference relative to
`|f|`: it looks at the digits that an optimizer can still gain. A function passes if

- no relative difference is above 1e-9,
- `f_opt` equals the reference's within 16 units in the last place, and `x_opt` within 1e-12,
- the value at `x_opt` is exactly `f_opt`, and no value is below it.

If the reference's rotation is not orthogonal to the last digit, the minimum of f19 is not where the reference states
it. Ours is where the reference's values are smallest; then a distance of 1e-10 between the two is accepted.

Except for functions without a rotation, the reference ends at 40 variables. Others are compared with ioh in 80 and 160
variables, at any distance between our `x_opt` and the one it states.

Noisy functions are compared without noise in the same way; most of the reference's values then have 1,000 added to
them, and the rounding of a number of this size. After that, both add noise to the same points, ours with the
reference's own draws, which are known, and the results are compared in the same way. Noise multiplies rounding errors:
near the optimum of f126 by thousands, where the value without noise, 9e-8, was stored with an f_opt of -3.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from benchbook.problems.bbob import BBOB, BbobProblem, NoisyBbobProblem
from benchbook.problems.coco import REFERENCE_DIMS, LegacyStreams, NoisyReference, ReferenceProblem
from benchbook.problems.large_reference import IohReference, reference_of
from benchbook.typing import FloatArray

_Ours: TypeAlias = BbobProblem | NoisyBbobProblem
_Reference: TypeAlias = ReferenceProblem | IohReference | NoisyReference
LIMIT = 1e-9
X_LIMIT = 1e-12
_X_MISSTATED = 1e-10
QUICK_INSTANCES = (1, 2, 11)
# The suite's 15, those of later years, and some large numbers up to the last that the reference accepts.
ALL_INSTANCES = (*range(1, 16), 71, 110, 1000, 214_748, 1_000_000, 2**31 - 1)
_LAST_PLACES = 16 * np.finfo(np.float64).eps
_REACH = 5.0
_NOISE_ROUNDS = 4  # so that rare noise occurs
NOISY_INSTANCES = tuple(range(1, 16))  # the only ones that the reference has


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The result of comparing one function.

    Attributes:
        function: Name of the function.
        problems: How many problems (dimension and instance) were compared.
        points: How many points were compared.
        worst: Largest relative difference.
        dim: Dimension where it occurred.
        instance: Instance where it occurred.
        where: Kind of point where it occurred: random, boundary, outside, optimum or near.
        faults: What else is wrong, in words; empty if nothing is.
    """

    function: str
    problems: int
    points: int
    worst: float
    dim: int
    instance: int
    where: str
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return self.worst <= LIMIT and not self.faults


def certify(
    function: str, dims: Sequence[int] = REFERENCE_DIMS, instances: Iterable[int] = QUICK_INSTANCES
) -> Certificate:
    """Compare one of our BBOB functions with coco-experiment.

    Args:
        function: Name such as `bbob_f1` or `bbob_noisy_f101`.
        dims: Dimensions, all of them the suite's.
        instances: Instances, from 1 to 2147483647; of noisy functions to 15.

    Raises:
        UnknownNameError: There is no such function.
        UsageError: The reference does not have a dimension or an instance.
        MissingExtraError: coco-experiment is not installed.

    Examples:
        >>> certify("bbob_f1", dims=[2], instances=[1]).passed
        True
    """
    pairs = [(dim, instance) for dim in dims for instance in instances]
    worst, place, points, faults = -1.0, (0, 0, ""), 0, []
    for dim, instance in pairs:
        ours, reference = _pair(function, dim, instance)
        x, kinds = draw_points(reference)
        found, stated = ours(x), reference(x)
        differences = relative_differences(found, stated, reference.f_opt, _added(reference))
        row = int(np.argmax(differences))
        if differences[row] > worst:
            worst, place = float(differences[row]), (dim, instance, kinds[row])
        points += len(x)
        faults += [f"dim {dim}, instance {instance}: {fault}" for fault in _faults(ours, reference, found)]
    dim, instance, where = place
    return Certificate(
        function=function,
        problems=len(pairs),
        points=points,
        worst=max(worst, 0.0),
        dim=dim,
        instance=instance,
        where=where,
        faults=tuple(faults),
    )


def _pair(function: str, dim: int, instance: int) -> tuple[_Ours, _Reference]:
    if function.startswith("bbob_noisy_"):
        return NoisyBbobProblem(function, dim, instance), NoisyReference(function, dim, instance)
    return BbobProblem(function, dim, instance), reference_of(function, dim, instance)


def _added(reference: _Reference) -> float:
    return reference.added if isinstance(reference, NoisyReference) else 0.0


def relative_differences(
    found: FloatArray, stated: FloatArray, f_opt: float, added: float = 0.0, gain: FloatArray | float = 1.0
) -> FloatArray:
    """Return the relative differences of values, shape `(n,)`, as defined at the top of this module.

    Args:
        found: Our values.
        stated: The reference's.
        f_opt: The reference's optimum value.
        added: What the reference added to its values before they were rounded.
        gain: What values were multiplied by after they were rounded, >= 1.
    """
    rounding = gain * _LAST_PLACES * np.maximum(np.maximum(np.abs(stated) + added, abs(f_opt)), 1.0)
    excess = np.maximum(np.abs(found - stated) - rounding, 0.0)
    gap = np.abs(stated - f_opt)
    relative = np.divide(excess, gap, out=np.where(excess > 0.0, np.inf, 0.0), where=gap > 0.0)
    # NaN on one side only must not pass.
    relative[np.isnan(found) != np.isnan(stated)] = np.inf
    return relative


def draw_points(reference: _Reference) -> tuple[FloatArray, list[str]]:
    """Draw the points at which a problem is compared, shape `(n, dim)`, and their kinds."""
    dim = reference.dim
    rng = np.random.default_rng([int(reference.name.rpartition("_f")[2]), dim, reference.instance])
    faces = rng.uniform(-_REACH, _REACH, (4, dim))
    faces[np.arange(4), rng.integers(dim, size=4)] = rng.choice([-_REACH, _REACH], 4)
    near = reference.x_opt + rng.normal(size=(3, dim)) * np.array([[1e-1], [1e-2], [1e-3]])
    parts = {
        "random": rng.uniform(-_REACH, _REACH, (12, dim)),
        "boundary": np.vstack([faces, rng.choice([-_REACH, _REACH], (3, dim))]),
        "outside": rng.uniform(-1.4 * _REACH, 1.4 * _REACH, (3, dim)),
        "optimum": reference.x_opt[None, :],
        "near": np.clip(near, -_REACH, _REACH),
    }
    return np.vstack(list(parts.values())), [kind for kind, part in parts.items() for _ in part]


def _faults(ours: _Ours, reference: _Reference, found: FloatArray) -> list[str]:
    faults = []
    rounding = _LAST_PLACES * max(abs(reference.f_opt) + _added(reference), 1.0)
    if abs(ours.f_opt - reference.f_opt) > rounding:
        faults.append(f"f_opt is {ours.f_opt!r}, the reference's {reference.f_opt!r}")
    away = float(np.max(np.abs(ours.x_opt - reference.x_opt)))
    if away > X_LIMIT and not _misstated(away, ours, reference):
        faults.append(f"x_opt is {away:.1e} away from the reference's")
    least = min(float(np.min(found)), float(ours(ours.x_opt[None, :])[0]))
    if least < ours.f_opt:
        faults.append(f"the value {least!r} lies below f_opt, {ours.f_opt!r}")
    at_optimum = float(ours(ours.x_opt[None, :])[0])
    if at_optimum != ours.f_opt:
        faults.append(f"the value at x_opt is {at_optimum!r}, f_opt {ours.f_opt!r}")
    if isinstance(ours, NoisyBbobProblem) and isinstance(reference, NoisyReference):
        differing = noise_difference(ours, reference)
        if differing > LIMIT:
            faults.append(f"noisy values differ by {differing:.1e} given the same draws, expected {LIMIT:g}")
    return faults


def _misstated(away: float, ours: _Ours, reference: _Reference) -> bool:
    """Return whether the reference itself has its smallest value at our optimum rather than where it states."""
    near = isinstance(reference, IohReference) or away <= _X_MISSTATED
    return near and float(reference(ours.x_opt[None, :])[0]) <= reference.f_opt


def noise_difference(ours: NoisyBbobProblem, reference: NoisyReference) -> float:
    """Return the largest relative difference of noisy values, given the draws of the reference."""
    x, _ = draw_points(reference)
    x = np.vstack([x] * _NOISE_ROUNDS)
    plain, stated = ours(x), reference.seen(x)
    found = ours.seen(LegacyStreams(), x, plain)
    gap = plain - ours.f_opt
    gain = np.divide(np.abs(stated - reference.f_opt), gap, out=np.ones_like(gap), where=gap > 0.0)
    return float(np.max(relative_differences(found, stated, reference.f_opt, gain=np.maximum(gain, 1.0))))


FUNCTIONS = tuple(BBOB)
