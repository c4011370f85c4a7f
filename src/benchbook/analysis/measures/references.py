"""Reference curves: how soon the best of many published algorithms reached each target of BBOB."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchbook.analysis.measures.profiles import Profile
from benchbook.analysis.measures.targets import STANDARD_TARGETS
from benchbook.artifacts.io import load_document
from benchbook.artifacts.kinds import REFERENCE_VERSION, Kind
from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.errors import ArtifactError, unknown_name
from benchbook.typing import FloatArray, JsonObject

_FOLDER = Path(__file__).parent / "reference_data"
_SUFFIX = ".json.zst"
_MEMBER = re.compile(r"bbob-bestalg_f(\d+)_d(\d+)\.dat")
_ROUNDING = 1 + 1e-9  # precisions are printed with 16 digits, whose last one may differ from ours
_CITATION = (
    "Hansen, N., Auger, A., Ros, R., Mersmann, O., Tušar, T., & Brockhoff, D. (2021). COCO: A platform for comparing "
    "continuous optimizers in a black-box setting. Optimization Methods and Software 36(1), 114-144. "
    "https://doi.org/10.1080/10556788.2020.1808977"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """A virtual portfolio of published algorithms.

    Attributes:
        name: Its name.
        citation: What to cite.
        licence: Licence of the data that it was derived from.
        targets: Precisions, from the easiest on.
        evaluations: Expected running time to each target by (function, dim); infinite where none reached it.
        algorithms: Name of the algorithm that reached each target soonest, as far as reached.
    """

    name: str
    citation: str
    licence: str
    targets: FloatArray
    evaluations: Mapping[tuple[str, int], FloatArray]
    algorithms: Mapping[tuple[str, int], tuple[str, ...]]

    def profile(self, dim: int, functions: Sequence[str] | None = None, x: FloatArray | None = None) -> Profile:
        """Return its runtime profile in one dimension, to be drawn with those of optimizers.

        Args:
            dim: Dimension.
            functions: Only these functions; all unless given.
            x: Evaluations divided by dimension; log-spaced up to the last hit unless given.

        Raises:
            UnknownNameError: The reference has no function of these in this dimension.
        """
        chosen = [key for key in self.evaluations if key[1] == dim and (functions is None or key[0] in functions)]
        if not chosen:
            known = sorted({f"{name} in {n}-D" for name, n in self.evaluations})
            raise unknown_name(f"problem of {self.name}", f"{functions or 'any function'} in {dim}-D", known)
        times = np.concatenate([self.evaluations[key] for key in chosen]) / dim
        last = float(times[np.isfinite(times)].max(initial=1.0))
        grid = np.geomspace(1.0 / dim, max(last, 1.0), 121) if x is None else np.asarray(x, dtype=np.float64)
        share = np.searchsorted(np.sort(times), grid * _ROUNDING, side="right") / len(times)
        return Profile(
            optimizer=self.name,
            label="all" if functions is None else ", ".join(functions),
            dim=dim,
            x=grid,
            share=share,
            low=share,
            high=share,
            end=last,
            functions=len(chosen),
            targets=len(self.targets),
        )


def reference_names() -> list[str]:
    """Return the names of the references that come with benchbook.

    Examples:
        >>> reference_names()
        ['best-2009', 'best-2009-16']
    """
    return sorted(path.name.removesuffix(_SUFFIX) for path in _FOLDER.glob(f"*{_SUFFIX}"))


def reference(name: str) -> Reference:
    """Return a reference by its name.

    Raises:
        UnknownNameError: There is none of this name.

    Examples:
        >>> best = reference("best-2009")
        >>> best.evaluations["bbob_f1", 5][-1].item()
        12.0
    """
    known = reference_names()
    if name not in known:
        raise unknown_name("reference", name, known)
    return load_reference(_FOLDER / f"{name}{_SUFFIX}")


def load_reference(path: Path) -> Reference:
    """Read a reference, checked.

    Raises:
        ArtifactError: It is damaged, or no reference.
    """
    document = cast("dict[str, Any]", load_document(path))
    if document["kind"] != Kind.REFERENCE:
        raise ArtifactError(f"{path} is an artifact of kind {document['kind']!r}, expected 'reference'")
    targets = np.array(document["targets"], dtype=np.float64)
    evaluations, algorithms = {}, {}
    for place, cell in enumerate(document["cells"]):
        key = (str(cell["function"]), int(cell["dim"]))
        reached = cell["evaluations"]
        if len(reached) > len(targets) or len(reached) != len(cell["algorithms"]):
            raise ArtifactError(f"{path} is not valid: $.cells[{place}]: lists of unequal lengths")
        evaluations[key] = np.array(reached + [np.inf] * (len(targets) - len(reached)))
        algorithms[key] = tuple(document["algorithms"][index] for index in cell["algorithms"])
    return Reference(
        name=document["name"],
        citation=document["citation"],
        licence=document["licence"],
        targets=targets,
        evaluations=evaluations,
        algorithms=algorithms,
    )


def from_coco(archive: Path, name: str, *, source: str, clock: Clock = SYSTEM_CLOCK) -> JsonObject:
    """Derive a reference document from the plain-text archive of a best algorithm, as cocopp has them.

    A row of its files holds evaluations, precision (twice), data set, successes and runs.

    Args:
        archive: The tar.gz file.
        name: Name of the reference.
        source: What is said about where the archive comes from.
        clock: Stamps it.
    """
    known: dict[str, int] = {}
    cells: list[JsonObject] = []
    for function, dim, rows in sorted(_curves(archive)):
        evaluations: list[float] = []
        algorithms: list[int] = []
        for target in STANDARD_TARGETS:
            first = next((row for row in rows if row[1] <= target * _ROUNDING), None)
            if first is None:
                break
            evaluations.append(first[0])
            algorithms.append(known.setdefault(first[2], len(known)))
        cells.append(
            {
                "function": f"bbob_f{function}",
                "dim": dim,
                "evaluations": cast("Any", evaluations),
                "algorithms": cast("Any", algorithms),
            }
        )
    return {
        "kind": Kind.REFERENCE.value,
        "schema_version": REFERENCE_VERSION,
        "name": name,
        "created_at": timestamp(clock.now()),
        "source": source,
        "citation": _CITATION,
        "licence": "BSD-3-Clause, as cocopp, which the data come with",
        "targets": STANDARD_TARGETS.tolist(),
        "algorithms": cast("Any", list(known)),
        "cells": cast("Any", cells),
    }


def _curves(archive: Path) -> Iterator[tuple[int, int, list[tuple[float, float, str]]]]:
    with tarfile.open(archive) as files:
        for member in files:
            found = _MEMBER.fullmatch(Path(member.name).name)
            stream = files.extractfile(member) if found else None
            if found is None or stream is None:
                continue
            lines = stream.read().decode().splitlines()
            fields = [line.split() for line in lines if line and not line.startswith("%")]
            rows = [(float(row[0]), float(row[1]), row[3]) for row in fields]
            yield int(found.group(1)), int(found.group(2)), rows
