"""The audit of randomness: what an optimizer draws from, and whether a seed decides its run.

Each optimizer is run on a small function of the audit's own, which has two objectives where the optimizer can do that,
or else a constraint, and variables that are not real: twice with one seed and once with another in this process, the
first two with another run in between, and once more in each of two fresh processes, which take the optimizers in
opposite orders and with other hash seeds.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np

from benchbook.errors import ExecutionError
from benchbook.optimizers.adapters.global_state import same_numpy_state
from benchbook.optimizers.adapters.isolation import watched
from benchbook.optimizers.catalog import optimizer
from benchbook.parent_death import dying_with_us
from benchbook.typing import FloatArray
from benchbook.variables import Variable, categorical, integer, real

DIM = 3
BUDGET = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the audit found out about one optimizer.

    Attributes:
        name: Name in the catalog.
        draws_from: Global sources it draws from: "numpy.random", "random", "entropy" (the operating system's, also
            where a generator made without a seed is seeded later).
        contained: Whether the global random state of the process was left alone and had no influence.
        leaks: Whether a seed gives other points after another run in the same process.
        ignores_seed: Whether two seeds give the same points.
        deterministic: Whether one seed gives the same points in two other processes; None if they cannot make it.
        error: What was raised, if anything was; then the rest says little.
    """

    name: str
    draws_from: tuple[str, ...]
    contained: bool
    leaks: bool
    ignores_seed: bool
    deterministic: bool | None
    error: str | None

    @property
    def clean(self) -> bool:
        """Whether a seed alone decides the run."""
        return self.error is None and self.contained and not self.leaks and self.deterministic is True


def audit(names: Sequence[str]) -> list[Audit]:
    """Audit optimizers, in the order of their names.

    Args:
        names: Names of the catalog; those of libraries included.

    Raises:
        UnknownNameError: A name is not in the catalog.

    Examples:
        >>> audit(["random_search"])[0].clean
        True
    """
    for name in names:
        optimizer(name)
    one = _elsewhere(names, hash_seed=1)
    two = _elsewhere(list(reversed(names)), hash_seed=2)
    return [_audit(name, one.get(name), two.get(name)) for name in names]


def _audit(name: str, one: str | None, two: str | None) -> Audit:
    deterministic = None if one is None or two is None else one == two
    draws: set[str] = set()
    try:
        _in_disturbed_world(name, seed=1, disturbance=1)  # what a library draws at its import is another matter
        with watched() as draws, _entropy_watched(draws):
            first, left_first = _in_disturbed_world(name, seed=1, disturbance=1)
            other, _ = _in_disturbed_world(name, seed=2, disturbance=1)
            again, left_again = _in_disturbed_world(name, seed=1, disturbance=1)
            disturbed, _ = _in_disturbed_world(name, seed=1, disturbance=2)
    except Exception as error:  # noqa: BLE001  # a library may raise anything; the table says what
        return Audit(
            name=name,
            draws_from=tuple(sorted(draws)),
            contained=False,
            leaks=False,
            ignores_seed=False,
            deterministic=deterministic,
            error=f"{type(error).__name__}: {error}",
        )
    left = left_first | left_again
    return Audit(
        name=name,
        draws_from=tuple(sorted(draws | left)),
        # If a run does not even repeat itself, the cause of a difference is unknown.
        contained=not left and (disturbed == again or first != again),
        leaks=first != again,
        ignores_seed=first == other,
        deterministic=deterministic,
        error=None,
    )


def _in_disturbed_world(name: str, *, seed: int, disturbance: int) -> tuple[str, set[str]]:
    """Run with a given global random state; return the points' digest, and which global states were changed."""
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002  # it is what is audited
    try:
        np.random.seed(disturbance)  # noqa: NPY002
        random.seed(disturbance)
        before = np.random.get_state(), random.getstate()  # noqa: NPY002
        digest = _points_digest(name, seed)
        changed = set()
        if not same_numpy_state(before[0], np.random.get_state()):  # noqa: NPY002
            changed.add("numpy.random")
        if before[1] != random.getstate():
            changed.add("random")
        return digest, changed
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


def _points_digest(name: str, seed: int) -> str:
    """Run an optimizer, and return the digest of all points it asked for."""
    lower, upper = np.array([-3.0, -1.0, 0.0]), np.array([5.0, 1.0, 10.0])
    rng = np.random.Generator(np.random.PCG64(seed))
    choice = optimizer(name)
    can = getattr(choice.factory, "can", ())
    objectives = 2 if "objectives" in can else 1
    constraints = int(objectives == 1 and "constraints" in can)
    counts = {"objectives": objectives, "constraints": constraints}
    made = choice.make(lower, upper, rng, max_evaluations=BUDGET, variables=_variables(can), **counts)
    digest, left = hashlib.sha256(), BUDGET
    while left > 0:
        x = made.ask()[:left]
        if len(x) == 0:
            break
        digest.update(np.ascontiguousarray(x, dtype=np.float64).tobytes())
        left -= len(x)
        if left > 0:
            z = 5.0 * (x - (0.4 * lower + 0.6 * upper)) / (upper - lower)
            _tell(made, x, z, objectives=objectives, constraints=constraints)
    return digest.hexdigest()


def _variables(can: Collection[str]) -> tuple[Variable, ...]:
    """Return the variables of the audit's box, where an optimizer can do more than real ones."""
    if "categories" in can:
        return integer("x0", -3, 5), real("x1", -1.0, 1.0), categorical("x2", range(11))
    return (real("x0", -3.0, 5.0), real("x1", -1.0, 1.0), integer("x2", 0, 10)) if "integers" in can else ()


def _tell(made: Any, x: FloatArray, z: FloatArray, *, objectives: int, constraints: int) -> None:
    first = (z * z + 3.0 * np.abs(z)).sum(axis=1)
    fx = first if objectives == 1 else np.column_stack([first, np.square(z - 1.0).sum(axis=1)])
    made.tell(x, fx, *([1.0 - z[:, :1]] if constraints else []))


@contextmanager
def _entropy_watched(seen: set[str]) -> Iterator[None]:
    """Note draws from the operating system's entropy, by which a generator without a seed is seeded."""
    from numpy.random import bit_generator

    def spy(real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            seen.add("entropy")
            return real(*arguments)

        return call

    with (
        mock.patch.object(bit_generator, "randbits", spy(vars(bit_generator)["randbits"])),
        mock.patch.object(os, "urandom", spy(os.urandom)),
    ):
        yield


def _elsewhere(names: Sequence[str], *, hash_seed: int) -> dict[str, str | None]:
    """Run each optimizer in one fresh process; None stands for one that failed there."""
    done = subprocess.run(  # our own interpreter and module, no shell
        dying_with_us([sys.executable, "-m", "benchbook.optimizers.audit"]),
        input=json.dumps(list(names)),
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ExecutionError(f"the fresh process ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    found: dict[str, str | None] = json.loads(done.stdout.splitlines()[-1])
    return found


def _digest_or_none(name: str) -> str | None:
    try:
        return _points_digest(name, 1)
    except Exception:  # noqa: BLE001  # the auditing process runs it as well, and says what it raised
        return None


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: _digest_or_none(name) for name in json.load(sys.stdin)}) + "\n")
