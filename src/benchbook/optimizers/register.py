"""Your own optimizers in the catalog: by a decorator, or by an entry point of an installed package."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, overload

from benchbook.errors import UsageError
from benchbook.importing.entry_points import entry_points_of
from benchbook.protocols import Optimizer

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "benchbook.optimizers"

Factory = Callable[..., Optimizer]
F = TypeVar("F", bound=Factory)

_registered: dict[str, Factory] = {}
_reserved: set[str] = set()


@overload
def register(name_or_class: F) -> F: ...


@overload
def register(name_or_class: str) -> Callable[[F], F]: ...


def register(name_or_class: Any) -> Any:
    """Put your own optimizer into the catalog of this process; used as a decorator, with or without a name.

    A package does the same for everybody who installs it by an entry point of the group `benchbook.optimizers`.

    Args:
        name_or_class: The class, or the name for it; a class goes by its attribute `name`, else by its own name.

    Raises:
        UsageError: The name is taken, or is none.

    Examples:
        >>> @register("middle_of_the_box")
        ... class Middle:
        ...     def __init__(self, lower, upper, rng):
        ...         self.x = (lower + upper)[None] / 2
        ...
        ...     def ask(self):
        ...         return self.x
        ...
        ...     def tell(self, x, fx):
        ...         pass
        >>> import benchbook as bb
        >>> bb.run("middle_of_the_box", "sphere", dim=2, instance=0, budget=1).evaluations
        1
        >>> unregister("middle_of_the_box")
    """
    if isinstance(name_or_class, str):
        return lambda factory: _add(name_or_class, factory)
    return _add(str(getattr(name_or_class, "name", None) or getattr(name_or_class, "__name__", "")), name_or_class)


def unregister(name: str) -> None:
    """Take your own optimizer out of the catalog again; unknown names are ignored."""
    _registered.pop(name, None)


def reserve(names: Iterable[str]) -> None:
    """Reserve the names of the native optimizers, so that no other optimizer is registered under them."""
    _reserved.update(names)


def registered() -> dict[str, Factory]:
    """Return the optimizers that were registered in this process, by name."""
    return dict(_registered)


def entry_point_names() -> list[str]:
    """Return the names that installed packages announce; loads none of them."""
    return sorted(_entry_points())


def from_entry_point(name: str) -> Factory | None:
    """Load what an installed package announces under a name; None: none does.

    Raises:
        UsageError: It cannot be loaded, or is not an optimizer.
    """
    found = _entry_points().get(name)
    if found is None:
        return None
    try:
        factory = found.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"optimizer {name!r} cannot be loaded from {found.value}: {error}") from error
    if not callable(factory):
        raise UsageError(f"optimizer {name!r} is {factory!r}, expected a class with ask and tell ({found.value})")
    return named(name, factory)


def named(name: str, factory: Factory) -> Factory:
    """Let a factory bear the name it has in the catalog, by which records know it."""
    own = getattr(factory, "name", None)
    if own is not None and own != name:
        raise UsageError(f"optimizer {name!r} is named {own!r} by its class; use that name")
    if own is None:
        try:
            factory.name = name  # type: ignore[attr-defined]  # an arbitrary class; the attribute is the protocol's
        except (AttributeError, TypeError) as error:
            raise UsageError(f"optimizer {name!r} needs an attribute name = {name!r}") from error
    return factory


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return entry_points_of(GROUP, "optimizer")


def _add(name: str, factory: F) -> F:
    if not callable(factory):
        raise UsageError(f"optimizer {factory!r} cannot be registered, expected a class with ask and tell")
    if not name or ":" in name:
        raise UsageError(f"optimizer name is {name!r}, expected a text without a colon, which marks those of libraries")
    if name in _reserved or name in _registered or name in _entry_points():
        raise UsageError(f"optimizer {name!r} is in the catalog already; choose another name")
    named(name, factory)
    _registered[name] = factory
    return factory
