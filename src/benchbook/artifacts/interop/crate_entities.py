"""The metadata of a study's RO-Crate: its files, who made them when and with what, and their licence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from benchbook.artifacts.interop.credits import Author
from benchbook.clock import SYSTEM_CLOCK
from benchbook.digests import text_digest
from benchbook.records import RunRecord, Status

if TYPE_CHECKING:
    from rocrate.model.entity import Entity
    from rocrate.rocrate import ROCrate

METADATA = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
NO_LICENCE = "No licence was stated; ask the authors before you use the data."
_BENCHBOOK = "benchbook: reproducible benchmarks for black-box optimizers"
# Name and media type of files by the end of their path; the first match counts.
_KNOWN = (
    ("manifest.json.zst", "Plan of the study", "application/zstd"),
    (".runs.zst", "Runs, one JSON document per zstd frame", "application/zstd"),
    (".outcome.json.zst", "Verdicts of a spec", "application/zstd"),
    (".json.zst", "Artifact, JSON compressed by zstd", "application/zstd"),
    (".zst", "Trace of runs beyond their improvements", "application/zstd"),
    (".json.gz", "Artifact, JSON compressed by gzip", "application/gzip"),
    ("tables/runs.csv", "One row per run", "text/csv"),
    ("tables/improvements.csv", "One row per improvement, joined to the runs by run_id", "text/csv"),
    (".schema.json", "JSON Schema of the documents", "application/schema+json"),
    (".json", "Artifact", "application/json"),
    (".ipynb", "Notebook", "application/x-ipynb+json"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """A notebook to be included in a crate.

    Attributes:
        path: Where it is.
        title: Its heading.
        outcome: The artifact with its verdicts; None if it was not executed.
        executed_at: When it was executed, ISO 8601 in UTC; None if it was not.
    """

    path: Path
    title: str
    outcome: Path | None = None
    executed_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The title, licence and authors of a crate.

    Attributes:
        name: Its title.
        license: SPDX identifier or address of the licence; None if none was stated.
        authors: Who made it.
    """

    name: str
    license: str | None = None
    authors: Sequence[Author] = field(default_factory=tuple)


def describe(
    crate: ROCrate, runs: Sequence[RunRecord], content: Path, label: Label, notebooks: Sequence[Notebook]
) -> None:
    """Add the files below `content` to a crate and describe them."""
    authors = [_author(crate, author) for author in label.authors]
    root = crate.root_dataset
    root["name"] = label.name
    root["description"] = _description(runs)
    root["datePublished"] = _seconds(SYSTEM_CLOCK.now())
    root["license"] = _licence(crate, label.license)
    root["conformsTo"] = _entity(crate, PROFILE, "CreativeWork", {"name": "Process Run Crate", "version": "0.5"})
    root["keywords"] = ["black-box optimization", "benchmark", *sorted({run.optimizer.name for run in runs})]
    root["about"] = _unpacked([_optimizer(crate, name, settings) for name, settings in _optimizers(runs)])
    if authors:
        root["author"] = _unpacked(authors)
    files = {
        path.relative_to(content).as_posix(): _file(crate, content, path)
        for path in sorted(content.rglob("*"))
        if path.is_file()
    }
    tools: dict[str, Entity] = {}
    actions = [*_run_actions(crate, runs, files, tools), *_notebook_actions(crate, notebooks, files, tools, runs)]
    for action in actions:
        if authors:
            action["agent"] = authors[0]
    root["mentions"] = _unpacked(actions)


def _unpacked(values: list[Any]) -> Any:
    """Return a list in the form of RO-Crate: a single value without its list."""
    return values[0] if len(values) == 1 else values


def _seconds(moment: datetime) -> str:
    """Return a moment to the second, the finest resolution that validators of crates accept."""
    return moment.replace(microsecond=0).isoformat()


def _entity(crate: ROCrate, identifier: str, type_: str, properties: Mapping[str, Any]) -> Entity:
    """Return the entity with this identifier, creating it if necessary."""
    known: Entity | None = crate.get(identifier)
    return known or crate.add_jsonld({"@id": identifier, "@type": type_, **properties})


def _author(crate: ROCrate, author: Author) -> Entity:
    identifier = author.orcid or f"#author-{text_digest(author.name)[:12]}"
    return _entity(crate, identifier, "Person" if author.is_person else "Organization", {"name": author.name})


def _licence(crate: ROCrate, licence: str | None) -> Entity | str:
    if licence is None:
        return NO_LICENCE
    if licence.startswith(("http://", "https://")):
        return _entity(crate, licence, "CreativeWork", {"name": licence})
    address = f"https://spdx.org/licenses/{licence}"
    return _entity(crate, address, "CreativeWork", {"name": licence, "identifier": licence})


