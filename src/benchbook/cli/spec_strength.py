"""`benchbook spec strength` and `benchbook spec calibrate`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from benchbook.cli.options import Share, Workers, json_option
from benchbook.errors import ExitCode

if TYPE_CHECKING:
    from benchbook.specs.noticing.calibrate import Calibration
    from benchbook.specs.noticing.summary import Strength

_PARAMS = click.option(
    "--params",
    "which",
    default="quick",
    show_default=True,
    help="quick (or fast), balanced, full (or quality), or a YAML file.",
)
_WORKERS = click.option("--workers", type=Workers(), default=None, help="Processes. [processors]")


@click.command("strength")
@click.argument("names", nargs=-1)
@_PARAMS
@click.option(
    "--faults",
    default="wrapped,code",
    show_default=True,
    help="wrapped (around ask and tell), code (in the source of a native optimizer), or names, separated by commas.",
)
@click.option(
    "--claims",
    default="",
    metavar="IDS",
    help="Count only what these claims notice, separated by commas; the artifact has all. [all]",
)
@click.option(
    "--at-least",
    type=Share(),
    default=None,
    metavar="SHARE",
    help="Exit with code 1 where the quality claims notice a smaller share of the severe faults.",
)
@click.option("--shard", default=None, metavar="k/n", help="Measure only every n-th spec, starting with the k-th.")
@_WORKERS
@json_option("the artifacts")
def strength_command(
    *,
    names: tuple[str, ...],
    which: str,
    faults: str,
    claims: str,
    at_least: float | None,
    shard: str | None,
    workers: int | None,
    as_json: bool,
) -> int:
    """Measure which planted faults the claims of specs notice.

    Each fault is planted in turn and the claims of the notebook are judged again: a claim notices the fault if it holds
    without it and does not hold with it. A fault that makes the optimizer raise is noticed, and said. A fault that
    changes no run cannot be noticed, and is not counted.

    What was tried with the same notebook, parameters, baseline, code and libraries is not tried again, so that a
    measurement which was ended goes on. The artifact is artifacts/strength/PRESET/NAME.json.zst; the
    page of the spec shows that of quick, and benchbook spec check demands it of native optimizers.

    Without NAMES, specs whose library is not installed are left out.
    """
    from benchbook.specs.names import what_is_missing
    from benchbook.specs.notebooks.discover import find, shard_of
    from benchbook.specs.noticing.measure import strength

    wanted = [name.strip() for name in faults.split(",") if name.strip()]
    files = find(names) if shard is None else shard_of(find(names), shard)
    if not names:
        files = [file for file in files if what_is_missing(file.name) is None]
    counted = [claim.strip() for claim in claims.split(",") if claim.strip()]
    found = [strength(file.name, params=which, faults=wanted, claims=counted, workers=workers) for file in files]
    if as_json:
        click.echo(json.dumps([measured.document for measured in found]))
    else:
        for measured in found:
            _show(measured)
    weak = [measured for measured in found if at_least is not None and measured.share < at_least]
    for measured in weak:
        click.echo(f"{measured.name}: {measured.share:.0%} of the severe faults, expected {at_least:.0%}", err=True)
    return ExitCode.FAILED if weak else ExitCode.DONE


@click.command("calibrate")
@click.argument("names", nargs=-1, required=True)
@_PARAMS
@click.option(
    "--reseeded",
    type=click.IntRange(min=1, max=100_000),
    default=200,
    show_default=True,
    help="How many specs with other seeds.",
)
@_WORKERS
def calibrate_command(*, names: tuple[str, ...], which: str, reseeded: int, workers: int | None) -> int:
    """Propose thresholds from specs with other seeds.

    An optimizer that has not changed should pass under any seed: at most 1 % of the re-seeded specs may fail. The
    thresholds proposed are those that all but each claim's share of them would have passed; statistical tests have
    none, as their requirement follows from their level. Where the strength of the spec was measured before, it is
    given for the proposed thresholds, and the share of specs that fail is kept with it. The notebook is not changed:
    benchbook spec accept shows what has changed once it has them. Exit code 1 where more specs fail.
    """
    from benchbook.params.load import load
    from benchbook.specs.notebooks.discover import find
    from benchbook.specs.noticing.calibrate import calibrate
    from benchbook.specs.noticing.filed import keep_false_alarms

    params, found = load(which), []
    for file in find(names):
        calibrated = calibrate(file.name, params=which, reseeded=reseeded, workers=workers)
        found.append(calibrated)
        _show_calibration(calibrated, str(params["preset"]))
        keep_false_alarms(file, params, reseeded=calibrated.reseeded, failed=calibrated.alarms)
    return ExitCode.DONE if all(calibrated.sound for calibrated in found) else ExitCode.FAILED


def _show(measured: Strength) -> None:
    from benchbook.cli.terminal import console, table

    rows = [
        [
            fault["name"],
            fault["severity"],
            ", ".join(fault["noticed_by"]) or ("" if fault["error"] else "nobody"),
            fault["error"] or "",
        ]
        for fault in measured.faults
    ]
    screen = console()
    screen.print(table(["fault", "severity", "noticed by", "raised"], rows))
    if measured.without_effect:
        click.echo(f"without an effect, and not counted: {', '.join(measured.without_effect)}")
    for family in ("named", "code"):
        noticed, of = measured.counted(family=family)
        if of:
            quality, _ = measured.counted(family=family, sort="quality")
            kind = "of the fixed list" if family == "named" else "made by rule"
            click.echo(f"code faults {kind}: {noticed} of {of} noticed, by quality claims alone {quality}")
    click.echo(f"{measured.name}: {measured.sentence()} {measured.false_alarms}".rstrip())


def _show_calibration(calibrated: Calibration, preset: str) -> None:
    from benchbook.cli.terminal import console, table
    from benchbook.specs.claims import number, requirement
    from benchbook.specs.noticing.filed import read_strength

    rows = [
        [item.claim.id, number(item.claim.measured), requirement(item.claim), str(item.failed), item.proposed]
        for item in calibrated.claims
    ]
    console().print(table(["claim", "measured", "required", "failed", "proposed"], rows))
    click.echo(f"{calibrated.name}: {calibrated.alarms} of {calibrated.reseeded} re-seeded specs fail")
    measured = read_strength(calibrated.name, preset) or read_strength(calibrated.name)
    if measured is not None:
        told = [
            f"{noticed} of {of} {severity}"
            for severity in ("severe", "mild")
            for noticed, of in [calibrated.strength(measured, severity)]
        ]
        click.echo(f"with the proposed thresholds, the quality claims would notice {' and '.join(told)} faults")
