"""A pipeline as Markdown and plain text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchbook.records.pipeline import PipelineState, PredictionError, StepState, StepStatus

_BARS = "▁▂▃▄▅▆▇█"
_UNITS = (("_bytes_per_s", "MB/s", 1e-6), ("_bytes", "MB", 1e-6), ("_percent", "%", 1.0), ("_share", "%", 100.0))


def duration_text(seconds: float | None) -> str:
    """Return seconds for a reader.

    Examples:
        >>> [duration_text(s) for s in (None, 0.25, 61.5, 7322)]
        ['', '0.25 s', '1 min 02 s', '2 h 02 min']
    """
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def value_text(name: str, value: float | None) -> str:
    """Return a value of the telemetry with its unit.

    Examples:
        >>> value_text("rss_bytes", 2.5e8), value_text("memory_used_share", 0.5), value_text("evaluations_per_s", 12.0)
        ('250 MB', '50 %', '12 /s')
    """
    if value is None:
        return "missing"
    for ending, unit, factor in _UNITS:
        if name.endswith(ending):
            return f"{value * factor:,.3g} {unit}" if value * factor < 100 else f"{value * factor:,.0f} {unit}"
    number = f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{number} /s" if name.endswith("_per_s") else number


def sparkline(values: Sequence[float | None], width: int) -> str:
    """Return the last values as a row of bars, from 0 to the greatest; a gap if one is missing.

    Examples:
        >>> sparkline([0.0, None, 1.0, 2.0], 4)
        '▁ ▄█'
    """
    shown = list(values)[-width:]
    greatest = max((value for value in shown if value is not None), default=0.0)
    return "".join(_bar(value, greatest) for value in shown)


def _bar(value: float | None, greatest: float) -> str:
    if value is None:
        return " "
    return _BARS[min(7, int(value / greatest * 7))] if greatest > 0 else _BARS[0]


def position(step: StepState, state: PipelineState) -> str:
    """Return the state of a step.

    Examples:
        >>> position(StepState(index=2, label="b"), PipelineState(run_id="r", name="n", total=4))
        '2 of 4'
    """
    return f"{step.index} of {state.planned_text}"


def metrics_text(step: StepState) -> str:
    """Return the last value of each metric."""
    return ", ".join(_metric(name, metric.last) for name, metric in step.metrics.items())


def _metric(name: str, value: float | None) -> str:
    if value is None:
        return f"{name} not finite"
    number = f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}" if abs(value) < 1e9 else f"{value:.4g}"
    return f"{number} {name.removesuffix('_per_s')}/s" if name.endswith("_per_s") else f"{name} {number}"


def markdown(state: PipelineState, folder: Path, status: str | None = None) -> str:
    """Return the report of a pipeline; `status` replaces the recorded one, as for a pipeline whose process died."""
    parts = [f"# {state.name}\n", _facts(state, folder, status or state.status.value), "## Steps\n", _steps(state)]
    if state.eta_errors:
        parts += ["## Predictions\n", _predictions(state.eta_errors)]
    if state.telemetry or state.missing:
        parts += ["## Telemetry\n", _telemetry(state)]
    if state.performance:
        parts += ["## Performance smoke test\n", _performance(state)]
    if state.advice:
        parts += ["## Recommendations\n", *(_advice(state, k) for k in range(len(state.advice)))]
    if state.claims:
        parts += ["## Claims\n", _table(["verdict", "claim"], [[claim.verdict, claim.text] for claim in state.claims])]
    return "\n".join(parts)


def _facts(state: PipelineState, folder: Path, status: str) -> str:
    rows = [
        ("run", state.run_id),
        ("status", status),
        ("reason", state.reason),
        ("spec", state.spec),
        ("started", state.created_at),
        ("ended", state.ended_at),
        ("duration", duration_text(state.duration_s)),
        ("last sign of life", state.last_at if state.ended_at is None else None),
        ("signals", ", ".join(state.signals)),
        ("process", f"{state.pid} on {state.host}, benchbook {state.version}"),
        ("lines lost", str(state.torn + state.lost) if state.torn + state.lost else None),
        ("files", str(folder)),
    ]
    return "".join(f"- {name}: {_cell(value)}\n" for name, value in rows if value)


def _steps(state: PipelineState) -> str:
    rows = [
        [
            position(step, state),
            step.label,
            step.status.value + (f" ({step.signal})" if step.signal else ""),
            duration_text(step.duration_s),
            f"{step.evaluations:,}" if step.evaluations else "",
            metrics_text(step),
            step.reason or "",
        ]
        for step in state.steps
    ]
    table = _table(["step", "label", "status", "time", "evaluations", "metrics", "reason"], rows)
    artifacts = [f"- {step.label}: `{artifact.path}`\n" for step in state.steps for artifact in step.artifacts]
    return table + ("\n" + "".join(artifacts) if artifacts else "")


def _telemetry(state: PipelineState) -> str:
    rows = [
        [name, value_text(name, values.mean), value_text(name, values.max)]
        for name, values in sorted(state.telemetry.items())
    ]
    missing = "".join(f"- {sensor} is missing: {_cell(reason)}\n" for sensor, reason in sorted(state.missing.items()))
    return (_table(["value", "mean", "maximum"], rows) if rows else "") + ("\n" + missing if missing else "")


def _predictions(errors: Sequence[PredictionError]) -> str:
    # The end of a step and the start of the next one predict the same.
    last = {one.done: one for one in errors}
    rows = [[str(one.done), duration_text(one.predicted_s), f"{100 * one.error:+.1f} %"] for one in last.values()]
    text = _table(["steps over", "predicted in all", "error"], rows)
    late = [abs(one.error) for one in last.values() if one.done >= 2]
    return text + (f"\nFrom the second step on, off by {100 * max(late):.0f} % at most.\n" if late else "")


def _performance(state: PipelineState) -> str:
    rows = []
    for test in state.performance:
        before = test.earlier_median_s
        change = "" if not before else f"{100 * (test.median_s / before - 1):+.0f} % ({test.earlier} earlier)"
        rows.append(
            [
                f"{test.name} ({test.amount:,g} {test.unit})",
                f"{1e3 * test.startup_s:.3g} ms",
                f"{1e3 * test.median_s:.3g} ms ± {100 * test.noise:.0f} %",
                f"{test.amount / test.median_s:,.0f} /s" if test.median_s > 0 else "",
                change,
            ]
        )
    return _table(["work", "start-up", "steady state", "rate", "against earlier runs"], rows)


def _advice(state: PipelineState, k: int) -> str:
    advice = state.advice[k]
    evidence = ", ".join(f"{name} = {value}" for name, value in advice.evidence.items())
    actions = "".join(f"  - {action}\n" for action in advice.actions)
    return f"- **{advice.severity}**, `{advice.rule}`: {advice.message} ({evidence})\n{actions}"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *([_cell(text) for text in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def tally(state: PipelineState) -> str:
    """Return how many steps are over, and how many of them failed.

    Examples:
        >>> tally(PipelineState(run_id="r", name="n", total=4))
        '0 of 4'
    """
    failed = sum(step.status is StepStatus.FAILED for step in state.steps)
    return f"{state.done} of {state.planned_text}" + (f", {failed} failed" if failed else "")
