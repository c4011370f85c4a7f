"""Views of a pipeline in a notebook: timeline, accuracy of the predictions, recommendations."""

from __future__ import annotations

from collections.abc import Sequence

from benchbook.analysis.plots import Picture
from benchbook.analysis.plots.timing.timeline import timeline_picture
from benchbook.specs.views.display import Table
from benchbook.tracking import Pipeline
from benchbook.tracking.files.reader import read_run
from benchbook.tracking.output.reports import duration_text, metrics_text, position


def timeline(pipeline: Pipeline) -> Picture:
    """Return telemetry over time with the steps shaded."""
    return timeline_picture(read_run(pipeline.folder))


def step_table(pipeline: Pipeline) -> Table:
    """Return the steps: position, label, status, duration, evaluations, metrics."""
    state = pipeline.state
    rows = [
        [
            position(step, state),
            step.label,
            step.status.value,
            duration_text(step.duration_s),
            f"{step.evaluations:,}" if step.evaluations else "",
            metrics_text(step),
        ]
        for step in state.steps
    ]
    return Table(["step", "label", "status", "time", "evaluations", "metrics"], rows)


def prediction_table(pipelines: Sequence[Pipeline]) -> Table:
    """Return the errors of the predicted total durations, for each completed pipeline.

    If several were made at the same step, the last one is shown.
    """
    rows = []
    for number, pipeline in enumerate(pipelines, start=1):
        state = pipeline.state
        latest = {p.done: (p, error) for p, error in zip(state.predictions, state.eta_errors, strict=False)}
        for made, found in latest.values():
            rests_on = f"{made.earlier} earlier run{'s' * (made.earlier > 1)}" if made.earlier else "its own steps"
            rows.append(
                [str(number), str(made.done), rests_on, duration_text(found.predicted_s), f"{100 * found.error:+.0f} %"]
            )
    return Table(["run", "steps over", "rests on", "predicted in all", "error"], rows)


def advice_table(pipelines: Sequence[Pipeline]) -> Table:
    """Return the recommendations with their evidence and actions, or one row that says that there are none."""
    rows = [
        [
            str(number),
            advice.severity,
            advice.message,
            ", ".join(f"{name} = {value}" for name, value in advice.evidence.items()),
            "; ".join(advice.actions),
        ]
        for number, pipeline in enumerate(pipelines, start=1)
        for advice in pipeline.state.advice
    ]
    nothing = [["all", "none", "there are no recommendations", "", ""]]
    return Table(["run", "severity", "what", "evidence", "actions"], rows or nothing)
