"""`benchbook experiment`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchbook.cli.options import Seconds, json_option, print_json, settings_from
from benchbook.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from benchbook.experiments import Branch, Sink

_SINKS = ("json", "memory", "mlflow")
_LONGEST = 60


@click.group("experiment")
def command() -> None:
    """Run a function under several configurations."""


@command.command("strategies")
@json_option("names and what they do")
def strategies(*, as_json: bool) -> None:
    """List the strategies."""
    from benchbook.cli.terminal import console, table
    from benchbook.experiments import list_strategies

    known = list_strategies()
    if as_json:
        print_json(known)
        return
    console().print(table(["strategy", "what it does"], [list(pair) for pair in known.items()]))


@command.command("run")
@click.argument("target", metavar="MODULE:FUNCTION")
@click.option("--configs", type=click.Path(path_type=Path), required=True, help="YAML file, or a folder of them.")
@click.option("--strategy", default="multi_branch", show_default=True, help="Name: benchbook experiment strategies.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the strategy.")
@click.option("--arg", "arguments", multiple=True, metavar="KEY=VALUE", help="An argument of the function.")
@click.option(
    "--calls", type=click.IntRange(min=1), default=1, show_default=True, help="Number of calls, one after the other."
)
@click.option(
    "--sink", "sinks", multiple=True, type=click.Choice(_SINKS), help="Where records go; may be repeated. [json]"
)
@click.option("--tracking-uri", default=None, help="MLflow server. [as configured in MLflow]")
@click.option("--retries", type=click.IntRange(min=0), default=0, show_default=True, help="Retries after a failure.")
@click.option("--timeout", type=Seconds(), default=None, help="Time limit of a branch in seconds. [no limit]")
@click.option(
    "--max-concurrency", type=click.IntRange(min=1), default=None, help="Branches run at the same time. [all]"
)
@json_option("the branches")
def run(
    *,
    target: str,
    configs: Path,
    strategy: str,
    settings: tuple[str, ...],
    arguments: tuple[str, ...],
    calls: int,
    sinks: tuple[str, ...],
    tracking_uri: str | None,
    as_json: bool,
    **limits: Any,
) -> int:
    """Run a function under the configurations in YAML files.

    The function is in a module or a file.

    \b
    Example:
      benchbook experiment run examples/tune.py:tune --configs configs/ \\
          --strategy multi_branch --sink mlflow --tracking-uri URI

    Exit code 1: a branch that the caller waits for has failed.
    """  # noqa: D301  # click keeps the lines behind this very character
    from benchbook.experiments import Configs, experiment, get_strategy

    function = function_named(target)
    chosen = get_strategy(strategy, **settings_from(settings))
    if tracking_uri is not None and "mlflow" not in sinks:
        raise UsageError(f"--tracking-uri is {tracking_uri!r}, which is for --sink mlflow")
    tune = experiment(
        configs=Configs(configs) if _takes_any(function) else configs,
        strategy=chosen,
        sinks=[_sink(name, tracking_uri) for name in dict.fromkeys(sinks or ("json",))],
        **limits,
    )(function)
    branches = [branch for _ in range(calls) for branch in _branches(tune, settings_from(arguments))]
    _report(branches, as_json=as_json)
    failed = any(branch.status.value == "failed" and branch.role.value != "shadow" for branch in branches)
    return ExitCode.FAILED if failed else ExitCode.DONE


def _branches(tune: Any, arguments: dict[str, Any]) -> list[Branch]:
    import asyncio
    import inspect

    made = tune.call(**arguments)

    async def waited() -> Any:
        return await made

    outcome = asyncio.run(waited()) if inspect.isawaitable(made) else made
    outcome.wait_shadows()
    return list(outcome.branches)


def _takes_any(function: Any) -> bool:
    from benchbook.experiments.configs.binding import Binding

    return Binding(function).model is None


def function_named(target: str) -> Any:
    """Return the function that `module:function` or `file.py:function` names; for an experiment, its function.

    Raises:
        UsageError: It is not of this form, or there is no such module or function.
    """
    import importlib
    import sys

    from benchbook.errors import unknown_name

    place, separator, name = target.rpartition(":")
    if not separator or not place or not name:
        raise UsageError(f"{target!r} is not of the form module:function or file.py:function")
    if place.endswith(".py"):
        module = _module_of(Path(place))
    else:
        sys.path.insert(0, str(Path.cwd()))
        try:
            module = importlib.import_module(place)
        except ModuleNotFoundError as error:
            raise UsageError(f"there is no module {error.name!r}") from error
        finally:
            sys.path.pop(0)
    found = getattr(module, name, None)
    if found is None:
        raise unknown_name("function", name, (key for key in vars(module) if not key.startswith("_")))
    found = getattr(found, "__wrapped__", found)
    if not callable(found):
        raise UsageError(f"{target} is of type {type(found).__name__}, expected a function")
    return found


def _module_of(path: Path) -> Any:
    import importlib.util
    import sys

    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"no such file: {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _sink(name: str, tracking_uri: str | None) -> Sink:
    from benchbook.experiments import InMemory, JsonArtifacts, MLflow

    if name == "mlflow":
        return MLflow(tracking_uri)
    return JsonArtifacts() if name == "json" else InMemory()


def _report(branches: list[Branch], *, as_json: bool) -> None:
    from benchbook.cli.terminal import console, table

    documents: list[Any] = [branch.to_dict() for branch in branches]
    if as_json:
        print_json(documents)
        return
    console().print(branch_table(documents, table))


def branch_table(documents: list[Any], table: Any) -> Any:
    """Return a table of branch documents."""
    headers = ["configuration", "role", "status", "seconds", "attempts", "output or reason"]
    rows = [
        [
            document["config_id"],
            document["role"],
            document["status"],
            "" if document["duration_s"] is None else f"{document['duration_s']:.3f}",
            str(document["attempts"]),
            _said(document),
        ]
        for document in documents
    ]
    return table(headers, rows, right=["seconds", "attempts"])


def show(document: Any) -> None:
    """Print the record of a call, for `benchbook show`."""
    from benchbook.cli.terminal import console, facts, table

    took = "not ended" if document["duration_s"] is None else f"{document['duration_s']:.3f} s"
    rows = [
        ("experiment", document["experiment"]),
        ("strategy", document["strategy"]),
        ("status", document["status"]),
        ("created", document["created_at"]),
        ("time", took),
        ("call", document["call_id"]),
    ]
    screen = console()
    screen.print(facts(rows))
    screen.print()
    screen.print(branch_table(document["branches"], table))


def _said(document: Any) -> str:
    import json

    if document["exception"]:
        text = f"{document['exception']['type']}: {document['exception']['message']}"
    else:
        text = document["reason"] or json.dumps(document["output"])
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
