"""Describing a parameter set: every field with its value, source and meaning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.files import read_bytes
from benchbook.params.load import load, override, preset_name, preset_path
from benchbook.typing import JsonObject

EXPLICIT = "explicit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A field of a parameter set.

    Attributes:
        name: Its name.
        value: Its effective value.
        source: Source of the value: `preset quick`, `file PATH` or `explicit`, which overrides both.
        meaning: What it means.
    """

    name: str
    value: Any
    source: str
    meaning: str


def described(which: str, overrides: Iterable[str] = ()) -> list[Parameter]:
    """Return all fields of a preset or file, with overrides `key=value` applied.

    Args:
        which: Name of a preset, an alias of it, or the path of a YAML file.
        overrides: Texts `key=value`; they override preset and file.

    Raises:
        UsageError: There is no such file.
        ParamsError: It is no YAML mapping, has an unknown or missing key, or a value of a wrong type.
    """
    from benchbook.params.model import Params

    texts = list(overrides)
    values = load(which, texts)
    explicit = override({}, texts)
    preset = preset_name(which)
    source = f"preset {preset}" if preset else f"file {preset_path(which)}"
    return [
        Parameter(
            name=name,
            value=values[name],
            source=EXPLICIT if name in explicit else source,
            meaning=" ".join((field.description or "").split()),
        )
        for name, field in Params.model_fields.items()
    ]


def purpose(path: Path) -> str:
    """Return the purpose of a parameter file: its first line, if that is a comment, without the name before a colon.

    Raises:
        UsageError: There is no such file.
    """
    first = next(iter(read_bytes(path).decode(errors="replace").splitlines()), "")
    if not first.startswith("#"):
        return ""
    text = first.lstrip("# ").strip()
    return text.removeprefix(f"{path.stem}:").strip()


def size(params: JsonObject) -> tuple[int, int]:
    """Return the number of runs of each optimizer in a parameter set, and of the evaluations they may spend.

    Examples:
        >>> problems = {"functions": ["sphere"], "instances": [0, 1], "seeds": 5, "dims": [2, 10]}
        >>> size({**problems, "bbob_functions": [8], "bbob_instances": [1, 2], "budget_per_dim": 100})
        (24, 14400)
    """
    p: dict[str, Any] = dict(params)
    seeds = p["seeds"] if isinstance(p["seeds"], int) else len(p["seeds"])
    each_dim = len(p["functions"]) * len(p["instances"]) * seeds + len(p["bbob_functions"]) * len(p["bbob_instances"])
    return each_dim * len(p["dims"]), each_dim * sum(p["dims"]) * p["budget_per_dim"]
