"""`benchbook validate`."""

from __future__ import annotations

from pathlib import Path

import click

from benchbook.errors import ExitCode, UsageError

_SUFFIXES = (".json.zst", ".json.gz", ".json", ".runs.zst", ".jsonl")
_FOR_OTHERS = (".chrome_trace.json", ".trace.json")  # traces of profiles, in the format of another program


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("-q", "--quiet", is_flag=True, help="Print only what is wrong.")
def command(*, paths: tuple[Path, ...], quiet: bool) -> int:
    """Check artifacts against their schema and digests.

    PATH is a file, or a folder whose artifacts are all checked. In the folder of a tracked pipeline, the manifest and
    the telemetry are checked line by line. Exit code 0: all are valid; 3: some are not, and each is listed with its
    JSON path and the reason.
    """
    from benchbook.artifacts.validate import check_file
    from benchbook.artifacts.validate_lines import check_lines

    wrong = 0
    files = [file for path in paths for file in _files(path)]
    for file in files:
        by_line = file.name.endswith(".jsonl")
        found = check_lines(file) if by_line else check_file(file)
        wrong += bool(found)
        for number, problem in found:
            frame = f" line {number}:" if by_line else f" document {number}:" if file.name.endswith(".runs.zst") else ""
            click.echo(f"{file}:{frame} {problem}", err=True)
        if not found and not quiet:
            click.echo(f"{file}: valid")
    if not quiet or wrong:
        click.echo(f"{len(files) - wrong} valid, {wrong} invalid", err=bool(wrong))
    return ExitCode.INVALID_ARTIFACT if wrong else ExitCode.DONE


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
        return [path]
    # Hidden files are temporary files of unfinished writes.
    files = sorted(
        f
        for f in path.rglob("*")
        if f.name.endswith(_SUFFIXES)
        and f.is_file()
        and not f.name.startswith(".")
        and not f.name.endswith(_FOR_OTHERS)
    )
    if not files:
        raise UsageError(f"no artifacts in {path}: no file ends in {', '.join(_SUFFIXES)}")
    return files
