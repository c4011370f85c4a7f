"""The model of a reference: how soon the best of many published algorithms reached each target.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchbook.artifacts.models.derive import Model
from benchbook.artifacts.models.parts import Count, Timestamp


class ReferenceCell(Model):
    """The reference on one function in one dimension; both lists have one entry per target, as far as reached."""

    function: str = Field(min_length=1)
    """Name of the function."""
    dim: int = Field(ge=1)
    """Number of variables."""
    evaluations: list[Annotated[float, Field(ge=1)]]
    """Expected running time of the algorithm that was best for the target."""
    algorithms: list[Count]
    """That algorithm, as a position in the list of algorithms."""


class Reference(Model):
    """Running times of a virtual portfolio: for each target those of the algorithm that reached it soonest."""

    kind: Literal["reference"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the reference."""
    created_at: Timestamp
    """When it was derived, UTC."""
    source: str
    """The file that it was derived from."""
    citation: str
    """What to cite."""
    licence: str
    """Licence of the source."""
    targets: list[Annotated[float, Field(gt=0)]]
    """Precisions, starting with the easiest."""
    algorithms: list[str]
    """Names of the algorithms' data sets."""
    cells: list[ReferenceCell]
    """The cells."""
