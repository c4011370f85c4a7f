"""The timeline of a tracked pipeline: telemetry over time, with its steps shaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from benchbook.analysis.plots.picture import Picture
from benchbook.analysis.plots.style import AMBER, BLUE, GREEN, GREY, INK, ORANGE, PURPLE, new_figure, styled
from benchbook.errors import UsageError

if TYPE_CHECKING:
    from benchbook.tracking.runs import Seen

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
_FAILED = "#FBE3DA"


@styled
def plot_timeline(
    samples: Sequence[tuple[float, Mapping[str, float | None]]],
    steps: Sequence[tuple[str, float, float, bool]],
    *,
    width: float = 8.0,
) -> Figure:
    """Draw a panel a kind of telemetry, over seconds since the start; a gap is a missing value.

    Args:
        samples: Seconds, and value by name, in order.
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
    rows = max(1, len(panels))
    figure, axes = new_figure(rows, 1, width=width, height=0.6 + 1.45 * rows, sharex=True)
    t = np.array([moment for moment, _ in samples])
    for axis, (title, unit, factor, lines) in zip(axes, panels, strict=False):
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
        for k, (_, start, stop, failed) in enumerate(steps):
            axis.axvspan(start, stop, color=_FAILED if failed else _SHADES[k % 2], zorder=0, linewidth=0)
        axis.set_xlim(0, end)
    if not panels:
        axes[0].set_yticks([])
    letters = width * 10  # that find room above the panels
    for label, start, stop, _ in steps:
        room = int((stop - start) / end * letters)
        if room >= 3:
            shown = label if len(label) <= room else label[: room - 1] + "…"
            place = ((start + stop) / 2, 1.03)
            axes[0].text(*place, shown, transform=axes[0].get_xaxis_transform(), ha="center", fontsize=9, color=INK)
    axes[-1].set_xlabel("seconds since the start")
    return figure


def timeline_of(seen: Seen) -> bytes:
    """Return the timeline of a tracked pipeline as an SVG."""
    from benchbook.tracking.states import StepStatus
    from benchbook.tracking.telemetry import read_samples

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
    alt = f"Telemetry of {seen.state.name} over time, its {len(steps)} steps shaded."
    return Picture(plot_timeline(samples, steps), alt).svg().encode()
