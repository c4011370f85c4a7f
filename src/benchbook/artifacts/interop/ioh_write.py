"""Write runs in the format of IOHprofiler, as its Analyzer logger does and IOHanalyzer and iohinspector read it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.interop.names import IOH_BBOB, bbob_number, safe_name
from benchbook.errors import UsageError
from benchbook.files import write_atomic
from benchbook.records import RunRecord

Key = tuple[str, str, int]


def write_ioh(runs: Iterable[RunRecord], folder: Path) -> list[Path]:
    """Write a folder an optimizer, with a JSON file a function and a data file a dimension; return these folders.

    Values are precisions where f_opt is known. Every improvement is written, and the first and the last evaluation.

    Raises:
        UsageError: There are no runs.
        StorageError: A file cannot be written.
    """
    cells: dict[Key, list[RunRecord]] = {}
    for run in runs:
        cells.setdefault((run.optimizer.name, run.problem.name, run.problem.dim), []).append(run)
    if not cells:
        raise UsageError("there are no runs to export")
    others = list(dict.fromkeys(function for _, function, _ in cells if bbob_number(function) is None))
    scenarios: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for (optimizer, function, dim), own in sorted(cells.items()):
        own.sort(key=lambda run: (run.problem.instance, run.seed))
        number, name = _identity(function, others)
        base = folder / safe_name(optimizer)
        data = f"data_f{number}_{name}/IOHprofiler_f{number}_DIM{dim}.dat"
        write_atomic(base / data, "".join(_run_text(run) for run in own).encode())
        scenario = {"dimension": dim, "path": data, "runs": [_summary(run) for run in own]}
        scenarios.setdefault((optimizer, function), []).append(scenario)
    for (optimizer, function), found in scenarios.items():
        number, name = _identity(function, others)
        version = next(run.version for key, own in cells.items() if key[:2] == (optimizer, function) for run in own)
        document = {
            "version": f"benchbook {version}",
            "suite": "benchbook" if bbob_number(function) is None else "BBOB",
            "function_id": number,
            "function_name": name,
            "maximization": False,
            "algorithm": {"name": optimizer, "info": f"benchbook {version}"},
            "attributes": ["evaluations", "raw_y"],
            "scenarios": found,
        }
        path = folder / safe_name(optimizer) / f"IOHprofiler_f{number}_{name}.json"
        write_atomic(path, orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return sorted({folder / safe_name(optimizer) for optimizer, _ in scenarios})


def _identity(function: str, others: list[str]) -> tuple[int, str]:
    number = bbob_number(function)
    if number is not None:
        return number, IOH_BBOB[number - 1]
    # numbers of functions that IOHprofiler does not know begin above those of its suites
    return 10_001 + others.index(function), safe_name(function)


def _summary(run: RunRecord) -> dict[str, Any]:
    history = run.history
    f_opt = run.problem.f_opt or 0.0
    found = len(history.evaluations) > 0
    return {
        "instance": run.problem.instance,
        "evals": run.evaluations,
        "best": {
            "evals": int(history.evaluations[-1]) if found else 0,
            "y": float(history.best_values[-1] - f_opt) if found else None,
            "x": [] if run.best_solution is None else run.best_solution.tolist(),
        },
    }


def _run_text(run: RunRecord) -> str:
    f_opt = run.problem.f_opt or 0.0
    rows = dict(zip(run.history.evaluations.tolist(), (run.history.best_values - f_opt).tolist(), strict=True))
    rows.setdefault(1, math.inf)
    rows.setdefault(run.evaluations, rows[max(rows)])
    lines = [f"{evaluation} {value:.16f}" for evaluation, value in sorted(rows.items())]
    return "\n".join(("evaluations raw_y", *lines)) + "\n"
