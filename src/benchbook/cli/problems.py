"""`benchbook problems`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchbook.cli.options import json_option, print_json
from benchbook.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from benchbook.problems import ProblemInfo
    from benchbook.problems.certify import Certificate
    from benchbook.protocols import Problem

_LAST_NOISELESS = 100


@click.group("problems")
def command() -> None:
    """List and show functions, and certify those of BBOB."""


@command.command("list")
@json_option("the names")
def list_(*, as_json: bool) -> None:
    """List the functions, with those of installed packages."""
    from benchbook.cli.terminal import console, table
    from benchbook.problems import describe, names

    if as_json:
        print_json(names())
        return
    headers = ["function", "title", "dimensions", "instances", "separable", "multimodal", "condition"]
    console().print(table(headers, [_row(describe(name)) for name in names()], right=("condition",)))


def _row(info: ProblemInfo) -> list[str]:
    return [info.name, info.title, _dims(info), _instances(info), *_properties(info)]


def _dims(info: ProblemInfo) -> str:
    return f"from {info.min_dim}" if info.dims is None else ", ".join(map(str, info.dims))


def _instances(info: ProblemInfo) -> str:
    if info.last_instance is None:
        return f"from {info.first_instance}"
    return f"{info.first_instance} to {info.last_instance}"


def _properties(info: ProblemInfo) -> list[str]:
    condition = "" if info.conditioning is None else f"{info.conditioning:g}"
    return ["yes" if info.separable else "no", "yes" if info.multimodal else "no", condition]


@command.command("show")
@click.argument("name")
@click.option("--dim", type=int, default=None, help="Number of variables. [2, or the smallest possible]")
@click.option("--instance", type=int, default=None, help="Instance. [the first]")
@click.option(
    "--picture", type=click.Path(path_type=Path), default=None, help="Write the contours in 2-D as an SVG file."
)
def show(*, name: str, dim: int | None, instance: int | None, picture: Path | None) -> None:
    """Show a function's formula, bounds, optimum and properties."""
    from benchbook.cli.terminal import console, facts
    from benchbook.problems import describe, problem

    info = describe(name)
    if picture is not None:
        _check_picture(info, picture, dim)
    made = problem(name, dim=max(2, info.min_dim) if dim is None else dim, instance=instance)
    console().print(facts(_facts(info, made)))
    if picture is not None:
        _draw(info, made, picture)


def _facts(info: ProblemInfo, made: Problem) -> list[tuple[str, str]]:
    from benchbook.protocols import Noisy, constraints_of, objectives_of

    separable, multimodal, condition = _properties(info)
    x_opt = getattr(made, "x_opt", None)
    return [
        ("function", f"{info.name}: {info.title}"),
        ("group", info.family if info.group is None else f"{info.family}, {info.group}"),
        ("formula", info.formula),
        ("separable", separable),
        ("multimodal", multimodal),
        ("condition", condition or "none stated"),
        ("dimensions", _dims(info)),
        ("instances", _instances(info)),
        ("source", info.source),
        ("problem", f"dim {made.dim}, instance {made.instance}"),
        ("bounds", info.bounds or f"{info.lower:g} to {info.upper:g} in every variable"),
        _kinds(made),
        *([("objectives", str(objectives_of(made)))] if objectives_of(made) > 1 else []),
        *([("constraints", str(constraints_of(made)))] if constraints_of(made) else []),
        ("f_opt", "unknown" if made.f_opt is None else f"{made.f_opt:.10g}"),
        *([("noise", "the optimizer sees it; records hold values without")] if isinstance(made, Noisy) else []),
        ("x_opt", "unknown" if x_opt is None else ", ".join(f"{item:.6g}" for item in x_opt)),
    ]


def _kinds(made: Problem) -> tuple[str, str]:
    """Return which variables are not real."""
    from benchbook.variables import typed_variables

    if hasattr(made, "variables"):
        names = {"real": "real", "integer": "whole numbers", "categorical": "choices"}
        listed = ((name, [item.name for item in made.variables if item.kind == kind]) for kind, name in names.items())
        return "variables", "; ".join(f"{name}: {', '.join(found)}" for name, found in listed if found)
    integers = sum(item.whole for item in typed_variables(made))
    return "integer", f"the first {integers} of {made.dim} variables" if integers else "no variable"


def _check_picture(info: ProblemInfo, path: Path, dim: int | None) -> None:
    if path.suffix != ".svg":
        raise UsageError(f"--picture is {path}, expected a file that ends in .svg")
    if dim not in {None, 2} or info.min_dim > 2:  # a picture has two dimensions
        raise UsageError(f"--picture draws functions of 2 variables, {info.name} has {dim or info.min_dim}")
    if info.family == "bbob_biobj":
        raise UsageError(f"--picture draws contours of one objective, {info.name} has two")


def _draw(info: ProblemInfo, made: Problem, path: Path) -> None:
    from benchbook.analysis.plots.drawing.picture import Picture
    from benchbook.analysis.plots.drawing.style import INK, new_figure
    from benchbook.analysis.plots.landscape import contours
    from benchbook.files import write_atomic

    figure, axes = new_figure(1, 1, width=4.6, height=4.2)
    axis = axes[0]
    contours(axis, made)
    place = getattr(made, "x_opt", None)
    if place is not None:
        axis.plot(*place, marker="*", markersize=13, color=INK, markeredgecolor="white", linestyle="none")
    axis.set_title(f"{info.title}, instance {made.instance}")
    axis.set_xlabel("$x_1$")
    axis.set_ylabel("$x_2$")
    where = "" if place is None else f" The optimum, a star, lies at {place[0]:.3g}, {place[1]:.3g}."
    shown = Picture(figure, f"Contours of {info.name}, instance {made.instance}, in 2-D.{where}")
    write_atomic(path, shown.svg().encode())


