"""The strength of a spec on its page: a sentence, and the faults that its quality claims do not notice."""

from __future__ import annotations

from typing import Any

from benchbook.site.pages.spec_views import MISSING, SpecView, escape, html_table
from benchbook.specs.noticing.filed import strength_path
from benchbook.specs.noticing.summary import Strength

_HEADERS = ("Fault", "Severity", "What it does", "Noticed by")


def strength_file(measured: Strength) -> str:
    """Return the path of the artifact in the artifact root."""
    path = strength_path(measured.name, measured.preset)
    return "/".join(path.parts[-3:])


def strength_part(view: SpecView, *, base: str) -> str:
    """Return as HTML how many planted faults a spec's claims notice, and which ones the quality claims miss.

    Args:
        view: The spec.
        base: Leads from the page to the root of the site.
    """
    measured = view.strength
    if measured is None:
        return (
            '<p class="bb-strength">How many planted faults these claims notice was not measured: '
            f"<code>benchbook spec strength {escape(view.name)}</code></p>"
        )
    artifact = strength_file(measured)
    link = f'<a href="{escape(f"{base}_static/artifacts/{artifact}")}" download>{escape(f"artifacts/{artifact}")}</a>'
    missed = [fault for fault in measured.unnoticed("quality") if fault["family"] != "code"]
    table = html_table(_HEADERS, [_row(fault) for fault in missed]) if missed else ""
    title = f"{len(missed)} faults that the quality claims do not notice" if missed else ""
    details = f'<details class="bb-unnoticed"><summary>{title}</summary>\n{table}\n</details>' if missed else ""
    return (
        f'<p class="bb-strength">{escape(measured.sentence())} {escape(measured.false_alarms)} Measured with '
        f"{escape(measured.preset)} parameters: {link}.</p>\n{details}"
    )


def strength_text(view: SpecView) -> str:
    """Return the strength of a spec for a table."""
    return MISSING if view.strength is None else view.strength.short


def _row(fault: dict[str, Any]) -> list[str]:
    by = ", ".join(fault["noticed_by"]) or "no claim"
    return [escape(fault["name"]), escape(fault["severity"]), escape(fault["text"].replace("`", "")), escape(by)]
