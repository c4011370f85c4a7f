"""The evaluations at which COCO's loggers write a row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import benchbook as bb
from benchbook.artifacts.interop.coco_write import target_rows, time_rows
from benchbook.observers.triggers import AtTriggers, best_at, evaluation_triggers, target_level
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run


def kept(values: list[float], borders: list[int], **options: Any) -> dict[str, np.ndarray]:
    """Let the observer see values in batches; return its columns."""
    chunks: list[Any] = []
    recorder = AtTriggers(chunks.append, **{"budget": len(values), "dim": 2, "f_opt": 0.0, **options})
    best, done = math.inf, 0
    for batch in np.split(np.array(values), sorted(border % (len(values) + 1) for border in borders)):
        if len(batch):
            x = np.repeat(np.arange(done, done + len(batch), dtype=float)[:, None], 2, axis=1)
            recorder.observe(done, x, batch, bool(batch.min() < best))
            best = min(best, float(batch.min()))
            done += len(batch)
    recorder.end()
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


@given(
    st.lists(st.floats(0, 1e3) | st.sampled_from([0.0, 1e-9, 1.0, math.inf]), min_size=1, max_size=60),
    st.lists(st.integers(0, 100), max_size=8),
)
@settings(deadline=None)
def test_rows_do_not_depend_on_batches(values: list[float], borders: list[int]) -> None:
    """For any batches, each row has the value, the best value so far and the point of its evaluation."""
    one_by_one = kept(values, list(range(len(values))), points=True)
    columns = kept(values, borders, points=True)
    for name, column in one_by_one.items():
        assert np.array_equal(columns[name], column), name
    for k, at in enumerate(columns["evaluations"].tolist()):
        assert columns["value"][k] == values[at - 1]
        assert columns["best"][k] == min(values[:at])
        assert columns["point"][k].tolist() == [at - 1, at - 1]
    assert columns["evaluations"][-1] == len(values)


@pytest.mark.parametrize(
    ("name", "budget"), [("random_search", 120_000), ("cma_es", 3_000), ("manta_ray_foraging", 777)]
)
def test_rows_are_those_of_cocos_files(name: str, budget: int) -> None:
    """Rows by evaluations equal those of `.tdat`, rows by targets those of `.dat`, both exported from the same run."""
    problem = bb.problem("bbob_f1", dim=2, instance=1)
    chunks: list[Any] = []
    recorder = AtTriggers(chunks.append, budget=budget, dim=2, f_opt=problem.f_opt)
    record = execute(planned_run(bb.optimizer(name), problem, seed=1, budget=budget), observers=[recorder])
    recorder.end()
    (columns,) = chunks
    at, why = columns["evaluations"], columns["trigger"]
    assert at[why & 1 > 0].tolist() == time_rows(record).tolist()
    assert at[why & 2 > 0].tolist() == target_rows(record).tolist()
    assert columns["best"].tolist() == best_at(record.history, at).tolist()


def test_without_an_optimum_there_are_no_target_triggers() -> None:
    """The first and the last evaluation have both triggers, as in COCO's files."""
    columns = kept([3.0, 2.0, 1.0, 0.5], [], f_opt=None)
    assert columns["trigger"].tolist() == [3, 1, 1, 3]


def test_a_flush_during_a_run_repeats_no_row() -> None:
    """Rows that were written before are not written again at the end."""
    chunks: list[Any] = []
    recorder = AtTriggers(chunks.append, budget=9, dim=2, f_opt=0.0)
    recorder.observe(0, np.zeros((9, 2)), np.ones(9), True)
    recorder.flush()
    recorder.flush()
    recorder.end()
    assert [chunk["evaluations"].tolist() for chunk in chunks] == [[1, 2, 3, 4, 5, 6, 7, 8], [9]]


def test_levels_of_targets() -> None:
    """A target is reached at exactly its value, and an infinite value reaches none."""
    assert [target_level(10 ** (k / 20)) for k in range(-160, 41)] == list(range(-160, 41))
    assert target_level(math.inf) == math.inf
    assert evaluation_triggers(1, 40).tolist() == [1]
