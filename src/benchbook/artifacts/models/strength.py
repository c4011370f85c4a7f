"""The model of a spec's measured strength: which planted faults its claims notice.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchbook.artifacts.models.derive import Model

Seconds = Annotated[float, Field(ge=0)]
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]
Name = Annotated[str, Field(min_length=1)]


class TriedClaim(Model):
    """A claim of the spec."""

    id: Name
    """Its id."""
    sort: Literal["contract", "proof", "quality"]
    """Contract: any sound optimizer passes. Proof: computed again and compared to the bit. Quality: how good it is."""
    verdict: Literal["held", "failed", "undecided"]
    """Its verdict without a fault; what does not hold then notices nothing."""


class TriedFault(Model):
    """A planted fault, and who noticed it."""

    name: Name
    """Its name."""
    family: Literal["wrapped", "named", "code"]
    """Wrapped around ask and tell, of the fixed list of code faults, or made from the syntax tree by rule."""
    severity: Literal["mild", "severe"]
    """How bad it is; all code faults count as severe."""
    text: str
    """What it does."""
    effect: bool
    """Whether it changed any run of the spec; if not, there is nothing to notice."""
    error: str | None
    """What the optimizer or a claim raised; null where all went through."""
    noticed_by: list[Name]
    """Ids of the claims that held without the fault and did not hold with it."""
    measured: dict[Name, float | None]
    """What each quality claim measured with it, by its id; null where nothing could be measured."""


class FalseAlarms(Model):
    """How often the spec fails although its optimizer has not changed."""

    reseeded: Annotated[int, Field(ge=1)]
    """How many specs with other seeds were judged."""
    failed: Annotated[int, Field(ge=0)]
    """In how many of them a quality claim did not hold."""


class Strength(Model):
    """Which planted faults the claims of a spec notice."""

    kind: Literal["strength"]
    schema_version: Literal[1]
    name: Name
    """Name of the spec."""
    optimizer: Name
    """The optimizer that the faults were planted into."""
    created_at: Timestamp
    version: Name
    """Version of benchbook."""
    preset: str
    """Name of the parameter set."""
    inputs: Name
    """Digest of notebook, parameters, code and libraries."""
    subject: Name
    """Digest of what is measured: the notebook's code of runs and claims, its parameters, the optimizer's code."""
    elapsed_s: Seconds
    claims: list[TriedClaim]
    faults: list[TriedFault]
    false_alarms: FalseAlarms | None = None
    """What `benchbook spec calibrate` found for the same subject; null or absent if it was not run."""
