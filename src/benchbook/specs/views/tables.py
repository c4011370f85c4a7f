"""The tables that all specs share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from benchbook.analysis import RunTable, evaluations_to_targets, paired_wins
from benchbook.analysis.control import FLOOR, best_at, first_hit
from benchbook.optimizers import OptimizerChoice, settings_of
from benchbook.params.load import preset_argument
from benchbook.records import RunSpec, Status
from benchbook.specs.claims import number
from benchbook.specs.spec_plan import Givens
from benchbook.specs.views.display import Cell, Note, Table

_MOST_WEAKNESSES = 5
_GIVEN = (
    "Instance 0 of a textbook function has its optimum as in textbooks; all other instances are shifted and rotated. "
    "Problem, settings, seed and budget alone determine a run."
)
_LEDGER = (
    "Budgets are hard caps in function evaluations, enforced by the loop that calls the function. "
    "Runs that are already in the store are replayed."
)
_TARGETS = (
    "Expected running time (ERT) to each target: all evaluations spent, including those of unsuccessful runs, divided "
    "by the number of successes. A dash: no run reached the target; (3/5): three of five runs did."
)


def settings_table(choice: OptimizerChoice) -> Table | Note:
    """Return the settings: name, value, meaning."""
    rows = [[item.name, number_or_text(item.default), item.meaning] for item in settings_of(choice)]
    return Table(["setting", "value", "meaning"], rows) if rows else Note(f"{choice.name} has no settings.")


def given_table(preset: str, given: Givens, optimizers: Sequence[str], reference: str, runs: int) -> Table:
    """Return problems, repetitions and budgets."""
    per_dim = ", ".join(f"{dim * given.budget_per_dim:,}" for dim in given.dims)
    seeds = f"{given.seeds} each" if isinstance(given.seeds, int) else _listed(given.seeds)
    rows = [
        ["parameter set", preset],
        ["textbook functions", ", ".join(given.functions)],
        ["instances", ", ".join("0 (textbook)" if i == 0 else f"{i} (shifted and rotated)" for i in given.instances)],
        ["seeds", seeds],
        ["BBOB functions", ", ".join(f"f{i}" for i in given.bbob_functions) or "none"],
        ["BBOB instances", _listed(given.bbob_instances) + ", one seed each" if given.bbob_functions else "none"],
        ["dimensions", _listed(given.dims)],
        ["budget", f"{given.budget_per_dim:,} evaluations x dimension ({per_dim})"],
        ["stop", "budget" if given.target is None else f"budget, or within {number(given.target)} of the optimum"],
        ["optimizers", ", ".join(optimizers)],
        *([["reference", reference]] if reference else []),
        ["runs", f"{runs:,}"],
    ]
    return Table(["given", "value"], rows, caption=_GIVEN)


def ledger_table(planned: Sequence[RunSpec], runs: RunTable) -> Table:
    """Return how many runs were planned, and their outcomes, by optimizer."""
    rows = []
    for name in dict.fromkeys(spec.optimizer for spec in planned):
        own = runs.select(optimizer=name)
        failed = sum(run.status is Status.FAILED for run in own)
        stops = [sum(run.stop.value == stop for run in own) for stop in ("budget", "target")]
        counts = (sum(spec.optimizer == name for spec in planned), len(own) - failed, failed, *stops)
        rows.append([name, *(f"{n:,}" for n in counts), f"{sum(run.evaluations for run in own):,}"])
    headers = ["optimizer", "planned", "done", "failed", "stopped by budget", "stopped at target", "evaluations"]
    return Table(headers, rows, caption=_LEDGER)


def targets_table(shifted: RunTable, targets: Sequence[float]) -> Table:
    """Return the expected evaluations to targets, in the largest dimension."""
    rows = evaluations_to_targets(shifted.select(dim=max(shifted.dims)), targets)
    texts: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        shown = "–" if row.ert is None else f"{float(f'{row.ert:.4g}'):,.0f}"
        cell = shown if row.successes in (0, row.runs) else f"{shown} ({row.successes}/{row.runs})"
        texts.setdefault((row.function, row.optimizer), []).append(cell)
    headers = [f"function, {max(shifted.dims)}-D", "optimizer", *(number(target) for target in targets)]
    return Table(headers, [[function, name, *cells] for (function, name), cells in texts.items()], caption=_TARGETS)


def control_table(shifted: RunTable, optimizer: str, control: str | None) -> Table:
    """Return the medians on each shifted problem for optimizer and control."""
    return _problems_table(shifted, optimizer, control, sorted(_problems(shifted)), "")


def second_control_table(runs: RunTable, second: RunTable, optimizer: str, control: str | None) -> Table | None:
    """Return medians within the evaluations of a second control, on its problems; None without its runs.

    Args:
        runs: Those of optimizer and control, as long or longer.
        second: Those of the second control.
        optimizer: The optimizer.
        control: The first control.
    """
    if not len(second):
        return None
    (name,) = second.optimizers
    rows = []
    for function, dim in sorted(_problems(second)):
        theirs = second.select(function=function, dim=dim)
        budget = theirs[0].budget
        where = {(run.problem.instance, run.seed) for run in theirs}

        def within(table: RunTable, who: str, budget: int = budget, where: Any = where) -> str:
            chosen = [run for run in table.select(optimizer=who) if (run.problem.instance, run.seed) in where]
            ends = [float(best_at(run, np.array([budget]))[0]) for run in chosen]
            return number(float(np.median(np.maximum(ends, FLOOR))), 2)

        own = runs.select(function=function, dim=dim)
        names = [optimizer, *([control] if control else [])]
        rows.append([f"{function}, {dim}-D", f"{budget:,}", *(within(own, who) for who in names), within(theirs, name)])
    compared = [f"of {who}" for who in (control, name) if who]
    caption = (
        f"The same problems within the evaluations that {name} had. Its gradients are finite differences, whose "
        "evaluations count. A schedule that depends on the budget is not at its end there."
    )
    return Table(["shifted problem", "evaluations", "median precision", *compared], rows, caption=caption)


def weaknesses_table(shifted: RunTable, optimizer: str, control: str | None) -> Table:
    """Return the shifted problems on which an optimizer gains least compared with the control, worst first.

    Without a control, return those that it solves least precisely.
    """

    def gain(problem: tuple[str, int]) -> float:
        cell = shifted.select(function=problem[0], dim=problem[1])
        own = _median(cell.select(optimizer=optimizer))
        return (
            float(np.log10(own)) if control is None else float(np.log10(own / _median(cell.select(optimizer=control))))
        )

    worst = sorted(_problems(shifted), key=lambda problem: (-gain(problem), problem))[:_MOST_WEAKNESSES]
    what = f"it gains least compared with {control}" if control else "it ends least precise"
    return _problems_table(shifted, optimizer, control, worst, f"The shifted problems on which {what}, worst first.")


def reproduce_table(notebook: str, preset: str, first: RunSpec) -> Table:
    """Return the commands that repeat a spec and its first run.

    Args:
        notebook: Path of its notebook, from the root of the project.
        preset: Name of the parameter set.
        first: The first of its runs.
    """
    one = (
        f"benchbook run --optimizer {first.optimizer} --function {first.function} --dim {first.dim} "
        f"--instance {first.instance} --seed {first.seed} --budget {first.budget}"
    )
    rows = [
        ["this spec", f"benchbook spec run {PurePosixPath(notebook).stem} --params {preset}"],
        ["with papermill", f"papermill {notebook} out.ipynb -f {preset_argument(preset)}"],
        ["its contract", f"pytest --nbval --nbval-current-env {notebook}"],
        ["its first run", f"{one} --out r.json.zst"],
        ["to verify that run", "benchbook verify r.json.zst"],
    ]
    cells: list[list[str | Cell]] = [[what, Cell(command, "bb-code")] for what, command in rows]
    return Table(["to repeat", "command"], cells, caption="From the root of the project.")


def number_or_text(value: Any) -> str:
    """Return a setting's value as text."""
    return value if isinstance(value, str) else number(value) if isinstance(value, int | float) else repr(value)


