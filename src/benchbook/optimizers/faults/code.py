"""Code faults: native optimizers whose update equations were changed, in a copy of their source.

Two kinds: a fixed list of ten faults as people make them, and those that follow from the syntax tree by rule (a sign, a
constant, a dropped term, swapped arguments). The module on disk is never touched.
"""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchbook.errors import UsageError
from benchbook.optimizers.faults.plant import PlantedFactory
from benchbook.optimizers.native.parts.base import NativeOptimizer

_NOT_UPDATES = ("__init__", "in_lockstep", "keep")
_SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add}
_AUGMENTED = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFault:
    """A fault as people make it: a piece of the optimizer's source, and what stands there instead."""

    optimizer: str
    name: str
    says: str
    old: str
    new: str


NAMED_FAULTS: tuple[NamedFault, ...] = tuple(
    NamedFault(optimizer=optimizer, name=name, says=says, old=old, new=new)
    for optimizer, name, says, old, new in (
        (
            "cma_es",
            "rank_one_sign",
            "The rank-one update is subtracted.",
            "self.C += self.c_1 * (",
            "self.C -= self.c_1 * (",
        ),
        (
            "cma_es",
            "no_rank_mu",
            "The rank-mu update is left out.",
            "self.C += self.c_mu * (",
            "self.C += 0.0 * (",
        ),
        (
            "cma_es",
            "slow_step_size",
            "The rate of the step size is 0.3 of what it should be.",
            "growth = (self.c_sigma / self.d_sigma)",
            "growth = 0.3 * (self.c_sigma / self.d_sigma)",
        ),
        (
            "success_history_de",
            "no_archive",
            "Nothing is drawn from the archive.",
            "(self.population - 2 + self.archived)",
            "(self.population - 2 + 0 * self.archived)",
        ),
        (
            "success_history_de",
            "no_memory",
            "What succeeded is not remembered.",
            "self._remember(success, fx)",
            "pass",
        ),
        (
            "differential_evolution",
            "pulled_half_percent",
            "Trials are pulled to the origin by 0.5 %.",
            "self.repair(np.where(inherited, mutant, x)",
            "self.repair(0.995 * np.where(inherited, mutant, x)",
        ),
        (
            "differential_evolution",
            "pulled_three_percent",
            "Trials are pulled to the origin by 3 %.",
            "self.repair(np.where(inherited, mutant, x)",
            "self.repair(0.97 * np.where(inherited, mutant, x)",
        ),
        (
            "particle_swarm",
            "weak_social",
            "The pull towards the neighbours' best place is 0.3 of what it should be.",
            "np.array([cognitive, social])",
            "np.array([cognitive, 0.3 * social])",
        ),
        (
            "particle_swarm",
            "no_inertia",
            "Half of the velocity that should be kept is kept.",
            "v *= self.inertia",
            "v *= 0.5 * self.inertia",
        ),
        (
            "differential_evolution",
            "weak_difference",
            "The weight of the differences is 0.7 of what it should be.",
            "mutant *= self.weight\n            mutant += rows",
            "mutant *= 0.7 * self.weight\n            mutant += rows",
        ),
    )
)


def named_faults(optimizer: str) -> list[NamedFault]:
    """Return the faults of the fixed list that an optimizer can have.

    Examples:
        >>> [fault.name for fault in named_faults("success_history_de")]
        ['no_archive', 'no_memory']
    """
    return [fault for fault in NAMED_FAULTS if fault.optimizer == optimizer]


def plant_named(factory: type[NativeOptimizer], fault: NamedFault) -> PlantedFactory:
    """Return a factory that makes a native optimizer with a fault of the fixed list.

    Raises:
        UsageError: The source that the fault replaces is not there exactly once.
    """
    source = _source(factory)
    if source.count(fault.old) != 1:
        found = source.count(fault.old)
        raise UsageError(f"fault {fault.name!r} replaces {fault.old!r}, which is there {found} times, expected once")
    return _planted(factory, ast.parse(source.replace(fault.old, fault.new)), fault.name)


def code_faults(factory: type[NativeOptimizer], most: int | None = None) -> list[str]:
    """Return the faults that follow from the update equations by rule: `kind:line:number`.

    Args:
        factory: A native optimizer.
        most: No more than these, spread over the source; None: all.

    Examples:
        >>> from benchbook.optimizers.native.particle_swarm import ParticleSwarm
        >>> {name.partition(":")[0] for name in code_faults(ParticleSwarm)} >= {"sign", "dropped", "swapped"}
        True
    """
    names = [name for name, _ in _changes(ast.parse(_source(factory)), factory.__name__)]
    if most is None or len(names) <= most:
        return names
    return [names[k * len(names) // most] for k in range(most)]


def plant_code(factory: type[NativeOptimizer], name: str) -> PlantedFactory:
    """Return a factory that makes a native optimizer with a fault that `code_faults` names.

    Raises:
        UsageError: There is no such fault.
    """
    tree = ast.parse(_source(factory))
    for found, change in _changes(tree, factory.__name__):
        if found == name:
            change()
            return _planted(factory, tree, name)
    raise UsageError(f"fault is {name!r}, expected one of {', '.join(code_faults(factory))}")


def _changes(tree: ast.Module, owner: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the name of each fault, and what plants it into the tree."""
    made = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == owner)
    count = 0
    for method in made.body:
        if not isinstance(method, ast.FunctionDef) or method.name in _NOT_UPDATES:
            continue
        for node in ast.walk(method):
            for kind, change in _changes_at(node):
                count += 1
                yield f"{kind}:{getattr(node, 'lineno', method.lineno)}:{count}", change


def _changes_at(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    if isinstance(node, ast.BinOp) and type(node.op) in _SWAPPED:
        yield "sign", lambda: setattr(node, "op", _SWAPPED[type(node.op)]())
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield "swapped", lambda: _swap(node)
    if isinstance(node, ast.AugAssign) and type(node.op) in _AUGMENTED:
        yield "sign", lambda: setattr(node, "op", _AUGMENTED[type(node.op)]())
        yield "dropped", lambda: setattr(node, "value", ast.copy_location(ast.Constant(0), node.value))
    if isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value not in (0.0, 1e-300):
        yield "constant", lambda: setattr(node, "value", 0.3 * float(str(node.value)))


def _swap(node: ast.BinOp) -> None:
    node.left, node.right = node.right, node.left


def _source(factory: type[NativeOptimizer]) -> str:
    return inspect.getsource(sys.modules[factory.__module__])


def _planted(factory: type[NativeOptimizer], tree: ast.Module, name: str) -> PlantedFactory:
    module = types.ModuleType(factory.__module__)
    code: Any = compile(ast.fix_missing_locations(tree), f"<{factory.__module__} with {name}>", "exec")
    exec(code, module.__dict__)  # noqa: S102 -- benchbook's own source, with one change
    return PlantedFactory(factory, getattr(module, factory.__name__), name, "code")
