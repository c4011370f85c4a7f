"""What is known about each spec: its notebook, its outcome, and whether it was run."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchbook.errors import ArtifactError, UsageError
from benchbook.site.pages.number_columns import numbers_right
from benchbook.specs.names import left_out, what_is_missing
from benchbook.specs.notebooks.discover import read_notebook, specs
from benchbook.specs.noticing.filed import QUICK, read_strength
from benchbook.specs.noticing.summary import Strength
from benchbook.specs.outcome import read_outcome
from benchbook.specs.views.tally import Tally, tally

MISSING = "missing"
_BREAKABLE = re.compile(r"(?:(?<=_)|(?<=[A-Za-z]:))(?=\w)(?![^<]*>)")  # within a name, not within a tag
_VERDICTS = {"held", "failed", "undecided", "error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecView:
    """One spec on the site.

    Attributes:
        name: File name of its notebook without suffix.
        title: First heading of its notebook.
        outcome: Its outcome artifact; None if there is none or it cannot be read.
        trouble: Why it cannot be read; None if it can be read or there is none.
        executed: Its executed notebook; None if there is none.
        cannot_run: Whether it was not run and the library of its optimizer is not installed.
        strength: The planted faults that its claims notice; None if not measured.
    """

    name: str
    title: str
    outcome: dict[str, Any] | None
    trouble: str | None
    executed: dict[str, Any] | None
    cannot_run: bool = False
    strength: Strength | None = None

    @property
    def status(self) -> str:
        """`held`, `failed` or `error` from the outcome, `missing` without an outcome, `not run` without anything."""
        if self.outcome is not None:
            return str(self.outcome.get("status", MISSING))
        return MISSING if self.executed is not None or self.trouble else "not run"

    @property
    def tally(self) -> Tally | None:
        """Its claims, counted; None if the outcome has none."""
        claims = (self.outcome or {}).get("claims")
        return tally(claims) if isinstance(claims, list) else None


def spec_views(notebooks: Path, artifacts: Path) -> list[SpecView]:
    """Return the specs of a project, by name."""
    return [_view(file.name, file.title, artifacts / file.name) for file in specs(notebooks)]


def facts(outcome: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return names and values for a page's header; values that the artifact lacks are `missing`.

    Examples:
        >>> facts(None)[0]
        ('Quality claims', 'missing')
    """
    o = outcome or {}
    counted = tally(o["claims"]) if isinstance(o.get("claims"), list) else None
    return [
        ("Quality claims", MISSING if counted is None else counted.quality_text),
        ("Contract checks", MISSING if counted is None else counted.contract_text),
        ("Runs done", _pair(_at(o, "runs", "done"), _at(o, "runs", "planned"))),
        ("Evaluations", _count(_at(o, "timing", "evaluations"))),
        ("Computation", _seconds(_at(o, "timing", "compute_s"))),
        ("Parameters", _text(o.get("preset"))),
        ("Executed", _moment(o.get("created_at"))),
        ("benchbook", _text(o.get("version"))),
        ("Commit", _commit(o.get("commit"), o.get("dirty"))),
    ]


def badge(status: str) -> str:
    """Return a verdict as HTML.

    Examples:
        >>> badge("held")
        '<span class="bb-verdict bb-held">held</span>'
    """
    css = f"bb-{status}" if status in _VERDICTS else "bb-missing"
    return f'<span class="bb-verdict {css}">{escape(status)}</span>'


def badges(view: SpecView) -> str:
    """Return a spec's verdict as HTML, followed by the number of undecided claims with the reason."""
    counted = view.tally
    if counted is None or not counted.undecided:
        return badge(view.status)
    why = f' title="{escape(counted.reasons_text)}"'
    return f'{badge(view.status)} <span class="bb-verdict bb-undecided"{why}>{counted.undecided} undecided</span>'


def left_out_line(views: Sequence[SpecView]) -> str:
    """Return a line about specs whose libraries are not installed, with the command; empty if there are none."""
    names = [view.name for view in views if view.cannot_run]
    if not names:
        return ""
    sentence, install = left_out(names)
    return f'<p class="bb-left-out">{escape(sentence)}. To install them: <code>{escape(install)}</code>.</p>'


def escape(text: str) -> str:
    """Escape a text for HTML inside a MyST block, so that it is neither markup nor the end of the block.

    Examples:
        >>> escape("<b>`")
        '&lt;b&gt;&#96;'
    """
    return html.escape(text).replace("`", "&#96;")


def raw(markup: str) -> str:
    """Return HTML as a MyST block, which Sphinx passes on unchanged."""
    return f"``````{{raw}} html\n{markup}\n``````\n"


def html_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, css: str = "bb-table") -> str:
    """Return an HTML table that scrolls in its own container; the cells are HTML, in which long names may break.

    Columns of numbers are aligned at the right.
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headers)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{_BREAKABLE.sub('<wbr>', cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return numbers_right(
        f'<div class="bb-scroll" tabindex="0" role="region" aria-label="Table">\n<table class="{css}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _view(name: str, title: str, folder: Path) -> SpecView:
    outcome, trouble, executed = None, None, None
    if folder.is_dir():
        try:
            outcome = dict(read_outcome(folder))
        except ArtifactError as error:
            trouble = str(error).replace(str(folder), f"artifacts/specs/{name}")
        except UsageError:
            pass  # there is none
        path = folder / f"{name}.ipynb"
        executed = read_notebook(path) if path.is_file() else None
    preset = str((outcome or {}).get("preset") or QUICK)
    filed = folder.parents[1]
    was_run = outcome is not None or trouble is not None or executed is not None
    return SpecView(
        name=name,
        title=title,
        outcome=outcome,
        trouble=trouble,
        executed=executed,
        cannot_run=not was_run and what_is_missing(name) is not None,
        strength=read_strength(name, preset, artifacts=filed) or read_strength(name, artifacts=filed),
    )


def _at(document: dict[str, Any], *keys: str) -> Any:
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _pair(done: Any, planned: Any) -> str:
    return MISSING if done is None and planned is None else f"{_count(done)} of {_count(planned)}"


def _count(value: Any) -> str:
    return MISSING if value is None else f"{value:,}"


def _seconds(value: Any) -> str:
    return MISSING if value is None else f"{value:.2f} s"


def _text(value: Any) -> str:
    return str(value) if value not in (None, "") else MISSING


def _commit(commit: Any, dirty: Any) -> str:
    if not commit:
        return MISSING
    return f"{str(commit)[:10]}{', with uncommitted changes' if dirty else ''}"


def _moment(value: Any) -> str:
    try:
        return datetime.fromisoformat(str(value)).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return MISSING
