"""Published baselines for the pages, and their data for the charts in the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchbook.analysis.comparison.baseline_parts import SUFFIX
from benchbook.analysis.comparison.baselines import Baseline, baseline_files, load_baseline
from benchbook.analysis.comparison.contents import dims_of, functions_of, optimizers_of, us_per_evaluation
from benchbook.analysis.measures.profiles import group_of
from benchbook.analysis.measures.references import BEST, ROUNDING, reference
from benchbook.analysis.plots import optimizer_styles
from benchbook.analysis.plots.drawing.style import AMBER, BLUE, GREEN, INK, ORANGE, PURPLE, SKY
from benchbook.analysis.ranking.published import library_of
from benchbook.errors import ArtifactError
from benchbook.files import shipped
from benchbook.problems import describe, names
from benchbook.records.published import CellSummary, StudySummary
from benchbook.typing import IntArray
from benchbook.whole_numbers import whole

_COLORS = {BLUE: "blue", ORANGE: "orange", GREEN: "green", PURPLE: "purple", SKY: "sky", AMBER: "amber", INK: "ink"}
_FEW, _SHOWN, _USUAL_DIM = 12, 6, 5
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineView:
    """One published baseline: its content, or why it cannot be read."""

    path: Path
    baseline: Baseline | None
    trouble: str | None

    @property
    def name(self) -> str:
        """Its name, or the name of its file if it cannot be read."""
        return self.path.name.removesuffix(SUFFIX) if self.baseline is None else self.baseline.name

    @property
    def artifact(self) -> str:
        """Its path relative to the project."""
        return f"artifacts/baselines/{self.path.name}"

    @property
    def artifacts(self) -> dict[str, Path]:
        """Its files by where they are relative to the project; a large baseline has several."""
        files = [self.path] if self.baseline is None else self.baseline.files
        return {f"artifacts/baselines/{path.name}": path for path in files}

    @property
    def has_hits(self) -> bool:
        """Whether curves can be drawn from it."""
        return self.baseline is not None and any(
            cell.first_hits is not None for cell in self.baseline.summary.cells.values()
        )

    @property
    def has_equal_budgets(self) -> bool:
        """Whether its optimizers had the same budget on each problem, so that final results can be ranked."""
        if self.baseline is None:
            return False
        budgets: dict[tuple[str, int], int] = {}
        cells = self.baseline.summary.cells.values()
        return all(cell.budget == budgets.setdefault((cell.function, cell.dim), cell.budget) for cell in cells)


def baseline_views(*folders: Path) -> list[BaselineView]:
    """Return the baselines in folders: first those with equal budgets, starting with the one with the most cells.

    Damaged ones come last. If two have the same name, that of the later folder counts.
    """
    views = [_view(path) for path in baseline_files(*folders).values()]
    return sorted(views, key=lambda view: (not view.has_hits, not view.has_equal_budgets, -_size(view), view.name))


def drawable(views: Sequence[BaselineView]) -> list[BaselineView]:
    """Return the baselines from which curves can be drawn."""
    return [view for view in views if view.has_hits]


def widest_first(views: Sequence[BaselineView]) -> list[BaselineView]:
    """Return them by number of optimizers, then by number of cells, the largest first."""
    return sorted(views, key=lambda view: (-_optimizers(view), -_size(view), view.name))


def styles(labels: Sequence[str]) -> list[dict[str, str]]:
    """Return name, colour and dashes of optimizers, the same as in the figures of the package.

    Examples:
        >>> styles(["manta_ray_foraging"])
        [{'name': 'manta_ray_foraging', 'color': 'blue', 'dash': ''}]
    """
    return [
        {"name": name, "color": _COLORS.get(style["color"], "grey"), "dash": _dash(style["linestyle"])}
        for name, style in optimizer_styles(labels).items()
    ]


def script_files(view: BaselineView) -> dict[str, bytes]:
    """Return a baseline as scripts by path: pages that are opened as files may load scripts, but no data.

    The first holds all but the runs, which have one script for each dimension, so that a page loads only what it shows.
    Hits are differences in base 36, so that a run takes a few bytes.
    """
    if view.baseline is None:
        return {}
    summary = view.baseline.summary
    targets = [] if summary.targets is None else summary.targets.tolist()
    optimizers, functions, dims = optimizers_of(summary), functions_of(summary), dims_of(summary)
    cells = list(summary.cells.values())
    parts: dict[int, list[list[object]]] = {dim: [] for dim in dims}
    for c in cells:
        if c.first_hits is not None:
            place = [optimizers.index(c.optimizer), functions.index(c.function), dims.index(c.dim)]
            parts[c.dim].append([*place, _runs(c, c.first_hits)])
    key = as_json(view.name)
    begin = "window.benchbook = window.benchbook || { data: {} };"
    made = {
        part_name(
            view, dim
        ): f"{begin}\n((window.benchbook.parts ||= {{}})[{key}] ||= {{}})[{dim}] = {as_json(runs)};\n"
        for dim, runs in parts.items()
    }
    budgets: dict[str, list[float]] = {name: [0.0] * len(dims) for name in optimizers}
    for c in cells:
        own, at = budgets[c.optimizer], dims.index(c.dim)
        own[at] = max(own[at], c.budget / c.dim)
    data = {
        "name": view.name,
        "artifact": view.artifact,
        "href": f"_static/{view.artifact}",
        "verify": verify_command(view),
        "targets": [_exponent(target) for target in targets],
        "optimizers": [
            {
                **style,
                "library": library_of(style["name"]),
                "budgets": budgets[style["name"]],
                "us": rounded_time(us_per_evaluation(c for c in cells if c.optimizer == style["name"])),
            }
            for style in styles(optimizers)
        ],
        "usual": usual(view),
        "functions": [function_data(name) for name in functions],
        "dims": dims,
        "parts": {str(dim): part_name(view, dim) for dim in dims},
        "reference": _reference(summary, functions, dims),
    }
    made[script_name(view)] = f"{begin}\nwindow.benchbook.data[{key}] = {as_json(data)};\n"
    return {name: text.encode() for name, text in made.items()}


def rounded_time(us: float) -> float | None:
    """Return microseconds with three digits; None if they are unknown."""
    return None if np.isnan(us) else float(f"{us:.3g}")


def part_name(view: BaselineView, dim: int) -> str:
    """Return the path of the script with the runs of one dimension."""
    return f"data/{file_name(view)}.{dim}.js"


def usual(view: BaselineView) -> dict[str, list[str]]:
    """Return what is shown first: all of a small baseline; of a wide one, one dimension and its best optimizers."""
    if view.baseline is None:
        return {"optimizers": [], "dims": []}
    summary = view.baseline.summary
    optimizers, dims = optimizers_of(summary), dims_of(summary)
    if len(optimizers) <= _FEW:
        return {"optimizers": optimizers, "dims": [str(dim) for dim in dims]}
    dim = _USUAL_DIM if _USUAL_DIM in dims else dims[len(dims) // 2]
    shares: dict[str, list[float]] = {}
    for cell in summary.cells.values():
        if cell.dim == dim and cell.first_hits is not None:
            shares.setdefault(cell.optimizer, []).append(float(np.mean([len(run) for run in cell.first_hits])))
    order = sorted(shares, key=lambda name: (-float(np.mean(shares[name])), name))
    return {"optimizers": order[:_SHOWN], "dims": [str(dim)]}


def script_name(view: BaselineView) -> str:
    """Return the path of a baseline's script in the pages' static folder."""
    return f"data/{file_name(view)}.js"


def file_name(view: BaselineView) -> str:
    """Return the name of a baseline's file without suffix."""
    return view.path.name.removesuffix(SUFFIX)


