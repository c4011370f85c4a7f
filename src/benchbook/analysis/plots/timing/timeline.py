"""The timeline of a tracked pipeline: telemetry over time, with its steps shaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from benchbook.analysis.plots.drawing.picture import Picture
from benchbook.analysis.plots.drawing.style import AMBER, BLUE, GREEN, GREY, INK, ORANGE, PURPLE, new_figure, styled
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import write_atomic

if TYPE_CHECKING:
    from benchbook.tracking.files.reader import Seen


# panel: title, unit, factor, (name of the value, label, colour)
_PANELS: tuple[tuple[str, str, float, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "CPU",
        "%",
        1.0,
        (
            ("cpu_tree_percent", "this pipeline (100 % is one processor)", BLUE),
            ("cpu_system_percent", "machine (100 % is all)", GREY),
        ),
    ),
    ("memory", "MB", 1e-6, (("rss_bytes", "this pipeline", BLUE),)),
    ("evaluations", "1/s", 1.0, (("evaluations_per_s", "evaluations", GREEN),)),
    ("IO", "MB/s", 1e-6, (("read_bytes_per_s", "read", PURPLE), ("write_bytes_per_s", "written", AMBER))),
)
_GPU = ("GPU", "%", 1.0)
_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, AMBER)
_SHADES = ("#E8EEF4", "#F7F8FA")
_BARS = ("#C9D9E8", "#E1E7EE")  # darker, because nothing is drawn over them
_FAILED = "#FBE3DA"
Step: TypeAlias = tuple[str, float, float, bool]


@styled
def plot_timeline(
    samples: Sequence[tuple[float, Mapping[str, float | None]]],
    steps: Sequence[Step],
    *,
    width: float = 8.0,
) -> Figure:
    """Draw one panel per kind of telemetry over the seconds since the start; gaps are missing values.

    Steps are shaded, with their labels above; steps that ran in parallel are drawn as bars in lanes instead.

    Args:
        samples: Seconds and values by name, in order.
        steps: Label, start and end in seconds, and whether it failed.
        width: Width in inches.

    Raises:
        UsageError: There is neither a sample nor a step.
    """
    if not samples and not steps:
        raise UsageError("a timeline needs samples or steps, got neither")
    present = {name for _, values in samples for name, value in values.items() if value is not None}
    panels = [panel for panel in _PANELS if any(name in present for name, _, _ in panel[3])]
    gpus = sorted(name for name in present if name.startswith("gpu") and name.endswith("_percent"))
    if gpus:
        curves = [(name, name.partition("_")[0], _COLOURS[k % len(_COLOURS)]) for k, name in enumerate(gpus)]
        panels.append((*_GPU, tuple(curves)))
    lanes = _lanes(steps)
    beside = max(lanes, default=0) > 0
    rows = max(1, len(panels)) + beside
    heights = [0.35 + 0.22 * (max(lanes) + 1)] * beside + [1.45] * (rows - beside)
    ratios = {"height_ratios": heights}
    figure, axes = new_figure(rows, 1, width=width, height=0.6 + sum(heights), sharex=True, gridspec_kw=ratios)
    t = np.array([moment for moment, _ in samples])
    for axis, (title, unit, factor, lines) in zip(axes[beside:], panels, strict=False):
        for name, label, colour in lines:
            if name in present:
                found = (values.get(name) for _, values in samples)
                y = np.array([np.nan if value is None else factor * value for value in found])
                axis.plot(t, y, color=colour, linewidth=1.5, label=label, marker="." if len(t) == 1 else None)
        axis.set_ylabel(f"{title}\n{unit}")
        top = axis.get_ylim()[1]
        axis.set_ylim(0, 1.35 * top if len(lines) > 1 else top)  # room for the legend above the curves
        if factor == 1.0:
            axis.yaxis.set_major_formatter(EngFormatter(sep=""))
        if len(lines) > 1:
            axis.legend(loc="upper right", ncols=len(lines))
    end = max([*t.tolist(), *(stop for _, _, stop, _ in steps), 1e-3])
    for axis in axes:
        axis.set_xlim(0, end)
    if not panels:
        axes[-1].set_yticks([])
    if beside:
        _draw_lanes(axes[0], steps, lanes, end, width)
    else:
        _shade(axes, steps, end, width)
    axes[-1].set_xlabel("seconds since the start")
    return figure


def _shade(axes: Sequence[Axes], steps: Sequence[Step], end: float, width: float) -> None:
    for axis in axes:
        for k, (_, start, stop, failed) in enumerate(steps):
            axis.axvspan(start, stop, color=_FAILED if failed else _SHADES[k % 2], zorder=0, linewidth=0)
    for label, start, stop, _ in steps:
        if shown := _fitting(label, (stop - start) / end, width):
            place = ((start + stop) / 2, 1.03)
            axes[0].text(*place, shown, transform=axes[0].get_xaxis_transform(), ha="center", fontsize=9, color=INK)


def _lanes(steps: Sequence[Step]) -> list[int]:
    """Return a lane for each step; steps in the same lane overlap by a negligible time at most."""
    blink = 0.01 * max((stop for _, _, stop, _ in steps), default=0.0)
    ends: list[float] = []
    lanes = []
    for _, start, stop, _ in steps:
        lane = next((k for k, busy in enumerate(ends) if start >= busy - blink), len(ends))
        ends[lane : lane + 1] = [stop]
        lanes.append(lane)
    return lanes


def _draw_lanes(axis: Axes, steps: Sequence[Step], lanes: Sequence[int], end: float, width: float) -> None:
    for k, ((label, start, stop, failed), lane) in enumerate(zip(steps, lanes, strict=True)):
        shade = _FAILED if failed else _BARS[k % 2]
        axis.barh(lane, stop - start, left=start, height=0.8, color=shade, edgecolor="white", linewidth=1)
        if shown := _fitting(label, (stop - start) / end, width):
            axis.text((start + stop) / 2, lane, shown, ha="center", va="center", fontsize=8, color=INK)
    axis.set_ylim(max(lanes) + 0.6, -0.6)
    axis.set_yticks([])
    axis.grid(visible=False)
    axis.set_ylabel("steps")


def _fitting(label: str, share: float, width: float) -> str:
    """Return the part of a label that fits into a share of the width."""
    room = int(share * width * 10)
    if room < 3:
        return ""
    return label if len(label) <= room else label[: room - 1] + "…"


def timeline(run: str = "latest", *, root: Path | None = None) -> Picture:
    """Return the timeline of a tracked pipeline for a notebook.

    Args:
        run: Its id, the beginning or end of its id, its name (for the newest), or `latest`.
        root: Artifact root; None: the one of this project.

    Raises:
        UsageError: There is no such pipeline, or it has neither a sample nor a step yet.
        ArtifactError: It cannot be read.
    """
    from benchbook.tracking.files.folders import find_run
    from benchbook.tracking.files.reader import read_run

    return timeline_picture(read_run(find_run(run, root)))


def add_timeline(folder: Path) -> None:
    """Write the timeline of an ended pipeline into its folder, and show it in its report.

    Args:
        folder: The folder of the pipeline.

    Raises:
        ArtifactError: The pipeline or its report cannot be read.
        StorageError: The folder cannot be written; the report is then unchanged.
    """
    from benchbook.tracking.files.folders import REPORT, TIMELINE
    from benchbook.tracking.files.reader import read_run

    seen = read_run(folder)
    try:
        report = (folder / REPORT).read_text(encoding="utf-8")
    except OSError as error:
        raise ArtifactError(f"cannot read {folder / REPORT}: {error}") from error
    write_atomic(folder / TIMELINE, timeline_of(seen))
    write_atomic(folder / REPORT, with_timeline(report).encode())


def with_timeline(report: str) -> str:
    """Return a Markdown report with a link to the timeline next to it."""
    from benchbook.tracking.files.folders import TIMELINE

    return f"{report}\n## Timeline\n\n![Telemetry over time, with the steps shaded]({TIMELINE})\n"


def timeline_of(seen: Seen) -> bytes:
    """Return the timeline of a tracked pipeline as an SVG."""
    return timeline_picture(seen).svg().encode()


def timeline_picture(seen: Seen) -> Picture:
    """Return the timeline of a tracked pipeline, for a notebook's cell."""
    from benchbook.records.pipeline import StepStatus
    from benchbook.tracking.telemetry.sampling import read_samples

    samples = [(sample.t, sample.values) for sample in read_samples(seen.folder, most=None)]
    steps = [
        (
            step.label,
            step.started_t,
            seen.elapsed_s if step.duration_s is None else step.started_t + step.duration_s,
            step.status is StepStatus.FAILED,
        )
        for step in seen.state.steps
        if step.started_t is not None
    ]
    alt = (
        f"Telemetry of the pipeline {seen.state.name} over time, its {len(steps)} steps shaded: CPU, memory, "
        "evaluations and input and output, as far as the sensors gave values."
    )
    return Picture(plot_timeline(samples, steps), alt)