def _problems_table(
    shifted: RunTable, optimizer: str, control: str | None, problems: Sequence[tuple[str, int]], caption: str
) -> Table:
    rows = []
    for function, dim in problems:
        cell = shifted.select(function=function, dim=dim)
        own = cell.select(optimizer=optimizer)
        solved = sum(first_hit(run, 1e-8) is not None for run in own)
        row = [f"{function}, {dim}-D", number(_median(own), 2)]
        if control is not None:
            wins, pairs = paired_wins(cell, optimizer, control)
            row += [number(_median(cell.select(optimizer=control)), 2), f"{wins} of {pairs}"]
        rows.append([*row, f"{solved} of {len(own)}"])
    compared = [f"of {control}", "pairs won"] if control is not None else []
    headers = ["shifted problem", "median precision", *compared, "within 1e-8"]
    median = "Precision is the best value minus the optimum value; the median is over the repetitions."
    won = "A pair is one problem with one seed, won if the optimizer ends lower." if control is not None else ""
    return Table(headers, rows, caption=" ".join(filter(None, (caption, median, won))))


def _problems(runs: RunTable) -> list[tuple[str, int]]:
    return list(dict.fromkeys((run.problem.name, run.problem.dim) for run in runs))


def _median(runs: RunTable) -> float:
    return float(np.median(np.maximum(runs.precisions(), FLOOR)))


def _listed(values: Sequence[int]) -> str:
    return ", ".join(str(value) for value in values)