def verify_command(view: BaselineView) -> str:
    """Return the command that repeats some of the runs and compares them with the baseline."""
    what = view.name if view.path.is_relative_to(shipped("baselines")) else view.artifact
    return f"benchbook verify {what} --sample 20"


def function_data(name: str) -> dict[str, str]:
    """Return what the charts show of a function."""
    known = name in names()
    number = re.fullmatch(r"bbob_(?:\w+_)?(f\d+)", name)
    short = number[1] if number else name
    title = f"{short} {describe(name).title}" if known else name
    return {"name": name, "short": short, "title": title, "group": group_of(name)}


def as_json(data: object) -> str:
    r"""Return JSON that is safe in a page: no text in it can end a script or begin markup.

    Examples:
        >>> print(as_json("</script>"))
        "\u003c/script\u003e"
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("`", "\\u0060")


def _view(path: Path) -> BaselineView:
    try:
        return BaselineView(path=path, baseline=load_baseline(path), trouble=None)
    except ArtifactError as error:
        return BaselineView(
            path=path, baseline=None, trouble=str(error).replace(str(path.parent), "artifacts/baselines")
        )


def _optimizers(view: BaselineView) -> int:
    return 0 if view.baseline is None else len(optimizers_of(view.baseline.summary))


def _size(view: BaselineView) -> int:
    return 0 if view.baseline is None else len(view.baseline.summary.cells)


def _reference(summary: StudySummary, functions: Sequence[str], dims: Sequence[int]) -> dict[str, object] | None:
    """Return the running times of the reference by position of function and dimension; None if targets differ."""
    best = reference(BEST)
    if summary.targets is None or len(summary.targets) != len(best.targets):
        return None
    if not np.allclose(summary.targets, best.targets, rtol=ROUNDING - 1):
        return None
    cells = {
        f"{fn}|{dim}": [float(f"{time:.6g}") for time in best.evaluations[name, d] if np.isfinite(time)]
        for fn, name in enumerate(functions)
        for dim, d in enumerate(dims)
        if (name, d) in best.evaluations
    }
    return {"name": best.name, "cells": cells} if cells else None


def _exponent(target: float) -> float:
    """Return the logarithm of a target; whole ones as integers, because they appear in the address bar."""
    exponent: float = whole(round(float(np.log10(target)), 6))
    return exponent


def _runs(cell: CellSummary, hits: Sequence[IntArray]) -> str:
    return ";".join(
        f"{_base36(spent)}|{','.join(_base36(hit - before) for before, hit in pairwise([0, *run.tolist()]))}"
        for spent, run in zip(cell.evaluations.tolist(), hits, strict=True)
    )


@cache
def _base36(value: int) -> str:
    """Return a number in base 36; nothing for 0."""
    made = ""
    while value:
        value, digit = divmod(value, 36)
        made = _DIGITS[digit] + made
    return made


def _dash(line: object) -> str:
    if line == "--":
        return "6 4"
    return " ".join(f"{2 * length:g}" for length in line[1]) if isinstance(line, tuple) else ""
