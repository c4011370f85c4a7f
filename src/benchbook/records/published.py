"""The records of what is compared with: summaries of studies (baselines), and portfolios of published algorithms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from benchbook.records.fields import MAY_BE_ABSENT, Count, Items, Limits, Name, Positive, Timestamp, missing_as

if TYPE_CHECKING:
    from benchbook.typing import FloatArray, IntArray, JsonValue

CellKey = tuple[str, str, int]
FileName = Annotated[str, Limits(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
_NOT_NEGATIVE = Items(Limits(ge=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSummary:
    """Where the runs were done; times are comparable only between equal ones."""

    name: str
    """Host name."""
    cpu: str
    """Processor."""
    python: str
    """Python's version."""
    arithmetic: str
    """NumPy's version, BLAS, and whether the arithmetic was pinned."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellSummary:
    """The runs with one optimizer on one function in one dimension; all lists have one entry a run."""

    optimizer: Name
    """Label of the optimizer: its name, and where it has several settings, what differs."""
    settings: Mapping[str, JsonValue]
    """Value of each setting."""
    function: Name
    """Name of the function."""
    dim: Positive
    """Number of variables."""
    budget: Positive
    """Evaluations allowed."""
    target: float | None
    """Target precision of the ERT: the hardest power of ten that half of the runs reach; null if there is none."""
    instances: Annotated[IntArray, _NOT_NEGATIVE]
    """Instance."""
    seeds: Annotated[IntArray, _NOT_NEGATIVE] = field(metadata=missing_as(-1))
    """Seed; null if unknown."""
    evaluations: Annotated[IntArray, _NOT_NEGATIVE]
    """Evaluations spent."""
    hits: Annotated[FloatArray, _NOT_NEGATIVE] = field(metadata=missing_as(float("inf"), whole=True))
    """First evaluation within the target; null if there is none."""
    aocc: Annotated[FloatArray, Items(Limits(ge=0, le=1))] | None
    """Area over the convergence curve; null where f_opt is unknown."""
    us_per_evaluation: Annotated[FloatArray, _NOT_NEGATIVE] = field(metadata=missing_as(float("nan")))
    """Microseconds of the run for each of its evaluations; null if unknown, or where it holds the start-up."""
    stop_target: float | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Runs stopped once they were within it of the optimum; null: never, or unknown."""
    stagnation: Positive | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Runs stopped after this many evaluations without improvement; null: never, or unknown."""
    first_hits: tuple[Annotated[IntArray, _NOT_NEGATIVE], ...] | None = field(default=None, metadata=MAY_BE_ABSENT)
    """First evaluation within each of the baseline's targets, as far as reached; null where f_opt is unknown."""

    @property
    def key(self) -> CellKey:
        """(optimizer, function, dim)."""
        return self.optimizer, self.function, self.dim

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.instances)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudySummary:
    """Summary of a study, published on purpose."""

    commit: str | None
    """Commit of the runs; null if unknown or mixed."""
    version: str
    """Version of benchbook that did the runs."""
    host: HostSummary | None
    """Where the runs were done; null if unknown or mixed."""
    packages: Mapping[str, str] | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Version of each package that can change a result; null if unknown, or if runs had different ones."""
    startup_s: Mapping[str, float | None]
    """Seconds of each optimizer's first run, beyond what its evaluations take otherwise; null if unknown."""
    targets: Annotated[FloatArray, Items(Limits(gt=0))] | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Precisions that first hits are counted to, starting with the easiest; null in the first version."""
    cells: Mapping[CellKey, CellSummary]
    """The cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCell:
    """The reference on one function in one dimension; both lists have one entry per target, as far as reached."""

    function: Name
    """Name of the function."""
    dim: Positive
    """Number of variables."""
    evaluations: list[Annotated[float, Limits(ge=1)]]
    """Expected running time of the algorithm that was best for the target."""
    algorithms: list[Count]
    """That algorithm, as a position in the list of algorithms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRecord:
    """Running times of a virtual portfolio: for each target those of the algorithm that reached it soonest."""

    name: FileName
    """Name of the reference."""
    created_at: Timestamp
    """When it was derived, UTC."""
    source: str
    """The file that it was derived from."""
    citation: str
    """What to cite."""
    licence: str
    """Licence of the source."""
    targets: list[Annotated[float, Limits(gt=0)]]
    """Precisions, starting with the easiest."""
    algorithms: list[str]
    """Names of the algorithms' data sets."""
    cells: list[ReferenceCell]
    """The cells."""