def _description(runs: Sequence[RunRecord]) -> str:
    def listed(values: Iterable[object]) -> str:
        return ", ".join(str(value) for value in values)

    functions = sorted({run.problem.name for run in runs})
    return (
        f"{len(runs)} seeded runs of black-box optimizers ({listed(sorted({run.optimizer.name for run in runs}))}) on "
        f"{len(functions)} functions ({listed(functions)}) in the dimensions "
        f"{listed(sorted({run.problem.dim for run in runs}))}: histories of all improvements, with settings, seeds, "
        "code digests and environments, so that each run can be repeated to the last bit by `benchbook verify study`."
    )


def _optimizers(runs: Sequence[RunRecord]) -> list[tuple[str, str]]:
    return sorted(
        {
            (run.optimizer.name, orjson.dumps(dict(run.optimizer.settings), option=orjson.OPT_SORT_KEYS).decode())
            for run in runs
        }
    )


def _optimizer(crate: ROCrate, name: str, settings: str) -> Entity:
    identifier = f"#optimizer-{text_digest(name, settings)[:12]}"
    properties = {"name": name, "value": settings, "description": "An optimizer, with its settings as JSON"}
    return _entity(crate, identifier, "PropertyValue", properties)


def _file(crate: ROCrate, content: Path, path: Path) -> Entity:
    where = path.relative_to(content).as_posix()
    name, form = next(((name, form) for end, name, form in _KNOWN if where.endswith(end)), (path.name, None))
    properties: dict[str, Any] = {"name": name, "contentSize": str(path.stat().st_size)}
    if form is not None:
        properties["encodingFormat"] = form
    return crate.add_file(path, where, properties=properties)


def _benchbook(crate: ROCrate, run: RunRecord, tools: dict[str, Entity]) -> Entity:
    """Return the entity of the benchbook that did a run, one per version, commit and environment."""
    under = run.environment
    source = "" if run.commit is None else f", called in a repository at commit {run.commit}"
    source += ", with uncommitted changes" if run.dirty else ""
    identifier = (
        f"#benchbook-{text_digest(run.version, source, under.python, under.platform, repr(under.packages))[:12]}"
    )
    if identifier not in tools:
        properties = {
            "name": _BENCHBOOK,
            "softwareVersion": run.version,
            "description": f"benchbook {run.version}{source}; Python {under.python} on {under.platform}",
            "license": {"@id": "https://spdx.org/licenses/MIT"},
            "softwareRequirements": [f"{name} {version}" for name, version in sorted(under.packages.items())],
        }
        _licence(crate, "MIT")
        tools[identifier] = _entity(crate, identifier, "SoftwareApplication", properties)
    return tools[identifier]


def _run_actions(
    crate: ROCrate, runs: Sequence[RunRecord], files: Mapping[str, Entity], tools: dict[str, Entity]
) -> list[Entity]:
    """Return one action per benchbook and machine that did runs."""
    groups: dict[tuple[str, str], list[RunRecord]] = {}
    for run in runs:
        groups.setdefault((str(_benchbook(crate, run, tools).id), run.host.name), []).append(run)
    plan = files.get("study/manifest.json.zst")
    results = [entity for where, entity in files.items() if where.startswith(("study/", "tables/")) and entity != plan]
    actions = []
    for number, ((tool, host), done) in enumerate(sorted(groups.items()), start=1):
        failed = sum(run.status is Status.FAILED for run in done)
        ends = [datetime.fromisoformat(run.created_at) + timedelta(seconds=run.timing.total_s) for run in done]
        properties = {
            "name": f"{len(done)} runs on {host}",
            "description": f"CPU {done[0].environment.cpu}; {failed} of {len(done)} runs failed, marked as such",
            "instrument": {"@id": tool},
            "startTime": _seconds(datetime.fromisoformat(min(run.created_at for run in done))),
            "endTime": _seconds(max(ends)),
            "actionStatus": "http://schema.org/CompletedActionStatus",
            "result": [{"@id": entity.id} for entity in results],
        }
        if plan is not None:
            properties["object"] = {"@id": plan.id}
        actions.append(_entity(crate, f"#runs-{number}", "CreateAction", properties))
    return actions


def _notebook_actions(
    crate: ROCrate,
    notebooks: Sequence[Notebook],
    files: Mapping[str, Entity],
    tools: dict[str, Entity],
    runs: Sequence[RunRecord],
) -> list[Entity]:
    """Give notebooks their titles, and return one action per executed notebook."""
    actions = []
    for notebook in notebooks:
        entity = files[f"notebooks/{notebook.path.name}"]
        entity["name"] = notebook.title
        if notebook.executed_at is None:
            continue
        verdicts = files.get(f"notebooks/{notebook.path.stem}.outcome.json.zst")
        properties = {
            "name": f"Execution of the notebook {notebook.title}",
            "instrument": {"@id": _benchbook(crate, runs[0], tools).id},
            "description": "papermill executed the notebook, and its claims were judged",
            "endTime": _seconds(datetime.fromisoformat(notebook.executed_at)),
            "result": _unpacked([{"@id": item.id} for item in (entity, verdicts) if item is not None]),
        }
        actions.append(_entity(crate, f"#notebook-{notebook.path.stem}", "CreateAction", properties))
    return actions
