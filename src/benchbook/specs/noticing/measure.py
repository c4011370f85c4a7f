"""Measuring the strength of a spec: its claims are tested with each fault, in parallel; finished tests are kept."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchbook.artifacts.io import save_document
from benchbook.artifacts.kinds import VERSIONS, Kind
from benchbook.clock import SYSTEM_CLOCK, timestamp
from benchbook.digests import text_digest
from benchbook.errors import UsageError
from benchbook.limits import check_workers
from benchbook.optimizers import optimizer
from benchbook.params.load import load
from benchbook.parent_death import die_with_parent
from benchbook.records import RunRecord, Verdict
from benchbook.specs.names import what_is_missing
from benchbook.specs.notebooks.discover import SpecFile, find
from benchbook.specs.notebooks.execution.up_to_date import inputs_digest
from benchbook.specs.noticing.faults import FAMILIES, TrialFault, faults_of, planting
from benchbook.specs.noticing.filed import read_strength, strength_path, subject_digest
from benchbook.specs.noticing.summary import Strength, check_claims
from benchbook.specs.noticing.trial import Trial, trial
from benchbook.specs.spec_base import SpecBase
from benchbook.studies.runs import provenance
from benchbook.typing import JsonObject

_DONE = ".{name}.jsonl"  # hidden, because it is not an artifact; losing it costs one measurement
_intact_runs: dict[str, RunRecord] = {}  # of a worker: the intact runs, including control and reference
_intact: dict[str, Trial] = {}


def strength(
    spec: str | SpecBase,
    *,
    params: str = "quick",
    faults: Sequence[str] = FAMILIES,
    claims: Sequence[str] = (),
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Strength:
    """Plant faults into the optimizer of a spec, and measure which of them its claims notice.

    Faults are planted one at a time, and the notebook's claims are judged with each. A claim notices a fault if it
    holds without it but not with it. The artifact is `strength/PRESET/NAME.json.zst` in the artifact root. Faults that
    were tested before with the same notebook, parameters, baseline, code and libraries are not tested again.

    Args:
        spec: The name of a spec's notebook or optimizer, or the spec object of the notebook.
        params: The parameter set.
        faults: `wrapped`, `code`, or names of faults.
        claims: Ids of the claims to count; default: all. The artifact has all.
        workers: Number of processes; default: one per processor.
        progress: Called with (done, planned) after each fault.

    Raises:
        UnknownNameError: There is no such spec, fault or claim.
        UsageError: The spec has no claims, no faults are named, or the library of its optimizer is not installed.

    Examples:
        >>> import benchbook as bb
        >>> try:
        ...     bb.strength("cma_ess")
        ... except bb.BenchbookError as error:
        ...     print("cma_es" in str(error))
        True
    """
    if not faults:
        raise UsageError(f"faults is {faults!r}, expected {' or '.join(FAMILIES)}, or names of faults")
    (file,) = find([spec.folder.name if isinstance(spec, SpecBase) else spec])
    values = load(params)
    missing = what_is_missing(file.name)
    if missing is not None:
        raise UsageError(missing)
    start_s = time.perf_counter()
    intact = trial(file.path, values, change=None, finished={})
    check_claims(claims, [claim.id for claim in intact.claims])
    tried = faults_of(optimizer(intact.optimizer), faults)
    with_fault = _Trials(file, values, intact.published)
    found = with_fault.all(
        tried, (os.cpu_count() or 1) if workers is None else check_workers("workers", workers), progress
    )
    subject = subject_digest(file, values, intact.optimizer)
    before = read_strength(file.name, with_fault.preset)
    same = before is not None and before.document["subject"] == subject
    document: JsonObject = {
        "kind": Kind.STRENGTH.value,
        "schema_version": VERSIONS[Kind.STRENGTH],
        "name": file.name,
        "optimizer": intact.optimizer,
        "created_at": timestamp(SYSTEM_CLOCK.now()),
        "version": provenance.library_version(),
        "preset": with_fault.preset,
        "inputs": with_fault.inputs,
        "subject": subject,
        "elapsed_s": round(time.perf_counter() - start_s, 3),
        "claims": [{"id": c.id, "sort": c.sort, "verdict": c.verdict.value} for c in intact.claims],
        "faults": [found[fault.id] for fault in tried],
        "false_alarms": before.document.get("false_alarms") if same and before is not None else None,
    }
    save_document(document, strength_path(file.name, with_fault.preset))
    return Strength(document).only(claims) if claims else Strength(document)


class _Trials:
    """The trials of one spec: earlier ones are read, the others are done and recorded."""

    def __init__(self, file: SpecFile, params: JsonObject, published: str) -> None:
        self.file, self.params = file, params
        inputs = inputs_digest(file, params)
        self.inputs = text_digest(inputs, published) if published else inputs
        self.preset = str(params.get("preset") or "none")
        self.path = strength_path(file.name, self.preset).with_name(_DONE.format(name=file.name))

    def all(
        self, faults: Sequence[TrialFault], workers: int, progress: Callable[[int, int], None] | None
    ) -> dict[str, JsonObject]:
        """Return the result of each fault, by its id."""
        found = self._before()
        missing = [fault for fault in faults if fault.id not in found]
        if not missing:
            return found
        self.path.parent.mkdir(parents=True, exist_ok=True)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(workers, len(missing)), context, die_with_parent, (os.getpid(),)) as pool:
            jobs = {pool.submit(_try, self.file.path, self.params, fault): fault for fault in missing}
            for done, job in enumerate(as_completed(jobs), start=1):
                found[jobs[job].id] = job.result()
                with self.path.open("a", encoding="utf-8") as lines:
                    line = {"inputs": self.inputs, "id": jobs[job].id, "found": found[jobs[job].id]}
                    lines.write(json.dumps(line) + "\n")
                if progress is not None:
                    progress(len(faults) - len(missing) + done, len(faults))
        return found

    def _before(self) -> dict[str, JsonObject]:
        found: dict[str, JsonObject] = {}
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return found
        for line in lines:
            try:
                item: dict[str, Any] = json.loads(line)
            except ValueError:  # the last line of an interrupted measurement
                continue
            if item["inputs"] == self.inputs:
                found[item["id"]] = item["found"]
        if not found:
            self.path.unlink(missing_ok=True)
        return found


def _try(path: Path, params: JsonObject, fault: TrialFault) -> JsonObject:
    """Test a fault in a worker; the first time, test the intact optimizer before it."""
    if str(path) not in _intact:
        _intact[str(path)] = trial(path, params, change=None, finished=_intact_runs)
    intact = _intact[str(path)]
    with_fault = trial(path, params, change=planting(fault, intact.optimizer), finished=dict(_intact_runs))
    verdicts = {claim.id: claim.verdict for claim in with_fault.claims if claim.id in with_fault.judged}
    noticed = [
        claim.id
        for claim in intact.claims
        # If a cell raised before a claim was reached, the fault is noticed by the error, not by the claim.
        if claim.verdict is Verdict.HELD and verdicts.get(claim.id, Verdict.HELD) is not Verdict.HELD
    ]
    return {
        **asdict(fault),
        "effect": with_fault.error is not None or with_fault.runs != intact.runs,
        "error": with_fault.error,
        "noticed_by": noticed,
        "measured": {c.id: _plain(c.measured) for c in with_fault.claims if c.sort == "quality" and c.id in verdicts},
    }


def _plain(measured: float | int | bool | None) -> float | None:
    return None if measured is None else float(measured)
