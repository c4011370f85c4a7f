"""Splitting a study over machines: each does its part of the cells, without communication."""

from __future__ import annotations

import heapq
import re

from benchbook.artifacts.store.study_plan import CELL_RUNS, StudyPlan
from benchbook.errors import UsageError

# With fewer cells per shard than this, single runs are distributed: balance then matters more than lockstep.
_LEAST_CELLS = 4


def parse_shard(text: str) -> tuple[int, int]:
    """Return k and n of `k/n`.

    Raises:
        UsageError: It is not of this form, or k is not between 1 and n.

    Examples:
        >>> parse_shard("2/3")
        (2, 3)
    """
    match = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", str(text))
    k, n = (int(match.group(1)), int(match.group(2))) if match else (0, 0)
    if not 1 <= k <= n:
        raise UsageError(f"shard is {text!r}, expected k/n with 1 <= k <= n, such as 2/3")
    return k, n


def shard_of(plan: StudyPlan, k: int, n: int) -> tuple[int, frozenset[str]]:
    """Return the size of the cells that the shards are made of, and the first run key of each cell of shard k.

    Cells are assigned in order of falling cost, each to the shard with the least cost so far; run keys decide between
    equal costs, so that every machine with the same plan and code arrives at the same parts.
    """
    repetitions = max(len(function.instances) for function in plan.functions) * len(plan.seeds)
    cells = len(plan.functions) * len(plan.dims) * len(plan.optimizers) * -(-repetitions // CELL_RUNS)
    most = CELL_RUNS if cells >= _LEAST_CELLS * n else 1
    dearest_first = sorted((-cell.cost, cell.runs[0][0]) for cell in plan.cells(most))
    loads = [(0.0, shard) for shard in range(1, n + 1)]
    mine: list[str] = []
    for cost, key in dearest_first:
        load, shard = loads[0]
        heapq.heapreplace(loads, (load - cost, shard))
        if shard == k:
            mine.append(key)
    return most, frozenset(mine)
