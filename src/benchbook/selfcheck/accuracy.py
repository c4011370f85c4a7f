"""Accuracy checks: values compared with references, the same run done in several ways, budgets, and files read back."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from benchbook.artifacts.io import load, save
from benchbook.artifacts.run_document import content_digest_of
from benchbook.numerics import fingerprint
from benchbook.optimizers.catalog import NATIVE
from benchbook.problems import problem
from benchbook.problems.certify import FUNCTIONS, LIMIT, certify, relative_differences
from benchbook.records import RunRecord
from benchbook.records.benchmark import Check
from benchbook.selfcheck.cells import runs_of_cell
from benchbook.selfcheck.preset import Preset
from benchbook.studies.runs.run import run

TEXTBOOK = ("sphere", "rosenbrock", "rastrigin", "ackley", "griewank")
_OPTIMUM_LIMIT = 1e-12
_SOLVED = 1e-8
_BUDGET = 437  # not a multiple of any batch size


def accuracy_checks(preset: Preset) -> Iterator[Check]:
    """Yield the checks, one after the other."""
    yield stored_values()
    yield reference_values(preset)
    yield optima()
    yield from determinism()
    yield budgets()
    yield round_trip()
    yield solved()


@cache
def certified() -> list[dict[str, Any]]:
    """Return the stored values: function, dim, instance, seed of the points, and the values of coco-experiment."""
    text = files("benchbook.selfcheck").joinpath("certified.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["problems"]
    return found


def points_of(dim: int, seed: int) -> np.ndarray:
    """Return the points of the stored values, shape `(4, dim)`: random ones in the box of BBOB."""
    return np.random.Generator(np.random.PCG64(seed)).uniform(-5.0, 5.0, (4, dim))


def stored_values() -> Check:
    """Compare BBOB with stored values of coco-experiment, so that no new release of it can change both at once."""
    worst, where = 0.0, ""
    for entry in certified():
        made = problem(entry["function"], dim=entry["dim"], instance=entry["instance"])
        found = made(points_of(entry["dim"], entry["seed"]))
        difference = float(np.max(relative_differences(found, np.array(entry["values"]), entry["f_opt"])))
        if not difference <= worst:
            worst, where = difference, f"{entry['function']}, {entry['dim']}-D, instance {entry['instance']}"
    text = "BBOB's values are the stored ones of coco-experiment; greatest relative difference"
    return Check(name="bbob_stored", text=text, measured=worst, limit=LIMIT, detail=where)


def reference_values(preset: Preset) -> Check:
    """Compare BBOB with the installed coco-experiment, with optima and points on and outside the boundary."""
    found = [certify(function, preset.dims, preset.instances) for function in FUNCTIONS]
    worst = max(found, key=lambda certificate: certificate.worst)
    faults = [f"{certificate.function}: {fault}" for certificate in found for fault in certificate.faults]
    detail = "; ".join(faults[:3]) or f"{worst.function}, {worst.dim}-D, instance {worst.instance}, {worst.where}"
    text = "BBOB's values are those of coco-experiment; greatest relative difference"
    measured = math.inf if faults else worst.worst
    return Check(name="bbob_reference", text=text, measured=measured, limit=LIMIT, detail=detail)


def optima() -> Check:
    """Check that moved and rotated textbook functions have their optimum at the stated place."""
    worst = 0.0
    for name in TEXTBOOK:
        for instance in (0, 1, 2, 3):
            made = problem(name, dim=7, instance=instance)
            x_opt, f_opt = getattr(made, "x_opt", None), made.f_opt
            if x_opt is None or f_opt is None:
                worst = math.inf
                continue
            at = float(made(np.asarray(x_opt)[None, :])[0])
            around = made(np.clip(x_opt + 1e-3 * np.eye(7), made.lower, made.upper))
            worst = max(worst, abs(at - f_opt), at - float(np.min(around)))
    text = "Textbook functions have their optimum value at their optimum, moved or not; greatest difference"
    return Check(name="textbook_optima", text=text, measured=worst, limit=_OPTIMUM_LIMIT)


ANOTHER = """
from benchbook.selfcheck.accuracy import digests_alone
print("\\n".join(digests_alone()))
"""


def digests_alone() -> list[str]:
    """Return the content digests of a run of each native optimizer, each run alone."""
    return [content_digest_of(_run(factory.name)) for factory in NATIVE]


def _run(name: str, instance: int = 1) -> RunRecord:
    return run(name, "rastrigin", dim=5, instance=instance, seed=7, budget=_BUDGET)


def determinism() -> Iterator[Check]:
    """Check that a run is the same again, in lockstep with others, and in another process."""
    alone = digests_alone()
    again = digests_alone()
    lockstep = []
    for factory in NATIVE:
        records = runs_of_cell(factory.name, "rastrigin", dim=5, instances=(1, 2, 3), seed=7, budget=_BUDGET)
        lockstep.append(content_digest_of(records[0]))
    # If NumPy was imported before benchbook, arithmetic is not pinned here, and must not be pinned in the other
    # process.
    code = ANOTHER if fingerprint().pinned else f"import numpy\n{ANOTHER}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    other = done.stdout.split()
    for name, text, digests in (
        ("same_seed", "Runs of the same seed that are the same to the last bit", again),
        ("lockstep", "Runs that are the same alone and in lockstep", lockstep),
        ("another_process", "Runs that are the same in another process", other),
    ):
        missing = [f.name for f, a, b in zip(NATIVE, alone, digests, strict=False) if a != b]
        missing += [f.name for f in NATIVE[len(digests) :]]
        detail = f"differs: {', '.join(missing)} {done.stderr[-200:]}".strip() if missing else f"{len(alone)} runs"
        yield Check(name=name, text=f"{text}; how many differ", measured=len(missing), limit=0, detail=detail)


def budgets() -> Check:
    """Check that no native optimizer exceeds its budget, and that each point is in its box."""
    wrong = []
    for factory in NATIVE:
        record = _run(factory.name, 2)
        x = record.best_solution
        inside = x is not None and bool(np.all((x >= record.problem.lower) & (x <= record.problem.upper)))
        if record.evaluations > _BUDGET or not inside:
            wrong.append(factory.name)
    text = "Optimizers keep to budget and bounds; how many do not"
    return Check(name="budgets", text=text, measured=len(wrong), limit=0, detail=", ".join(wrong))


def round_trip() -> Check:
    """Check that an artifact is read from disk as it was written, in each compression, and fits its schema."""
    record = _run("differential_evolution", 3)
    with tempfile.TemporaryDirectory() as folder:
        wrong = [
            suffix
            for suffix in (".json.zst", ".json.gz", ".json")
            if load(save(record, Path(folder) / f"run{suffix}")) != record
        ]
    text = "Artifacts come back from disk as they went, under their schema; how many forms do not"
    return Check(name="round_trip", text=text, measured=len(wrong), limit=0, detail=", ".join(wrong))


def solved() -> Check:
    """Check that CMA-ES solves a rotated, ill-conditioned ellipsoid, and manta ray foraging a moved sphere."""
    cells = (("cma_es", "bbob_f10", 5, 15_000, _SOLVED), ("manta_ray_foraging", "bbob_f1", 5, 50_000, 1e-6))
    missed: list[str] = []
    for name, function, dim, budget, target in cells:
        missed += [
            f"{name} on {function}, instance {record.problem.instance}: {record.precision}"
            for record in runs_of_cell(name, function, dim=dim, instances=range(1, 6), budget=budget, target=target)
            if record.precision is None or not record.precision <= target
        ]
    text = "CMA-ES solves a rotated ellipsoid and manta ray foraging a moved sphere; runs that do not"
    return Check(name="solved", text=text, measured=len(missed), limit=0, detail="; ".join(missed[:3]))
