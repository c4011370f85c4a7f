"""Small pictures of functions: ranks of their values on a grid over two variables, in bands.

With two objectives, the shade is the number of grid points that dominate a point, and points that none dominates have
another colour. With constraints, infeasible points are grey.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from benchbook.analysis.fronts import dominators
from benchbook.digests import text_digest
from benchbook.problems import catalog, describe
from benchbook.protocols import Problem, constraints_of, objectives_of
from benchbook.typing import FloatArray

_POINTS = 96
_COARSE = 48  # coco-experiment evaluates point by point
_BANDS = 16
_SIDE = 192  # pixels
_INTERESTING = 5.0  # optima of two objectives lie between -5 and 5, in a box of -100 to 100
_BEST = (0.90, 0.38, 0.05)  # vermilion, which differs from blue and grey also for colour-blind readers
_GREY = 0.93  # infeasible points
_NO_METADATA: Any = {"Software": None}  # otherwise name and version of the program


def landscape_name(function: str) -> str:
    """Return the path of a function's picture in the static folder."""
    return f"landscapes/{function}.png"


def landscapes(cache: Path) -> dict[str, bytes]:
    """Return the pictures of all functions of benchbook as PNG, by their paths in the static folder.

    Args:
        cache: Folder with pictures of earlier builds; a function is drawn again only if its code has changed.
    """
    return {landscape_name(name): _picture(name, cache) for name in catalog.shipped_names()}


def _picture(name: str, cache: Path) -> bytes:
    info = describe(name)
    problem = catalog.problem(name, max(2, info.min_dim))
    path = cache / f"{text_digest(name, catalog.digest(problem), _own_code())[:32]}.png"
    if path.is_file():
        return path.read_bytes()
    plain = problem.dim == 2 and objectives_of(problem) == 1 and not constraints_of(problem)
    made = _drawn(problem, _POINTS if plain else _COARSE)
    # Not synced to the disk: pictures lost in a crash of the machine are drawn again.
    cache.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(made)
    partial.replace(path)
    return made


def _own_code() -> str:
    return f"{_POINTS} {_COARSE} {_BANDS} {_SIDE} 2"


def _drawn(problem: Problem, count: int) -> bytes:
    from matplotlib import colormaps
    from matplotlib.image import imsave

    points = _slice(problem, count)
    values = problem(points)
    two = objectives_of(problem) > 1
    if two:
        values = dominators(values)
    ranks = values.argsort(kind="stable").argsort(kind="stable").reshape(count, count) / count**2
    # Shades as in the figures of specs, without the darkest and the lightest ones of the map.
    bands = (np.floor(ranks * _BANDS) / (_BANDS - 1) + 0.35) / 1.5
    colors = colormaps["Blues_r"](bands)[:, :, :3]
    if two:
        colors[(values == 0).reshape(count, count)] = _BEST
    if constraints_of(problem):
        several: Any = problem
        outside = (several.constraint(points) > 0.0).any(axis=1).reshape(count, count)
        grey = colors.mean(axis=-1, keepdims=True)
        colors = np.where(outside[:, :, np.newaxis], _GREY - 0.15 * (1.0 - grey), colors)
    scale = _SIDE // count
    large = (colors[::-1] * 255).astype(np.uint8).repeat(scale, axis=0).repeat(scale, axis=1)
    buffer = io.BytesIO()
    imsave(buffer, large, format="png", metadata=_NO_METADATA)
    return buffer.getvalue()


def _slice(problem: Problem, count: int) -> FloatArray:
    """Return a grid over the last two variables, with the others at the optimum or, if unknown, at the centre."""
    low, high = np.asarray(problem.lower), np.asarray(problem.upper)
    if objectives_of(problem) > 1:
        low, high = np.maximum(low, -_INTERESTING), np.minimum(high, _INTERESTING)
    centre = getattr(problem, "x_opt", None)
    points = np.tile((low + high) / 2 if centre is None else centre, (count * count, 1))
    x, y = (np.linspace(low[k], high[k], count) for k in (-2, -1))
    points[:, -2:] = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return points
