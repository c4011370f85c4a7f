import io
import xml.etree.ElementTree as ET  # only files written by this test are parsed
from pathlib import Path

import pytest
from rich.console import Console

from benchbook.analysis.plots.timing.timeline import plot_timeline, timeline, timeline_of
from benchbook.clock import ManualClock
from benchbook.errors import UsageError
from benchbook.tracking import Pipeline, read_run, read_samples, track, watch
from benchbook.tracking.live_page import live, page
from benchbook.tracking.telemetry.sampling import Sampler


class Wave:
    """A sensor whose values rise and fall."""

    name = "wave"

    def __init__(self) -> None:
        self.turn = 0

    def read(self, elapsed_s: float) -> dict[str, float | None]:
        """Return values."""
        self.turn += 1
        busy = 50 + 45 * (self.turn % 4)
        gone = None if self.turn == 5 else 1e6
        return {"cpu_tree_percent": busy, "rss_bytes": 3e8, "evaluations_per_s": 1e4 * busy, "read_bytes_per_s": gone}


def busy_pipeline(steps: int = 4) -> Pipeline:
    """Return an ended pipeline with a failed step, claims and telemetry."""
    clock = ManualClock()
    with track("a pipeline with a long name", total=steps, telemetry=False, clock=clock) as pipeline:
        sampler = Sampler(pipeline, 1.0, [Wave()])
        for k in range(steps):
            step = pipeline.begin_step(f"step number {k} with a label that is far too long for its column")
            step.metric("loss", 1 / 3)
            step.metric("a_metric_with_a_long_name", 12345.678)
            for _ in range(5):
                clock.advance(1)
                sampler.sample()
            pipeline.claim(f"claim {k} says something that takes the whole width of a terminal and then more", "held")
            step.end()
        sampler.stop()
    return pipeline


@pytest.mark.parametrize("steps", [1, 4, 40])
def test_the_page_fits_into_eighty_columns(steps: int) -> None:
    """However long labels and claims are and however many steps there are, the page fits a terminal over ssh."""
    text = repr(watch(busy_pipeline(steps).run_id))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert len(text.splitlines()) <= 40
    assert f"step {steps} of {steps}" in text
    assert "…" not in text


def test_what_is_long_continues_on_the_next_line() -> None:
    """Claims, labels and metrics of a step are shown completely."""
    words = " ".join(repr(watch(busy_pipeline(1).run_id)).split())
    assert "a_metric_with_a_long_name 12,346" in words
    assert "claim 0 says something that takes the whole width of a terminal and then more" in words
    assert "too long for its column" in words


def test_the_page_shows_the_running_step_among_many() -> None:
    """The steps around the current one are shown, with the number of hidden ones."""
    clock = ManualClock()
    with track("x", total=50, telemetry=False, clock=clock) as pipeline:
        for k in range(30):
            with pipeline.step(f"past {k}"):
                clock.advance(1)
        with pipeline.step("the present"):
            text = repr(watch(pipeline.run_id))
    assert "the present" in text
    assert "more steps" in text


def test_a_notebook_shows_the_page_without_a_widget() -> None:
    """Page and pipeline have an HTML form that contains its styles."""
    pipeline = busy_pipeline()
    html = watch(pipeline.run_id)._repr_html_()
    assert html.startswith("<pre style=")
    assert "completed" in html
    assert pipeline._repr_html_() == html


def test_the_live_page_ends_with_the_pipeline() -> None:
    """The last state is returned, so that the exit code can report it."""
    pipeline = busy_pipeline()
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    assert live(pipeline.folder, 0.1, console).status == "completed"


def test_following_in_a_notebook_returns_the_last_page() -> None:
    """A completed pipeline gives one page."""
    assert "completed" in repr(watch(busy_pipeline().run_id, follow=True))


def test_the_page_as_a_picture(tmp_path: Path) -> None:
    """Rich renders the page as an SVG."""
    pipeline = busy_pipeline()
    console = Console(file=io.StringIO(), width=80, record=True)
    console.print(page(read_run(pipeline.folder), read_samples(pipeline.folder)))
    assert "<svg" in console.export_svg(title="benchbook track watch")


def test_the_timeline_is_a_deterministic_svg_with_steps() -> None:
    """Each panel has its telemetry, and steps have their labels."""
    pipeline = busy_pipeline()
    first, second = (timeline_of(read_run(pipeline.folder)) for _ in range(2))
    assert first == second
    assert timeline(pipeline.run_id).svg().encode() == first
    ET.fromstring(first)  # noqa: S314  # our own
    figure = plot_timeline(
        [(0.0, {"rss_bytes": 1e6}), (1.0, {"rss_bytes": None, "gpu0_percent": 4.0})], [("a", 0, 1, True)]
    )
    assert [axis.get_ylabel() for axis in figure.axes] == ["memory\nMB", "GPU\n%"]


def test_a_timeline_of_steps_alone_is_drawn_and_one_of_nothing_is_refused() -> None:
    """Telemetry may be off, but a timeline needs something to draw."""
    assert len(plot_timeline([], [("a", 0.0, 2.0, False)]).axes) == 1
    with pytest.raises(UsageError, match="got neither"):
        plot_timeline([], [])


def test_steps_side_by_side_have_lanes_of_bars() -> None:
    """Labels of parallel steps would overlap; steps that only touch stay shaded."""
    samples = [(float(k), {"rss_bytes": 1e6}) for k in range(10)]
    steps = [("a", 0.0, 6.0, False), ("b", 0.1, 4.0, True), ("c", 4.0, 9.0, False)]
    lanes, *_ = plot_timeline(samples, steps).axes
    assert lanes.get_ylabel() == "steps"
    assert {round(bar.get_y() + bar.get_height() / 2) for bar in lanes.patches} == {0, 1}
    assert [text.get_text() for text in lanes.texts] == ["a", "b", "c"]
    touching = [("a", 0.0, 4.01, False), ("b", 4.0, 9.0, False)]
    assert len(plot_timeline(samples, touching).axes) == 1
