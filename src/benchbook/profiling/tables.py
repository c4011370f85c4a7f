"""A profile as tables: in colours for terminals, as plain text for notebooks and pipes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import PurePath
from typing import Literal

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from benchbook.records.profile import Bottleneck, FunctionTime, Profiled, ProfiledFunction, StageTime

_WIDE = 100  # terminal width from which all columns fit
_BAR, _SHORT_BAR = 12, 6
_TEXT_WIDTH = 100
_FUNCTIONS = 3  # a stage
_WORTH = 0.005  # functions below this share of the total are not shown
_ALL = 16  # up to this number, all stages are shown
_WORTH_A_ROW = 0.01
_FEW_SAMPLES = 200
OTHER = "other"


def text(found: Profiled, *, width: int = _TEXT_WIDTH, ascii_only: bool = False) -> str:
    """Return the tables as plain text."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False, color_system=None)
    console.print(tables(found, width=width, ascii_only=ascii_only))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def tables(found: Profiled, *, width: int = _TEXT_WIDTH, ascii_only: bool = False) -> Group:
    """Return heading, stages with their functions, bottlenecks and notes; in ASCII if a terminal needs it."""
    say = _ascii if ascii_only else str
    parts: list[Text | Table | Padding] = [Text(say(_heading(found)), style="bold"), _stages(found, width, ascii_only)]
    if found.bottlenecks:
        parts += [Text(), Text("Bottlenecks", style="bold")]
        for number, bottleneck in enumerate(found.bottlenecks, start=1):
            parts += _bottleneck(number, bottleneck, ascii_only)
    notes = list(_notes(found))
    if notes:
        parts += [Text(), *(Text(say(note), style="dim") for note in notes)]
    return Group(*parts)


def seconds(value: float) -> str:
    """Return seconds with a fitting unit.

    Examples:
        >>> seconds(2.5), seconds(0.0123), seconds(4.2e-6)
        ('2.50 s', '12.3 ms', '4.2 us')
    """
    if value >= 0.9995:
        return f"{value:.2f} s" if value < 100 else f"{value:,.0f} s"
    return f"{value * 1e3:.1f} ms" if value >= 0.9995e-3 else f"{value * 1e6:.1f} us"


def place(function: ProfiledFunction) -> str:
    """Return a function's name and location.

    Examples:
        >>> place(ProfiledFunction("f", "/home/me/code/fit.py", 12)), place(ProfiledFunction("dot", "<built-in>", 0))
        ('f  fit.py:12', 'dot  (compiled)')
    """
    if function.line == 0:
        return f"{function.name}  (compiled)"
    where = function.file if function.file.startswith("<") else f"{PurePath(function.file).name}:{function.line}"
    return f"{function.name}  {where}"


def _heading(found: Profiled) -> str:
    status = "" if found.status == "completed" else f", {found.status}"
    return f"{found.name}: {seconds(found.total_s)}{status}"


def _stages(found: Profiled, width: int, ascii_only: bool) -> Table:
    say = _ascii if ascii_only else str
    total_s = found.total_s or 1.0
    bar = _BAR if width >= _WIDE else _SHORT_BAR

    def row(name: Text, own_s: float, *more: str) -> None:
        share = own_s / total_s
        made.add_row(name, _bar(share, bar, ascii_only), f"{share:.1%}", seconds(own_s), *more)

    made = _headed(found, width, bar, ascii_only)
    for stage in _shown(found):
        indent = "  " * (len(stage.path) - 1)
        each = seconds(stage.own_s / stage.calls) if stage.calls else ""
        inner = seconds(stage.total_s) if stage.total_s > stage.own_s * 1.001 else ""
        row(Text(say(f"{indent}{stage.name}"), style="bold"), stage.own_s, f"{stage.calls:,}", each, inner)
        for time in _worth_showing(found, stage.path):
            made.add_row(*_function_row(time, f"{indent}    ", total_s, say(place(found.functions[time.function]))))
    row(Text(OTHER, style="italic"), found.other_s)
    for time in _worth_showing(found, ()):
        made.add_row(*_function_row(time, "    ", total_s, say(place(found.functions[time.function]))))
    made.add_row(Text("total", style="bold"), "", "100.0%", seconds(found.total_s))
    return made