@command.command("certify")
@click.option(
    "--functions",
    default=None,
    help="Numbers of functions; noisy functions of BBOB start at 101. [1-24; of a suite 1-55 or 1-54]",
)
@click.option("--suite", type=click.Choice(["bbob_biobj", "bbob_constrained"]), help="Compare this suite instead.")
@click.option("--dims", default=None, help="Dimensions. [2,3,5,10,20,40; of a suite 2,5,10]")
@click.option("--instances", default=None, help="Instances. [1,2,11; with --all 1-15 and, for BBOB, six large ones]")
@click.option("--all", "all_", is_flag=True, help="Compare all instances required for a certification.")
@json_option("the findings")
def certify(
    *, functions: str | None, suite: str | None, dims: str | None, instances: str | None, all_: bool, as_json: bool
) -> int:
    """Compare functions of COCO's suites with coco-experiment.

    Differences are relative to f - f_opt, minus 16 units in the last place of f; at most 1e-9 passes. Noisy functions
    are compared without noise, and with noise from the same draws. Of functions with constraints or two objectives, the
    recorded values are compared with those that coco-experiment's logger writes.
    Exit code 1: a function does not pass.
    """
    if suite is not None:
        return _certify_suite(suite, functions=functions, dims=dims, instances=instances, all_=all_, as_json=as_json)
    from dataclasses import asdict

    from benchbook.problems.certify import ALL_INSTANCES, NOISY_INSTANCES, QUICK_INSTANCES
    from benchbook.problems.certify import certify as compare

    chosen = ALL_INSTANCES if all_ else QUICK_INSTANCES
    noisy = NOISY_INSTANCES if all_ else QUICK_INSTANCES
    if instances is not None:
        chosen = noisy = tuple(_numbers("--instances", instances))
    numbers = _numbers(
        "--functions", ("1-24" if functions is None else functions).replace("bbob_noisy_f", "").replace("bbob_f", "")
    )
    names = {number: f"bbob_noisy_f{number}" if number > _LAST_NOISELESS else f"bbob_f{number}" for number in numbers}
    sizes = _numbers("--dims", "2,3,5,10,20,40" if dims is None else dims)
    found = [compare(name, sizes, noisy if number > _LAST_NOISELESS else chosen) for number, name in names.items()]
    if as_json:
        print_json([{**asdict(item), "passed": item.passed} for item in found])
    else:
        _print_certificates(found)
    return int(ExitCode.DONE if all(item.passed for item in found) else ExitCode.FAILED)


def _certify_suite(
    suite: str, *, functions: str | None, dims: str | None, instances: str | None, all_: bool, as_json: bool
) -> int:
    from dataclasses import asdict

    from benchbook.cli.terminal import console, table
    from benchbook.problems.suites.tables import INSTANCES as LAST
    from benchbook.selfcheck.suites import DIMS, INSTANCES, certify_suite

    chosen = tuple(range(1, LAST + 1)) if all_ else INSTANCES
    found = list(
        certify_suite(
            suite,
            None if functions is None else _numbers("--functions", functions.replace(f"{suite}_f", "")),
            DIMS if dims is None else _numbers("--dims", dims),
            chosen if instances is None else _numbers("--instances", instances),
        )
    )
    if as_json:
        print_json([{**asdict(item), "passed": item.passed} for item in found])
    else:
        headers = ["function", "problems", "points", "logged", "worst value", "worst indicator", "where", "verdict"]
        rows = [
            [
                item.function,
                str(item.problems),
                str(item.points),
                str(item.logged),
                f"{item.worst_value:.1e}",
                f"{item.worst_indicator:.1e}",
                item.where,
                "passed" if item.passed else "failed",
            ]
            for item in found
        ]
        console().print(table(headers, rows, right=headers[1:6]))
    return int(ExitCode.DONE if all(item.passed for item in found) else ExitCode.FAILED)


def _print_certificates(found: list[Certificate]) -> None:
    from benchbook.cli.terminal import console, table

    rows = [
        [
            item.function,
            str(item.problems),
            str(item.points),
            f"{item.worst:.1e}",
            f"{item.where}, dim {item.dim}, instance {item.instance}" if item.worst else "",
            "passed" if item.passed else "failed",
        ]
        for item in found
    ]
    headers = ["function", "problems", "points", "worst relative difference", "where", "verdict"]
    console().print(table(headers, rows, right=("problems", "points", "worst relative difference")))
    for item in found:
        for fault in item.faults:
            click.echo(f"{item.function}: {fault}")


def _numbers(option: str, text: str) -> list[int]:
    """Read numbers and ranges such as `1-5,8`."""
    numbers: dict[int, None] = {}
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        try:
            numbers.update(dict.fromkeys(range(int(first), int(last if dash else first) + 1)))
        except ValueError as error:
            raise UsageError(f"{option} is {text!r}, expected numbers and ranges such as 1-5,8") from error
    if not numbers:
        raise UsageError(f"{option} is {text!r}, expected at least one number")
    return list(numbers)
