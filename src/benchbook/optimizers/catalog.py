"""The catalog of optimizers, and the choice of one with its settings."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_type_hints

import numpy as np

from benchbook.digests import canonical_json, code_digest
from benchbook.errors import UsageError, nearest, unknown_name
from benchbook.importing.objects import find_module, is_place, load_object
from benchbook.optimizers.adapters import factory as libraries
from benchbook.optimizers.adapters.libraries import LIBRARIES
from benchbook.optimizers.native.cma_es import CmaEs
from benchbook.optimizers.native.differential_evolution import DifferentialEvolution
from benchbook.optimizers.native.epsilon_de import EpsilonDE
from benchbook.optimizers.native.grey_wolf import GreyWolf
from benchbook.optimizers.native.l_shade import LShade
from benchbook.optimizers.native.manta_ray_foraging import MantaRayForaging
from benchbook.optimizers.native.mixed_es import MixedES
from benchbook.optimizers.native.nsga2 import Nsga2
from benchbook.optimizers.native.particle_swarm import ParticleSwarm
from benchbook.optimizers.native.parts.base import NativeOptimizer
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.optimizers.native.random_search import RandomSearch
from benchbook.optimizers.native.simulated_annealing import SimulatedAnnealing
from benchbook.optimizers.native.success_history_de import SuccessHistoryDE
from benchbook.optimizers.native.whale import Whale
from benchbook.optimizers.register import entry_point_names, from_entry_point, registered, reserve
from benchbook.protocols import Optimizer
from benchbook.typing import FloatArray, JsonValue
from benchbook.variables import Variable

CONTROL = "random_search"
LENGTH_ARGUMENTS = ("max_evaluations", "horizon")  # an optimizer may use the older name, too
NATIVE: tuple[type[NativeOptimizer], ...] = (
    CmaEs,
    DifferentialEvolution,
    EpsilonDE,
    GreyWolf,
    LShade,
    MantaRayForaging,
    MixedES,
    Nsga2,
    ParticleSwarm,
    RandomSearch,
    SimulatedAnnealing,
    SuccessHistoryDE,
    Whale,
)
_CATALOG: dict[str, Callable[..., Optimizer]] = {factory.name: factory for factory in NATIVE}
reserve(_CATALOG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of an optimizer: its default, and its meaning from the docstring."""

    name: str
    default: JsonValue
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What an optimizer is: its first sentence, all text up to its arguments, and where it was published."""

    summary: str
    text: str
    references: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerChoice:
    """An optimizer with all its settings, ready to be made for any run.

    Attributes:
        name: Name of the optimizer.
        factory: What makes it; usually a class.
        settings: Every setting, defaults included.
        length_argument: The argument by which it is told the length of the run; None: it is not told.
        packages: Distributions, beyond benchbook's own, whose versions can change a result.
        counts: Which numbers it is told of problems that have more than usual: "objectives", "constraints".
    """

    name: str
    factory: Callable[..., Optimizer]
    settings: Mapping[str, JsonValue]
    length_argument: str | None
    packages: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()

    @property
    def wants_horizon(self) -> bool:
        """Whether it is told the length of the run."""
        return self.length_argument is not None

    def make(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int | None = None,
        horizon: int | None = None,
        variables: tuple[Variable, ...] = (),
        objectives: int = 1,
        constraints: int = 0,
    ) -> Optimizer:
        """Make the optimizer for one run of `max_evaluations` points in the box between `lower` and `upper`.

        Args:
            lower: Lower bounds, shape `(dim,)`.
            upper: Upper bounds, shape `(dim,)`.
            rng: Generator of the run.
            max_evaluations: Length of the run; told to an optimizer that wants it.
            horizon: The former name of `max_evaluations`.
            variables: Those of a problem where some are not real; told to an optimizer that knows them.
            objectives: Their number; told to an optimizer that wants it, if there are several.
            constraints: Their number; told to an optimizer that wants it, if there are some.

        Raises:
            UsageError: `max_evaluations` is missing.
        """
        length = horizon if max_evaluations is None else max_evaluations
        if length is None:
            raise UsageError(f"max_evaluations of {self.name} is missing, expected the length of the run")
        extra: dict[str, Any] = {self.length_argument: length} if self.length_argument else {}
        if variables and _knows_variables(self.factory):
            extra["variables"] = variables
        if objectives > 1 and "objectives" in self.counts:
            extra["objectives"] = objectives
        if constraints and "constraints" in self.counts:
            extra["constraints"] = constraints
        return self.factory(lower, upper, rng, **extra, **self.settings)

    def can_lockstep(self) -> bool:
        """Tell whether runs with these settings can advance together."""
        can = getattr(self.factory, "in_lockstep", None)
        return callable(can) and bool(can(**self.settings))

    def make_lockstep(
        self,
        lower: FloatArray,
        upper: FloatArray,
        streams: Streams,
        *,
        max_evaluations: int,
        variables: tuple[Variable, ...] = (),
    ) -> NativeOptimizer:
        """Make the optimizer of several runs, one for each stream.

        Raises:
            UsageError: The optimizer cannot advance several runs together.
        """
        made = self.make(
            lower, upper, cast("np.random.Generator", streams), max_evaluations=max_evaluations, variables=variables
        )
        if not isinstance(made, NativeOptimizer):
            raise UsageError(f"{self.name} cannot advance several runs together: it only knows ask and tell")
        return made

    def digest(self) -> str:
        """Return the digest (hex) of the code that proposes the points."""
        return code_digest(self.factory)


def names() -> list[str]:
    """Return the names that can be run as they are: native ones first, registered ones, those of installed libraries.

    Examples:
        >>> "manta_ray_foraging" in names()
        True
    """
    own = sorted({*registered(), *entry_point_names()} - set(_CATALOG))
    return [*native_names(), *own, *libraries.names()]


def native_names() -> list[str]:
    """Return the names of the optimizers that benchbook has itself, sorted.

    Examples:
        >>> "scipy:nelder_mead" in native_names()
        False
    """
    return sorted(_CATALOG)


def known(name: str) -> bool:
    """Tell whether the catalog has an optimizer of its own or a registered one under a name.

    Examples:
        >>> known("manta_ray_foraging"), known("mantaray")
        (True, False)
    """
    return name in _CATALOG or name in registered() or name in entry_point_names()


def is_own_place(name: str) -> bool:
    """Tell whether a name is the place of your own optimizer: `package.module:Name`, but of no known library.

    Examples:
        >>> is_own_place("my_package.solvers:Hill"), is_own_place("scipy:nelder_mead")
        (True, False)
    """
    return is_place(name) and name.partition(":")[0] not in LIBRARIES


def optimizer(which: str | Callable[..., Optimizer] | OptimizerChoice, **settings: Any) -> OptimizerChoice:
    """Choose an optimizer by name or class, with settings.

    Args:
        which: A name in the catalog, your own class, or the result of an earlier call. `library:name` is an optimizer
            of another library, and `package.module:Name` refers to your own class.
        **settings: Settings that differ from the defaults.

    Raises:
        UnknownNameError: The name is not in the catalog.
        UsageError: A setting is unknown or has a wrong value.
        MissingExtraError: The optimizer's library is not installed.

    Examples:
        >>> optimizer("manta_ray_foraging", population=20).settings["population"]
        20
    """
    if isinstance(which, OptimizerChoice):
        if not settings:
            return which
        again = which.name if is_own_place(which.name) else which.factory
        return optimizer(again, **{**which.settings, **settings})
    if isinstance(which, str):
        factory = _find(which)
    elif callable(which):
        factory = which
    else:
        raise UsageError(f"optimizer is {which!r}, expected a name or a class with ask and tell")
    name = str(getattr(factory, "name", None) or getattr(factory, "__name__", type(factory).__name__))
    if isinstance(which, str) and is_own_place(which):
        name = which  # under which it is found again
    parameters = _parameters(factory)
    counts = tuple(key for key in libraries.COUNTS if key in parameters and key in getattr(factory, "can", ()))
    told = {*LENGTH_ARGUMENTS, *counts, *({"variables"} if _knows_variables(factory) else ())}
    complete = {key: parameter.default for key, parameter in parameters.items() if key not in told}
    for key, value in settings.items():
        if key not in complete:
            raise unknown_name(f"setting of {name}", key, complete)
        complete[key] = _checked(factory, name, key, value)
    missing = [key for key, value in complete.items() if value is inspect.Parameter.empty]
    if missing:
        raise UsageError(f"{name} needs a value for its setting {missing[0]!r}, which has no default")
    complete = {key: _as_json(name, key, value) for key, value in complete.items()}
    anytime = getattr(factory, "anytime", False)
    length = next((key for key in LENGTH_ARGUMENTS if key in parameters and not anytime), None)
    packages = tuple(getattr(factory, "packages", ()))
    return OptimizerChoice(
        name=name, factory=factory, settings=complete, length_argument=length, packages=packages, counts=counts
    )


def describe(which: str) -> Description:
    """Return what an optimizer is, from its docstring.

    Raises:
        UnknownNameError: The name is not in the catalog.

    Examples:
        >>> describe("random_search").summary
        'Draw all points uniformly in the box, without learning.'
    """
    doc = inspect.getdoc(optimizer(which).factory) or ""
    text = re.split(r"^(?:Args|Examples|Attributes):$", doc, maxsplit=1, flags=re.MULTILINE)[0].strip()
    references = re.search(r"^References:\n((?:[ ].*\n?|\n)+?)(?=^\S|\Z)", doc, flags=re.MULTILINE)
    return Description(
        summary=text.splitlines()[0] if text else "",
        text=text,
        references=inspect.cleandoc(references.group(1)).strip() if references else "",
    )


def settings_of(which: str | Callable[..., Optimizer] | OptimizerChoice) -> list[Setting]:
    """Return the settings of an optimizer with value and meaning, in the order of its signature.

    Examples:
        >>> [setting.name for setting in settings_of("manta_ray_foraging")]
        ['population', 'somersault', 'repair']
    """
    choice = optimizer(which)
    meanings = _meanings(inspect.getdoc(choice.factory) or "")
    return [Setting(name=key, default=value, meaning=meanings.get(key, "")) for key, value in choice.settings.items()]


def _knows_variables(factory: object) -> bool:
    """Tell whether an optimizer is told which variables are integers or categorical."""
    return not frozenset(getattr(factory, "can", ())).isdisjoint({"integers", "categories"})


def _find(name: str) -> Callable[..., Optimizer]:
    """Return the factory with a name."""
    if name in _CATALOG:
        return _CATALOG[name]
    if name in registered():
        return registered()[name]
    if is_own_place(name):
        prefix = name.partition(":")[0]
        if find_module(prefix) is None and nearest(prefix, LIBRARIES):
            return libraries.factory(name)  # a misspelt library: the error names the nearest one
        factory = load_object(name, "optimizer")
        if not callable(factory):
            raise UsageError(f"optimizer {name!r} is {factory!r}, expected a class with ask and tell")
        made: Callable[..., Optimizer] = factory
        return made
    if ":" in name:
        return libraries.factory(name)
    factory = from_entry_point(name)
    if factory is None:
        raise unknown_name("optimizer", name, names(), "(benchbook optimizers list; your own: package.module:Class)")
    return factory


def _parameters(factory: Callable[..., Optimizer]) -> dict[str, inspect.Parameter]:
    """Return the keyword parameters behind lower, upper and rng."""
    try:
        parameters = list(inspect.signature(factory).parameters.values())
    except (TypeError, ValueError) as error:
        raise UsageError(f"optimizer {factory!r} has no signature that can be read") from error
    required = ("lower", "upper", "rng")
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(positional) < len(required):
        raise UsageError(
            f"optimizer {getattr(factory, '__name__', factory)!r} takes ({', '.join(p.name for p in parameters)}), "
            "expected (lower, upper, rng, *, settings...)"
        )
    rest = [p for p in parameters if p not in positional[: len(required)]]
    return {p.name: p for p in rest if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}


def _checked(factory: Callable[..., Optimizer], name: str, key: str, value: Any) -> JsonValue:
    """Return a setting's value in its declared type.

    pydantic is imported here only: most runs take the defaults, and need it not.
    """
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    target: Any = factory.__init__ if isinstance(factory, type) else factory  # type: ignore[misc]  # for its hints
    if not isinstance(factory, type) and not inspect.isroutine(factory):
        target = type(factory).__call__
    declared = get_type_hints(target, include_extras=True).get(key, Any)
    try:
        # Lax but for text: a whole number given as 2.0 is one, the text "2" is not.
        checked = TypeAdapter(declared, config=ConfigDict(allow_inf_nan=False)).validate_python(
            value, strict=isinstance(value, str | bool)
        )
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise UsageError(f"setting {key!r} of {name} is {value!r}: {reason[:1].lower()}{reason[1:]}") from error
    return _as_json(name, key, checked)


def _as_json(name: str, key: str, value: Any) -> JsonValue:
    """Return a setting's value as an artifact will hold it; it must come out of JSON as it went in."""
    try:
        written: JsonValue = json.loads(canonical_json(value))
    except (TypeError, ValueError) as error:
        raise UsageError(f"setting {key!r} of {name} is {value!r}, expected a JSON value") from error
    if written != value:
        raise UsageError(f"setting {key!r} of {name} is {value!r}, expected a JSON value")
    return written


def _meanings(doc: str) -> dict[str, str]:
    """Read the Args section of a Google-style docstring."""
    section = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)+)", doc, flags=re.MULTILINE)
    if section is None:
        return {}
    entries = re.findall(r"^ {4}(\w+): ((?:.*\n?)(?:^ {8}.*\n?)*)", section.group(1), flags=re.MULTILINE)
    return {key: " ".join(text.split()) for key, text in entries}
