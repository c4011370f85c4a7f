"""The parts that the models of several artifacts share.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from benchbook.artifacts.models.derive import FromRecord
from benchbook.records import Environment as _Environment
from benchbook.records import Host as _Host
from benchbook.records import OptimizerRecord

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]
Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
Optimizer: TypeAlias = Annotated[OptimizerRecord, FromRecord()]
Environment: TypeAlias = Annotated[_Environment, FromRecord()]
Host: TypeAlias = Annotated[_Host, FromRecord()]
