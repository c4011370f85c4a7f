"""The computation time of the quick specs: processor seconds of their runs, adjusted for the machine's speed.

The runs are those that a spec notebook plans; its cells up to `when` are executed, without figures and kernel. The work
`machine` is done before and after each spec, so that a slow machine is not mistaken for a slow spec.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchbook.clock import SYSTEM_CLOCK
from benchbook.selfcheck.speed import machine
from benchbook.studies.runs.cells import cells_of, execute_cell
from benchbook.studies.runs.planned_run import PlannedRun

MACHINE_S = 0.25  # of the work `machine` on the reference machine: benchmarks/summary.json
MOST_S = 1.0
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecCost:
    """Cost of a spec's computation.

    Attributes:
        name: Name of its notebook.
        evaluations: Evaluations of all its runs.
        spent_s: Processor seconds here; the minimum of several attempts.
        compute_s: The same on the reference machine.
    """

    name: str
    evaluations: int
    spent_s: float
    compute_s: float


class _ProcessorClock:
    """Counts the processor seconds of this process, which other programs hardly affect."""

    def now(self) -> datetime:
        return SYSTEM_CLOCK.now()

    def monotonic_s(self) -> float:
        return time.process_time()


def quick_costs(notebooks: Path) -> Iterator[SpecCost]:
    """Yield the cost of each spec below a folder, with the parameters in its notebook, which are the quick ones."""
    machine_s = _seconds_of_machine()
    for path in sorted(notebooks.rglob("*.ipynb")):
        plan = _planned(path)
        tries: list[SpecCost] = []
        while plan and len(tries) < _TRIES and all(one.compute_s > MOST_S for one in tries):
            before_s = machine_s
            spent_s, evaluations = _done(plan)
            machine_s = _seconds_of_machine()
            compute_s = spent_s * MACHINE_S / min(before_s, machine_s)
            tries.append(SpecCost(name=path.stem, evaluations=evaluations, spent_s=spent_s, compute_s=compute_s))
        if tries:
            yield min(tries, key=lambda one: one.compute_s)


def _done(plan: list[PlannedRun]) -> tuple[float, int]:
    records = [record for cell in cells_of(plan) for record in execute_cell(cell, clock=_ProcessorClock())]
    return sum(record.timing.total_s for record in records), sum(record.evaluations for record in records)


def _seconds_of_machine() -> float:
    begin_s = time.process_time()
    machine()
    return time.process_time() - begin_s


def _planned(path: Path) -> list[PlannedRun]:
    """Return the runs that a notebook's spec plans, each once; none if it contains no spec."""
    code = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    texts = ["".join(cell["source"]) for cell in code]
    until = next((k for k, text in enumerate(texts) if "spec.when()" in text), 0)
    space: dict[str, Any] = {}
    for text in texts[:until]:
        if "spec = " in text or "preset = " in text:
            exec(compile(text, str(path), "exec"), space)  # noqa: S102  # the project's own notebook
    spec = space.get("spec")
    found: list[PlannedRun] = []
    for item in (*getattr(spec, "plan", ()), *getattr(spec, "_peer_plan", ())):
        if all(item.spec != other.spec for other in found):
            found.append(item)
    return found
