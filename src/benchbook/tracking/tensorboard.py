"""Mirror of metrics and telemetry for TensorBoard (extra `tensorboard`).

Metrics are placed at the step they were reported with; without one, at the evaluations counted so far; without these,
at their own index. Telemetry is placed at tenths of a second since the start. TensorBoard's axis `wall` is the same
for all.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.errors import MissingExtraError, StorageError

if TYPE_CHECKING:
    from benchbook.tracking.protocol import TrackedPipeline

TENTHS = 10
_GREATEST = 2**63 - 1  # largest step that an event can hold


def mirror(pipeline: TrackedPipeline, folder: Path) -> None:
    """Let a pipeline write into `folder`, below its run id, as well.

    Raises:
        MissingExtraError: TensorBoard is not installed.
        StorageError: The folder cannot be written.
    """
    try:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise MissingExtraError("the TensorBoard mirror needs it: pip install 'benchbook[tensorboard]'") from error
    try:
        writer = EventFileWriter(str(folder / pipeline.run_id))
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror or error}") from error
    listener = _Mirror(writer, pipeline)
    pipeline.add_listener(listener.hear, listener.close)


class _Mirror:
    def __init__(self, writer: Any, pipeline: TrackedPipeline) -> None:
        self._writer, self._pipeline = writer, pipeline
        self._counts: dict[str, int] = {}

    def hear(self, event: dict[str, Any]) -> None:
        if event["event"] == "metric" and not isinstance(event["value"], str):
            self._add(f"metrics/{event['name']}", event["value"], self._axis(event), event["at"])
        elif event["event"] == "sample":
            for name, value in event["values"].items():
                if value is not None:
                    self._add(f"telemetry/{name}", value, round(event["t"] * TENTHS), event["at"])
        elif event["event"] == "step_ended":
            self._add("steps/duration_s", event["duration_s"], event["step"], event["at"])

    def _axis(self, event: dict[str, Any]) -> int:
        name = event["name"]
        self._counts[name] = self._counts.get(name, -1) + 1
        if event["x"] is not None:
            return max(-_GREATEST, min(_GREATEST, int(event["x"])))
        return self._pipeline.evaluations.value or self._counts[name]

    def _add(self, tag: str, value: float, axis: int, at: str) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        wall = datetime.fromisoformat(at).timestamp()
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        self._writer.add_event(Event(wall_time=wall, step=axis, summary=summary))

    def close(self) -> None:
        self._writer.close()
