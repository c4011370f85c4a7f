"""The MLflow sink: a run for each call, a child run for each branch.

It uses MLflow's client and never the active run, so that a run that the user has open is not changed. The client alone
(`mlflow-skinny`) is enough.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import logging
import math
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchbook.errors import MissingExtraError, text_of
from benchbook.experiments.branches.branch import BranchStatus
from benchbook.experiments.sinks.json_file import JsonArtifacts
from benchbook.experiments.sinks.mlflow_client import Patience, chunks, is_refusal
from benchbook.experiments.sinks.protocol import Ending, Span
from benchbook.experiments.sinks.valid_names import RunNames
from benchbook.scratch import scratch_folder

log = logging.getLogger(__name__)
STATUS = {BranchStatus.SUCCESS: "FINISHED", BranchStatus.FAILED: "FAILED", BranchStatus.SKIPPED: "KILLED"}
_LONGEST_PARAM = 6000
_LONGEST_TAG = 5000
_MOST_PARAMS = 100
_MOST_METRICS = 1000
_MOST_OWED = 1000
_OURS = "benchbook/"  # folder of our own files in a run


class MLflow:
    """Writes to an MLflow server; if it does not answer, a local copy is written instead.

    Args:
        tracking_uri: The server, or a local store; None: MLflow's own setting.
        experiment: MLflow experiment; None: that of the user's open run, else the experiment's own name.
        timeout_s: Time limit of a request.
        retry_after_s: Time without requests after a server did not answer.
        root: Artifact root of the local copies; None: that of benchbook.

    Raises:
        MissingExtraError: MLflow is not installed.
    """

    blocking = True

    def __init__(
        self,
        tracking_uri: str | None = None,
        *,
        experiment: str | None = None,
        timeout_s: float = 5.0,
        retry_after_s: float = 30.0,
        root: Path | str | None = None,
    ) -> None:
        if "mlflow" not in sys.modules and importlib.util.find_spec("mlflow") is None:
            raise MissingExtraError("the MLflow sink needs MLflow: pip install 'benchbook[mlflow]'")
        # Imported here and not in the sink's thread, which in a short program would import at exit, when imports may
        # fail.
        self._mlflow = importlib.import_module("mlflow")
        self.tracking_uri = tracking_uri
        self.experiment = experiment
        self._patience = Patience(timeout_s)
        self._retry_after_s = retry_after_s
        self._copies = JsonArtifacts(root)
        self._runs: dict[str, str] = {}
        self._names: dict[str, RunNames] = {}
        self._warned_of_infinity = False
        self._around: dict[str, tuple[str, str]] = {}
        self._failed: set[str] = set()
        self._owed: deque[tuple[str, str]] = deque(maxlen=_MOST_OWED)
        self._down_until = 0.0
        self._lock = threading.RLock()
        self._made: Any = None

    def prepare(self, span: Span) -> None:
        """Record, in the caller's thread, the run that the user has open: it becomes the parent of the call's run."""
        mlflow = sys.modules.get("mlflow")
        run = mlflow.active_run() if mlflow is not None else None
        if run is not None and mlflow is not None and self.tracking_uri in (None, mlflow.get_tracking_uri()):
            self._around[span.id] = (run.info.run_id, run.info.experiment_id)

    def start(self, span: Span) -> None:
        """Open a run."""
        if span.kind == "call":
            self._copies.start(span)
            self._ask(span, self._settle)
        run_id = self._ask(span, lambda client: self._create_run(client, span))
        if run_id is not None:
            self._runs[span.id] = run_id

    def params(self, span: Span, params: Mapping[str, Any]) -> None:
        """Write the configuration as parameters of the run."""
        entities = self._entities()
        names = self._names_of(span).params
        given = [entities.Param(names.of(name), _text(value)) for name, value in params.items()]
        for part in chunks(given, _MOST_PARAMS):
            self._log(span, "params", part)

    def metrics(self, span: Span, metrics: Mapping[str, float], step: int | None) -> None:
        """Write numbers as metrics of the run; one without a step has the last step of its name, at first 0."""
        entities, names, given = self._entities(), self._names_of(span), []
        for original, value in metrics.items():
            name = names.metrics.of(original)
            moved, at_ms = names.place(name, step)
            given.append(entities.Metric(name, value, at_ms, moved))
            if math.isinf(value) and not self._warned_of_infinity:
                self._warned_of_infinity = True
                log.warning("the metric %r is infinite: MLflow may store it as the largest finite number", original)
        for part in chunks(given, _MOST_METRICS):
            self._log(span, "metrics", part)

    def artifact(self, span: Span, name: str, data: bytes) -> None:
        """Upload a file; if that fails, it goes to the local copy."""
        if name.startswith(_OURS):
            name = f"user/{name}"
        if not self._of_run(span, lambda client, run_id: _upload(client, run_id, name, data)):
            self._copies.artifact(span, name, data)

    def finish(self, span: Span, ending: Ending) -> None:
        """Close the run, with its record as a file and the exception's text as a tag."""
        status = STATUS[ending.status]
        names = self._names.pop(span.id, RunNames())
        if not self._of_run(span, lambda client, run_id: self._describe(client, run_id, span, ending, names)):
            self._failed.add(span.call_id)
        if not self._of_run(span, lambda client, run_id: _close(client, run_id, ending)):
            self._failed.add(span.call_id)
            if span.id in self._runs:
                self._owed.append((self._runs[span.id], status))
        self._runs.pop(span.id, None)
        if span.kind == "call":
            self._around.pop(span.id, None)
            if span.id in self._failed:
                self._failed.discard(span.id)
                path = self._copies.write(span, ending)
                log.info("call %s of %s is kept in %s", span.call_id, span.experiment, path)
            self._copies.forget(span)

    def _names_of(self, span: Span) -> RunNames:
        return self._names.setdefault(span.id, RunNames())

    def _log(self, span: Span, what: str, items: Sequence[Any]) -> None:
        """Write parameters or metrics; if they are rejected together, one by one."""
        if not self._of_run(span, partial(_log_batch, what, items)) and len(items) > 1:
            for item in items:
                self._of_run(span, partial(_log_batch, what, [item]))

    def _describe(self, client: Any, run_id: str, span: Span, ending: Ending, names: RunNames) -> None:
        """Write the end of a run: tags, and the record as a file."""
        document: Any = ending.document()
        error = document.get("exception")
        tags = {
            "benchbook.exception": error and f"{error['type']}: {error['message']}",
            "benchbook.reason": document.get("reason"),
            "benchbook.names": json.dumps({**names.params.changed, **names.metrics.changed}),
        }
        for name, text in tags.items():
            if text and text != "{}":
                client.set_tag(run_id, name, text[:_LONGEST_TAG])
        client.log_text(run_id, json.dumps(document, indent=2), f"{_OURS}{span.kind}.json")

    def _of_run(self, span: Span, act: Callable[[Any, str], object]) -> bool:
        """Do something with the run of a span; False if there is none or it failed."""
        run_id = self._runs.get(span.id)
        if run_id is None:
            self._failed.add(span.call_id)
            return False
        return self._ask(span, lambda client: (act(client, run_id), True)[1]) is True

    def _ask(self, span: Span, act: Callable[[Any], Any]) -> Any:
        """Send a request to the server; None if that fails, and the call is marked for a local copy."""
        with self._lock:
            if time.monotonic() < self._down_until:
                self._failed.add(span.call_id)
                return None
            try:
                with self._patience:
                    return act(self._client())
            except Exception as error:  # noqa: BLE001  # whatever the client raises, the experiment continues
                self._note(span, error)
                return None

    def _note(self, span: Span, error: Exception) -> None:
        self._failed.add(span.call_id)
        where = self.tracking_uri or "its default place"
        refused = is_refusal(error)
        if not refused:
            self._down_until = time.monotonic() + self._retry_after_s
        said = " ".join(text_of(error).split())[:300]
        log.warning(
            "MLflow at %s %s (%s: %s); a local copy goes to %s",
            where,
            "refuses a record" if refused else "does not answer",
            type(error).__name__,
            said,
            self._copies.root,
        )

    def _client(self) -> Any:
        if self._made is None:
            self._made = self._mlflow.MlflowClient(tracking_uri=self.tracking_uri)
        return self._made

    def _entities(self) -> Any:
        return self._mlflow.entities

    def _create_run(self, client: Any, span: Span) -> str:
        around = self._around.get(span.call_id)
        parent = self._runs.get(span.parent_id or "") or (around[0] if around and span.kind == "call" else None)
        tags = {"benchbook.call_id": span.call_id, "benchbook.strategy": span.strategy}
        if span.kind == "branch":
            tags |= {"benchbook.config_id": span.config_id, "benchbook.role": span.role}
        if parent is not None:
            tags["mlflow.parentRunId"] = parent
        run = client.create_run(
            self._experiment_id(client, span, around),
            start_time=int(span.started_at_s * 1000),
            tags=tags,
            run_name=span.config_id or f"{span.experiment}-{span.call_id[:8]}",
        )
        return str(run.info.run_id)

    def _experiment_id(self, client: Any, span: Span, around: tuple[str, str] | None) -> str:
        if self.experiment is None and around is not None:
            return around[1]
        name = self.experiment or span.experiment
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        try:
            return str(client.create_experiment(name))
        except Exception:  # another process may have made it in the meantime
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
            return str(found.experiment_id)

    def _settle(self, client: Any) -> None:
        """Close the runs that were left open while the server did not answer."""
        while self._owed:
            client.set_terminated(self._owed[0][0], self._owed[0][1])
            self._owed.popleft()


def _log_batch(what: str, items: Sequence[Any], client: Any, run_id: str) -> None:
    client.log_batch(run_id, **{what: items})


def _close(client: Any, run_id: str, ending: Ending) -> None:
    client.set_terminated(run_id, STATUS[ending.status], end_time=int(ending.ended_at_s * 1000))


def _upload(client: Any, run_id: str, name: str, data: bytes) -> None:
    folder, _, base = name.rpartition("/")
    with scratch_folder("benchbook-mlflow-") as place:
        path = place / base
        path.write_bytes(data)
        client.log_artifact(run_id, str(path), folder or None)


def _text(value: Any) -> str:
    return (value if isinstance(value, str) else json.dumps(value))[:_LONGEST_PARAM]
