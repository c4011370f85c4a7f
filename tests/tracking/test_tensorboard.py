import sys
from pathlib import Path

import pytest
from programs import Program, free_port

from benchbook.clock import ManualClock
from benchbook.errors import MissingExtraError
from benchbook.tracking import track
from benchbook.tracking.telemetry.sampling import Sampler

pytest.importorskip("tensorboard")


class Busy:
    name = "busy"

    def read(self, elapsed_s: float) -> dict[str, float | None]:
        """Return values."""
        return {"rss_bytes": 5e6, "cpu_tree_percent": None}


def mirrored(folder: Path) -> str:
    """Track a pipeline with a mirror and return its run id."""
    clock = ManualClock()
    with track("x", telemetry=False, tensorboard=folder, clock=clock) as pipeline, pipeline.step("a") as step:
        sampler = Sampler(pipeline, 1.0, [Busy()])
        for epoch in range(3):
            step.metric("loss", 1.0 / (epoch + 1), step=10 * epoch)
            step.metric("plain", float(epoch))
            clock.advance(0.5)
            sampler.sample()
        pipeline.count(700)
        step.metric("best", 0.25)
        step.metric("odd", float("nan"))
        sampler.stop()
    return pipeline.run_id


def test_tensorboards_own_reader_finds_metrics_and_telemetry(tmp_path: Path) -> None:
    """The x axis has reported steps, the number of evaluations, or tenths of a second; missing values are left out."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run_id = mirrored(tmp_path)
    reader = EventAccumulator(str(tmp_path / run_id))
    reader.Reload()
    found = {tag: [(s.step, round(s.value, 4)) for s in reader.Scalars(tag)] for tag in reader.Tags()["scalars"]}
    assert found == {
        "metrics/loss": [(0, 1.0), (10, 0.5), (20, 0.3333)],
        "metrics/plain": [(0, 0.0), (1, 1.0), (2, 2.0)],
        "metrics/best": [(700, 0.25)],
        "telemetry/rss_bytes": [(5, 5e6), (10, 5e6), (15, 5e6)],
        "steps/duration_s": [(1, 1.5)],
    }


def test_without_tensorboard_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes before the work, and says what to install."""
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer.event_file_writer", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'benchbook\[tensorboard\]'"):
        track("x", telemetry=False, tensorboard=tmp_path).start()


def test_the_real_server_shows_the_run(tmp_path: Path) -> None:
    """TensorBoard itself serves the run and its tags over loopback."""
    run_id = mirrored(tmp_path / "runs")
    port = free_port()
    command = [
        sys.executable, "-m", "tensorboard.main", "--logdir", str(tmp_path / "runs"), "--port", str(port),
        "--host", "127.0.0.1", "--load_fast", "false",
    ]  # fmt: skip
    with Program(command, tmp_path / "server.log", grace_s=5.0) as server:
        assert run_id in server.wait_for_answer(f"http://127.0.0.1:{port}/data/runs", run_id)
        tags = server.wait_for_answer(f"http://127.0.0.1:{port}/data/plugin/scalars/tags", "metrics/loss")
        assert "metrics/loss" in tags
