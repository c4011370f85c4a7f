"""Trials of a spec: the claims of its notebook, judged with other runs in place of its own."""

from __future__ import annotations

import ast
import contextlib
import io
import logging
import os
import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchbook.digests import digest
from benchbook.errors import UsageError
from benchbook.files import ARTIFACT_ROOT_VARIABLE
from benchbook.records import Claim, RunRecord
from benchbook.scratch import scratch_folder
from benchbook.specs.notebooks.discover import APPLIED, PARAMETERS_TAG, read_notebook, tags
from benchbook.specs.spec_base import SpecBase
from benchbook.specs.trials.planting import planted
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.typing import JsonObject

# A cell's last line only displays something, unless it calls a method of the spec that begins with one of these.
_NOT_DISPLAYS = ("when", "claim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The result of a spec's claims.

    Attributes:
        optimizer: The optimizer of the spec.
        claims: The judged claims.
        judged: Ids of those that could be judged here.
        tests: Ids of the statistical tests among them.
        runs: Digest over the optimizer's runs.
        published: Digest of the baseline that claims read; empty if none does.
        error: The exception that ended the trial early; None if there was none.
    """

    optimizer: str
    claims: tuple[Claim, ...]
    judged: frozenset[str]
    tests: frozenset[str]
    runs: str
    published: str
    error: str | None


def trial(
    path: Path,
    params: JsonObject,
    *,
    change: Callable[[PlannedRun], PlannedRun] | None,
    finished: dict[str, RunRecord],
    without: Collection[str] = (),
) -> Trial:
    """Do the runs of a notebook's spec and judge its claims; nothing is displayed, stored or written.

    Args:
        path: The notebook.
        params: Parameters that replace its own.
        change: Returns the run to do in place of a planned one.
        finished: Finished runs by key, which are not done again.
        without: Methods of the spec that are not called.

    Raises:
        UsageError: The notebook does not start a spec, or the spec has no claims.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    error: str | None = None
    with planted(change, finished), _quiet(), _apart(path):
        try:
            for source in _sources(read_notebook(path), params, without):
                exec(compile(source, str(path), "exec"), namespace)  # noqa: S102 -- the project's own notebook
        except Exception as failure:  # noqa: BLE001 -- a fault may let a notebook's cell raise anything
            error = f"{type(failure).__name__}: {failure}"
    spec = next((item for item in namespace.values() if isinstance(item, SpecBase)), None)
    if spec is None:
        raise UsageError(f"{path.stem} begins no spec{': ' + error if error else ''}")
    claims = tuple(spec.judged)
    if not claims and error is None:
        raise UsageError(f"{path.stem} has no claims, expected one or more to try")
    judged, runs = spec.trial() if len(spec.runs) else ([], ())
    failed = next((run.error for run in runs if run.error is not None), None)
    if error is None and failed is not None:
        error = f"in a run: {failed.type}: {failed.message}"
    return Trial(
        optimizer=spec.optimizer.name,
        claims=claims,
        judged=frozenset(claim.id for claim in judged),
        tests=frozenset(spec.tests),
        runs=digest([run.content_digest for run in runs]),
        published=spec.published_digest(),
        error=error,
    )


def measured_lines(notebook: dict[str, Any]) -> list[str]:
    """Return the lines of a notebook that a trial executes, without its parameters."""
    found = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and PARAMETERS_TAG not in tags(cell):
            tree = ast.parse(source)
            if any(_method(node) == "then" for node in tree.body):
                break
            found += [ast.get_source_segment(source, node) or "" for node in _without_displays(tree)]
    return found


def _sources(notebook: dict[str, Any], params: JsonObject, without: Collection[str]) -> list[ast.Module]:
    """Return the statements of the code cells up to the judgement, without those that only display something."""
    found: list[ast.Module] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        if any(_method(node) == "then" for node in tree.body):
            break
        tree.body = [node for node in _without_displays(tree) if _method(node) not in without]
        found.append(tree)
        if PARAMETERS_TAG in tags(cell):
            found.append(ast.parse("\n".join(f"{key} = {value!r}" for key, value in params.items())))
    return found


def _without_displays(tree: ast.Module) -> list[ast.stmt]:
    """Return the statements of a cell, except a last one that only displays something."""
    last = tree.body[-1] if tree.body else None
    displays = isinstance(last, ast.Expr) and not (_method(last) or "").startswith(_NOT_DISPLAYS)
    return tree.body[:-1] if displays else tree.body


def _method(node: ast.stmt) -> str | None:
    """Return the method that a line calls; None for other lines."""
    call = node.value if isinstance(node, ast.Expr) else None
    return call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None


@contextlib.contextmanager
def _apart(path: Path) -> Iterator[None]:
    """Let the notebook of an applied case, which may save and track other things than runs, use a temporary folder."""
    if path.parent.name != APPLIED:
        yield
        return
    before = os.environ.get(ARTIFACT_ROOT_VARIABLE)
    with scratch_folder("benchbook-trial-") as folder:
        os.environ[ARTIFACT_ROOT_VARIABLE] = str(folder)
        try:
            yield
        finally:
            if before is None:
                del os.environ[ARTIFACT_ROOT_VARIABLE]
            else:
                os.environ[ARTIFACT_ROOT_VARIABLE] = before


@contextlib.contextmanager
def _quiet() -> Any:
    """Suppress warnings about odd values and failed runs, which faults are expected to cause."""
    logger = logging.getLogger("benchbook")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
