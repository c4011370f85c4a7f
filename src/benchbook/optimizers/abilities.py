"""Abilities of optimizers beyond one objective with bounds, which a class declares in `can`."""

from __future__ import annotations

from collections.abc import Iterable

from benchbook.errors import UsageError, unknown_name
from benchbook.optimizers.adapters import factory as libraries
from benchbook.optimizers.catalog import OptimizerChoice, names, optimizer
from benchbook.protocols import Problem, constraints_of, objectives_of
from benchbook.variables import typed_variables

ABILITIES = ("constraints", "objectives", "integers", "categories")


def abilities(name: str) -> frozenset[str]:
    """Return the abilities of an optimizer in the catalog; libraries are not imported.

    Examples:
        >>> sorted(abilities("random_search"))
        ['categories', 'constraints', 'integers', 'objectives']
    """
    if ":" in name:
        library, inner = libraries.split(name)
        listed = library.optimizers.get(inner)
        return _declared(optimizer(name).factory) if listed is None else listed.can
    return _declared(optimizer(name).factory)


def able(wanted: Iterable[str]) -> list[str]:
    """Return the names of the optimizers in the catalog that can do all of it.

    Raises:
        UnknownNameError: There is no such ability.

    Examples:
        >>> "random_search" in able(["constraints"])
        True
    """
    needed = list(wanted)
    for item in needed:
        if item not in ABILITIES:
            raise unknown_name("ability", item, ABILITIES)
    return [name for name in names() if abilities(name).issuperset(needed)]


def check_able(choice: OptimizerChoice, problem: Problem) -> None:
    """Check that an optimizer can do what a problem has.

    Integers are never refused: the problem rounds them. Categorical variables have no order that an optimizer of real
    variables could follow.

    Raises:
        UsageError: It cannot; the message names some that can.
    """
    objectives, constraints, variables = objectives_of(problem), constraints_of(problem), typed_variables(problem)
    if objectives == 1 and not constraints and not variables:  # most of the many runs of a plan: nothing to ask
        return
    categories = sum(item.kind == "categorical" for item in variables)
    needed = {
        "objectives": f"{objectives} objectives" if objectives > 1 else "",
        "constraints": f"{constraints} constraint{'s' * (constraints > 1)}" if constraints else "",
        "categories": f"{categories} categorical variable{'s' * (categories > 1)}" if categories else "",
    }
    missing = [item for item, has in needed.items() if has and item not in _declared(choice.factory)]
    if missing:
        others = ", ".join(able(item for item, has in needed.items() if has)) or "none"
        raise UsageError(
            f"{problem.name} has {' and '.join(needed[item] for item in missing)}, which {choice.name} cannot handle; "
            f"optimizers that can: {others}"
        )


def _declared(factory: object) -> frozenset[str]:
    return frozenset(getattr(factory, "can", ()))
