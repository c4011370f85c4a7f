"""Write runs in COCO's formats, as cocoex logs them and cocopp reads them."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_CEILING, Context
from pathlib import Path

import numpy as np

from benchbook.artifacts.interop.coco.biobj_write import write_biobj
from benchbook.artifacts.interop.exported import Labelled, labelled
from benchbook.artifacts.interop.names import folder_names, safe_name, suite_and_number
from benchbook.artifacts.run_view import RunView
from benchbook.errors import UsageError
from benchbook.files import write_atomic
from benchbook.problems.suites.tables import DIMS
from benchbook.typing import IntArray

log = logging.getLogger(__name__)
_STEPS = 20  # logged precisions and evaluations per factor of ten
_FLOOR = 1e-8
_EVERY = 100_000
_PRINTED = Context(prec=10, rounding=ROUND_CEILING)
Key = tuple[str, str, int, int]


def write_coco(runs: Iterable[RunView], folder: Path) -> list[Path]:
    """Write one folder per optimizer, with `.info`, `.dat` and `.tdat` files, and return these folders.

    The suites are bbob, bbob-constrained and bbob-biobj; an optimizer with runs on several has one folder for each.
    Functions, dimensions and instances that COCO's suites do not have are left out with a warning. Precisions are
    rounded up to the ten digits of the format, so that no run seems to reach a target that it missed.

    Args:
        runs: The runs.
        folder: The folder, which is created.

    Raises:
        UsageError: No run has a problem of these suites.
        StorageError: A file cannot be written.
    """
    cells, left_out = _cells(runs)
    if not cells:
        raise UsageError(f"COCO's suites have none of the problems: {', '.join(left_out) or 'there are no runs'}")
    if left_out:
        log.warning("left out, COCO's suites do not have them: %s", ", ".join(left_out))
    names = folder_names(dict.fromkeys(label for label, *_ in cells))
    suites: dict[tuple[str, str], dict[tuple[int, int], list[Labelled]]] = {}
    for (label, suite, number, dim), own in sorted(cells.items()):
        own.sort(key=lambda item: item.order)
        _warn_of_unequal_numbers(label, number, dim, own)
        suites.setdefault((label, suite), {})[number, dim] = own
    several = Counter(label for label, _ in suites)
    folders = []
    for (label, suite), chosen in suites.items():
        name = names[label] if several[label] == 1 else f"{names[label]}-{suite}"
        folders.append(folder / name)
        if suite == "bbob-biobj":
            write_biobj(chosen, name, folders[-1], time_rows)
        else:
            _write(suite, chosen, name, folders[-1])
    return sorted(folders)


def _write(suite: str, cells: dict[tuple[int, int], list[Labelled]], optimizer: str, folder: Path) -> None:
    """Write the runs of one optimizer on one suite with one objective."""
    info: dict[int, list[str]] = {}
    for (number, dim), own in cells.items():
        data = f"data_f{number}/bbobexp_f{number}_DIM{dim}"
        for suffix, rows in ((".dat", target_rows), (".tdat", time_rows)):
            text = "".join(_run_text(item.run, rows(item.run)) for item in own)
            write_atomic(folder / f"{data}{suffix}", text.encode())
        info.setdefault(number, []).append(_info(suite, optimizer, number, dim, f"{data}.dat", own))
    for number, parts in info.items():
        write_atomic(folder / f"bbobexp_f{number}.info", "".join(parts).encode())


def _cells(runs: Iterable[RunView]) -> tuple[dict[Key, list[Labelled]], list[str]]:
    """Return the runs by label, suite, number and dimension, and a list of what no suite has."""
    cells: dict[Key, list[Labelled]] = {}
    left_out: dict[str, None] = {}
    for item in labelled(runs):
        problem = item.run.problem
        suite, number = suite_and_number(problem.name)
        if number is None or problem.f_opt is None:
            left_out[problem.name] = None
        elif problem.dim not in DIMS:  # cocopp stops at any other dimension of a suite
            left_out[f"dimension {problem.dim} (it has {', '.join(map(str, DIMS))})"] = None
        elif problem.instance < 1:
            left_out[f"instance {problem.instance}"] = None
        else:
            cells.setdefault((item.label, suite, number, problem.dim), []).append(item)
    return cells, list(left_out)


def _warn_of_unequal_numbers(label: str, number: int, dim: int, own: list[Labelled]) -> None:
    repetitions = Counter(item.run.problem.instance for item in own)
    if len(set(repetitions.values())) > 1:
        log.warning(
            "%s, f%d in %d-D: instances have %d to %d runs; cocopp weighs instances alike, as runs.ert does with "
            "balance=True", label, number, dim, min(repetitions.values()), max(repetitions.values()),
        )  # fmt: skip


def target_rows(run: RunView) -> IntArray:
    """Return the evaluations in `.dat`: the first, each new precision of 10**(k/20), every 1e5th, and the last."""
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


def time_rows(run: RunView) -> IntArray:
    """Return the evaluations in `.tdat`: floor(10**(k/20)), dim x {1, 2, 5} x 10**j, and the last."""
    last, dim = run.evaluations, run.problem.dim
    powers = math.ceil(math.log10(max(last, 2)))
    log_spaced = np.floor(10 ** (np.arange(_STEPS * powers + 1) / _STEPS) + 1e-9)
    round_ones = np.array([dim * m * 10**j for j in range(powers + 1) for m in (1, 2, 5)])
    points = np.unique(np.concatenate(([1], log_spaced, round_ones, [last])))
    return points[points <= last].astype(np.int64)


def _run_text(run: RunView, points: IntArray) -> str:
    f_opt = run.problem.f_opt or 0.0
    history = run.history
    place = np.searchsorted(history.evaluations, points, side="right") - 1
    lines = [
        f"% f evaluations | g evaluations | best noise-free fitness - Fopt ({f_opt:.12e}) + sum g_i+ | "
        "measured fitness | best measured fitness or single-digit g-values | x1 | x2..."
    ]
    both = suite_and_number(run.problem.name)[0] == "bbob-constrained"  # half of the evaluations are of constraints
    for evaluation, found in zip(points.tolist(), place.tolist(), strict=True):
        if both and evaluation == 1:
            continue  # a point counts only once its constraints have been evaluated
        best = float(history.best_values[found]) if found >= 0 else math.inf
        # If a row is not an improvement, its own value is unknown; the best value is written instead.
        f, g = (evaluation - evaluation // 2, evaluation // 2) if both else (evaluation, 0)
        lines.append(f"{f} {g} {_rounded_up(max(best - f_opt, 0.0))} {best:+10.9e} {best:+10.9e}")
    return "\n".join(lines) + "\n"


def _rounded_up(precision: float) -> str:
    if not math.isfinite(precision):
        return f"{precision:+10.9e}"
    return f"{float(_PRINTED.create_decimal_from_float(precision)):+10.9e}"


def _final(run: RunView) -> float:
    """Return the last precision, as printed in the rows; infinity without a value."""
    values = run.history.best_values
    return max(float(values[-1]) - (run.problem.f_opt or 0.0), 0.0) if len(values) else math.inf


def _info(suite: str, optimizer: str, number: int, dim: int, data: str, own: list[Labelled]) -> str:
    share = 2 if suite == "bbob-constrained" else 1  # the index counts evaluations of the objective
    entries = ", ".join(
        f"{item.run.problem.instance}:{-(-item.run.evaluations // share)}|{_final(item.run):.1e}" for item in own
    )
    return (
        f"suite = '{suite}', funcId = {number}, DIM = {dim}, Precision = 1.000e-08, algId = '{optimizer}', "
        f"coco_version = '2.8.2', logger = 'bbob', data_format = 'bbob-new2'\n"
        f"% exported by benchbook {safe_name(own[0].version)}\n"
        f"{data}, {entries}\n"
    )
