"""Write runs in the format of IOHprofiler's Analyzer logger, which IOHanalyzer and iohinspector read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.interop.exported import Labelled, labelled
from benchbook.artifacts.interop.names import IOH_BBOB, bbob_number, folder_names, safe_name
from benchbook.artifacts.run_view import RunView
from benchbook.errors import UsageError
from benchbook.files import write_atomic

Key = tuple[str, str, int]


def write_ioh(runs: Iterable[RunView], folder: Path) -> list[Path]:
    """Write one folder per optimizer, with one JSON file per function and one data file per dimension.

    Values are precisions if f_opt is known, with all their digits. The first and the last evaluation and every
    improvement are written.

    Returns:
        The folders.

    Raises:
        UsageError: There are no runs.
        StorageError: A file cannot be written.
    """
    cells: dict[Key, list[Labelled]] = {}
    for item in labelled(runs):
        cells.setdefault((item.label, item.run.problem.name, item.run.problem.dim), []).append(item)
    if not cells:
        raise UsageError("there are no runs to export")
    others = list(dict.fromkeys(function for _, function, _ in cells if bbob_number(function) is None))
    names = folder_names(dict.fromkeys(label for label, _, _ in cells))
    scenarios: dict[tuple[str, str], list[dict[str, Any]]] = {}
    versions: dict[tuple[str, str], str] = {}
    for (label, function, dim), own in sorted(cells.items()):
        own.sort(key=lambda item: item.order)
        number, name = _identity(function, others)
        data = f"data_f{number}_{name}/IOHprofiler_f{number}_DIM{dim}.dat"
        write_atomic(folder / names[label] / data, "".join(_run_text(item.run) for item in own).encode())
        scenario = {"dimension": dim, "path": data, "runs": [_summary(item) for item in own]}
        scenarios.setdefault((label, function), []).append(scenario)
        versions.setdefault((label, function), own[0].version)
    for (label, function), found in scenarios.items():
        number, name = _identity(function, others)
        version = f"benchbook {versions[label, function]}".strip()
        document = {
            "version": version,
            "suite": "benchbook" if bbob_number(function) is None else "BBOB",
            "function_id": number,
            "function_name": name,
            "maximization": False,
            "algorithm": {"name": label, "info": version},
            "attributes": ["evaluations", "raw_y"],
            "scenarios": found,
        }
        path = folder / names[label] / f"IOHprofiler_f{number}_{name}.json"
        write_atomic(path, orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return sorted(folder / name for name in names.values())


def _identity(function: str, others: list[str]) -> tuple[int, str]:
    number = bbob_number(function)
    if number is not None:
        return number, IOH_BBOB[number - 1]
    # numbers of functions that IOHprofiler does not know begin above those of its suites
    return 10_001 + others.index(function), safe_name(function)


def _summary(item: Labelled) -> dict[str, Any]:
    run, history = item.run, item.run.history
    f_opt = run.problem.f_opt or 0.0
    found = len(history.evaluations) > 0
    return {
        "instance": run.problem.instance,
        "evals": run.evaluations,
        "best": {
            "evals": int(history.evaluations[-1]) if found else 0,
            "y": float(history.best_values[-1] - f_opt) if found else None,
            "x": [] if item.best_solution is None else item.best_solution.tolist(),
        },
    }


def _run_text(run: RunView) -> str:
    f_opt = run.problem.f_opt or 0.0
    rows = dict(zip(run.history.evaluations.tolist(), (run.history.best_values - f_opt).tolist(), strict=True))
    rows.setdefault(1, math.inf)
    rows.setdefault(run.evaluations, rows[max(rows)])
    # repr has all digits of a number, including those beyond the ten decimals that IOHprofiler prints
    lines = [f"{evaluation} {value!r}" for evaluation, value in sorted(rows.items())]
    return "\n".join(("evaluations raw_y", *lines)) + "\n"
