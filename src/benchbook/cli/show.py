"""`benchbook show`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from benchbook.cli.options import artifact_argument, json_option, print_json
from benchbook.records import ArchiveRecord, RunRecord
from benchbook.typing import JsonObject

_MOST_VALUES = 10


@click.command("show")
@artifact_argument()
@json_option("the whole artifact")
def command(*, file: Path, as_json: bool) -> None:
    """Show an artifact in readable form."""
    from benchbook.artifacts.io import load_document
    from benchbook.artifacts.kinds import Kind
    from benchbook.artifacts.run_document import from_document
    from benchbook.cli.terminal import console, facts

    document = load_document(file)
    if as_json:
        print_json(document)
    elif document["kind"] == Kind.RUN:
        console().print(facts(run_facts(from_document(document), full=True)))
    elif document["kind"] == Kind.EXPERIMENT:
        from benchbook.cli.experiment import show

        show(document)
    elif document["kind"] == Kind.PIPELINE:
        from benchbook.tracking.files.pipeline_document import from_document as pipeline_from
        from benchbook.tracking.output.reports import markdown

        click.echo(markdown(pipeline_from(document), file.parent))
    elif document["kind"] == Kind.PROFILE:
        from benchbook.cli.profile import show_profile
        from benchbook.profiling.profile_document import from_document as profile_from

        show_profile(profile_from(document))
    elif document["kind"] == Kind.RANKING:
        from benchbook.analysis.ranking.document import read_ranking
        from benchbook.analysis.ranking.summary import summary_lines

        click.echo("\n".join(summary_lines(read_ranking(file))))
    elif document["kind"] == Kind.SPEC_OUTCOME:
        _show_outcome(document)
    else:
        console().print(facts(_outline(document)))
        click.echo("--json prints the whole")


def _outline(document: JsonObject) -> list[tuple[str, str]]:
    """Return the plain values of an artifact, and how long its other parts are."""
    return [
        (key, f"{len(value)} entries" if isinstance(value, list | dict) else str(value))
        for key, value in document.items()
    ]


def run_facts(record: RunRecord, *, full: bool = False) -> list[tuple[str, str]]:
    """Return what a reader wants to know of a run, as names and values."""
    problem, timing = record.problem, record.timing
    settings = ", ".join(f"{key}={value}" for key, value in record.optimizer.settings.items())
    rows = [
        ("optimizer", f"{record.optimizer.name} ({settings})" if settings else record.optimizer.name),
        ("problem", f"{problem.name}, dim {problem.dim}, instance {problem.instance}"),
        ("seed", str(record.seed)),
        ("status", record.status.value),
        ("stop", record.stop.value),
        ("evaluations", f"{record.evaluations:,} of {record.budget:,}"),
        ("best value", "none" if record.best_value is None else f"{record.best_value:.10g}"),
        ("precision", _precision(record)),
        ("best solution", _vector(record.best_solution)),
        ("improvements", str(len(record.history.evaluations))),
        ("time", f"{timing.total_s:.4f} s (optimizer {timing.optimizer_s:.4f}, objective {timing.objective_s:.4f})"),
    ]
    if record.archive is not None:
        rows.append(("archive", _archive(record.archive)))
    if record.trace is not None:
        trace = record.trace
        ends = "" if trace.lost_from is None else f", up to evaluation {trace.lost_from - 1:,}"
        rows.append(("trace", f"{trace.level}: {trace.rows:,} rows{ends}, in {trace.file}"))
    if record.invalid_evaluations:
        rows.append(("not finite", f"{record.invalid_evaluations:,} evaluations"))
    if record.error is not None:
        error = record.error
        where = f"in the {error.where}, after {error.evaluations} evaluations"
        rows.append(("error", f"{error.type}: {error.message} ({where})"))
    return rows + (_circumstances(record) if full else [])


def _circumstances(record: RunRecord) -> list[tuple[str, str]]:
    environment, arithmetic = record.environment, record.environment.arithmetic
    memory = record.memory
    dirty = {True: " with uncommitted changes", False: "", None: ""}[record.dirty]
    return [
        ("target", "none" if record.target is None else f"{record.target:g}"),
        ("created", record.created_at),
        ("commit", f"{record.commit}{dirty}" if record.commit else "none"),
        ("benchbook", record.version),
        ("python", f"{environment.python} on {environment.platform}"),
        ("packages", ", ".join(f"{name} {version}" for name, version in environment.packages.items())),
        ("host", f"{record.host.name}, {environment.cpu}, {record.host.cpu_count} processors"),
        ("arithmetic", f"{'pinned' if arithmetic.pinned else 'not pinned'}; {arithmetic.blas}; {arithmetic.libm}"),
        ("peak memory", _megabytes(memory.peak_rss_bytes, 0)),
        ("memory of the run", _megabytes(memory.grown_bytes, 1)),
        ("run id", record.run_id),
        ("run key", record.run_key),
        ("content digest", record.content_digest),
    ]


def _megabytes(count: int | None, digits: int) -> str:
    return "unknown" if count is None else f"{count / 1e6:.{digits}f} MB"


def _show_outcome(document: JsonObject) -> None:
    from benchbook.cli.terminal import console, facts, table
    from benchbook.specs.claims import number
    from benchbook.specs.views.tally import status_text, tally

    d: dict[str, Any] = dict(document)
    runs = d["runs"]
    screen = console()
    rows = [
        ("spec", f"{d['name']}: {d['title']}"),
        ("status", status_text(d)),
        ("claims", tally(d["claims"]).text),
        ("parameters", d["preset"]),
        (
            "runs",
            f"{runs['done']} done, {runs['failed']} failed, {runs['missing']} missing of {runs['planned']} planned",
        ),
        ("computation", f"{d['timing']['compute_s']:.2f} s for {d['timing']['evaluations']:,} evaluations"),
        ("created", d["created_at"]),
        *([("error", d["error"])] if d["error"] else []),
    ]
    screen.print(facts(rows))
    claims = [
        [c["verdict"], c["text"], f"{number(c['measured'])} {c['unit']}", f"{c['relation']} {number(c['threshold'])}"]
        for c in d["claims"]
    ]
    if claims:
        screen.print()
        screen.print(table(["verdict", "claim", "measured", "required"], claims))


def _precision(record: RunRecord) -> str:
    if record.problem.f_opt is None:
        return "unknown: no known optimum"
    return "none" if record.precision is None else f"{record.precision:.4g} above f_opt = {record.problem.f_opt:.10g}"


def _archive(archive: ArchiveRecord) -> str:
    from benchbook.analysis.fronts import front_at

    kept = "all of them" if archive.precision == 0.0 else f"to a precision of {archive.precision:.2g}"
    last = len(front_at(archive))
    return f"{len(archive.evaluations):,} points not dominated when found ({kept}), {last:,} of them at the end"


def _vector(values: Any) -> str:
    if values is None:
        return "none"
    shown = ", ".join(f"{value:.6g}" for value in values[:_MOST_VALUES])
    return f"[{shown}{', ...' if len(values) > _MOST_VALUES else ''}]"
