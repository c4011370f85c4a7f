"""Seeds derived from names: stateless, so that no order of execution can change a result.

A run's random stream depends on the user's seed, the function, instance and dimension, and the optimizer's name;
not on settings, budget or code, so that variants of one optimizer meet the same draws (paired comparison).
The noise of a noisy function has a stream of its own, derived alike.
A problem's shift and rotation depend on function, dimension and instance alone.
The derivation is `numpy.random.SeedSequence` with the names' SHA-256 as spawn key
(https://numpy.org/doc/stable/reference/random/parallel.html).
"""

from __future__ import annotations

import hashlib

import numpy as np

from benchbook.typing import MAX_INTEGER
from benchbook.whole_numbers import check_whole, whole


def run_seed(*, seed: int, function: str, instance: int, dim: int, optimizer: str) -> np.random.SeedSequence:
    """Return the seed sequence of one run.

    Args:
        seed: The user's seed, >= 0.
        function: Name of the function.
        instance: Instance of the function, >= 0.
        dim: Dimension, >= 1.
        optimizer: Name of the optimizer.

    Raises:
        UsageError: `seed` is not a whole number >= 0.

    Examples:
        >>> a = run_seed(seed=1, function="sphere", instance=0, dim=2, optimizer="random_search")
        >>> b = run_seed(seed=1, function="sphere", instance=0, dim=2, optimizer="random_search")
        >>> bool(a.generate_state(1) == b.generate_state(1))
        True
    """
    return np.random.SeedSequence(check_seed(seed), spawn_key=_key("run", function, instance, dim, optimizer))


def run_generator(*, seed: int, function: str, instance: int, dim: int, optimizer: str) -> np.random.Generator:
    """Return the random generator (PCG64) of one run; see `run_seed`."""
    return np.random.Generator(
        np.random.PCG64(run_seed(seed=seed, function=function, instance=instance, dim=dim, optimizer=optimizer))
    )


def noise_generator(*, seed: int, function: str, instance: int, dim: int, optimizer: str) -> np.random.Generator:
    """Return the generator of the noise that one run meets; no stream of the optimizer shares numbers with it.

    Examples:
        >>> names = {"function": "bbob_noisy_f101", "instance": 1, "dim": 2, "optimizer": "random_search"}
        >>> bool(noise_generator(seed=1, **names).random() == run_generator(seed=1, **names).random())
        False
    """
    key = _key("noise", function, instance, dim, optimizer)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(check_seed(seed), spawn_key=key)))


def problem_generator(*, function: str, dim: int, instance: int) -> np.random.Generator:
    """Return the generator from which a problem's shift and rotation are drawn.

    Examples:
        >>> float(problem_generator(function="sphere", dim=2, instance=1).random()) < 1
        True
    """
    sequence = np.random.SeedSequence(instance, spawn_key=_key("problem", function, dim))
    return np.random.Generator(np.random.PCG64(sequence))


def check_seed(seed: int) -> int:
    """Return `seed` as a plain int.

    Raises:
        UsageError: It is not a whole number >= 0, or beyond 64 bits.
    """
    return check_whole("seed", whole(seed), 0, most=MAX_INTEGER)


def _key(*parts: str | int) -> tuple[int, ...]:
    """Turn names into four 32-bit words of a spawn key; lengths are part of the text, so that no two lists collide."""
    text = "".join(f"{len(str(part))}:{part}," for part in parts)
    digest = hashlib.sha256(text.encode()).digest()
    return tuple(int.from_bytes(digest[start : start + 4], "little") for start in range(0, 16, 4))
