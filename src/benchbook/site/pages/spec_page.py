"""A spec's page: its executed notebook with a header from its outcome, adapted for the site."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from benchbook.errors import ExecutionError
from benchbook.site.pages.dark_figures import with_dark_form
from benchbook.site.pages.narrow_figures import narrow_form
from benchbook.site.pages.number_columns import numbers_right
from benchbook.site.pages.spec_views import SpecView, badges, escape, facts, raw
from benchbook.site.pages.strength_part import strength_part
from benchbook.specs.outcome import FILE_NAME

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_PLUMBING_IDS = {"setup"}
_PLUMBING_TAGS = {"parameters", "injected-parameters"}
# The text of a picture without alternative text: the repr of an object.
_REPR = re.compile(r"<.*>", re.DOTALL)
_KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}
Notebook = dict[str, Any]


def page_name(name: str) -> str:
    """Return a file name for a spec's page that is safe in paths and addresses.

    Examples:
        >>> page_name("random_search")
        'random_search'
    """
    if _SAFE_NAME.fullmatch(name) and name != "index":
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"spec-{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-')}-{digest}".replace("--", "-")


def spec_page(view: SpecView) -> bytes:
    """Return a spec's page as a notebook for MyST-NB.

    Raises:
        ExecutionError: A picture has no alternative text.
    """
    cells = [_page_cell(cell, view.name) for cell in _cells(view)]
    if any(_plumbing_tags(cell) == {"injected-parameters"} for cell in cells):
        cells = [cell for cell in cells if _plumbing_tags(cell) != {"parameters"}]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": _KERNEL, "cells": _with_header(cells, view)}
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace")


def figure_files(view: SpecView) -> dict[str, bytes]:
    """Return the figures with a narrow form by their place in the static folder, each with that form."""
    made: dict[str, bytes] = {}
    for cell in _cells(view):
        for output in cell.get("outputs", []):
            svg = "".join(output.get("data", {}).get("image/svg+xml", ""))
            narrow = narrow_form(svg) if svg else None
            if narrow is not None:
                forms = {"": svg} if narrow == svg else {"": svg, "-narrow": narrow}
                made |= {f"{_place(svg)}{end}.svg": with_dark_form(form).encode() for end, form in forms.items()}
    return made


def _place(svg: str) -> str:
    return f"figures/{hashlib.sha256(svg.encode()).hexdigest()[:16]}"


def _cells(view: SpecView) -> list[Notebook]:
    return [] if view.executed is None else [dict(cell) for cell in view.executed["cells"]]


def _page_cell(cell: Notebook, spec: str) -> Notebook:
    if cell["cell_type"] != "code":
        return {**cell, "metadata": {}}
    tags = [tag for tag in cell["metadata"].get("tags", []) if tag.startswith(("hide-", "remove-"))]
    if cell.get("id") in _PLUMBING_IDS or _PLUMBING_TAGS & set(cell["metadata"].get("tags", [])):
        tags.append("hide-input")
    metadata: Notebook = {"tags": sorted({*tags, *_plumbing_tags(cell)})}
    texts = [_alternative(output, cell, spec) for output in cell["outputs"] if _is_picture(output)]
    if texts:
        metadata["mystnb"] = {"image": {"alt": " ".join(texts)}}
    return {**cell, "metadata": metadata, "outputs": [_page_output(output, cell, spec) for output in cell["outputs"]]}


def _plumbing_tags(cell: Notebook) -> set[str]:
    return _PLUMBING_TAGS & set(cell["metadata"].get("tags", []))


def _is_picture(output: Notebook) -> bool:
    return any(mime.startswith("image/") for mime in output.get("data", {}))


def _alternative(output: Notebook, cell: Notebook, spec: str) -> str:
    text = " ".join("".join(output["data"].get("text/plain", "")).split())
    if not text or _REPR.fullmatch(text):
        raise ExecutionError(
            f"spec {spec}, cell {cell.get('id', '?')!r}: a picture has no alternative text; "
            "return a benchbook.analysis.plots.Picture(figure, alt) from the cell"
        )
    return text


def _page_output(output: Notebook, cell: Notebook, spec: str) -> Notebook:
    """Highlight warnings and errors; tracebacks, which reveal paths of the machine, stay in the executed notebook."""
    if output["output_type"] == "error":
        title, text, css = str(output.get("ename", "Error")), str(output.get("evalue", "")), "error"
    elif output["output_type"] == "stream" and output.get("name") == "stderr":
        title, text, css = "Written to standard error", "".join(output["text"]), "warning"
    else:
        return _dressed(output, _alternative(output, cell, spec) if _is_picture(output) else "")
    data = {"text/html": _admonition(title, text, css), "text/plain": text}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def _dressed(output: Notebook, alt: str) -> Notebook:
    """Give drawings a dark and a narrow form, and align the numbers of benchbook's own tables at the right."""
    data = dict(output.get("data", {}))
    if 'class="bb-table' in (text := "".join(data.get("text/html", ""))):
        data["text/html"] = numbers_right(text)
    svg = "".join(data.get("image/svg+xml", ""))
    if svg and (narrow := narrow_form(svg)) is not None:
        del data["image/svg+xml"]
        data["text/html"] = _picture(svg, narrow, alt)
    elif svg:
        data["image/svg+xml"] = with_dark_form(svg)
    return {**output, "data": data} if data else output


