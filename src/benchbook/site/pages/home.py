"""The generated parts of hand-written pages: the picture, the table of specs, the lists of names."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Sequence
from enum import Enum

import benchbook
from benchbook.optimizers import native_names, optimizer
from benchbook.site.pages.spec_page import page_name
from benchbook.site.pages.spec_views import SpecView, badges, escape, facts, html_table, raw
from benchbook.site.pages.strength_part import strength_text

PACKAGES = ("studies", "analysis", "experiments", "tracking")  # whose names the reference of Python lists
_FACTS = ("Quality claims", "Contract checks", "Runs done", "Parameters", "Executed")  # of a spec, in the table


def specs_table(views: Sequence[SpecView], *, base: str) -> str:
    """Return the table of specs with their verdicts; specs left out are named in the line below the cards.

    Args:
        views: The specs.
        base: Leads from the page to the folder of the spec pages.
    """
    if not views:
        return "There is no spec notebook in `notebooks/` yet.\n"
    rows = [_row(view, base) for view in views if not view.cannot_run]
    return raw(html_table(["Spec", "Verdict", "Planted faults noticed", *_FACTS], rows, css="bb-table bb-specs"))


def picture_block(alt: str | None) -> str:
    """Return the front page's picture with its text, or a sentence if nothing was run yet."""
    if alt is None:
        return "Run `benchbook spec run` to make this picture.\n"
    return raw(
        '<figure class="bb-figure bb-has-narrow"><picture><source media="(max-width: 46em)" '
        f'srcset="_static/front-narrow.svg"><img src="_static/front.svg" alt="{escape(alt)}"></picture></figure>'
    )


def spec_pages(views: Sequence[SpecView]) -> str:
    """Return the table of contents of the spec pages that exist."""
    pages = [page_name(view.name) for view in views if view.status != "not run"]
    lines = "\n".join(pages)
    return f"```{{toctree}}\n:hidden:\n\n{lines}\n```\n" if pages else ""


def public_names() -> str:
    """Return the directives that document the names in `import benchbook`: functions, then classes except errors."""
    functions, classes = [], []
    for name in benchbook.__all__:
        thing = getattr(benchbook, name)
        if inspect.isclass(thing):
            if thing.__module__ != "benchbook.errors":
                classes += [f".. autoclass:: benchbook.{name}", *_members(thing)]
        else:
            functions.append(f".. autofunction:: benchbook.{name}")
    return f"## Functions\n\n{_rst(functions)}\n## Records and plugs\n\n{_rst(classes)}"


def package_names(package: str) -> str:
    """Return the directives that document what a subpackage provides in addition to `import benchbook`.

    Args:
        package: Its name within `benchbook`, such as `tracking`.
    """
    module = importlib.import_module(f"benchbook.{package}")
    known = [getattr(benchbook, name) for name in benchbook.__all__]
    things = {name: getattr(module, name) for name in module.__all__}
    functions, classes = [], []
    for name, thing in things.items():
        if any(thing is other for other in known):
            continue
        if inspect.isclass(thing):
            classes += [
                f".. autoclass:: {module.__name__}.{name}",
                *(_members(thing) or _methods(thing, things.values())),
            ]
        else:
            functions.append(f".. autofunction:: {module.__name__}.{name}")
    return _rst([*functions, *classes])


def _methods(thing: type, others: Iterable[object]) -> list[str]:
    """Return the options of a class that users work with: its methods, except those described in another entry.

    Args:
        thing: The class.
        others: Other documented classes; what a protocol requires or a base class has is not repeated.
    """
    classes = [other for other in others if inspect.isclass(other) and other is not thing]
    plugs = [other for other in classes if getattr(other, "_is_protocol", False)]
    asked = [{name for name in vars(plug) if not name.startswith("_")} for plug in plugs]
    if issubclass(thing, Exception) or any(names <= set(dir(thing)) for names in asked):
        return []
    is_whole = not any(base in classes for base in thing.__mro__)
    inherited = ["   :inherited-members: Sequence"] if is_whole and issubclass(thing, Sequence) else []
    return ["   :members:", *inherited, "   :exclude-members: __init__, __new__"]


def native_optimizers() -> str:
    """Return the directives that document the native optimizers from their docstrings."""
    factories = [optimizer(name).factory for name in native_names()]
    lines = [f".. autoclass:: {factory.__module__}.{getattr(factory, '__qualname__', '')}" for factory in factories]
    return _rst(lines)


def _members(thing: type) -> list[str]:
    """Return the options of a class: an enumeration shows its values, a protocol its methods, a record its text."""
    if issubclass(thing, Enum):
        return ["   :members:", "   :undoc-members:"]
    if getattr(thing, "_is_protocol", False):
        return ["   :members:", "   :special-members: __call__"]
    return []


def _rst(lines: Sequence[str]) -> str:
    return "\n".join(["```{eval-rst}", *lines, "```", ""])


def _row(view: SpecView, base: str) -> list[str]:
    title, name = escape(view.title), escape(view.name)
    if view.status == "not run":
        command = f'<code class="bb-code">benchbook spec run {name}</code>'
        verdict = '<span class="bb-verdict bb-missing">not run yet</span>'
        return [title, verdict, escape(strength_text(view)), command, *[""] * (len(_FACTS) - 1)]
    known = dict(facts(view.outcome))
    link = f'<a href="{base}{page_name(view.name)}.html">{title}</a>'
    return [link, badges(view), escape(strength_text(view)), *(escape(known[key]) for key in _FACTS)]
