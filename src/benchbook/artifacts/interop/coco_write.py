"""Write runs in COCO's format (`bbob-new2`), as cocoex logs them and cocopp reads them."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchbook.artifacts.interop.names import bbob_number, safe_name
from benchbook.errors import UsageError
from benchbook.files import write_atomic
from benchbook.records import RunRecord
from benchbook.typing import IntArray

log = logging.getLogger(__name__)
_STEPS = 20  # logged precisions and evaluations a decade
_FLOOR = 1e-8
_EVERY = 100_000
Key = tuple[str, int, int]


def write_coco(runs: Iterable[RunRecord], folder: Path) -> list[Path]:
    """Write a folder an optimizer, with `.info`, `.dat` and `.tdat` files, and return these folders.

    Functions that COCO has no number for are left out, with a warning.

    Args:
        runs: The runs.
        folder: Where; it is made.

    Raises:
        UsageError: No run is on a BBOB function.
        StorageError: A file cannot be written.
    """
    cells: dict[Key, list[RunRecord]] = {}
    other: set[str] = set()
    for run in runs:
        number = bbob_number(run.problem.name)
        if number is None or run.problem.f_opt is None:
            other.add(run.problem.name)
            continue
        cells.setdefault((run.optimizer.name, number, run.problem.dim), []).append(run)
    if not cells:
        raise UsageError(f"COCO knows none of the functions: {', '.join(sorted(other)) or 'there are no runs'}")
    if other:
        log.warning("left out, COCO has no number for them: %s", ", ".join(sorted(other)))
    info: dict[tuple[str, int], list[str]] = {}
    for (optimizer, number, dim), own in sorted(cells.items()):
        own.sort(key=lambda run: (run.problem.instance, run.seed))
        base = folder / safe_name(optimizer)
        data = f"data_f{number}/bbobexp_f{number}_DIM{dim}"
        for suffix, points in ((".dat", target_rows), (".tdat", time_rows)):
            text = "".join(_run_text(run, points(run)) for run in own)
            write_atomic(base / f"{data}{suffix}", text.encode())
        info.setdefault((optimizer, number), []).append(_info(optimizer, number, dim, f"{data}.dat", own))
    for (optimizer, number), parts in info.items():
        write_atomic(folder / safe_name(optimizer) / f"bbobexp_f{number}.info", "".join(parts).encode())
    return sorted({folder / safe_name(optimizer) for optimizer, _ in info})


def target_rows(run: RunRecord) -> IntArray:
    """Return the evaluations of `.dat`: the first, each new 10**(k/20) of precision, each 1e5, and the last."""
    history, f_opt = run.history, run.problem.f_opt or 0.0
    precisions = history.best_values - f_opt
    exact = precisions <= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.ceil(_STEPS * np.log10(np.maximum(precisions, _FLOOR)) - 1e-9)
    level[exact] = -np.inf
    before = np.concatenate(([np.inf], np.minimum.accumulate(level)[:-1])) if len(level) else level
    crossed = history.evaluations[level < before]
    regular = np.arange(_EVERY, run.evaluations + 1, _EVERY)
    return np.unique(np.concatenate(([1], crossed, regular, [run.evaluations]))).astype(np.int64)


def time_rows(run: RunRecord) -> IntArray:
    """Return the evaluations of `.tdat`: floor(10**(k/20)), dim x {1, 2, 5} x 10**j, and the last."""
    last, dim = run.evaluations, run.problem.dim
    decades = math.ceil(math.log10(max(last, 2)))
    log_spaced = np.floor(10 ** (np.arange(_STEPS * decades + 1) / _STEPS) + 1e-9)
    round_ones = np.array([dim * m * 10**j for j in range(decades + 1) for m in (1, 2, 5)])
    points = np.unique(np.concatenate(([1], log_spaced, round_ones, [last])))
    return points[points <= last].astype(np.int64)


def _run_text(run: RunRecord, points: IntArray) -> str:
    f_opt = run.problem.f_opt or 0.0
    history = run.history
    place = np.searchsorted(history.evaluations, points, side="right") - 1
    lines = [
        f"% f evaluations | g evaluations | best noise-free fitness - Fopt ({f_opt:.12e}) + sum g_i+ | "
        "measured fitness | best measured fitness or single-digit g-values | x1 | x2..."
    ]
    for evaluation, found in zip(points.tolist(), place.tolist(), strict=True):
        best = float(history.best_values[found]) if found >= 0 else math.inf
        # Of a row that is no improvement the value itself is not known; the best one stands for it.
        lines.append(f"{evaluation} 0 {max(best - f_opt, 0.0):+10.9e} {best:+10.9e} {best:+10.9e}")
    return "\n".join(lines) + "\n"


def _info(optimizer: str, number: int, dim: int, data: str, runs: list[RunRecord]) -> str:
    entries = ", ".join(
        f"{run.problem.instance}:{run.evaluations}|{max(run.precision or 0.0, 0.0):.1e}" for run in runs
    )
    return (
        f"suite = 'bbob', funcId = {number}, DIM = {dim}, Precision = 1.000e-08, algId = '{safe_name(optimizer)}', "
        f"coco_version = '2.8.2', logger = 'bbob', data_format = 'bbob-new2'\n"
        f"% exported by benchbook {safe_name(runs[0].version)}\n"
        f"{data}, {entries}\n"
    )
