"""The report of a ranking for the pages of `analysis.report`, made from the ranking alone."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchbook.analysis.ranking.pictures import field_profile_picture, mean_rank_picture
from benchbook.analysis.ranking.summary import counted, dims_text, listed, verdict_names
from benchbook.analysis.report.report import Report
from benchbook.analysis.report.tables import ReportTable, target_text
from benchbook.records.ranking import FixedBudget, Part, Place, Ranking, RunningTime

if TYPE_CHECKING:
    from benchbook.analysis.plots.drawing.picture import Picture

_RANKS = (
    "on each problem (function and dimension) by the mean number of targets reached; intervals by resampling functions "
    "and runs; optimizers whose budget ends earlier are left out"
)
_TESTS = (
    "permutation tests of the number of targets reached: the two runs on one instance change sides at random; Holm's "
    "correction for all tests of this report, 5 %"
)


def ranking_report(ranking: Ranking) -> Report:
    """Return the report of a ranking."""
    return Report(
        title=f"{ranking.candidate} among the optimizers of {ranking.baseline.name}",
        verdict=_verdict(ranking),
        ledger=_ledger(ranking),
        tables=(
            *(_failures(ranking) if ranking.failures else ()),
            _standings(ranking),
            _parts(ranking),
            *_times(ranking),
            *_penalized(ranking),
            *_budgets(ranking),
            *_expensive(ranking),
        ),
        figures=tuple(_figures(ranking)),
        provenance=tuple(_provenance(ranking)),
    )


def _verdict(ranking: Ranking) -> str:
    last = ranking.standings[-1]
    own = last.of(ranking.candidate)
    texts = [
        f"After {last.per_dim:,g} evaluations per variable {ranking.candidate} has a mean rank of {own.mean_rank:.2f} "
        f"among {len(last.places)} optimizers (95 % interval {own.low:.2f} to {own.high:.2f})."
    ]
    for verdict, text in (("better", "It is better than"), ("worse", "It is worse than")):
        names = verdict_names(ranking, verdict)
        texts.append(f"{text} {listed(names)}." if names else f"{text} none of them.")
    undecided = verdict_names(ranking, "undecided")
    if undecided:
        texts.append(f"Undecided against {listed(undecided)}.")
    if ranking.failed:
        texts.append(f"{ranking.failed:,} of {ranking.runs:,} runs failed and count as having reached nothing.")
    return " ".join(texts)


def _ledger(ranking: Ranking) -> ReportTable:
    where = f"{counted(len(ranking.functions), 'function')} in {dims_text(ranking.dims)}"
    row = (
        ranking.candidate,
        *(f"{number:,}" for number in (ranking.runs, ranking.runs - ranking.failed, ranking.failed)),
        f"{ranking.evaluations:,}",
    )
    return ReportTable(
        caption=f"Ledger: {ranking.runs:,} runs on {where}, {ranking.repetitions} on each problem; the runs of all "
        "other optimizers were published",
        headers=("optimizer", "runs", "done", "failed", "evaluations"),
        rows=(row,),
    )


def _failures(ranking: Ranking) -> tuple[ReportTable, ...]:
    rows = [
        (item.function, str(item.dim), f"{item.failed} of {item.runs}", item.error[:200]) for item in ranking.failures
    ]
    caption = "Where runs failed; they count as having reached nothing"
    return (ReportTable(caption=caption, headers=("function", "dim", "failed", "error"), rows=tuple(rows)),)


def _standings(ranking: Ranking) -> ReportTable:
    last_first = list(reversed(ranking.standings))
    names = dict.fromkeys(place.optimizer for standing in last_first for place in standing.places)
    rows = []
    for name in names:
        cells = []
        for standing in ranking.standings:
            place = next((place for place in standing.places if place.optimizer == name), None)
            cells += ["–", "–"] if place is None else _place_texts(place)
        rows.append((name, *cells))
    heads = [
        f"{standing.per_dim:,g} x D: {what}" for standing in ranking.standings for what in ("mean rank", "verdict")
    ]
    return ReportTable(
        caption=f"The field: mean ranks with 95 % intervals, and whether {ranking.candidate} is better or worse (p)",
        headers=("optimizer", *heads),
        rows=tuple(rows),
    )


def _place_texts(place: Place) -> list[str]:
    verdict = "–" if place.verdict is None or place.p is None else f"{place.verdict} ({_p_text(place.p)})"
    return [_whole(f"{place.mean_rank:.2f} ({place.low:.2f} to {place.high:.2f})"), _whole(verdict)]


def _p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _whole(text: str) -> str:
    """Return a text that is not broken into lines; on narrow pages the table scrolls."""
    return text.replace(" ", "\u00a0")


def _parts(ranking: Ranking) -> ReportTable:
    def text(part: Part) -> tuple[str, ...]:
        place = _whole(f"{part.mean_rank:.2f} of {part.optimizers}")
        return (part.group, str(part.dim), str(part.functions), place, part.best)

    return ReportTable(
        caption=f"Where {ranking.candidate} is best and where worst: its mean rank by group of functions and dimension "
        f"after {ranking.standings[-1].per_dim:,g} evaluations per variable, and the best published optimizer there",
        headers=("group", "dim", "functions", "mean rank", "best"),
        rows=tuple(map(text, ranking.parts)),
    )


def _by_problem(
    caption: str, cells: Iterable[tuple[str, int, str, str]], columns: Iterable[str] = ()
) -> tuple[ReportTable, ...]:
    """Return a table with a row per problem, from function, dimension, column and text of each cell; none without any.

    Columns are in order of appearance after those that are given.
    """
    heads = dict.fromkeys(columns)
    problems: dict[tuple[str, int], dict[str, str]] = {}
    for function, dim, column, text in cells:
        heads[column] = None
        problems.setdefault((function, dim), {})[column] = text
    rows = [
        (function, str(dim), *(texts.get(head, "–") for head in heads)) for (function, dim), texts in problems.items()
    ]
    return (ReportTable(caption=caption, headers=("function", "dim", *heads), rows=tuple(rows)),) if rows else ()


def _times(ranking: Ranking) -> tuple[ReportTable, ...]:
    of = f"; in brackets divided by that of {ranking.reference}" if ranking.reference else ""
    return _by_problem(
        f"Expected running time (ERT, evaluations) to f_opt + target{of}. After a semicolon the successes, if runs did "
        "not reach it",
        (
            (time.function, time.dim, f"{time.target:g}", _time_text(time))
            for time in ranking.times
            if time.run_length is None
        ),
    )


def _penalized(ranking: Ranking) -> tuple[ReportTable, ...]:
    return _by_problem(
        "Penalized average running time (PAR10, evaluations) to f_opt + target: a run that does not reach it counts 10 "
        "times its budget",
        (
            (time.function, time.dim, f"{time.target:g}", f"{time.par10:,.0f}")
            for time in ranking.times
            if time.run_length is None and time.par10 is not None
        ),
    )


def _budgets(ranking: Ranking) -> tuple[ReportTable, ...]:
    return _by_problem(
        "Fixed budgets: the hardest target that at least half of the runs have reached, and the published optimizer "
        "that has reached the most targets. > stands before the easiest target where half of the runs have not reached "
        "it",
        (
            (item.function, item.dim, f"{item.per_dim:,g} x D: {whose}", text)
            for item in ranking.budgets
            for whose, text in zip(
                (ranking.candidate, "best published"), _budget_texts(item, ranking.targets[0]), strict=True
            )
        ),
    )


def _budget_texts(item: FixedBudget, easiest: float) -> tuple[str, str]:
    own, best = (
        _whole(f"> {target_text(easiest)}") if precision is None else target_text(precision)
        for precision in (item.precision, item.best_precision)
    )
    return own, _whole(f"{best} ({item.best})")


def _expensive(ranking: Ranking) -> tuple[ReportTable, ...]:
    lengths = sorted({time.run_length for time in ranking.times if time.run_length is not None})
    return _by_problem(
        f"Expensive setting: the hardest target that {ranking.reference} reaches within n x D evaluations, and the ERT "
        f"to it divided by that of {ranking.reference}. After a semicolon the successes",
        (
            (time.function, time.dim, f"{time.run_length:g} x D", _ratio_text(time))
            for time in ranking.times
            if time.run_length is not None
        ),
        [f"{length:g} x D" for length in lengths],
    )


def _ratio_text(time: RunningTime) -> str:
    ratio = "∞" if time.ratio is None else f"{time.ratio:,.0f}" if time.ratio >= 100 else f"{time.ratio:.3g}"
    share = "" if time.successes in (0, time.runs) else f"; {time.successes}/{time.runs}"
    return _whole(f"{target_text(time.target)}: {ratio}{share}")


def _time_text(time: RunningTime) -> str:
    if math.isinf(time.ert):
        return "∞"
    ratio = "" if time.ratio is None else f" ({time.ratio:,.0f})" if time.ratio >= 100 else f" ({time.ratio:.3g})"
    share = "" if time.successes == time.runs else f"; {time.successes}/{time.runs}"
    return _whole(f"{time.ert:,.0f}{ratio}{share}")


def _figures(ranking: Ranking) -> list[tuple[str, Picture]]:
    drawn = dict.fromkeys(c.name for profile in ranking.profiles for c in profile.curves if c.role == "reference")
    reference = f", and {' and '.join(drawn)}, the best algorithms published with COCO" if drawn else ""
    return [
        (
            "Mean ranks with 95 % intervals; 1 is best. The last panel decides the order of the rows",
            mean_rank_picture(ranking),
        ),
        (
            "Runtime profiles: share of function, target and run reached. The virtual best takes for each target the "
            f"published optimizer with the least expected running time{reference}",
            field_profile_picture(ranking),
        ),
    ]


def _provenance(ranking: Ranking) -> list[tuple[str, str]]:
    settings = ", ".join(f"{name}={value}" for name, value in ranking.optimizer.settings.items())
    published = f", published {ranking.baseline.created_at}" if ranking.baseline.created_at else ""
    easiest, hardest = ranking.targets[0], ranking.targets[-1]
    return [
        ("optimizer", f"{ranking.optimizer.name} ({settings})" if settings else ranking.optimizer.name),
        ("baseline", f"{ranking.baseline.name}, benchbook {ranking.baseline.version}{published}"),
        ("benchbook", ranking.version),
        ("commit", ranking.commit or "unknown"),
        ("made", ranking.created_at),
        ("functions", ", ".join(ranking.functions)),
        ("targets", f"{counted(len(ranking.targets), 'target')} from {easiest:g} to {hardest:g} above the optimum"),
        ("ranks", _RANKS),
        ("verdicts", _TESTS),
        *(("note", note) for note in ranking.notes),
    ]
