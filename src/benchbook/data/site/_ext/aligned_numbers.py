"""Align the columns of numbers of hand-written tables at the right, as in the generated ones."""

from docutils import nodes  # type: ignore[import-untyped]  # docutils comes without types
from sphinx.application import Sphinx

from benchbook.site.pages.number_columns import number_columns


def setup(app: Sphinx) -> dict[str, bool]:
    """Mark such columns once a page is read."""
    app.connect("doctree-read", _mark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _mark(_app: Sphinx, doctree: nodes.document) -> None:
    for table in doctree.findall(nodes.table):
        bodies = [row for body in table.findall(nodes.tbody) for row in body.findall(nodes.row)]
        columns = number_columns([[entry.astext() for entry in row.findall(nodes.entry)] for row in bodies])
        for row in table.findall(nodes.row):
            for place, entry in enumerate(row.findall(nodes.entry)):
                if place in columns:
                    entry["classes"].append("bb-number")
