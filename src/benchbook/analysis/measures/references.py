"""Reference curves: how soon the best of many published algorithms reached each target of BBOB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from benchbook.analysis.measures.first_hits import FirstHits
from benchbook.analysis.measures.profiles import Profile, group_of
from benchbook.artifacts.io import load_document
from benchbook.artifacts.kinds import Kind
from benchbook.errors import ArtifactError, unknown_name
from benchbook.records import from_plain
from benchbook.records.published import ReferenceRecord
from benchbook.typing import FloatArray

_FOLDER = Path(__file__).parent / "reference_data"
_SUFFIX = ".json.zst"
BEST = "best-2009"
"""The reference that running times are divided by."""
DRAWN = (BEST, "best-2009-16")
"""The references that are drawn next to runtime profiles."""
ROUNDING = 1 + 1e-9  # precisions are printed with 16 digits, whose last one may differ from ours


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """A virtual portfolio of published algorithms.

    Attributes:
        name: Its name.
        citation: What to cite.
        licence: Licence of the data that it was derived from.
        targets: Precisions, starting with the easiest.
        evaluations: Expected running time to each target by (function, dim); infinite if none reached it.
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
            functions: Only these functions; default: all.
            x: Evaluations divided by dimension; default: log-spaced up to the last hit.

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
        share = np.searchsorted(np.sort(times), grid * ROUNDING, side="right") / len(times)
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
            is_reference=True,
        )

    def run_length_places(self, function: str, dim: int, lengths: Sequence[float]) -> list[int | None]:
        """Return for each length the position of the hardest target that is reached within length x dim evaluations.

        Args:
            function: Name of the function.
            dim: Dimension.
            lengths: Evaluations per variable.

        Returns:
            Positions in `targets`; None where even the easiest target takes longer.
        """
        times = self.evaluations[function, dim]
        within = [np.flatnonzero(times <= length * dim * ROUNDING) for length in lengths]
        return [int(hits[-1]) if len(hits) else None for hits in within]


def with_references(profiles: Sequence[Profile], hits: FirstHits, names: Sequence[str] = DRAWN) -> list[Profile]:
    """Return profiles, and after them those of references for each of their panels where they have every function.

    A panel is a label (all functions, a group or one function) in one dimension. Panels that pool dimensions, hold
    functions or targets that a reference does not have, stay as they are.

    Args:
        profiles: As `runtime_profiles` returns them.
        hits: First hits that they are of.
        names: Names of the references.
    """
    return [*profiles, *(drawn for name in names for drawn in _drawn(profiles, hits, reference(name)))]


def _drawn(profiles: Sequence[Profile], hits: FirstHits, best: Reference) -> list[Profile]:
    """Return the curves of one reference."""
    if hits.targets.shape != best.targets.shape or not np.allclose(hits.targets, best.targets, rtol=ROUNDING - 1):
        return []
    table = hits.table
    panels = {(profile.label, profile.dim): profile for profile in profiles}
    drawn = []
    for (label, dim), profile in panels.items():
        own = [table.functions[code] for code in np.unique(table.function[table.dim == dim])] if dim else []
        chosen = [function for function in own if label in ("all", group_of(function), function)]
        if dim and chosen and all((function, dim) in best.evaluations for function in chosen):
            drawn.append(replace(best.profile(dim, chosen, profile.x), label=label))
    return drawn


def reference_names() -> list[str]:
    """Return the names of the references that come with benchbook.

    Examples:
        >>> reference_names()
        ['best-2009', 'best-2009-16']
    """
    return sorted(path.name.removesuffix(_SUFFIX) for path in _FOLDER.glob(f"*{_SUFFIX}"))


def reference(name: str | Path) -> Reference:
    """Return a reference of benchbook by its name, or an imported one by its path.

    Raises:
        UnknownNameError: There is no reference of this name, and no file at this path.
        ArtifactError: The file is damaged, or not a reference.

    Examples:
        >>> best = reference("best-2009")
        >>> best.evaluations["bbob_f1", 5][-1].item()
        12.0
    """
    known = reference_names()
    if name not in known and Path(name).is_file():
        return load_reference(Path(name))
    if name not in known:
        raise unknown_name("reference", str(name), known)
    return _packaged(str(name))


@cache
def _packaged(name: str) -> Reference:
    return load_reference(_FOLDER / f"{name}{_SUFFIX}")


def load_reference(path: Path) -> Reference:
    """Read a reference, checked.

    Raises:
        ArtifactError: It is damaged, or no reference.
    """
    document = load_document(path, Kind.REFERENCE)
    record = from_plain(ReferenceRecord, document)
    targets = np.array(record.targets, dtype=np.float64)
    evaluations, algorithms = {}, {}
    for place, cell in enumerate(record.cells):
        key = (cell.function, cell.dim)
        reached = cell.evaluations
        if len(reached) > len(targets) or len(reached) != len(cell.algorithms):
            raise ArtifactError(f"{path} is not valid: $.cells[{place}]: lists of unequal lengths")
        evaluations[key] = np.array(reached + [np.inf] * (len(targets) - len(reached)))
        evaluations[key].setflags(write=False)  # those of benchbook are loaded once for all
        algorithms[key] = tuple(record.algorithms[index] for index in cell.algorithms)
    return Reference(
        name=record.name,
        citation=record.citation,
        licence=record.licence,
        targets=targets,
        evaluations=evaluations,
        algorithms=algorithms,
    )
