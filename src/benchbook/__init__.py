"""benchbook: executable, reproducible benchmark specifications for black-box optimizers.

Importing benchbook first pins the arithmetic (see `benchbook.numerics`), unless NumPy is loaded already; it loads
nothing heavy itself. The names below are loaded when they are first used.

Examples:
    >>> import benchbook as bb
    >>> record = bb.run("manta_ray_foraging", "sphere", dim=2, instance=1, seed=1, budget=100)
    >>> record.evaluations
    100
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from benchbook import numerics as _numerics

_numerics.pin()

if TYPE_CHECKING:
    from benchbook.analysis import (
        front_measures,
        open,  # bb.open reads as what it does
        reference,
        reference_front,
    )
    from benchbook.artifacts import load, save
    from benchbook.errors import BenchbookError, ExitCode
    from benchbook.optimizers import from_minimize, optimizer
    from benchbook.params import parameters
    from benchbook.problems import function, problem
    from benchbook.protocols import Observer, Optimizer, Problem
    from benchbook.records import Claim, History, RunRecord, RunSpec, Status, Stop, Verdict
    from benchbook.specs import spec, strength
    from benchbook.studies import rank, run, study, variants, verify
    from benchbook.variables import Variable, categorical, decoded, encoded, integer, real

_HOMES = {
    "BenchbookError": "errors",
    "Claim": "records",
    "ExitCode": "errors",
    "History": "records",
    "Observer": "protocols",
    "Optimizer": "protocols",
    "Problem": "protocols",
    "RunRecord": "records",
    "RunSpec": "records",
    "Status": "records",
    "Stop": "records",
    "Variable": "variables",
    "Verdict": "records",
    "categorical": "variables",
    "decoded": "variables",
    "encoded": "variables",
    "from_minimize": "optimizers",
    "front_measures": "analysis",
    "function": "problems",
    "integer": "variables",
    "load": "artifacts",
    "open": "analysis",
    "optimizer": "optimizers",
    "parameters": "params",
    "problem": "problems",
    "rank": "studies",
    "real": "variables",
    "reference": "analysis",
    "reference_front": "analysis",
    "run": "studies",
    "save": "artifacts",
    "spec": "specs",
    "strength": "specs",
    "study": "studies",
    "variants": "studies",
    "verify": "studies",
}

__all__ = [
    "BenchbookError",
    "Claim",
    "ExitCode",
    "History",
    "Observer",
    "Optimizer",
    "Problem",
    "RunRecord",
    "RunSpec",
    "Status",
    "Stop",
    "Variable",
    "Verdict",
    "categorical",
    "decoded",
    "encoded",
    "from_minimize",
    "front_measures",
    "function",
    "integer",
    "load",
    "open",
    "optimizer",
    "parameters",
    "problem",
    "rank",
    "real",
    "reference",
    "reference_front",
    "run",
    "save",
    "spec",
    "strength",
    "study",
    "variants",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first used (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("benchbook")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'benchbook' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"benchbook.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*__all__, "__version__"])
