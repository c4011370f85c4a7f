"""What coco-experiment alone knows about its suites, written by `.ci/suite_tables.py`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from benchbook.typing import FloatArray

DIMS = (2, 3, 5, 10, 20, 40)
INSTANCES = 15
_FOLDER = Path(__file__).parents[2] / "data" / "suites"


@cache
def _table(name: str) -> FloatArray:
    table: FloatArray = np.load(_FOLDER / f"{name}.npy", allow_pickle=False)
    return table


def known_value(table: str, number: int, dim: int, instance: int) -> float:
    """Return the value of a function in one dimension and instance.

    Args:
        table: `bbob_constrained_f_opt` or `bbob_biobj_hypervolume`.
        number: Number of the function, from 1.
        dim: One of `DIMS`.
        instance: From 1 to `INSTANCES`.
    """
    return float(_table(table)[number - 1, DIMS.index(dim), instance - 1])
