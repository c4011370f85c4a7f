"""The columnar view of runs: one entry per run, and all improvements concatenated. Every measure is based on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchbook.artifacts.labels import labels
from benchbook.artifacts.run_view import RunView
from benchbook.typing import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """Runs as arrays.

    Attributes:
        optimizers: Labels of the optimizers, in order of appearance; variants of one optimizer have several.
        functions: Names of the functions, in order of appearance.
        optimizer: Position of each run's optimizer in `optimizers`, shape `(runs,)`.
        function: Position of each run's function in `functions`, shape `(runs,)`.
        dim: Dimension, shape `(runs,)`.
        instance: Instance, shape `(runs,)`.
        seed: Seed, shape `(runs,)`; -1 where unknown.
        budget: Evaluations allowed, shape `(runs,)`; those spent where unknown.
        evaluations: Evaluations spent, shape `(runs,)`.
        offsets: Where each run's improvements begin, shape `(runs + 1,)`.
        at: Evaluation of every improvement, run after run, shape `(improvements,)`.
        precisions: Best value minus f_opt from then on, shape `(improvements,)`; NaN where f_opt is unknown.
    """

    optimizers: tuple[str, ...]
    functions: tuple[str, ...]
    optimizer: IntArray
    function: IntArray
    dim: IntArray
    instance: IntArray
    seed: IntArray
    budget: IntArray
    evaluations: IntArray
    offsets: IntArray
    at: IntArray
    precisions: FloatArray

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.dim)

    def final(self) -> FloatArray:
        """Return the last precision of each run, shape `(runs,)`; infinite if there is none."""
        ends = np.full(len(self), np.inf)
        some = np.diff(self.offsets) > 0
        ends[some] = self.precisions[self.offsets[1:][some] - 1]
        return np.where(np.isnan(ends), np.inf, ends)

    def pick(self, runs: IntArray) -> Columns:
        """Return the runs at these positions, in this order."""
        lengths = np.diff(self.offsets)[runs]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        source = np.repeat(self.offsets[:-1][runs] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Columns(
            optimizers=self.optimizers,
            functions=self.functions,
            **{name: getattr(self, name)[runs] for name in _PER_RUN},
            offsets=offsets,
            at=self.at[source],
            precisions=self.precisions[source],
        )


_PER_RUN = ("optimizer", "function", "dim", "instance", "seed", "budget", "evaluations")


def columns(runs: Iterable[RunView]) -> Columns:
    """Return runs as arrays; the records are read once and not kept."""
    names: list[str] = []
    settings: list[tuple[str, Mapping[str, Any]]] = []
    numbers: list[tuple[int, ...]] = []
    at: list[IntArray] = []
    precisions: list[FloatArray] = []
    for run in runs:
        problem, history = run.problem, run.history
        names.append(problem.name)
        settings.append((run.optimizer.name, run.optimizer.settings))
        budget = run.evaluations if run.budget is None else run.budget
        seed = -1 if run.seed is None else run.seed
        numbers.append((problem.dim, problem.instance, seed, budget, run.evaluations))
        at.append(history.evaluations)
        precisions.append(history.best_values - (np.nan if problem.f_opt is None else problem.f_opt))
    functions, function = _coded(names)
    optimizers, optimizer = _coded(labels(settings))
    table = np.array(numbers, dtype=np.int64).reshape(-1, 5).T
    return Columns(
        optimizers=optimizers,
        functions=functions,
        optimizer=optimizer,
        function=function,
        **dict(zip(("dim", "instance", "seed", "budget", "evaluations"), table, strict=True)),
        offsets=np.concatenate(([0], np.cumsum([len(part) for part in at], dtype=np.int64))).astype(np.int64),
        at=np.concatenate([np.empty(0, dtype=np.int64), *at]),
        precisions=np.concatenate([np.empty(0), *precisions]),
    )


def _coded(values: list[str]) -> tuple[tuple[str, ...], IntArray]:
    code: dict[str, int] = {}
    codes = [code.setdefault(value, len(code)) for value in values]
    return tuple(code), np.array(codes, dtype=np.int64)
