"""A ranking in a dozen lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from benchbook.analysis.ranking.running_times import VIRTUAL_BEST
from benchbook.analysis.suites import SINGLE, suites_of
from benchbook.records.ranking import Ranking, RankingProfile, Standing

_WIDTH = 118
_MOST_NAMES = 8
_SHOWN_TARGETS = (1e-1, 1e-8)


def summary_lines(ranking: Ranking) -> list[str]:
    """Return the results of a ranking, most important first."""
    baseline = ranking.baseline
    when = f", published {baseline.created_at[:10]}" if baseline.created_at else ""
    others = max(len(standing.places) for standing in ranking.standings) - 1
    lines = [
        f"{ranking.candidate} among {counted(others, 'optimizer')} of {baseline.name} "
        f"(benchbook {baseline.version}{when})",
        f"{counted(len(ranking.functions), 'function')}{of_suite(ranking)} in {dims_text(ranking.dims)}, "
        f"{counted(ranking.runs, 'run')} of {ranking.budget_per_dim:,g} x D evaluations "
        f"(D variables), {ranking.failed:,} failed",
        *(standing_line(ranking, standing) for standing in ranking.standings),
        *verdict_lines(ranking),
        *_part_lines(ranking),
        *_reached_lines(ranking),
        *_time_lines(ranking),
        *(_failure_line(ranking) if ranking.failures else ()),
        *(f"note: {note}" for note in ranking.notes),
    ]
    return [part for line in lines for part in textwrap.wrap(line, _WIDTH, subsequent_indent="  ")]


def of_suite(ranking: Ranking) -> str:
    """Return the suite that a ranking is on, as an ending; nothing where problems have one objective."""
    suite = suites_of(ranking.functions)[0]
    return "" if suite == SINGLE else f" of {suite}"


def standing_line(ranking: Ranking, standing: Standing) -> str:
    """Return the candidate's rank after a number of evaluations."""
    own = standing.of(ranking.candidate)
    best = next(place for place in standing.places if place.verdict is not None)
    counts = (
        f"better than {len(standing.names('better'))}, worse than {len(standing.names('worse'))}, "
        f"undecided {len(standing.names('undecided'))}"
    )
    return (
        f"{standing.per_dim:,g} x D: mean rank {own.mean_rank:.2f} of {len(standing.places)} "
        f"({own.low:.2f} to {own.high:.2f}); {counts}; best published {best.optimizer} {best.mean_rank:.2f}"
    )


def verdict_names(ranking: Ranking, verdict: str) -> list[str]:
    """Return the optimizers against which the candidate has a verdict, by the last standing that includes them.

    If that is not the last standing of all, it is given in brackets.
    """
    names: dict[str, str | None] = {}
    for standing in reversed(ranking.standings):
        last = standing is ranking.standings[-1]
        for place in standing.places:
            name = place.optimizer if last else f"{place.optimizer} ({standing.per_dim:,g} x D)"
            if place.optimizer not in names:
                names[place.optimizer] = name if place.verdict == verdict else None
    return [name for name in names.values() if name is not None]


def verdict_lines(ranking: Ranking) -> list[str]:
    """Return the optimizers that the candidate is better or worse than, and the undecided ones."""
    at = f"at {ranking.standings[-1].per_dim:,g} x D"
    texts = {"better": "better than", "worse": "worse than", "undecided": "undecided against"}
    named = {text: verdict_names(ranking, verdict) for verdict, text in texts.items()}
    return [f"{text} {at}: {listed(names)}" for text, names in named.items() if names]


def listed(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    """Return names in one line, followed by the number of those left out.

    Examples:
        >>> listed(["a", "b", "c"], most=2)
        'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def counted(number: int, what: str) -> str:
    """Return a number with its noun.

    Examples:
        >>> counted(1, "run"), counted(1200, "run")
        ('1 run', '1,200 runs')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def dims_text(dims: Sequence[int]) -> str:
    """Return dimensions in words.

    Examples:
        >>> dims_text([2, 5])
        '2-D and 5-D'
    """
    texts = [f"{dim}-D" for dim in dims]
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def shares_at(profile: RankingProfile, role: str, per_dim: float) -> dict[str, float]:
    """Return the share reached within some evaluations per variable by each curve with a role, by its name."""
    place = int(np.searchsorted(np.array(profile.x), per_dim * (1 + 1e-9), side="right")) - 1
    return {curve.name: curve.share[max(place, 0)] for curve in profile.curves if curve.role == role}


def _part_lines(ranking: Ranking) -> list[str]:
    if len(ranking.parts) < 2:
        return []
    texts = [f"{part.group} {part.dim}-D (rank {part.mean_rank:.2f} of {part.optimizers})" for part in ranking.parts]
    shown = min(2, len(texts) // 2)
    return [f"best on {', '.join(texts[:shown])}; worst on {', '.join(texts[: -shown - 1 : -1])}"]


def _reached_lines(ranking: Ranking) -> list[str]:
    roles = ["candidate", "single best", "virtual best", "reference"]
    texts = []
    for role in roles:
        shares = [shares_at(profile, role, ranking.budget_per_dim) for profile in ranking.profiles]
        for name in shares[0]:
            if all(name in found for found in shares):
                called = f"{VIRTUAL_BEST} of the field" if role == "virtual best" else name
                single = " (single best)" if role == "single best" else ""
                texts.append(f"{called}{single} {np.mean([found[name] for found in shares]):.2f}")
    return [f"targets reached within {ranking.budget_per_dim:,g} x D evaluations: {', '.join(texts)}"]


def _time_lines(ranking: Ranking) -> list[str]:
    texts = []
    usual = [time for time in ranking.times if time.run_length is None]
    for target in sorted({time.target for time in usual} & set(_SHOWN_TARGETS), reverse=True):
        own = [time for time in usual if time.target == target]
        solved = [time for time in own if time.successes]
        ratios = [time.ratio for time in own if time.ratio is not None]
        behind = f", median ERT {np.median(ratios):,.3g} times that of {ranking.reference}" if ratios else ""
        texts.append(f"{target:g} on {len(solved)} of {len(own)} problems{behind}")
    return [f"reached {'; '.join(texts)}"] if texts else []


def _failure_line(ranking: Ranking) -> list[str]:
    first = ranking.failures[0]
    places = [f"{item.function} {item.dim}-D" for item in ranking.failures]
    return [f"runs failed on {listed(places, 4)}; they count as having reached nothing. First error: {first.error}"]
