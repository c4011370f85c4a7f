"""Thresholds of a comparison: when a difference counts, for quality and for time."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from benchbook.errors import ParamsError, nearest
from benchbook.files import read_bytes

_SHARES = ("alpha", "time_alpha", "power")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a difference counts: it must exceed the relative threshold, the absolute one, and the noise.

    Attributes:
        alpha: Probability of any false alarm in the quality lane of a comparison.
        quality_relative: Least relative difference of ERT or AOCC.
        aocc_absolute: Least difference of AOCC.
        ert_absolute_per_dim: Least difference of ERT, in evaluations per dimension.
        time_relative: Least relative difference of time.
        time_absolute_s: Least difference of time, in seconds over all runs of the row.
        time_noise: Least difference of time, in standard errors.
        time_alpha: Probability of any false alarm in the time lane, for measurements under equal conditions.
        power: Probability with which the stated detectable loss is found.
    """

    alpha: float = 0.05
    quality_relative: float = 0.05
    aocc_absolute: float = 0.005
    ert_absolute_per_dim: float = 1.0
    time_relative: float = 0.10
    time_absolute_s: float = 0.10
    time_noise: float = 5.0
    time_alpha: float = 0.01
    power: float = 0.8


def load_thresholds(path: Path) -> Thresholds:
    """Read thresholds from YAML; the others keep their defaults.

    Raises:
        ParamsError: The file is not YAML, a name is unknown, or a value is out of its range.
    """
    import yaml

    try:
        found: Any = yaml.safe_load(read_bytes(path))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ParamsError(f"{path} is not YAML: {error}") from error
    if found is None:
        return Thresholds()
    if not isinstance(found, dict):
        raise ParamsError(f"{path} holds {type(found).__name__}, expected names and numbers")
    known = [item.name for item in fields(Thresholds)]
    for name, value in found.items():
        if name not in known:
            close = nearest(str(name), known) or known
            raise ParamsError(f"{path}: unknown threshold {name!r}; did you mean {' or '.join(close)}?")
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= sys.float_info.max
        if not good or (name in _SHARES and not 0 < value < 1):
            raise ParamsError(f"{path}: {name} is {value!r}, expected {_range(name)}")
    return Thresholds(**found)


def _range(name: str) -> str:
    return "a number between 0 and 1" if name in _SHARES else "a number >= 0"
