"""Executing specs as a tracked pipeline: one step per notebook, with its claims, runs and evaluations.

Tracking observes and changes no outcome; if it fails, a warning is the only effect.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.errors import MissingExtraError, UsageError
from benchbook.specs.notebooks.discover import SpecFile
from benchbook.specs.notebooks.execution.execute import (
    CellStarted,
    Happening,
    Listener,
    SpecResult,
    SpecStarted,
    execute_specs,
)
from benchbook.specs.views.tally import tally
from benchbook.studies.smoke import AMOUNT, SMOKE, smoke_work
from benchbook.studies.tracked import end
from benchbook.typing import JsonObject

if TYPE_CHECKING:
    from benchbook.tracking import Pipeline, Step

log = logging.getLogger(__name__)


def execute_tracked(
    files: Sequence[SpecFile],
    params: JsonObject,
    *,
    name: str | None = None,
    tensorboard: Path | str | None = None,
    listener: Listener | None = None,
    **options: Any,
) -> list[SpecResult]:
    """Execute specs and follow them as a pipeline; results are the same as with `execute_specs`.

    Args:
        files: The specs.
        params: The checked parameters.
        name: Name of the pipeline; default: `specs` and the name of the parameter set.
        tensorboard: Folder that the pipeline is mirrored into, for TensorBoard.
        listener: Receives the events; see `execute_specs`.
        options: The others of `execute_specs`.

    Raises:
        UsageError: The name holds no letter or digit.
        MissingExtraError: TensorBoard is requested but not installed.
    """
    pipeline = _started(files, name or f"specs {params.get('preset', '')}".strip(), tensorboard)
    if pipeline is None:
        return execute_specs(files, params, listener=listener, **options)
    watcher = _Watcher(pipeline)

    def told(happening: Happening) -> None:
        watcher.hear(happening)
        if listener is not None:
            listener(happening)

    try:
        results = execute_specs(files, params, listener=told, pipeline=pipeline.run_id, **options)
    except BaseException as error:
        end(pipeline, error)
        raise
    end(pipeline, None)
    return results


def _started(files: Sequence[SpecFile], name: str, tensorboard: Path | str | None) -> Pipeline | None:
    from benchbook.tracking import track

    pipeline: Pipeline | None = None
    try:
        spec = files[0].name if len(files) == 1 else None
        pipeline = track(
            name, steps=[file.name for file in files], spec=spec, tensorboard=tensorboard, show=False
        ).start()
        pipeline.smoke_test(SMOKE, smoke_work(), amount=AMOUNT, unit="evaluations")
    except (UsageError, MissingExtraError):
        raise
    except Exception as error:  # noqa: BLE001  # tracking must never stop the work
        log.warning("these specs are not tracked: %s: %s", type(error).__name__, error)
        if pipeline is not None:
            pipeline.end_by(error)
        return None
    return pipeline


class _Watcher:
    """Turns events of the execution into steps; it is called from several threads."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._steps: dict[str, Step] = {}
        self._mutex = threading.Lock()
        self._is_broken = False

    def hear(self, happening: Happening) -> None:
        """A spec begins, has done some of its cells, or has ended."""
        if self._is_broken:
            return
        try:
            self._enter(happening)
        except Exception as error:  # noqa: BLE001  # tracking must never stop the work
            self._is_broken = True
            log.warning("tracking failed, the specs continue: %s: %s", type(error).__name__, error)

    def _enter(self, happening: Happening) -> None:
        if isinstance(happening, SpecStarted):
            self._begin(happening.spec)
        elif isinstance(happening, CellStarted):
            self._begin(happening.spec).progress(happening.done, happening.total)
        elif isinstance(happening, SpecResult):
            self._end(happening)

    def _begin(self, spec: str) -> Step:
        with self._mutex:
            if spec not in self._steps:
                self._steps[spec] = self._pipeline.begin_step(spec)
            return self._steps[spec]

    def _end(self, result: SpecResult) -> None:
        from benchbook.records.pipeline import StepStatus

        if result.not_run:
            self._pipeline.skip(result.name, str(result.outcome["error"]))
            return
        if result.unchanged:
            self._pipeline.skip(result.name, "nothing that it depends on has changed")
            return
        step, outcome = self._begin(result.name), dict(result.outcome)
        claims: Any = outcome["claims"]
        timing: Any = outcome["timing"]
        runs: Any = outcome["runs"]
        step.count(timing["evaluations"])
        counted = tally(claims)
        for name, value in (
            ("quality_held", counted.quality.held),
            ("quality_failed", counted.quality.failed),
            ("contract_passed", counted.contract.held),
            ("contract_failed", counted.contract.failed),
            ("undecided", counted.undecided),
            ("runs", runs["done"]),
            ("compute_s", timing["compute_s"]),
        ):
            step.metric(name, value)
        step.artifact(result.notebook)
        for claim in claims:
            self._pipeline.claim(f"{result.name}: {claim['text']}", claim["verdict"])
        if result.held:
            step.end()
        else:
            step.end(StepStatus.FAILED, str(outcome["error"] or counted.text))
