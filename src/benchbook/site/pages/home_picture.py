"""The front page's picture: functions with the optimum at the textbook position and elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchbook.analysis import RunTable, convergence
from benchbook.analysis.plots import CONTROL_STYLE, OPTIMIZER_STYLE, Picture, convergence_grid
from benchbook.artifacts.store.store import Store
from benchbook.records import RunRecord
from benchbook.site.pages.spec_views import SpecView

OPTIMIZER, CONTROL = "manta_ray_foraging", "random_search"
FUNCTIONS = ("sphere", "rastrigin", "ackley")
_TEXTBOOK_STYLE = {**OPTIMIZER_STYLE, "color": "#D55E00", "linestyle": (0, (5, 1.5))}


def front_picture(views: Sequence[SpecView], artifacts: Path, *, narrow: bool = False) -> Picture | None:
    """Return the picture from the runs of the manta ray spec; None without these runs.

    Args:
        views: The specs.
        artifacts: The folder of their artifacts.
        narrow: Whether it is for narrow pages, with panels below one another.
    """
    outcome = next((v.outcome for v in views if v.name == OPTIMIZER and v.outcome is not None), None)
    if outcome is None:
        return None
    runs = runs_of_outcome(outcome, Store(artifacts / OPTIMIZER / "runs").records())
    return centre_bias_picture(runs, narrow=narrow)


def centre_bias_picture(
    runs: RunTable, functions: Sequence[str] = FUNCTIONS, *, narrow: bool = False
) -> Picture | None:
    """Draw an optimizer on textbook functions and on shifted instances, and the control on the shifted instances.

    Args:
        runs: Runs of both optimizers; the largest dimension is drawn.
        functions: The functions to draw, if there are runs on them.
        narrow: Whether the panels stand below one another.
    """
    panels, ends = [], []
    for function in functions if len(runs) else ():
        cell = runs.select(function=function, dim=max(runs.dims))
        own, control = cell.select(optimizer=OPTIMIZER), cell.select(optimizer=CONTROL).twins()
        textbook, twins = own.select(instance=0), own.twins()
        if not (len(textbook) and len(twins) and len(control)):
            continue
        curves = [
            ("optimum at the origin", convergence(textbook), _TEXTBOOK_STYLE),
            ("optimum moved", convergence(twins), OPTIMIZER_STYLE),
            ("random search, optimum moved", convergence(control), CONTROL_STYLE),
        ]
        panels.append((f"{function}, {max(runs.dims)}-D", curves))
        at_origin, moved, chance = (curve.median[-1] for _, curve, _ in curves)
        ends.append(f"{function}: {at_origin:.1g} at the origin, {moved:.1g} moved, random search {chance:.1g}")
    if not panels:
        return None
    alt = (
        f"Best precision against evaluations of manta ray foraging on {len(panels)} functions in {max(runs.dims)} "
        "dimensions: with the optimum at the origin, with the optimum moved elsewhere, and random search; "
        f"medians with quartile bands. Median precision at the end: {'; '.join(ends)}."
    )
    figure = convergence_grid(panels, columns=1, width=4.4) if narrow else convergence_grid(panels, columns=3)
    return Picture(figure, alt)


def runs_of_outcome(outcome: dict[str, Any], records: Iterable[RunRecord]) -> RunTable:
    """Return the newest run of each problem, seed and optimizer that matches the outcome's parameters."""
    params = outcome["params"]
    newest: dict[tuple[object, ...], RunRecord] = {}
    for record in records:
        p = record.problem
        if record.budget != params["budget_per_dim"] * p.dim or record.target != params["target"]:
            continue
        if p.name not in params["functions"] or p.instance not in params["instances"]:
            continue
        key = (record.optimizer.name, p.name, p.dim, p.instance, record.seed)
        if key not in newest or newest[key].created_at < record.created_at:
            newest[key] = record
    return RunTable(newest[key] for key in sorted(newest, key=str))