def _picture(svg: str, narrow: str, alt: str) -> str:
    place = f"../_static/{_place(svg)}"
    source = "" if narrow == svg else f'<source media="(max-width: 46em)" srcset="{place}-narrow.svg">'
    return f'<picture class="bb-has-narrow">{source}<img src="{place}.svg" alt="{escape(alt)}"></picture>'


def _admonition(title: str, text: str, css: str) -> str:
    return (
        f'<div class="admonition {css}"><p class="admonition-title">{escape(title)}</p>'
        f"<pre>{escape(text.rstrip())}</pre></div>"
    )


def _with_header(cells: list[Notebook], view: SpecView) -> list[Notebook]:
    """Insert the header below the title."""
    header = _header(view)
    for position, cell in enumerate(cells):
        source = "".join(cell["source"]).lstrip()
        if cell["cell_type"] == "markdown" and source.startswith("# "):
            title, _, rest = source.partition("\n")
            below = [_markdown("after-title", rest.strip())] if rest.strip() else []
            return [
                *cells[:position],
                _markdown("page-title", title),
                _markdown("outcome", header),
                *below,
                *cells[position + 1 :],
            ]
    return [_markdown("page-title", f"# {_plain(view.title)}"), _markdown("outcome", header), *cells]


def _header(view: SpecView) -> str:
    rows = "\n".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts(view.outcome)
    )
    name = escape(view.name)
    box = (
        f'<section class="bb-outcome" aria-label="Outcome of this spec">\n'
        f'<p class="bb-outcome-line">{badges(view)} <span>spec <code>{name}</code></span></p>\n'
        f"<dl>\n{rows}\n</dl>\n{_trouble(view)}\n{strength_part(view, base='../')}\n{_provenance(view)}\n</section>"
    )
    return raw(box)


def _provenance(view: SpecView) -> str:
    """Return a link to the artifact with the numbers, and the commands to check it and to repeat its runs."""
    if view.outcome is None:
        return ""
    folder = f"artifacts/specs/{view.name}"
    link = f"../_static/artifacts/specs/{page_name(view.name)}/{FILE_NAME}"
    return (
        f'<p class="bb-proof">From <a href="{escape(link)}" download>{escape(f"{folder}/{FILE_NAME}")}</a>. '
        f"Check it: <code>{escape(f'benchbook validate {folder}/{FILE_NAME}')}</code>. "
        f"Repeat its runs: <code>{escape(f'benchbook verify {folder}/runs')}</code>.</p>"
    )


def _trouble(view: SpecView) -> str:
    """Return prominent messages about what went wrong."""
    outcome = view.outcome or {}
    texts: list[tuple[str, str]] = []
    if view.trouble is not None:
        texts.append(("The outcome artifact cannot be read", view.trouble))
    elif view.outcome is None:
        texts.append(("There is no outcome artifact", f"Run: benchbook spec run {view.name}"))
    if outcome.get("error"):
        texts.append(("The notebook did not reach its end", str(outcome["error"])))
    unmet = [claim for claim in outcome.get("claims") or [] if claim.get("verdict") != "held"]
    if outcome.get("status") == "held":
        # The spec holds without these claims: the libraries they need were not installed when it was run.
        return "\n".join(_admonition("Claim undecided", _undecided(claim), "note") for claim in unmet)
    texts += [(f"Claim {claim.get('verdict', 'missing')}", _unmet(claim)) for claim in unmet]
    if outcome.get("status") == "error":
        state = "Below is the last executed copy; it may be incomplete, or older than this error."
        texts.append(("About this page", state if view.executed is not None else "There is no executed copy to show."))
    return "\n".join(_admonition(title, text, "error") for title, text in texts)


def _undecided(claim: dict[str, Any]) -> str:
    return "\n".join(filter(None, (claim.get("text", "missing"), claim.get("detail", ""))))


def _unmet(claim: dict[str, Any]) -> str:
    if claim.get("verdict") == "undecided":
        return _undecided(claim)
    measured = "nothing" if claim.get("measured") is None else f"{claim['measured']:g}"
    unit = f" {claim['unit']}" if claim.get("unit") else ""
    required = f"{claim.get('relation', '')} {claim.get('threshold', 'missing')}"
    return f"{claim.get('text', 'missing')}\nmeasured {measured}, required {required}{unit}"


def _markdown(name: str, source: str) -> Notebook:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _plain(text: str) -> str:
    """Escape characters that Markdown would read as markup."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|$~&])", r"\\\1", " ".join(text.split()))
