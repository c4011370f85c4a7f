"""How often intervals contain the true value: simulated, for bands of runtime profiles and intervals of few runs.

Bands and intervals should contain the true value in 95 % of studies. Runs are drawn from known distributions, intervals
are computed as in reports and comparisons, and it is counted how often they contain the truth. The table in
docs/_data/coverage.json, which the reference shows, is written by `python -m benchmarks coverage` (about four minutes
on one core); `--quick` prints a rough one. The old intervals are those of version 0.1: percentile intervals, and bands
in which all instances of a cell were drawn with the same weights.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.ert import ert_limits
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.measures.profiles import runtime_profiles
from benchbook.analysis.ranking.standing import mean_rank_intervals, problem_ranks
from benchbook.analysis.statistics.intervals import ert_ratio, mean_difference
from benchbook.typing import FloatArray

TABLE = Path(__file__).parent.parent / "docs" / "_data" / "coverage.json"
TARGETS = 10.0 ** np.arange(1, -5, -1)
GRID = np.geomspace(5, 500, 12)
INSTANCES = 15
LEVEL = 0.95
DRAWS = 1000


def main(quick: bool) -> None:
    """Simulate, print the table, and write it unless `--quick` is given."""
    bands, pairs, fields = (40, 200, 10) if quick else (400, 4000, 200)
    rows: list[dict[str, str | float | None]] = []

    def measured(interval: str, data: str, then: float | None, now: float) -> None:
        before = None if then is None else round(then, 3)
        rows.append({"interval": interval, "data": data, "before": before, "now": round(now, 3)})
        print(f"{interval:26s} {data:58s} {'-' if before is None else before:5} {now:.3f}", flush=True)

    for functions in (1, 6, 24):
        for spread in (0.0, 0.5):
            for seeds in (1, 2, 3, 5):
                alike = "instances alike" if spread == 0 else "instances differ"
                data = f"{functions} function{'s' * (functions > 1)} x {INSTANCES} instances x {seeds} seeds, {alike}"
                studies = max(bands // functions, bands // 3)
                measured("band of a runtime profile", data, *band_coverage(functions, seeds, spread, studies))
    for label, areas in AREAS.items():
        for n in (5, 15):
            measured("AOCC difference", f"{label}, {n} and {n} runs", *area_coverage(areas, n, pairs))
    for label, differences in PAIRED.items():
        for n in (5, 15):
            measured("AOCC difference, paired", f"{label}, {n} pairs", *paired_coverage(differences, n, pairs))
    for label, side in SINGLE.items():
        for n in (5, 15):
            measured("ERT", f"{label}, {n} runs", *single_coverage(side, n, pairs))
    for label, sides in ERTS.items():
        for n in (5, 15):
            measured("ERT ratio", f"{label}, {n} and {n} runs", *ert_coverage(sides, n, pairs))
    for optimizers, spread in ((10, 2.0), (10, 6.0), (40, 4.0)):
        apart = f"they differ by {spread:g} targets"
        measured("mean rank", f"{optimizers} optimizers, 24 functions in 2 dimensions, 15 runs, {apart}", None,
                 rank_coverage(optimizers, spread, fields))  # fmt: skip
    if not quick:
        document = {
            "command": "python -m benchmarks coverage",
            "measured": f"{datetime.now(UTC):%Y-%m-%d}",
            "versions": {name: version(name) for name in ("benchbook", "numpy")},
            "rows": rows,
        }
        TABLE.write_text(json.dumps(document, indent=1) + "\n")


def band_coverage(functions: int, seeds: int, spread: float, studies: int) -> tuple[float, float]:
    """Return how often old and new bands contain the true share, where it is between 0.05 and 0.95."""
    rng = np.random.default_rng([functions, seeds, int(10 * spread)])
    shifts = 0.1 * np.arange(functions)[:, np.newaxis] + spread * rng.standard_normal((functions, INSTANCES))
    if spread == 0:
        shifts[:] = shifts[:, :1]
    truth = curves(study(shifts, 200 if functions > 1 else 400, rng)).mean(axis=0)
    use = (truth > 0.05) & (truth < 0.95)
    held = np.zeros(2)
    for _ in range(studies):
        table = study(shifts, seeds, rng)
        (profile,) = runtime_profiles(first_hits(table, TARGETS), by="all", x=GRID, band=LEVEL)
        low, high = former_band(curves(table), functions, seeds)
        held += [np.mean((a <= truth) & (truth <= b), where=use) for a, b in ((low, high), (profile.low, profile.high))]
    then, now = held / studies
    return float(then), float(now)


def study(shifts: FloatArray, seeds: int, rng: np.random.Generator) -> Columns:
    """Return runs that hit one target after another, after log-normal numbers of evaluations."""
    functions, instances = shifts.shape
    n = functions * instances * seeds
    steps = np.exp(rng.normal(3.5, 0.8, (n, len(TARGETS))) + np.repeat(shifts.ravel(), seeds)[:, np.newaxis])
    at = np.cumsum(steps.astype(np.int64) + 1, axis=1)
    zero = np.zeros(n, dtype=np.int64)
    return Columns(
        optimizers=("o",),
        functions=tuple(f"f{k}" for k in range(functions)),
        optimizer=zero,
        function=np.repeat(np.arange(functions), instances * seeds),
        dim=zero + 2,
        instance=np.tile(np.repeat(np.arange(instances), seeds), functions),
        seed=np.tile(np.arange(seeds), functions * instances),
        budget=zero + 50_000,
        evaluations=zero + 50_000,
        offsets=np.arange(n + 1) * len(TARGETS),
        at=at.ravel(),
        precisions=np.tile(TARGETS, n),
    )


def curves(table: Columns) -> FloatArray:
    """Return the share of targets that each run reached within each x."""
    hits = first_hits(table, TARGETS).evaluations / 2
    shares: FloatArray = (hits[:, :, np.newaxis] <= GRID).mean(axis=1)
    return shares


def former_band(shares: FloatArray, functions: int, seeds: int) -> tuple[FloatArray, FloatArray]:
    """Return the band of version 0.1: one set of weights for all instances of a function."""
    cells = shares.reshape(functions, INSTANCES, seeds, -1)
    total = np.zeros((200, shares.shape[1]))
    for number, cell in enumerate(cells):
        own = cell[:, 0] if seeds == 1 else cell.mean(axis=0)
        rng = np.random.default_rng([1 + number, len(own)])
        total += rng.multinomial(len(own), np.full(len(own), 1 / len(own)), size=200) @ own / (len(own) * functions)
    low, high = np.quantile(total, [0.025, 0.975], axis=0)
    return low, high


Areas = Callable[[int, np.random.Generator], FloatArray]
Side = tuple[Areas, float]
_NORMAL: Side = (lambda n, rng: rng.normal(0.5, 0.1, n), 0.5)
_STEADY: Side = (lambda n, rng: rng.normal(0.6, 0.01, n), 0.6)
_SKEWED: Side = (lambda n, rng: rng.beta(1, 6, n), 1 / 7)
_TWO_ENDS: Side = (
    lambda n, rng: np.where(rng.random(n) < 0.3, rng.normal(0.9, 0.02, n), rng.normal(0.4, 0.05, n)),
    0.3 * 0.9 + 0.7 * 0.4,
)
AREAS = {
    "normal": (_NORMAL, _NORMAL),
    "normal against steady": (_NORMAL, _STEADY),
    "skewed": (_SKEWED, _SKEWED),
    "skewed against steady": (_SKEWED, _STEADY),
    "30 % solved": (_TWO_ENDS, _TWO_ENDS),
}
PAIRED: dict[str, Side] = {
    "normal": (lambda n, rng: rng.normal(0.02, 0.05, n), 0.02),
    "heavy tails": (lambda n, rng: 0.02 + 0.02 * rng.standard_t(3, n), 0.02),
    "skewed": (lambda n, rng: rng.gamma(1.0, 0.05, n), 0.05),
}
# success rate, spread of the logarithm, evaluations of a failed run; a successful run takes 1 in the median
ERTS = {
    "all succeed": ((1.0, 0.5, np.inf), (1.0, 0.5, np.inf)),
    "all succeed, one varies more": ((1.0, 1.0, np.inf), (1.0, 0.5, np.inf)),
    "70 % succeed": ((0.7, 0.5, 10.0), (0.7, 0.5, 10.0)),
    "50 % succeed": ((0.5, 0.5, 10.0), (0.5, 0.5, 10.0)),
    "30 % succeed": ((0.3, 0.5, 10.0), (0.3, 0.5, 10.0)),
    "90 % against all (failures are seldom seen)": ((0.9, 0.5, 10.0), (1.0, 0.5, np.inf)),
}


SINGLE = {
    "all succeed": ERTS["all succeed"][0],
    "all succeed, varying more": ERTS["all succeed, one varies more"][0],
    **{f"{share} % succeed": ERTS[f"{share} % succeed"][0] for share in (70, 50, 30)},
    "90 % succeed (failures are seldom seen)": ERTS["90 % against all (failures are seldom seen)"][0],
}


def area_coverage(sides: tuple[Side, Side], n: int, pairs: int) -> tuple[float, float]:
    """Return how often old and new intervals contain the true difference of means."""
    rng = np.random.default_rng(n)
    (one, mean), (other, other_mean) = sides
    truth, held = mean - other_mean, np.zeros(2)
    for _ in range(pairs):
        a, b = one(n, rng), other(n, rng)
        drawn = resampled(a, rng).mean(axis=1) - resampled(b, rng).mean(axis=1)
        found = mean_difference(a, b, paired=False)
        held += [holds(np.quantile(drawn, [0.025, 0.975]), truth), holds((found.low, found.high), truth)]
    then, now = held / pairs
    return float(then), float(now)


def paired_coverage(differences: Side, n: int, pairs: int) -> tuple[float, float]:
    """Return how often old and new intervals contain the true mean of paired differences."""
    rng = np.random.default_rng(n)
    (drawn_from, truth), held = differences, np.zeros(2)
    for _ in range(pairs):
        values = drawn_from(n, rng)
        found = mean_difference(values, np.zeros(n), paired=True)
        means = resampled(values, rng).mean(axis=1)
        held += [holds(np.quantile(means, [0.025, 0.975]), truth), holds((found.low, found.high), truth)]
    then, now = held / pairs
    return float(then), float(now)


def single_coverage(side: tuple[float, ...], n: int, studies: int) -> tuple[float, float]:
    """Return how often the intervals contain the true ERT, among studies with a success."""
    rng = np.random.default_rng(n)
    truth, held, counted = expected(*side), np.zeros(2), 0
    for _ in range(studies):
        at, spent = hits(n, *side, rng)
        if not np.isfinite(at).any():
            continue
        counted += 1
        drawn = erts((at, spent), rng.integers(n, size=(DRAWS, n)))
        ends = np.quantile(drawn, [0.025, 0.975], method="inverted_cdf")
        # Evaluations are whole numbers of at least 1; here one is a thousandth of the time to the target.
        low, high = ert_limits(1000 * spent[:, np.newaxis], np.isfinite(at)[:, np.newaxis].astype(np.float64), 0.025)
        held += [holds(ends, truth), holds((low[0] / 1000, high[0] / 1000), truth)]
    then, now = held / max(counted, 1)
    return float(then), float(now)


def ert_coverage(sides: tuple[tuple[float, ...], tuple[float, ...]], n: int, pairs: int) -> tuple[float, float]:
    """Return how often the intervals contain the true ratio of ERTs, among pairs that both have a success."""
    rng = np.random.default_rng(n)
    truth = expected(*sides[0]) / expected(*sides[1])
    held, counted = np.zeros(2), 0
    for _ in range(pairs):
        a, b = (hits(n, *side, rng) for side in sides)
        if not (np.isfinite(a[0]).any() and np.isfinite(b[0]).any()):
            continue
        counted += 1
        rows = rng.integers(n, size=(2, DRAWS, n))
        with np.errstate(invalid="ignore"):
            ratios = np.array([erts(a, rows[0]), erts(b, rows[1])])
            drawn = ratios[0] / ratios[1]
        ends = np.quantile(drawn[~np.isnan(drawn)], [0.025, 0.975], method="inverted_cdf")
        found = ert_ratio(a, b)
        held += [holds(ends, truth), holds((found.low, found.high), truth)]
    then, now = held / max(counted, 1)
    return float(then), float(now)


def rank_coverage(optimizers: int, spread: float, fields: int) -> float:
    """Return how often the interval of an average optimizer's mean rank contains that over very many functions."""
    rng = np.random.default_rng([optimizers, int(10 * spread)])
    truth = problem_ranks(field(optimizers, spread, 5000, rng)[0]).mean(axis=0)
    held = 0.0
    for number in range(fields):
        counts, problems = field(optimizers, spread, 24, rng)
        _, low, high = mean_rank_intervals(counts, problems, seed=number + 1)
        held += float(np.mean((low <= truth) & (truth <= high)))
    return held / fields


