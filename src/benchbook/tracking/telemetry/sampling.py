"""Telemetry: a thread that reads the sensors at an interval, and writes their values next to the manifest."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from benchbook.errors import StorageError, text_of
from benchbook.records import as_plain
from benchbook.records.pipeline import VERSION, Sample
from benchbook.tracking.events import line_of
from benchbook.tracking.files.folders import TELEMETRY
from benchbook.tracking.files.journal import Journal
from benchbook.tracking.telemetry.gpu import Gpus
from benchbook.tracking.telemetry.rules import Judge
from benchbook.tracking.telemetry.sensors import Evaluations, ProcessTree, Sensor, SensorError, System, machine_limits

if TYPE_CHECKING:
    from benchbook.tracking.protocol import TrackedPipeline

MOST_SAMPLES = 3600  # kept in memory by a reader
_LONGEST_LINE = 2000  # bytes of a sample, with many GPUs


@dataclass(slots=True)
class _Summary:
    count: int = 0
    total: float = 0.0
    greatest: float = 0.0

    def add(self, value: float) -> None:
        self.greatest = value if self.count == 0 else max(self.greatest, value)
        self.count += 1
        self.total += value


@dataclass(slots=True)
class _Missing:
    reasons: dict[str, str] = field(default_factory=dict)

    def changed(self, sensor: str, reason: str) -> bool:
        """Return whether this is news."""
        if self.reasons.get(sensor) == reason:
            return False
        self.reasons[sensor] = reason
        return True


class Sampler:
    """Reads all sensors at an interval until it is stopped; a sensor that fails is written down with its reason."""

    def __init__(self, pipeline: TrackedPipeline, interval_s: float, sensors: Sequence[Sensor] | None = None) -> None:
        """Open the file; without `sensors`, all sensors that this machine may have are read."""
        self._pipeline, self._interval_s = pipeline, interval_s
        self._limits = machine_limits()
        self._missing = _Missing()
        self._sensors = list(sensors) if sensors is not None else self._all()
        self._judge = self._rules()
        self._summaries: dict[str, _Summary] = {}
        self._stopped = threading.Event()
        self._writing = threading.Lock()  # a sample may be asked for, or the file closed, while the thread writes
        self._before_t: float | None = None
        self.samples: deque[Sample] = deque(maxlen=MOST_SAMPLES)
        self._journal: Journal | None = None
        try:
            self._journal = Journal(pipeline.folder / TELEMETRY)
        except StorageError as error:
            self._report_missing("telemetry", str(error))
        self._thread = threading.Thread(target=self._run, name="benchbook-telemetry", daemon=True)

    def _all(self) -> list[Sensor]:
        makers: dict[str, Callable[[], Sensor]] = {
            ProcessTree.name: ProcessTree,
            System.name: lambda: System(self._limits),
            Evaluations.name: lambda: Evaluations(lambda: self._pipeline.evaluations.value),
            Gpus.name: Gpus,
        }
        made: list[Sensor] = []
        for name, make in makers.items():
            try:
                made.append(make())
            except Exception as error:  # noqa: BLE001  # a failing sensor must affect neither the others nor the work
                self._report_missing(name, f"{type(error).__name__}: {text_of(error)}")
        return made

    def _rules(self) -> Judge | None:
        try:
            return Judge.here(self._limits, self._pipeline)
        except Exception as error:  # noqa: BLE001  # it reads earlier runs, and their files may contain anything
            self._report_missing("advice", f"{type(error).__name__}: {text_of(error)}")
            return None

    def start(self) -> None:
        """Write the first line, and start the thread."""
        limits = {"memory_bytes": self._limits.memory_bytes, "cpus": self._limits.cpus}
        self._write({"event": "telemetry", "v": VERSION, "interval_s": self._interval_s, "limits": limits})
        self._thread.start()

    def stop(self) -> dict[str, dict[str, float]]:
        """End the thread and return mean and maximum of each value."""
        self._stopped.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=5.0)
        for sensor in self._sensors:
            if isinstance(sensor, Gpus):
                sensor.close()
        if self._journal is not None:
            with self._writing:
                self._journal.close()
        return {
            name: {"mean": summary.total / summary.count, "max": summary.greatest}
            for name, summary in self._summaries.items()
        }

    def sample(self) -> Sample:
        """Read all sensors once, write their values, and apply the rules to them."""
        t = self._pipeline.elapsed_s
        elapsed_s = 0.0 if self._before_t is None else t - self._before_t
        self._before_t = t
        values: dict[str, float | None] = {}
        for sensor in self._sensors:
            try:
                found = sensor.read(elapsed_s)
                values.update({name: None if value is None else float(value) for name, value in found.items()})
            except SensorError as error:
                self._report_missing(sensor.name, text_of(error))
            except Exception as error:  # noqa: BLE001  # a failing sensor must affect neither the others nor the work
                self._report_missing(sensor.name, f"{type(error).__name__}: {text_of(error)}")
            for name, reason in getattr(sensor, "missing", {}).items():
                self._report_missing(name, reason)
        running = self._pipeline.state.running
        sample = Sample(
            t=round(t, 3),
            at=self._pipeline.now(),
            step=running[-1].index if running else None,
            values={name: value if value is None else round(value, 4) for name, value in values.items()},
        )
        self.samples.append(sample)
        for name, value in values.items():
            if value is not None:
                self._summaries.setdefault(name, _Summary()).add(value)
        self._write(as_plain(sample))
        self._pipeline.hear({"event": "sample", "t": sample.t, "at": sample.at, "values": sample.values})
        if self._judge is None:
            return sample
        for advice in self._judge.look(sample, running[-1].label if running else None):
            self._pipeline.emit("advice", lambda _, advice=advice: advice)  # type: ignore[misc]  # bound in this round
        return sample

    def _run(self) -> None:
        while True:
            self.sample()
            if self._stopped.wait(self._interval_s):
                return

    def _write(self, event: dict[str, Any]) -> None:
        if self._journal is not None:
            with self._writing:
                self._journal.append(line_of(event))

    def _report_missing(self, sensor: str, reason: str) -> None:
        if self._missing.changed(sensor, reason):
            self._pipeline.emit("missing", lambda _: {"sensor": sensor, "reason": reason})


def read_samples(folder: Path, most: int | None = MOST_SAMPLES) -> list[Sample]:
    """Return the newest samples of a pipeline, oldest first; torn lines are skipped, a missing file gives none."""
    return list(deque(_samples(folder, most), maxlen=most))


def _samples(folder: Path, most: int | None) -> Iterator[Sample]:
    try:
        with (folder / TELEMETRY).open("rb") as stream:
            if most is not None:  # a live page needs only the end of a file that has grown for hours
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(0, size - most * _LONGEST_LINE))
            data = stream.read()
    except OSError:
        return
    for line in data.split(b"\n"):
        try:
            event = orjson.loads(line) if line else {}
            if event.get("event") == "sample":
                yield Sample(t=event["t"], at=event["at"], step=event["step"], values=event["values"])
        except (ValueError, KeyError, AttributeError):
            continue
