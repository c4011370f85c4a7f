"""Executing specs as a tracked pipeline: a step a notebook, with its claims, runs and evaluations.

Tracking watches from outside and changes no outcome; where it fails, a warning is all that it costs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.errors import MissingExtraError, UsageError
from benchbook.specs.discover import SpecFile
from benchbook.specs.execute import Progress, SpecResult, execute_specs
from benchbook.studies.smoke import AMOUNT, SMOKE, smoke_work
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
    progress: Progress | None = None,
    **options: Any,
) -> list[SpecResult]:
    """Execute specs and follow them as a pipeline; what they do is the same as with `execute_specs`.

    Args:
        files: The specs.
        params: The checked parameters.
        name: Name of the pipeline; `specs` and the name of the parameter set unless given.
        tensorboard: Folder that the pipeline is mirrored into, for TensorBoard.
        progress: Called as (spec, cells done, cells) from worker threads.
        options: Those of `execute_specs`.

    Raises:
        UsageError: The name holds no letter or digit.
        MissingExtraError: TensorBoard is asked for and not installed.
    """
    pipeline = _started(files, name or f"specs {params.get('preset', '')}".strip(), tensorboard)
    if pipeline is None:
        return execute_specs(files, params, progress=progress, **options)
    watcher = _Watcher(pipeline)

    def told(spec: str, done: int, total: int) -> None:
        watcher.at(spec, done, total)
        if progress is not None:
            progress(spec, done, total)

    try:
        results = execute_specs(files, params, progress=told, follow=watcher.follow, **options)
    except BaseException as error:
        pipeline.end_by(error)
        raise
    pipeline.end_by(None)
    return results


def _started(files: Sequence[SpecFile], name: str, tensorboard: Path | str | None) -> Pipeline | None:
    from benchbook.tracking import track

    pipeline: Pipeline | None = None
    try:
        spec = files[0].name if len(files) == 1 else None
        pipeline = track(name, steps=[file.name for file in files], spec=spec, tensorboard=tensorboard).start()
        pipeline.smoke_test(SMOKE, smoke_work(), amount=AMOUNT, unit="evaluations")
    except (UsageError, MissingExtraError):
        raise
    except Exception as error:  # noqa: BLE001  # what watches must not end what works
        log.warning("these specs are not tracked: %s: %s", type(error).__name__, error)
        if pipeline is not None:
            pipeline.end_by(error)
        return None
    return pipeline


class _Watcher:
    """Turns what the execution says into steps; it is called from several threads."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._steps: dict[str, Step] = {}
        self._mutex = threading.Lock()
        self._is_broken = False

    def follow(self, spec: str, result: SpecResult | None) -> None:
        """Hear that a spec begins, or how it ended."""
        self._safely(lambda: self._begin(spec) if result is None else self._end(result))

    def at(self, spec: str, done: int, total: int) -> None:
        """Hear how many cells of a spec are done."""
        self._safely(lambda: self._begin(spec).progress(done, total))

    def _begin(self, spec: str) -> Step:
        with self._mutex:
            if spec not in self._steps:
                self._steps[spec] = self._pipeline.begin_step(spec)
            return self._steps[spec]

    def _end(self, result: SpecResult) -> None:
        from benchbook.tracking.states import StepStatus

        step, outcome = self._begin(result.name), dict(result.outcome)
        claims: Any = outcome["claims"]
        timing: Any = outcome["timing"]
        runs: Any = outcome["runs"]
        step.count(timing["evaluations"])
        held = sum(claim["verdict"] == "held" for claim in claims)
        for name, value in (
            ("held", held),
            ("not_held", len(claims) - held),
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
            step.end(StepStatus.FAILED, str(outcome["error"] or f"{len(claims) - held} claims do not hold"))

    def _safely(self, act: Callable[[], object]) -> None:
        if self._is_broken:
            return
        try:
            act()
        except Exception as error:  # noqa: BLE001  # what watches must not end what works
            self._is_broken = True
            log.warning("tracking was given up, the specs go on: %s: %s", type(error).__name__, error)
