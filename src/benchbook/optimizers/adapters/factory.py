"""The factory of optimizers of other libraries, and the names of these optimizers without importing the libraries."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, TypeAlias

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import MissingExtraError, UsageError, unknown_name
from benchbook.files import how_to_install
from benchbook.optimizers.adapters.libraries import LIBRARIES, Library
from benchbook.optimizers.native.parts.repair import Repair
from benchbook.protocols import Optimizer
from benchbook.typing import FloatArray, JsonValue

_PACKAGE = "benchbook.optimizers.adapters"
_SHARED = tuple(
    f"{_PACKAGE}.{name}" for name in ("base", "isolation", "global_state", "factory", "blocking", "switches")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A setting: its default, its type (or an annotation for pydantic), and its meaning."""

    default: JsonValue
    kind: Any
    meaning: str


# Called as make(lower, upper, rng, max_evaluations=..., **settings), with objectives=, constraints= and variables= for
# problems that have them; max_evaluations is None for anytime optimizers.
Make: TypeAlias = Callable[..., Optimizer]
COUNTS = ("constraints", "objectives")  # numbers of a problem that an optimizer may be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """The description of a library's optimizer by its module.

    Attributes:
        make: Makes the adapter.
        settings: The settings, except `repair`, which all have.
        text: Description of the optimizer, with a summary in the first line.
        anytime: Whether it does not need to know its budget.
        picklable: Whether it can be pickled during a run.
        can: Its abilities beyond one bounded objective. It is told the numbers of `objectives` and
            `constraints` of a problem that has them, and `variables` that are not all real.
        parts: Further modules of the adapter.
    """

    make: Make
    settings: Mapping[str, Parameter] = field(default_factory=dict)
    text: str
    anytime: bool
    picklable: bool
    can: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ()


class LibraryFactory:
    """Makes one optimizer of a library; corresponds to the class of a native optimizer.

    Attributes:
        name: `library:optimizer`.
        packages: The distributions whose versions can change a result.
        anytime: Whether it does not need to know its budget.
        picklable: Whether its optimizers can be pickled during a run.
        can: Their abilities beyond one bounded objective.
    """

    def __init__(self, name: str) -> None:
        """Look the optimizer up in its library.

        Raises:
            MissingExtraError: The library is not installed.
            UnknownNameError: The library has no such optimizer.
        """
        library, inner = split(name)
        require(library, name)
        # Imported here, so that the import does not count as part of a run's time.
        self._module = f"{_PACKAGE}.third_party.{library.module}"
        adapted: Adapted = importlib.import_module(self._module).adapt(inner)
        self.name = self.__name__ = f"{library.prefix}:{inner}"
        self.packages = library.packages
        self.anytime, self.picklable, self.can = adapted.anytime, adapted.picklable, adapted.can
        self._make = adapted.make
        self._modules = [self._module, *(f"{_PACKAGE}.third_party.{part}" for part in adapted.parts)]
        settings = {
            **adapted.settings,
            "repair": Parameter(
                default="clip", kind=Repair, meaning="Rule for variables outside the box: clip, reflect or wrap."
            ),
        }
        self.__doc__ = _doc(adapted, settings, library)
        self.__annotations__ = {key: parameter.kind for key, parameter in settings.items()}
        self.__signature__ = _signature(settings, told=_told(adapted))

    def __call__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int | None = None,
        **settings: Any,
    ) -> Optimizer:
        """Make the adapter for one run."""
        return self._make(lower, upper, rng, max_evaluations=max_evaluations, **settings)

    def __reduce__(self) -> tuple[Callable[[str], LibraryFactory], tuple[str]]:
        return factory, (self.name,)

    def digest(self) -> str:
        """Return the digest of the adapter's code and its library's versions."""
        code = module_digest([*_SHARED, *self._modules])
        return text_digest(self.name, code, *(f"{package} {installed(package)}" for package in self.packages))


@cache
def factory(name: str) -> LibraryFactory:
    """Return the factory of `library:optimizer`."""
    return LibraryFactory(name)


def names() -> list[str]:
    """Return the listed optimizers of the installed libraries, without importing these."""
    return sorted(
        f"{library.prefix}:{name}"
        for library in LIBRARIES.values()
        if available(library)
        for name in library.optimizers
    )


def summary_of(prefix: str, name: str, known: Collection[str], otherwise: str) -> str:
    """Return the summary of a library's optimizer; `otherwise` if it is not listed.

    Raises:
        UnknownNameError: The library has no such optimizer.
    """
    if name not in known:
        raise unknown_name(f"optimizer of {prefix}", name, known)
    listed = LIBRARIES[prefix].optimizers.get(name)
    return listed.summary if listed else otherwise


def split(name: str) -> tuple[Library, str]:
    """Split `library:optimizer`.

    Raises:
        UnknownNameError: There is no adapter for the library.
    """
    prefix, _, inner = name.partition(":")
    library = {key.lower(): library for key, library in LIBRARIES.items()}.get(prefix.lower())
    if library is None:
        raise unknown_name("library", prefix, LIBRARIES, "(benchbook optimizers list)")
    if not inner:
        raise UsageError(f"{name!r} names no optimizer of {library.prefix}; {library.help}")
    return library, inner


@cache
def available(library: Library) -> bool:
    """Return whether a library is installed, without importing it."""
    return all(find_spec(module) is not None for module in library.imports)


def require(library: Library, name: str) -> None:
    """Check that a library is installed.

    Raises:
        MissingExtraError: It is not.
    """
    if not available(library):
        missing = next(module for module in library.imports if find_spec(module) is None)
        raise MissingExtraError(
            f"{name} needs the library {missing}, which is not installed: {how_to_install('adapters')}"
        )


@cache
def installed(package: str) -> str:
    """Return the version of an installed distribution, or "none"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _told(adapted: Adapted) -> list[str]:
    """Return what the optimizer is told of a run, beyond bounds and generator."""
    return ["max_evaluations"] * (not adapted.anytime) + sorted(adapted.can.intersection(COUNTS))


def _signature(settings: Mapping[str, Parameter], *, told: list[str]) -> inspect.Signature:
    plain, keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(key, plain) for key in ("lower", "upper", "rng")]
    parameters += [inspect.Parameter(key, keyword) for key in told]
    parameters += [inspect.Parameter(key, keyword, default=item.default) for key, item in settings.items()]
    return inspect.Signature(parameters)


def _doc(adapted: Adapted, settings: Mapping[str, Parameter], library: Library) -> str:
    arguments = "\n".join(f"    {key}: {item.meaning}" for key, item in settings.items())
    return f"{adapted.text}\n\nArgs:\n{arguments}\n\nReferences:\n    {library.reference}\n"
