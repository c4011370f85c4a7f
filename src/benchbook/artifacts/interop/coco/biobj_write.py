"""Write runs with two objectives in COCO's format, with the indicator that measures them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchbook.artifacts.interop.exported import Labelled
from benchbook.artifacts.interop.names import safe_name
from benchbook.artifacts.run_view import RunView
from benchbook.files import write_atomic
from benchbook.problems.suites.pairs import INSTANCES, PAIRS
from benchbook.problems.suites.tables import DIMS
from benchbook.typing import IntArray

_FIRST_SUITE = 55  # functions of bbob-biobj; bbob-biobj-ext has all
_STEPS = 10  # targets for each factor of ten
_FLOOR = 1e-8
_GROUPS = ((5, "1-separable"), (9, "2-moderate"), (14, "3-ill-conditioned"), (19, "4-multi-modal"))
_LAST_GROUP = "5-weakly-structured"

Cells = dict[tuple[int, int], list[Labelled]]


def write_biobj(cells: Cells, optimizer: str, folder: Path, time_rows: Callable[[RunView], IntArray]) -> None:
    """Write the runs of one optimizer, ordered by function number and dimension.

    Args:
        cells: The runs, sorted.
        optimizer: Its name in the files.
        folder: The folder, which is created.
        time_rows: Returns the evaluations that get a row in the `.tdat` file.

    Raises:
        StorageError: A file cannot be written.
    """
    count = _FIRST_SUITE if max(number for number, _ in cells) <= _FIRST_SUITE else len(PAIRS)
    suite = "bbob-biobj" if count == _FIRST_SUITE else "bbob-biobj-ext"
    lines: dict[str, list[str]] = {}
    version = ""
    for (number, dim), own in sorted(cells.items()):
        kind = "_".join(_group(part) for part in PAIRS[number - 1])
        name = f"bbob-biobj_f{number:02d}_d{dim:02d}_hyp"
        heads = [_head(number, dim, item.run, count) for item in own]
        hits = "".join(f"{head} | target hit\n{_target_lines(item.run)}" for head, item in zip(heads, own, strict=True))
        timed = "".join(
            f"{head}\n{_timed(item.run, time_rows(item.run))}" for head, item in zip(heads, own, strict=True)
        )
        write_atomic(folder / kind / f"{name}.dat", hits.encode())
        write_atomic(folder / kind / f"{name}.tdat", timed.encode())
        entries = ", ".join(
            f"{item.run.problem.instance}:{item.run.evaluations}|{_precision(item.run, -1):.1e}" for item in own
        )
        lines.setdefault(kind, []).append(f"function = {number:2d}, dim = {dim:2d}, {name}.dat, {entries}")
        version = safe_name(own[0].version)
    for kind, entries_of in lines.items():
        head = (
            f"suite = '{suite}', algorithm = '{optimizer}', indicator = 'hyp', folder = '{kind}', "
            f"coco_version = '2.8.2', settings = ''\n% exported by benchbook {version}\n"
        )
        write_atomic(folder / f"{kind}_hyp.info", (head + "\n".join(entries_of) + "\n").encode())


def _group(number: int) -> str:
    return next((group for last, group in _GROUPS if number <= last), _LAST_GROUP)


def _head(number: int, dim: int, run: RunView, count: int) -> str:
    instance = run.problem.instance
    index = (DIMS.index(dim) * count + number - 1) * len(INSTANCES) + instance - 1
    parts = zip(PAIRS[number - 1], INSTANCES[instance - 1], strict=True)
    name = "__".join(f"bbob_f{f:03d}_i{i:02d}_d{dim:02d}" for f, i in parts)
    reference = -(run.problem.f_opt or 0.0)
    return (
        f"%\n% index = {index}, name = {name}\n% instance = {instance}, reference value = {reference:.15e}\n"
        "% function evaluation | indicator value"
    )


def _precision(run: RunView, place: int) -> float:
    """Return the precision at an improvement; infinity if there is none."""
    if not len(run.history.best_values):
        return math.inf
    return float(run.history.best_values[place]) - (run.problem.f_opt or 0.0)


def _target_lines(run: RunView) -> str:
    """Return a row for each improvement that reaches a new target, and for the last evaluation."""
    rows = []
    before = math.inf
    for evaluation, value in zip(run.history.evaluations.tolist(), run.history.best_values.tolist(), strict=True):
        precision = value - (run.problem.f_opt or 0.0)
        target = _target(precision)
        if target < before:
            rows.append((evaluation, precision, target))
            before = target
    if rows and rows[-1][0] < run.evaluations:
        rows.append((run.evaluations, _precision(run, -1), before))
    return "".join(f"{evaluation}\t{precision:.15e}\t{target:.15e}\n" for evaluation, precision, target in rows)


def _target(precision: float) -> float:
    """Return the next target above a precision: powers of ten down to 1e-8, 0, and their negatives."""
    if precision > _FLOOR:
        return float(10 ** (math.ceil(_STEPS * math.log10(precision) - 1e-9) / _STEPS))
    if precision > -_FLOOR:
        return _FLOOR if precision > 0 else 0.0
    return -float(10 ** (math.floor(_STEPS * math.log10(-precision) + 1e-9) / _STEPS))


def _timed(run: RunView, points: IntArray) -> str:
    places = np.searchsorted(run.history.evaluations, points, side="right") - 1
    rows = zip(points.tolist(), places.tolist(), strict=True)
    return "".join(f"{evaluation}\t{_precision(run, place):.15e}\n" for evaluation, place in rows if place >= 0)
