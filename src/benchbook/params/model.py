"""The model of a parameter set; the schema `params.v1` is generated from it.

This module imports pydantic and is loaded only where parameters are checked.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from benchbook.params.numbers import number

VERSION = 1
FILE_NAME = f"params.v{VERSION}.schema.json"
Name = Annotated[str, Field(min_length=1)]
# 1e4 is 10000, even if a reader of YAML 1.1, such as papermill's, took it for text.
NUMBER = BeforeValidator(number)
# What an artifact can hold, and what can be planned and kept in memory.
_MOST, _MOST_SEEDS, _MOST_DIM = 2**63 - 1, 1_000_000, 100_000
Seeds = (
    Annotated[int, Field(ge=1, le=_MOST_SEEDS), NUMBER]
    | Annotated[list[Annotated[int, Field(ge=0, le=_MOST), NUMBER]], Field(min_length=1)]
)


class Params(BaseModel):
    """Parameters of a spec: which problems, how many repetitions, how long.

    The textbook functions are repeated over seeds, the BBOB functions over instances, as their field does it.
    """

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True, allow_inf_nan=False)

    preset: Name
    """Name of the parameter set; written into every outcome."""
    functions: list[Name] = Field(min_length=1)
    """Textbook functions, by name."""
    dims: list[Annotated[int, Field(ge=1, le=_MOST_DIM), NUMBER]] = Field(min_length=1)
    """Dimensions; each function is run in each of them."""
    instances: list[Annotated[int, Field(ge=0, le=_MOST), NUMBER]] = Field(min_length=1)
    """Instances of the textbook functions: 0 is the textbook function, k >= 1 is shifted and rotated."""
    seeds: Seeds
    """Seeds of each textbook instance: a count (then 1, 2, ...) or a list."""
    bbob_functions: list[Annotated[int, Field(ge=1, le=24), NUMBER]]
    """Numbers of BBOB functions, 1 to 24; may be empty."""
    bbob_instances: list[Annotated[int, Field(ge=1, le=_MOST), NUMBER]]
    """Instances of the BBOB functions, from 1; each is run with one seed."""
    budget_per_dim: Annotated[int, Field(ge=1, le=_MOST), NUMBER]
    """Evaluations per variable: the budget of a run is this times the dimension."""
    target: Annotated[float, Field(ge=0), NUMBER] | None
    """A run stops when its precision reaches this target; null: never."""
    published_runs: Annotated[int, Field(ge=1, le=_MOST_SEEDS), NUMBER] = 1
    """New runs on each problem of the baseline that a spec is compared with, at most as many as were published."""
    adapter_functions: list[Name] | None = Field(default=None, min_length=1)
    """Textbook functions for optimizers of other libraries, which are slower; default: as for other optimizers."""
    adapter_dims: list[Annotated[int, Field(ge=1, le=_MOST_DIM), NUMBER]] | None = Field(default=None, min_length=1)
    """Dimensions for them; default: as for other optimizers."""
    adapter_seeds: Seeds | None = None
    """Seeds of each textbook instance for them; default: as for other optimizers."""
    adapter_bbob_functions: list[Annotated[int, Field(ge=1, le=24), NUMBER]] | None = None
    """Numbers of BBOB functions for them; default: as for other optimizers."""
    adapter_budget_per_dim: dict[Name, Annotated[int, Field(ge=1, le=_MOST), NUMBER]] | None = None
    """Evaluations per variable, by library, if less than `budget_per_dim`."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a parameter file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Params.model_json_schema()}