def _headed(found: Profiled, width: int, bar: int, ascii_only: bool) -> Table:
    """Return the table without rows; if it is too wide, names are cut."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    counts = [stage.calls for stage in found.stages] + [time.calls or 0 for time in found.function_times]
    calls = max([len("calls"), *(len(f"{count:,}") for count in counts)])
    widths = {"": bar, "share": 6, "own time": 8, "calls": calls, "a call": 8, "with inner": 10}
    if width < _WIDE:
        del widths["with inner"]
    room = width - sum(widths.values()) - 2 * len(widths)
    overflow: Literal["crop", "ellipsis"] = "crop" if ascii_only else "ellipsis"
    made.add_column("stage, functions in it", no_wrap=True, overflow=overflow, max_width=room)
    for header, columns in widths.items():
        made.add_column(header, justify="right" if header else "left", no_wrap=True, min_width=columns)
    return made


def _shown(found: Profiled) -> list[StageTime]:
    """Return the stages that the table shows: all, or if there are many, without minor inner ones."""
    if len(found.stages) <= _ALL:
        return list(found.stages)
    return [stage for stage in found.stages if len(stage.path) == 1 or stage.total_s >= _WORTH_A_ROW * found.total_s]


def _worth_showing(found: Profiled, stage: tuple[str, ...]) -> list[FunctionTime]:
    inside = [time for time in found.function_times if time.stage == stage]
    return [time for time in inside if time.own_s >= _WORTH * found.total_s][:_FUNCTIONS]


def _function_row(time: FunctionTime, indent: str, total_s: float, shown: str) -> list[Text]:
    calls = "" if time.calls is None else f"{time.calls:,}"
    texts = (f"{indent}{shown}", "", f"{time.own_s / total_s:.1%}", seconds(time.own_s), calls)
    return [Text(part, style="dim") for part in texts]


def _bar(share: float, columns: int, ascii_only: bool) -> Text:
    if ascii_only:
        return Text("#" * round(share * columns))
    eighths = round(share * columns * 8)
    return Text("█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip(), style="cyan")


def _bottleneck(number: int, bottleneck: Bottleneck, ascii_only: bool) -> list[Text | Padding]:
    say = _ascii if ascii_only else str
    calls = (
        "calls not counted"
        if bottleneck.calls is None
        else f"{bottleneck.calls:,} call{'' if bottleneck.calls == 1 else 's'}"
    )
    mostly = f", mostly in {bottleneck.mostly}" if bottleneck.mostly else ""
    figures = f"{bottleneck.share:.1%}, {seconds(bottleneck.time_s)}, {calls}{mostly}"
    head = Text.assemble(f"{number}. ", (say(bottleneck.what), "bold yellow"), f"  {say(figures)}")
    return [head, Padding(Text(say(bottleneck.hint)), (0, 0, 0, 3), expand=False)]


def _notes(found: Profiled) -> Iterator[str]:
    if found.error is not None:
        yield f"ended by {found.error}"
    if found.interval_s is not None:
        rough = "; so few that functions are rough" if found.samples < _FEW_SAMPLES else ""
        samples = f"{found.samples:,} sample{'' if found.samples == 1 else 's'}"
        yield f"functions: {samples}, one in {found.interval_s * 1e3:g} ms{rough}"
    for what, reason in found.missing.items():
        yield f"no {what}: {reason}"
    if found.overhead is None and "overhead" not in found.missing:
        yield "overhead: not measured"
    if found.overhead is not None:
        functions = found.overhead.functions_share
        sampled = "" if functions is None else f", {functions:+.1%} where functions were sampled"
        count = len(found.overhead.plain_s)
        times = f"{count} run{'' if count == 1 else 's'} each, in turns"
        yield f"overhead: {found.overhead.stages_share:+.1%} in the times of the stages{sampled} ({times})"
    hidden = len(found.stages) - len(_shown(found))
    if hidden:
        yield f"{hidden} stages inside others, of less than {_WORTH_A_ROW:.0%} each, are not shown"
    if found.left_out:
        yield f"{found.left_out:,} of the shorter spans are left out of the trace"


def _ascii(said: object) -> str:
    return str(said).encode("ascii", "replace").decode()
