"""The faults with which a spec is tested, and how they are planted into its planned runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchbook.errors import UsageError, unknown_name
from benchbook.optimizers import OptimizerChoice
from benchbook.optimizers.faults.code import code_faults, named_faults, plant_code, plant_named
from benchbook.optimizers.faults.plant import SEVERITIES, PlantedFactory, Severity, plant
from benchbook.optimizers.faults.wrapped import WRAPPED_FAULTS
from benchbook.optimizers.native.parts.base import NativeOptimizer
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.typing import FloatArray

FAMILIES = ("wrapped", "code")
_MOST_CODE_FAULTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFault:
    """A fault with which a spec is tested."""

    name: str
    family: str
    severity: Severity
    text: str

    @property
    def id(self) -> str:
        """Family, name and severity."""
        return f"{self.family}/{self.name}/{self.severity}"


def faults_of(choice: OptimizerChoice, wanted: Sequence[str]) -> list[TrialFault]:
    """Return the faults with which to test an optimizer.

    Args:
        choice: The optimizer.
        wanted: `wrapped` for all that wrap any optimizer, `code` for those in the source of a native optimizer, or
            names.

    Raises:
        UnknownNameError: There is no such family or fault.
    """
    wrapped = [
        TrialFault(name=fault.name, family="wrapped", severity=severity, text=fault.says)
        for fault in WRAPPED_FAULTS.values()
        for severity in SEVERITIES
    ]
    known = [*wrapped, *_in_code(choice)]
    names = {*FAMILIES, *(fault.name for fault in known)}
    for name in wanted:
        if name not in names:
            raise unknown_name("fault", name, names)
    return [
        fault
        for fault in known
        if fault.name in wanted or ("wrapped" if fault.family == "wrapped" else "code") in wanted
    ]


def planting(fault: TrialFault, optimizer: str) -> Callable[[PlannedRun], PlannedRun]:
    """Return a function that plants a fault into the planned runs of an optimizer and leaves all others unchanged."""
    made: dict[object, PlantedFactory] = {}

    def change(item: PlannedRun) -> PlannedRun:
        if item.optimizer.name != optimizer:
            return item
        optimum = getattr(item.problem, "x_opt", None) if fault.name == "knows_optimum" else None
        if fault.name == "knows_optimum" and optimum is None:
            return item  # its position is unknown
        # One factory for all runs, so that they can advance in lockstep.
        key = None if optimum is None else optimum.tobytes()
        if key not in made:
            made[key] = _factory(fault, item.optimizer, optimum)
        return replace(item, optimizer=replace(item.optimizer, factory=made[key]))

    return change


def _in_code(choice: OptimizerChoice) -> list[TrialFault]:
    factory = choice.factory
    if not (isinstance(factory, type) and issubclass(factory, NativeOptimizer)):
        return []
    named = [
        TrialFault(name=fault.name, family="named", severity="severe", text=fault.says)
        for fault in named_faults(choice.name)
    ]
    by_rule = [
        TrialFault(name=name, family="code", severity="severe", text=f"{name.split(':')[0]}, line {name.split(':')[1]}")
        for name in code_faults(factory, _MOST_CODE_FAULTS)
    ]
    return [*named, *by_rule]


def _factory(fault: TrialFault, choice: OptimizerChoice, optimum: FloatArray | None) -> PlantedFactory:
    factory = choice.factory
    if fault.family == "wrapped":
        return plant(factory, fault.name, fault.severity, optimum=optimum)
    if not (isinstance(factory, type) and issubclass(factory, NativeOptimizer)):
        raise UsageError(f"{choice.name} is not a native optimizer, expected one for the code fault {fault.name!r}")
    if fault.family == "code":
        return plant_code(factory, fault.name)
    return plant_named(factory, next(item for item in named_faults(choice.name) if item.name == fault.name))
