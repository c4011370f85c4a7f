"""Crossover and mutation of genetic algorithms for bounded real variables.

References:
    Deb, K., & Agrawal, R. B. (1995). Simulated binary crossover for continuous search space. Complex Systems 9(2),
    115-148.

    Deb, K., & Deb, D. (2014). Analysing mutation schemes for real-parameter genetic algorithms. International Journal
    of Artificial Intelligence and Soft Computing 4(1), 1-28. https://doi.org/10.1504/IJAISC.2014.059280
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchbook.typing import FloatArray

_NEAR = 1e-14  # parents closer than this share of the box are not crossed


def simulated_binary(
    a: FloatArray,
    b: FloatArray,
    u: FloatArray,
    chosen: NDArray[np.bool_],
    eta: float,
    box: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Return two children of each pair, at a random distance from their parents and inside the box.

    Args:
        a: First parents, shape `(..., dim)`.
        b: Second parents, same shape.
        u: Uniform numbers in [0, 1), same shape.
        chosen: The variables to cross; children inherit the others unchanged.
        eta: Distribution index; larger values give children closer to their parents.
        box: Lower and upper bounds, shape `(dim,)`.
    """
    lower, upper = box
    low, high = np.minimum(a, b), np.maximum(a, b)
    distance = high - low
    crossed = chosen & (distance > _NEAR * (upper - lower))
    safe = np.where(crossed, distance, 1.0)
    down = 0.5 * (low + high - _spread(1.0 + 2.0 * (low - lower) / safe, u, eta) * safe)
    up = 0.5 * (low + high + _spread(1.0 + 2.0 * (upper - high) / safe, u, eta) * safe)
    one, two = np.where(crossed, down, a), np.where(crossed, up, b)
    return np.clip(one, lower, upper), np.clip(two, lower, upper)


def _spread(beta: FloatArray, u: FloatArray, eta: float) -> FloatArray:
    """Return the children's distance from the midpoint, as a share of their parents' distance; at most `beta`."""
    alpha = 2.0 - beta ** -(eta + 1.0)
    near = u * alpha <= 1.0
    spread: FloatArray = np.where(near, u * alpha, 1.0 / np.where(near, 1.0, 2.0 - u * alpha)) ** (1.0 / (eta + 1.0))
    return spread


def polynomial_mutation(
    x: FloatArray, u: FloatArray, chosen: NDArray[np.bool_], eta: float, box: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Return the points with some variables mutated, mostly by small steps, inside the box.

    Args:
        x: Points, shape `(..., dim)`.
        u: Uniform numbers in [0, 1), same shape.
        chosen: The variables to mutate.
        eta: Distribution index; larger values give smaller steps.
        box: Lower and upper bounds, shape `(dim,)`.
    """
    lower, upper = box
    width = upper - lower
    power = 1.0 / (eta + 1.0)
    down = 1.0 - (x - lower) / width  # 1 at the lower bound
    up = 1.0 - (upper - x) / width
    left = (2.0 * u + (1.0 - 2.0 * u) * down ** (eta + 1.0)) ** power - 1.0
    right = 1.0 - (2.0 * (1.0 - u) + 2.0 * (u - 0.5) * up ** (eta + 1.0)) ** power
    moved = x + np.where(u < 0.5, left, right) * width
    return np.clip(np.where(chosen, moved, x), lower, upper)