def field(
    optimizers: int, spread: float, functions: int, rng: np.random.Generator
) -> tuple[list[FloatArray], list[tuple[str, int]]]:
    """Return targets reached on problems that suit some optimizers more than others, equally in two dimensions."""
    counts, problems = [], []
    better = np.linspace(spread, -spread, optimizers)
    for function in range(functions):
        level, suits = rng.uniform(10, 40), better + rng.normal(0, spread, optimizers)
        for dim in (2, 5):
            mean = level + suits + rng.normal(0, spread / 2, optimizers)
            instances = rng.normal(0, 3, INSTANCES)
            runs = mean[:, np.newaxis] + instances + rng.normal(0, 6, (optimizers, INSTANCES))
            counts.append(np.clip(np.round(runs), 0, 51))
            problems.append((f"f{function}", dim))
    return counts, problems


def hits(n: int, rate: float, spread: float, length: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return evaluations to the target and evaluations spent."""
    at = np.minimum(np.exp(rng.normal(0, spread, n)), length)
    found = np.where(rng.random(n) < rate, at, np.inf)
    return found, np.where(np.isfinite(found), found, length)


def expected(rate: float, spread: float, length: float) -> float:
    """Return the true ERT."""
    steps = np.minimum(np.exp(np.random.default_rng(0).normal(0, spread, 2_000_000)), length)
    return float(steps.mean() + ((1 - rate) / rate * length if rate < 1 else 0.0))


def erts(side: tuple[FloatArray, FloatArray], rows: np.ndarray) -> FloatArray:
    """Return the ERT of each resample."""
    successes = np.isfinite(side[0])[rows].sum(axis=1)
    spent = side[1][rows].sum(axis=1)
    found: FloatArray = np.where(successes > 0, spent / np.maximum(successes, 1), np.inf)
    return found


def resampled(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return bootstrap samples, shape `(draws, n)`."""
    return values[rng.integers(len(values), size=(DRAWS, len(values)))]


def holds(ends: object, truth: float) -> bool:
    """Return whether the interval contains the value."""
    low, high = ends  # type: ignore[misc]  # a pair of numbers
    return bool(low <= truth <= high)
