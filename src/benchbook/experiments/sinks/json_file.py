"""The default sink: one JSON artifact per call, under the artifact root."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchbook.experiments.sinks.protocol import Ending, Span
from benchbook.files import artifact_root, write_atomic

FOLDER = "experiments"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class JsonArtifacts:
    """Writes `experiments/<experiment>/<time>-<call>.json.zst`, a call with all of its branches.

    Files that branches report are stored next to it, in `<time>-<call>/<branch>/`. Nothing else is written before a
    call has ended.

    Args:
        root: The artifact root; None: that of benchbook when the sink is made.
        suffix: `.json.zst`, `.json.gz` or `.json`.
    """

    blocking = True

    def __init__(self, root: Path | str | None = None, *, suffix: str = ".json.zst") -> None:
        from benchbook.artifacts.codec import suffix_of

        self.root = artifact_root() if root is None else Path(root)
        self.suffix = suffix_of(Path(f"call{suffix}"))
        self._started: dict[str, float] = {}

    def start(self, span: Span) -> None:
        """Record when a call began."""
        if span.kind == "call":
            self._started[span.id] = span.started_at_s

    def params(self, span: Span, params: Mapping[str, Any]) -> None:
        """Do nothing: the record has the configuration."""

    def metrics(self, span: Span, metrics: Mapping[str, float], step: int | None) -> None:
        """Do nothing: the record has the numbers."""

    def artifact(self, span: Span, name: str, data: bytes) -> None:
        """Write a file of a branch."""
        write_atomic(self._stem(span) / span.id / name, data)

    def finish(self, span: Span, ending: Ending) -> None:
        """Write the record of a call."""
        if span.kind == "call":
            self.write(span, ending)

    def write(self, span: Span, ending: Ending) -> Path:
        """Write the record of a call and return its file."""
        from benchbook.artifacts.io import save_document

        stem = self._stem(span)
        self.forget(span)
        return save_document(ending.document(), stem.with_name(f"{stem.name}{self.suffix}"))

    def forget(self, span: Span) -> None:
        """Forget a call."""
        self._started.pop(span.call_id, None)

    def _stem(self, span: Span) -> Path:
        started = datetime.fromtimestamp(self._started.get(span.call_id, span.started_at_s), UTC)
        name = _UNSAFE.sub("_", span.experiment).strip("._") or "experiment"
        return self.root / FOLDER / name / f"{started:%Y%m%dT%H%M%S}-{span.call_id}"
