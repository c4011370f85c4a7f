"""The command `benchbook`: its groups are loaded when they are called, so that `--help` is fast."""

from __future__ import annotations

import errno
import importlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from benchbook.errors import BenchbookError, ExitCode

_INTERRUPTED = 130  # as shells expect after Ctrl-C: 128 + SIGINT

# name -> (module, what it does); a test compares the second with the command's own help.
COMMANDS = {
    "init": ("init", "Create a project: notebooks/, params/, a README."),
    "run": ("run", "Run one optimizer on one problem."),
    "show": ("show", "Show an artifact in readable form."),
    "validate": ("validate", "Check artifacts against their schema and digests."),
    "verify": ("verify", "Repeat runs from an artifact, a store or a baseline."),
    "diff": ("diff", "Explain why a number changed between two runs."),
    "study": ("study", "Run studies and maintain their stores."),
    "spec": ("spec", "Create, run and check spec notebooks; measure their claims."),
    "site": ("site", "Build and publish pages from executed specs."),
    "optimizers": ("optimizers", "List, show and audit optimizers."),
    "problems": ("problems", "List and show functions, and certify those of BBOB."),
    "experiment": ("experiment", "Run a function under several configurations."),
    "track": ("track", "List, watch, show and prune tracked pipelines."),
    "profile": ("profile", "Show where the time goes: stages, functions, bottlenecks."),
    "params": ("params", "List and show parameter sets, and print their paths."),
    "compare": ("compare", "Compare a study with a baseline; nothing is run."),
    "rank": ("rank", "Rank one optimizer among those of a published baseline."),
    "baseline": ("baseline", "Publish, list and show baselines."),
    "benchmark": ("benchmark", "Measure accuracy and speed of benchbook itself."),
    "report": ("report", "Write a self-contained HTML report of studies, and LaTeX tables."),
    "export": ("export", "Export a study to COCO, IOHprofiler, tables or RO-Crate."),
    "import": ("import_", "Import data of COCO, IOHprofiler, Optuna and other tools."),
    "schemas": ("schemas", "Write or check the JSON Schemas."),
}

EXIT_CODES = """\b
Exit codes:
  0  done
  1  the work failed
  2  usage: a wrong argument, name or parameter
  3  an artifact is invalid or damaged
  4  verify: the new run differs
  5  compare, benchmark: something became worse
  6  spec check: a spec is incomplete
  7  a study is incomplete; compare --strict: something was not compared"""


class _ReaderGoneError(Exception):
    """The reader of our output has closed it, as `head` does."""


@contextmanager
def _tell_when_reader_is_gone() -> Iterator[None]:
    """Handle a broken pipe before click and rich treat it as a failure."""
    try:
        yield
    except BrokenPipeError as error:
        raise _ReaderGoneError from error
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):
            raise _ReaderGoneError from error
        raise


class _Lazy(click.Group):
    """A group that imports a command when it is needed."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _tell_when_reader_is_gone():  # the help is printed here
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _tell_when_reader_is_gone():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"benchbook.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS:
            from benchbook.errors import unknown_name

            ctx.fail(str(unknown_name("command", args[0], COMMANDS)))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"benchbook {version('benchbook')}")
    if ctx.params.get("verbose"):
        from benchbook.problems.kernel import info

        found = info()
        click.echo(
            f"kernel {found.version}, variant {found.variant} (this processor has {', '.join(found.variants)}), "
            f"built by {found.compiler}"
        )
    ctx.exit()


@click.group(cls=_Lazy, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", count=True, is_eager=True, help="Show more: -v for what is done, -vv for all details.")
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit; with -v also the kernel's variant and compiler.",
)
def cli(verbose: int) -> None:
    """Executable, reproducible benchmark specifications for black-box optimizers."""
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr, force=True)
    logging.getLogger("benchbook").setLevel(level)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        result = cli.main(args=arguments, prog_name="benchbook", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; finished work is kept", err=True)
        return _INTERRUPTED
    except BenchbookError as error:
        click.echo(f"error: {error}", err=True)
        return int(error.exit_code)
    except RecursionError:
        click.echo("error: the input is nested too deeply, or a path has too many parts", err=True)
        return int(ExitCode.USAGE)
    except OSError as error:
        if error.errno not in (errno.ENAMETOOLONG, errno.EACCES, errno.ELOOP):
            raise
        click.echo(f"error: {str(error.filename)[:100]}: {error.strerror}", err=True)
        return int(ExitCode.USAGE)
    except _ReaderGoneError:
        # Python must not report an error when it flushes its buffer at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return int(ExitCode.DONE)
    return int(result) if isinstance(result, int) else int(ExitCode.DONE)
