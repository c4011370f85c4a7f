"""Malformed input gives an error that names the place, or a warning, but no traceback and no silent misreading."""

from __future__ import annotations

import logging
import os
import re
import time
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts.interop import ImportedRun, read
from benchbook.errors import BenchbookError

# 300 in the suite; BENCHBOOK_MUTATIONS=2000 runs more of them
MUTATIONS = int(os.environ.get("BENCHBOOK_MUTATIONS", "300"))
LONGEST_S = 5.0

COCO_HEADER = "% f evaluations | g evaluations | best noise-free fitness - Fopt ({optimum}) | measured | best\n"
COCO_INFO = "suite = 'bbob', funcId = 1, DIM = {dim}, algId = 'A', data_format = 'bbob-new2'\n% x\n"


def rows(points: list[tuple[int, float]]) -> str:
    """Return a run in COCO's format, with the optimum of its instance of f1."""
    return COCO_HEADER.format(optimum=7.948e01 if points is FIRST else 3.9448e02) + "".join(
        f"{at} 0 {value:+.9e} {value:+.9e} {value:+.9e}\n" for at, value in points
    )


def point(instance: int, value: float) -> list[float]:
    """Return a point at which BBOB's sphere has a value."""
    optimum = bb.problem("bbob_f1", dim=2, instance=instance).x_opt
    return [float(optimum[0]) + value**0.5, float(optimum[1])]


FIRST, SECOND = [(1, 9.5), (7, 3.25), (40, 0.125)], [(1, 8.0), (3, 2.5), (90, 1.5)]
SOURCES: dict[str, dict[str, str]] = {
    "coco": {
        "bbobexp_f1.info": COCO_INFO.format(dim=2)
        + "d/bbobexp_f1_DIM2.dat, 1:40|1.2e-01, 2:90|1.5e+00\n"
        + COCO_INFO.format(dim=3)
        + "d/bbobexp_f1_DIM3.dat, 1:40|1.2e-01\n",
        "d/bbobexp_f1_DIM2.dat": rows(FIRST) + rows(SECOND),
        "d/bbobexp_f1_DIM2.tdat": rows(FIRST) + rows(SECOND),
        "d/bbobexp_f1_DIM3.dat": rows(FIRST),
    },
    "ioh": {
        "IOHprofiler_f1_Sphere.json": '{"version": "0.3.22", "suite": "BBOB", "function_id": 1,\n'
        '"function_name": "Sphere", "maximization": false,\n"algorithm": {"name": "A", "info": ""},\n'
        '"attributes": ["evaluations", "raw_y"],\n"scenarios": [{"dimension": 2, "path": "data_f1_Sphere/a.dat",\n'
        f'"runs": [{{"instance": 1, "evals": 40, "best": {{"evals": 40, "y": 0.125, "x": {point(1, 0.125)}}}}},\n'
        f'{{"instance": 2, "evals": 90, "best": {{"evals": 90, "y": 1.5, "x": {point(2, 1.5)}}}}}]}}]}}\n',
        "data_f1_Sphere/a.dat": "".join(
            "evaluations raw_y\n" + "".join(f"{at} {value:.10f}\n" for at, value in points)
            for points in (FIRST, SECOND)
        ),
    },
    "nevergrad": {
        "t.csv": "budget,loss,optimizer_name,seed,name,dimension,noise_level\n"
        "40,0.125,DE,1,sphere,2,0\n90,1.5,DE,2,sphere,2,0\n90,2.5,PSO,2,sphere,3,0.5\n"
    },
}


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Return a file as a crash, a bad copy or an accidental edit leaves it."""
    lines = content.splitlines(keepends=True)
    place, other = (int(rng.integers(len(content))) for _ in range(2))
    line = int(rng.integers(len(lines)))
    kind = int(rng.integers(10))
    if kind == 0:  # torn
        return content[:place]
    if kind == 1:  # a changed byte
        return content[:place] + bytes([int(rng.integers(256))]) + content[place + 1 :]
    if kind == 2:  # a block of zeros
        return content[:place] + b"\0" * int(rng.integers(1, 40)) + content[place:]
    if kind == 3:  # a lost line
        return b"".join(lines[:line] + lines[line + 1 :])
    if kind == 4:  # a repeated line
        return b"".join(lines[: line + 1] + lines[line:])
    if kind == 5:  # two exchanged lines
        line = min(line, len(lines) - 2)
        lines[line : line + 2] = lines[line + 1], lines[line]
        return b"".join(lines)
    if kind == 6:  # a lost piece
        return content[: min(place, other)] + content[max(place, other) :]
    if kind == 7:  # other line ends
        return content.replace(b"\n", (b"\r\n", b"\r")[int(rng.integers(2))])
    odd = (b"1e999", b"-1", b"nan", b"99999999999999999999", b"'", b'"', b"1_0", b"\xff\xfe", b"{", b"")
    words = list(re.finditer(rb"[^\s,:|]+", content))
    word = words[int(rng.integers(len(words)))]
    return content[: word.start()] + odd[int(rng.integers(len(odd)))] + content[word.end() :]


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files and return their folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Capture warnings, so that a test can look at them."""
    caplog.set_level(logging.WARNING)
    return caplog


@pytest.mark.parametrize("form", sorted(SOURCES))
def test_no_mutation_gives_a_traceback_a_hang_or_rows_of_another_run(form: str, tmp_path: Path, quiet) -> None:
    """An error is benchbook's and names a file; a reading without a warning does not mix two runs."""
    sources = {name: text.encode() for name, text in SOURCES[form].items()}
    whole = list(read(written(tmp_path / "whole", sources), form))
    points = [{(at, value) for at, value in zip(*columns(run), strict=True)} for run in whole]
    everything = set().union(*points)
    known = {identity(run) for run in whole}
    rng = np.random.default_rng([2026, len(form)])
    errors: list[str] = []
    outcomes = {"warning": 0, "silent": 0}
    for number in range(MUTATIONS // len(SOURCES)):
        name = sorted(sources)[int(rng.integers(len(sources)))]
        folder = written(tmp_path / str(number), {**sources, name: mutated(sources[name], rng)})
        quiet.clear()
        began = time.process_time()
        try:
            runs = list(read(folder, form))
        except BenchbookError as error:
            errors.append(str(error))
            continue
        finally:
            assert time.process_time() - began < LONGEST_S
        outcomes["warning" if quiet.records else "silent"] += 1
        if quiet.records:
            continue
        for run in runs:
            # Where no number was changed, all rows of a run come from one run of the source.
            own = set(zip(*columns(run), strict=True))
            assert not own <= everything or any(own <= one for one in points), (number, name, own)
        # An index that repeats what the rows contain is not misread; a row of nevergrad contains each value once.
        assert form == "nevergrad" or {identity(run) for run in runs} <= known, (number, name)
    assert errors
    assert [text for text in errors if str(tmp_path) not in text] == []
    assert min(outcomes.values()) > 0


def identity(run: ImportedRun) -> tuple[str, int, int, int, float | None]:
    """Return the parts of a run that come from the index."""
    return run.problem.name, run.problem.dim, run.problem.instance, run.evaluations, run.best_value


def columns(run: ImportedRun) -> tuple[list[int], list[float]]:
    """Return the evaluations and values of a run."""
    return run.history.evaluations.tolist(), run.history.best_values.tolist()
