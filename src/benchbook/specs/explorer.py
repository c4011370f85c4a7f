"""The explorer: widgets for a choice, and its pictures."""

from __future__ import annotations

import base64
import html
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchbook.analysis.plots import Picture
from benchbook.errors import BenchbookError, MissingExtraError
from benchbook.optimizers import names as optimizer_names
from benchbook.problems import describe
from benchbook.problems import names as function_names
from benchbook.specs.explore import Choice

if TYPE_CHECKING:
    from collections.abc import Callable

_DIMS = (2, 3, 5, 10, 20, 40)
_BUDGETS = (100, 200, 500, 1000, 2000, 5000, 10_000)
_MOST_INSTANCE, _MOST_SEED, _MOST_REPETITIONS = 15, 10_000, 25
_PICTURES = ("trajectories", "curves")
_PLACEHOLDER = "Choose one optimizer or more."


class Explorer:
    """Widgets that show optimizers on a function: trajectories, convergence, runtime profile, and the code for them.

    Each change is computed and drawn at once. Errors are shown as text, and the last pictures stay.

    Args:
        choice: What to show first.

    Raises:
        MissingExtraError: ipywidgets is not installed.

    Examples:
        >>> explorer = Explorer(Choice(optimizers=["random_search"], function="sphere", budget=100))
        >>> explorer.controls["function"].value = "ackley"
        >>> explorer.choice.function
        'ackley'
    """

    def __init__(self, choice: Choice | None = None) -> None:
        """Make the widgets and draw the first pictures."""
        self._widgets = _ipywidgets()
        self.choice = choice or Choice()
        self.controls = self._make_controls()
        w = self._widgets
        self.status = w.HTML()
        self.pictures = {name: w.HTML() for name in _PICTURES}
        self.copied = w.Textarea(description="as code", layout=w.Layout(width="100%", height="230px"))
        for control in self.controls.values():
            control.observe(self._changed, names="value")
        self.view = self._arranged()
        self._draw()

    def code(self) -> str:
        """Return the choice as code for copying."""
        return self.choice.code()

    def _ipython_display_(self) -> None:
        from IPython.core.display_functions import display

        display(self.view)  # type: ignore[no-untyped-call]  # IPython has few types

    def _make_controls(self) -> dict[str, Any]:
        w, c = self._widgets, self.choice
        names = list(dict.fromkeys([*optimizer_names(), *c.optimizers]))
        functions = [name for name in function_names() if _fits(name)]
        style = {"description_width": "90px"}
        lively = {"continuous_update": False, "style": style}
        return {
            "optimizers": w.SelectMultiple(
                options=names, value=tuple(c.optimizers), rows=9, description="optimizers", style=style
            ),
            "function": w.Dropdown(
                options=list(dict.fromkeys([*functions, c.function])),
                value=c.function,
                description="function",
                style=style,
            ),
            "dim": w.Dropdown(options=sorted({*_DIMS, c.dim}), value=c.dim, description="dimension", style=style),
            "instance": w.IntSlider(value=c.instance, min=0, max=_MOST_INSTANCE, description="instance", **lively),
            "seed": w.BoundedIntText(value=c.seed, min=0, max=_MOST_SEED, description="seed", **lively),
            "repetitions": w.IntSlider(
                value=c.repetitions, min=1, max=_MOST_REPETITIONS, description="repetitions", **lively
            ),
            "budget": w.SelectionSlider(
                options=sorted({*_BUDGETS, c.budget}), value=c.budget, description="budget", **lively
            ),
        }

    def _arranged(self) -> Any:
        w = self._widgets
        optimizers, *others = self.controls.values()
        controls = w.HBox([optimizers, w.VBox(others)], layout=w.Layout(flex_flow="row wrap"))
        return w.VBox([controls, self.status, *self.pictures.values(), self.copied])

    def _changed(self, change: dict[str, Any]) -> None:
        key = next(name for name, control in self.controls.items() if control is change["owner"])
        self.choice = replace(self.choice, **{key: change["new"]})
        self._draw()

    def _draw(self) -> None:
        self.copied.value = self.code()
        if not self.choice.optimizers:
            self.status.value = _said(_PLACEHOLDER)
            return
        self.status.value = _said(f"computing {self.choice.function} ...")
        draw: dict[str, Callable[[], Picture]] = {name: getattr(self.choice, name) for name in _PICTURES}
        try:
            made = {name: shown(picture()) for name, picture in draw.items()}
        except BenchbookError as error:
            self.status.value = _said(str(error))
            return
        for name, markup in made.items():
            self.pictures[name].value = markup
        self.status.value = _said(_summary(self.choice))


def shown(picture: Picture) -> str:
    """Return a picture as an HTML image with its alternative text."""
    data = base64.b64encode(picture.svg().encode()).decode()
    style = "display: block; max-width: 100%; background: white"
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{html.escape(picture.alt)}" style="{style}">'


def _said(text: str) -> str:
    return f'<span role="status">{html.escape(text)}</span>'


def _summary(choice: Choice) -> str:
    runs = choice.runs()
    flat = "" if choice.dim == 2 else "; trajectories are those of the two-dimensional function"
    return f"{len(runs)} runs, {sum(run.evaluations for run in runs):,} evaluations{flat}."


def _fits(name: str) -> bool:
    """Return whether a function can be shown: with real variables and a two-dimensional version."""
    info = describe(name)
    return info.min_dim <= 2 and (info.dims is None or 2 in info.dims)


def _ipywidgets() -> Any:
    try:
        import ipywidgets
    except ImportError as error:
        raise MissingExtraError(
            'the explorer needs the library ipywidgets, which is not installed: pip install "benchbook[lab]"'
        ) from error
    return ipywidgets
