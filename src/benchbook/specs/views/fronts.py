"""The figure of a problem with two objectives: what one run finds of the front, and what several attain."""

from __future__ import annotations

from collections.abc import Sequence

from benchbook.analysis.fronts import FrontAttainment, front, front_at, front_attainment
from benchbook.observers import PointTrace
from benchbook.optimizers import OptimizerChoice
from benchbook.protocols import Problem, TwoObjectives
from benchbook.runs.quality import Hypervolume
from benchbook.specs.views.display import Captioned
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run
from benchbook.typing import FloatArray


def front_picture(
    problem: Problem, choices: Sequence[OptimizerChoice], *, seed: int, budget: int, runs: int
) -> Captioned:
    """Run optimizers on a problem with two objectives, and draw what they find.

    Args:
        problem: The problem.
        choices: The optimizers, at most two.
        seed: Seed of the run whose points are shown; the others have the following ones.
        budget: Evaluations of each run.
        runs: How many runs each optimizer does, >= 1.
    """
    found, attained = [], []
    for choice in choices:
        trace = PointTrace()
        shown = execute(planned_run(choice, problem, seed=seed, budget=budget), observers=(trace,))
        others = [execute(planned_run(choice, problem, seed=seed + k, budget=budget)) for k in range(1, runs)]
        found.append((choice.name, problem(trace.points)))
        own = [front_at(record.archive) for record in (shown, *others) if record.archive is not None]
        attained.append(front_attainment(choice.name, own))
    return _drawn(problem, found, attained)


def _drawn(
    problem: Problem, found: Sequence[tuple[str, FloatArray]], attainment: Sequence[FrontAttainment]
) -> Captioned:
    from benchbook.analysis.plots.fronts import fronts as drawn

    several: TwoObjectives = problem  # type: ignore[assignment]  # the caller has looked
    shares = [
        (name, -float(Hypervolume(several.ideal, several.nadir)(values, None).min()), len(front(values)))
        for name, values in found
    ]
    told = "; ".join(
        f"{name}: {count} points in its front, hypervolume {max(share, 0.0):.3g}" for name, share, count in shares
    )
    where = f"{problem.name} ({problem.dim}-D, instance {problem.instance})"
    runs = attainment[0].runs
    alt = (
        f"Both objectives of the points evaluated on {where}, the front of each run, and what {runs} runs of each "
        f"optimizer attain. {told}."
    )
    caption = (
        f"Left: all points of one run of {len(found[0][1]):,} evaluations on {where}, and the steps of its best "
        f"compromises. The share of the box between ideal and nadir point to the upper right of the steps is the "
        f"hypervolume. {told}. Right: what at least half of {runs} runs attain (line), and the area between what one "
        f"and what all of them attain."
    )
    return Captioned(drawn(found, attainment, several.ideal, several.nadir), alt, caption)
