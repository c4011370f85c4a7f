"""What the stereo notebook shows: depth maps compared with the truth, and their quality."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from benchbook.analysis.plots import Picture, depth_comparison
from benchbook.problems.applied.stereo import (
    StereoProblem,
    completeness,
    depth_error_mm,
    extract_depth,
    plane_sweep,
    precision,
    sweep_depths_mm,
)
from benchbook.problems.applied.table import FAR_MM, NEAR_MM
from benchbook.specs.applied_spec import AppliedSpec
from benchbook.specs.views.display import Table
from benchbook.typing import FloatArray

PLANES = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthQuality:
    """How good a depth map is.

    Attributes:
        completeness: Share of the ground truth that it explains.
        precision: Share of its own depths that are right; None if it has none.
        error_mm: Root mean square error of its depths; None if it has none.
    """

    completeness: float
    precision: float | None
    error_mm: float | None


def swept_depth(problem: StereoProblem, *, most_cost: float = float("inf")) -> FloatArray:
    """Return the depth map of a plane sweep over a problem's pictures; NaN where all planes cost more than `most_cost`.

    Examples:
        >>> swept_depth(StereoProblem("stereo_plane", 3)).shape
        (72, 96)
    """
    depths_mm = sweep_depths_mm(NEAR_MM, FAR_MM, PLANES)
    return extract_depth(plane_sweep(problem.pictures, problem.cameras, depths_mm), depths_mm, most_cost=most_cost)


def depth_maps(
    spec: AppliedSpec, others: Mapping[str, Callable[[StereoProblem], FloatArray]]
) -> dict[tuple[str, int], dict[str, FloatArray]]:
    """Return depth maps by function and instance, then by method: of others, then what solver and control found.

    Args:
        spec: A spec whose runs are done.
        others: Methods without a search, by name: each makes a depth map of a problem.
    """
    maps: dict[tuple[str, int], dict[str, FloatArray]] = {}
    for function in dict.fromkeys(item.name for item in spec.problems):
        for control in (False, True):
            name = (spec.control if control else spec.optimizer).name
            for found, run in spec.solved(function, control=control):
                problem = cast("StereoProblem", found)
                place = function, problem.instance
                if place not in maps:
                    maps[place] = {method: make(problem) for method, make in others.items()}
                if run.best_solution is not None:
                    maps[place][name] = problem.depth_map(run.best_solution)
    return maps


def qualities(
    spec: AppliedSpec, maps: Mapping[tuple[str, int], Mapping[str, FloatArray]], *, tolerance_mm: float
) -> dict[tuple[str, int], dict[str, DepthQuality]]:
    """Return how good depth maps are, in the same order; see `depth_maps`."""
    truths = {(item.name, item.instance): cast("StereoProblem", item).truth_mm for item in spec.problems}
    return {
        place: {
            method: DepthQuality(
                completeness=completeness(found, truths[place], tolerance_mm=tolerance_mm),
                precision=precision(found, truths[place], tolerance_mm=tolerance_mm),
                error_mm=depth_error_mm(found, truths[place]),
            )
            for method, found in methods.items()
        }
        for place, methods in maps.items()
    }


def quality_table(measured: Mapping[tuple[str, int], Mapping[str, DepthQuality]]) -> Table:
    """Return completeness, precision and error, a row a scene and method."""
    rows = [
        [f"{function}, instance {instance}", method, _percent(q.completeness), _percent(q.precision), _mm(q.error_mm)]
        for (function, instance), methods in measured.items()
        for method, q in methods.items()
    ]
    return Table(["scene", "method", "completeness", "precision", "error, mm"], rows)


def depth_picture(problem: StereoProblem, maps: Mapping[str, FloatArray]) -> Picture:
    """Return depth maps of a scene and the truth, with their errors."""
    errors = ", ".join(f"{name} {_mm(depth_error_mm(found, problem.truth_mm))} mm" for name, found in maps.items())
    alt = (
        f"Depth maps of {problem.name}, instance {problem.instance}: the ground truth, and the results, "
        f"each above its signed error. Root mean square error: {errors}."
    )
    return Picture(depth_comparison(problem.truth_mm, maps, picture=problem.pictures[0]), alt)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _mm(error: float | None) -> str:
    return "–" if error is None else f"{error:.1f}"
