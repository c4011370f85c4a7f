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
from benchbook.protocols import Constrained, Problem, constraints_of, objectives_of
from benchbook.typing import FloatArray

_POINTS = 96
_COARSE = 48  # what coco-experiment evaluates goes point by point
_FAST = {"cec2006", "engineering", "mixed"}
_BANDS = 16
_SIDE = 192  # pixels
_INTERESTING = 5.0  # optima of two objectives lie between -5 and 5, in a box of -100 to 100
_BEST = (0.90, 0.38, 0.05)  # vermilion, which stands out from blue and grey for every kind of eye
_GREY = 0.93  # what is not feasible, like a ground without colour
_HARDLY = 0.95  # of a picture is not feasible: then its shades are those of the violation
_HARDLY_ANY = 0.001  # is feasible: that is no region that a picture could show
_HALVINGS = 8
_NO_METADATA: Any = {"Software": None}  # else the name and version of the program


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
    fine = plain or info.family in _FAST
    made = _drawn(problem, _POINTS if fine else _COARSE)
    # Not synced to the disk: whatever is lost in a crash of the machine is drawn again.
    cache.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(made)
    partial.replace(path)
    return made


def _own_code() -> str:
    return f"{_POINTS} {_COARSE} {_BANDS} {_SIDE} {_HARDLY} {_HALVINGS} {_HARDLY_ANY} 4"


def _drawn(problem: Problem, count: int) -> bytes:
    points = _slice(problem, count)
    values = problem(points)
    two = objectives_of(problem) > 1
    if two:
        values = dominators(values)
    colors = _blues(_ranks(values).reshape(count, count))
    if two:
        colors[(values == 0).reshape(count, count)] = _BEST
    if isinstance(problem, Constrained) and constraints_of(problem):
        _grey_outside(colors, problem, points)
        if getattr(problem, "x_opt", None) is not None:
            _mark_optimum(colors, problem, points)
    if hasattr(problem, "front"):
        scale = _SIDE // count
        colors = colors.repeat(scale, axis=0).repeat(scale, axis=1)
        _add_front(colors, problem)
    return _png(colors)


def _ranks(values: FloatArray) -> FloatArray:
    ranks: FloatArray = values.argsort(kind="stable").argsort(kind="stable") / len(values)
    return ranks


def _blues(ranks: FloatArray) -> FloatArray:
    """Return the colours of ranks from 0 to 1, shape `(n, n, 3)`."""
    from matplotlib import colormaps

    # Shades as in the figures of the specs: the darkest and the lightest ones of the map are left out.
    bands = (np.floor(ranks * _BANDS) / (_BANDS - 1) + 0.35) / 1.5
    colors: FloatArray = colormaps["Blues_r"](bands)[:, :, :3]
    return colors


def _grey_outside(colors: FloatArray, problem: Constrained, points: FloatArray) -> None:
    """Take the colour from what is not feasible: shades of the value, or where hardly anything is, of the violation."""
    shape = colors.shape[:2]
    violation = np.maximum(problem.constraint(points), 0.0).sum(axis=1)
    outside = (violation > 0.0).reshape(shape)
    grey = _GREY - 0.15 * (1.0 - colors.mean(axis=-1, keepdims=True))
    if outside.mean() > _HARDLY:
        grey = 0.5 + 0.45 * (np.floor(_ranks(violation) * _BANDS) / _BANDS).reshape(*shape, 1)
    colors[outside] = np.broadcast_to(grey, colors.shape)[outside]


def _mark_optimum(colors: FloatArray, problem: Problem, points: FloatArray) -> None:
    """Mark the pixels around the best point known."""
    count = len(colors)
    known: Any = problem
    low, step = points[0, -2:], (points[-1, -2:] - points[0, -2:]) / (count - 1)
    column, row = np.rint((known.x_opt[-2:] - low) / step).astype(int).tolist()
    size = max(1, count // 48)
    colors[max(row - size, 0) : row + size + 1, max(column - size, 0) : column + size + 1] = _BEST


def _add_front(colors: FloatArray, problem: Problem) -> None:
    """Draw the front between ideal and nadir point into the upper right corner, as a curve on white."""
    known: Any = problem
    size = len(colors) * 2 // 5
    values = (known.front(4000) - known.ideal) / (known.nadir - known.ideal)
    column, row = (2 + np.rint(values * (size - 6)).astype(int)).T
    inset = np.ones((size, size, 3))
    inset[[0, -1]] = inset[:, [0, -1]] = 0.4
    for up, right in ((0, 0), (1, 0), (0, 1), (1, 1)):
        inset[row + up, column + right] = _BEST
    colors[-size:, -size:] = inset


def _png(colors: FloatArray) -> bytes:
    from matplotlib.image import imsave

    scale = _SIDE // len(colors)
    large = (colors[::-1] * 255).astype(np.uint8).repeat(scale, axis=0).repeat(scale, axis=1)
    buffer = io.BytesIO()
    imsave(buffer, large, format="png", metadata=_NO_METADATA)
    return buffer.getvalue()


def _slice(problem: Problem, count: int) -> FloatArray:
    """Return a grid over the last two variables, with the others where the optimum or else the centre is.

    Where hardly any point of the box is feasible, it covers the part around the optimum where some are.
    """
    low, high = np.asarray(problem.lower), np.asarray(problem.upper)
    if objectives_of(problem) > 1:
        low, high = np.maximum(low, -_INTERESTING), np.minimum(high, _INTERESTING)
    centre = getattr(problem, "x_opt", None)
    if centre is None or not isinstance(problem, Constrained) or not constraints_of(problem):
        return _grid((low + high) / 2 if centre is None else centre, low, high, count)
    shown, most = _grid(centre, low, high, count), -1.0
    for halving in range(_HALVINGS):
        reach = (high - low) / 2.0 ** (halving + 1)
        middle = np.clip(centre, low + reach, high - reach)
        points = _grid(centre, middle - reach, middle + reach, count)
        feasible = float((problem.constraint(points) <= 0.0).all(axis=1).mean())
        if feasible > max(2.0 * most, _HARDLY_ANY):  # closer only where that shows much more
            shown, most = points, feasible
        if feasible >= 1.0 - _HARDLY:
            break
    return shown


def _grid(centre: FloatArray, low: FloatArray, high: FloatArray, count: int) -> FloatArray:
    points = np.tile(centre, (count * count, 1))
    x, y = (np.linspace(low[k], high[k], count) for k in (-2, -1))
    points[:, -2:] = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return points
