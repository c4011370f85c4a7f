"""Which optimizers of a baseline are best, by dimension, structure and budget, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchbook.analysis.measures.ert import draws
from benchbook.analysis.ranking.published import PublishedHits
from benchbook.analysis.ranking.standing import ranks_of
from benchbook.typing import FloatArray, IntArray

ALL = "all"
SAMPLES = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One optimizer among those that are compared.

    Attributes:
        optimizer: Label.
        mean_rank: Mean over the functions; 1 is best.
        low: Lower end of its 95 % interval, by resampling functions and instances.
        high: Upper end.
        first: Share of the samples in which no other has a lower mean rank.
        reached: Share of the targets reached by then.
    """

    optimizer: str
    mean_rank: float
    low: float
    high: float
    first: float
    reached: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The optimizers in order for one dimension, structure and budget.

    Attributes:
        dim: Dimension.
        structure: Group of the functions, or `all`.
        per_dim: Evaluations per variable.
        functions: Number of functions.
        picks: The optimizers that were run that long, the best first.
        left_out: How many others were not.
    """

    dim: int
    structure: str
    per_dim: float
    functions: int
    picks: tuple[Pick, ...]
    left_out: int


def choices(published: PublishedHits, *, samples: int = SAMPLES, seed: int = 1) -> list[Choice]:
    """Return the order of the optimizers for every dimension, structure and number of evaluations.

    Optimizers are ranked on each function by the mean number of targets that their runs have reached; functions have
    equal weight. Samples draw functions, and instances on each of them, with replacement; all optimizers get the same.

    Args:
        published: What was published.
        samples: Number of bootstrap samples.
        seed: Decides them.
    """
    groups = published.groups
    known = list(dict.fromkeys(groups))
    structures = {ALL: list(range(len(groups)))} if len(known) != 1 else {}
    structures |= {name: [k for k, group in enumerate(groups) if group == name] for name in known}
    drawn = [draws(published.hits.shape[3], samples, seed + 1 + f) for f in range(len(groups))]
    made = []
    for per_dim in published.checkpoints:
        reached = published.reached(per_dim)
        for place in range(len(published.dims)):
            made += _of_dim(published, reached[:, :, place], place, per_dim, structures, drawn, seed)
    return made


def _of_dim(
    published: PublishedHits,
    reached: IntArray,
    place: int,
    per_dim: float,
    structures: dict[str, list[int]],
    drawn: Sequence[FloatArray],
    seed: int,
) -> list[Choice]:
    """Return the choices of one dimension and budget.

    `reached` has the shape `(optimizers, functions, runs)`, `drawn` for each function `(samples, runs)`.
    """
    resampled: dict[tuple[int, ...], dict[int, FloatArray]] = {}
    made = []
    for structure, functions in structures.items():
        present = [f for f in functions if published.budgets[:, f, place].any()]
        which = published.contenders(per_dim, present, [place]) if present else np.empty(0, dtype=np.int64)
        if not len(which):
            continue
        ranks = resampled.setdefault(tuple(which.tolist()), {})
        for f in present:
            if f not in ranks:
                ranks[f] = ranks_of(drawn[f] @ reached[which, f].T.astype(np.float64))
        counts = reached[which][:, present].astype(np.float64).mean(axis=2)
        picks = _picks(
            [published.optimizers[k] for k in which],
            ranks_of(counts.T).mean(axis=0),
            np.stack([ranks[f] for f in present]),
            counts.mean(axis=1) / published.targets,
            draws(len(present), len(drawn[0]), seed),
        )
        made.append(
            Choice(
                dim=published.dims[place],
                structure=structure,
                per_dim=per_dim,
                functions=len(present),
                picks=picks,
                left_out=len(published.optimizers) - len(which),
            )
        )
    return made


def _picks(
    names: Sequence[str], ranks: FloatArray, resampled: FloatArray, reached: FloatArray, weights: FloatArray
) -> tuple[Pick, ...]:
    means = np.einsum("sf,fso->so", weights, resampled) / weights.shape[1]
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    first = (means <= means.min(axis=1, keepdims=True) + 1e-6).mean(axis=0)
    order = np.lexsort((-reached, np.round(ranks, 9)))
    return tuple(
        Pick(
            optimizer=names[k],
            mean_rank=float(ranks[k]),
            low=float(min(low[k], ranks[k])),
            high=float(max(high[k], ranks[k])),
            first=float(first[k]),
            reached=float(reached[k]),
        )
        for k in order.tolist()
    )
