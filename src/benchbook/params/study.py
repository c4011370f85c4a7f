"""Studies as YAML files: the keys of `bb.study`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchbook.errors import ParamsError, nearest
from benchbook.params.load import mapping

KEYS = (
    "optimizers",
    "functions",
    "dims",
    "instances",
    "seeds",
    "budget_per_dim",
    "budget",
    "target",
    "stagnation",
    "history",
    "points",
    "trace_bytes",
    "settings",
)
_NEEDED = ("optimizers", "functions", "dims")


def load_study(path: Path) -> dict[str, Any]:
    """Return the arguments of `bb.study` in a YAML file; their values are checked by `bb.study`.

    Raises:
        UsageError: There is no such file.
        ParamsError: It is no YAML mapping, or has an unknown or missing key.
    """
    described: dict[str, Any] = dict(mapping(path))
    for key in described:
        if key not in KEYS:
            close = nearest(str(key), KEYS)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(KEYS)}"
            raise ParamsError(f"{path}: unknown key {key!r}; {hint}")
    for key in _NEEDED:
        if key not in described:
            raise ParamsError(f"{path}: the key {key!r} is missing")
    return described
