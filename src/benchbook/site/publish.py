"""Publishing the site: only on purpose, and only if nothing in it has failed or is incomplete or invalid."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.artifacts.store.repair import inspect
from benchbook.errors import BenchbookError, ExitCode, StorageError, UsageError
from benchbook.files import artifact_root, needed_project, shipped
from benchbook.site.build import build_site, check_target, place
from benchbook.site.pages.published.baseline_data import baseline_views
from benchbook.site.pages.spec_views import SpecView, spec_views

SWITCH = "BENCHBOOK_PUBLISH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One reason not to publish, with its exit code."""

    reason: str
    exit_code: ExitCode


class PublicationRefusedError(BenchbookError):
    """The site must not be published; the message lists the reasons, and the most severe one sets the exit code."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        """Combine the reasons."""
        lines = "\n".join(f"  {objection.reason}" for objection in objections)
        super().__init__(f"the site was not published:\n{lines}")
        codes = [objection.exit_code for objection in objections]
        self.exit_code = next(code for code in _GRAVEST_FIRST if code in codes)


_GRAVEST_FIRST = (ExitCode.INVALID_ARTIFACT, ExitCode.FAILED, ExitCode.INCOMPLETE)


def publish_site(out: Path) -> Path:
    """Build the site into a folder that can be served directly, and return the path of its front page.

    Args:
        out: The folder, which is empty or contains an earlier site; that is replaced.

    Raises:
        UsageError: `BENCHBOOK_PUBLISH` is not 1, there is no project, or `out` contains something other than a site.
        PublicationRefusedError: A spec did not hold, runs are missing, or an artifact is invalid.
        MissingExtraError: Sphinx or one of its extensions is not installed.
        ExecutionError: The site cannot be built.
    """
    if os.environ.get(SWITCH) != "1":
        raise UsageError(
            f"{SWITCH} is {os.environ.get(SWITCH, 'not set')!s}, expected 1: a site is published on purpose only; "
            "benchbook site build makes a draft without it"
        )
    out = out.expanduser().resolve()
    check_target(out)
    found = list(objections())
    if found:
        raise PublicationRefusedError(found)
    draft = build_site().parent
    place(draft, out)
    # Without it, GitHub Pages ignores folders whose names begin with an underscore.
    (out / ".nojekyll").touch()
    return out / "index.html"


def objections(root: Path | None = None) -> Iterator[Objection]:
    """Yield all reasons against publishing a project's site."""
    root = root or needed_project()
    artifacts = artifact_root()
    for view in spec_views(root / "notebooks", artifacts / "specs"):
        yield from _of_spec(view)
        yield from _of_runs(view.name, artifacts / "specs" / view.name / "runs")
    for baseline in baseline_views(shipped("baselines"), artifacts / "baselines"):
        if baseline.trouble is not None:
            yield Objection(reason=f"baseline {baseline.trouble}", exit_code=ExitCode.INVALID_ARTIFACT)


def _of_spec(view: SpecView) -> Iterator[Objection]:
    if view.trouble is not None:
        yield Objection(reason=f"spec {view.name}: {view.trouble}", exit_code=ExitCode.INVALID_ARTIFACT)
        return
    if view.outcome is None:
        reason = f"spec {view.name}: was not run: benchbook spec run {view.name}"
        yield Objection(reason=reason, exit_code=ExitCode.INCOMPLETE)
        return
    if view.outcome["status"] != "held":
        why = view.outcome["error"] or "; ".join(_unmet(view.outcome["claims"])) or "no claim was judged"
        yield Objection(reason=f"spec {view.name}: {view.outcome['status']}, {why}", exit_code=ExitCode.FAILED)
    runs = view.outcome["runs"]
    if runs["done"] != runs["planned"]:
        reason = f"spec {view.name}: {runs['done']} of {runs['planned']} runs done, {runs['failed']} failed"
        yield Objection(reason=reason, exit_code=ExitCode.INCOMPLETE)


def _unmet(claims: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for verdict, said in (("failed", "claims that do not hold"), ("undecided", "claims that could not be decided")):
        if found := [str(claim["id"]) for claim in claims if claim["verdict"] == verdict]:
            yield f"{said}: {', '.join(found)}"


def _of_runs(spec: str, folder: Path) -> Iterator[Objection]:
    if not folder.is_dir():
        return
    try:
        for finding in inspect(folder):
            reason = f"spec {spec}: artifacts/specs/{spec}/runs/{finding}"
            yield Objection(reason=reason, exit_code=ExitCode.INVALID_ARTIFACT)
    except StorageError as error:
        yield Objection(reason=f"spec {spec}: {error}", exit_code=ExitCode.INVALID_ARTIFACT)
