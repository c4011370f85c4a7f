"""What a field of a record may hold: limits next to the type, from which its JSON Schema is derived.

A record is described once, as a dataclass: its fields with their limits, and a docstring below each field. The schema,
its page and the conversion to and from documents follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

if TYPE_CHECKING:
    from benchbook.typing import FloatArray  # NumPy is loaded only where a record holds arrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a value, under pydantic's names for them; None: no such limit.

    Attributes:
        ge: Least value.
        gt: Value that it must exceed.
        le: Greatest value.
        min_length: Least number of characters or items.
        max_length: Greatest number of characters or items.
        pattern: Regular expression that a text matches.
    """

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


class OneOf:
    """The texts or numbers that a value may be.

    Examples:
        >>> OneOf("done", "failed").options
        ('done', 'failed')
    """

    __slots__ = ("options",)

    def __init__(self, *options: str | int) -> None:
        self.options = options

    def __repr__(self) -> str:
        return f"OneOf({', '.join(map(repr, self.options))})"


@dataclass(frozen=True, slots=True)
class Items:
    """Limits of each item of an array."""

    limits: Limits


class OrText:
    """One of these texts stands in documents for a number that JSON lacks."""

    __slots__ = ("options",)

    def __init__(self, *options: str) -> None:
        self.options = options

    def __repr__(self) -> str:
        return f"OrText({', '.join(map(repr, self.options))})"


# Metadata of a dataclass field.
MAY_BE_ABSENT: Mapping[str, bool] = {"may_be_absent": True}  # earlier documents lack it; the default is used
LEFT_OUT_IF_NONE: Mapping[str, bool] = {"may_be_absent": True, "left_out_if_none": True}  # most documents lack it
NOT_IN_DOCUMENT: Mapping[str, bool] = {"in_document": False}  # known only in memory


def missing_as(value: float, *, whole: bool = False) -> Mapping[str, float]:
    """Return the metadata of a number, or of an array of them, that is null in documents where it is missing.

    Documents have neither infinity nor NaN. A field of one number is missing if it is not finite; an item of an array
    if it is NaN or the number given here.

    Args:
        value: What stands for a missing number in the record.
        whole: Whether all others are whole numbers.
    """
    return {"missing": value, "whole": whole}


Sha256 = Annotated[str, Limits(pattern=r"^[0-9a-f]{64}$")]
Timestamp = Annotated[str, Limits(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]
Name = Annotated[str, Limits(min_length=1)]
Seconds = Annotated[float, Limits(ge=0)]
Share = Annotated[float, Limits(ge=0, le=1)]
Count = Annotated[int, Limits(ge=0)]
Positive = Annotated[int, Limits(ge=1)]
# JSON has neither NaN nor infinity, so a number in an artifact is finite.
Vector: TypeAlias = Annotated["FloatArray", Limits(min_length=1)]
