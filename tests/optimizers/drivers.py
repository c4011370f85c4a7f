"""Objectives and drivers for the native optimizers, without the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchbook.optimizers.native.parts.base import NativeOptimizer
from benchbook.optimizers.native.parts.streams import Streams

MAX_EVALUATIONS = 2000


def box(dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a box that is neither a cube nor centred."""
    return np.linspace(-4.0, -1.0, dim), np.linspace(3.0, 9.0, dim)


def generator(seed: int) -> np.random.Generator:
    """Return the generator of one run."""
    return np.random.Generator(np.random.PCG64(seed))


def make(
    factory: type[NativeOptimizer],
    dim: int,
    rng: np.random.Generator | Streams,
    *,
    max_evaluations: int = MAX_EVALUATIONS,
    **settings: Any,
) -> NativeOptimizer:
    """Make a native optimizer in the box of `box`, with the budget if it takes one."""
    extra = {} if factory.anytime else {"max_evaluations": max_evaluations}
    return factory(*box(dim), rng, **extra, **settings)


def shifted_sphere(x: np.ndarray) -> np.ndarray:
    """Return the squared distance to a point that is not the centre of the box, over the last axis."""
    lower, upper = box(x.shape[-1])
    return np.add.reduce((x - (lower + 0.7 * (upper - lower))) ** 2, axis=-1)


def minimise(optimizer: Any, objective: Callable[[np.ndarray], np.ndarray], evaluations: int) -> list[np.ndarray]:
    """Ask and tell until the evaluations are used up, and return all batches."""
    batches = []
    while evaluations > 0:
        x = optimizer.ask()
        batches.append(x.copy())
        evaluations -= len(x)
        if evaluations > 0:
            optimizer.tell(x, objective(x))
    return batches
