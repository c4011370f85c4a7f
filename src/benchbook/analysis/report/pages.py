"""A report as one self-contained HTML page and as LaTeX tables; all texts in the data are escaped."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from benchbook.files import write_atomic

if TYPE_CHECKING:
    from benchbook.analysis.report.report import Report
    from benchbook.analysis.report.tables import ReportTable

_STYLE = """
:root{color-scheme:light dark;--ink:#1f2933;--ground:#fff;--line:#e3e6ea;--soft:#f3f6f9}
@media (prefers-color-scheme:dark){:root{--ink:#dfe3e8;--ground:#131416;--line:#33373d;--soft:#1d2024}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:72rem;margin:2rem auto;
padding:0 1rem}
h1,h2{line-height:1.2}
.verdict{padding:.8rem 1rem;border-left:4px solid #0072b2;background:var(--soft);font-size:1.1rem}
figure{margin:2rem 0;overflow-x:auto}
figure svg{max-width:100%;height:auto;background:#fff;border-radius:.4rem}
figcaption,caption{text-align:left;font-weight:600;padding:.4rem 0}
.scroll{overflow-x:auto;margin:1.5rem 0}
table{border-collapse:collapse;font-size:.85rem}
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th.text,td.text{text-align:left}
td.long{white-space:normal;overflow-wrap:anywhere}
@media (max-width:40rem){
figure svg{min-width:34rem}
table{font-size:.64rem}
th,td{padding:.2rem .12rem;white-space:normal}
td.text{overflow-wrap:anywhere}
figcaption,caption{font-size:.9rem}
}
"""
_TEXT_COLUMNS = {"function", "optimizer", "what", "value", "group", "best", "error"}
_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "∞": r"$\infty$",
    "–": "--",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "\n": " ",
    "\u00a0": "~",
}


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write `index.html` and `tables.tex` into a folder, and return their paths.

    Raises:
        StorageError: A file cannot be written.
    """
    page, tables = folder / "index.html", folder / "tables.tex"
    write_atomic(page, as_html(report).encode())
    write_atomic(tables, as_latex(report).encode())
    return [page, tables]


def as_html(report: Report) -> str:
    """Return the report as one page: the ledger first, with styles and figures included."""
    title = escape(report.title)
    figures = "\n".join(
        f'<figure role="img" aria-label="{escape(picture.alt)}">{_svg(picture.svg(), number)}'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for number, (caption, picture) in enumerate(report.figures)
    )
    provenance = _html_table("Provenance", ("what", "value"), report.provenance, long=True)
    tables = "\n".join(_html_table(table.caption, table.headers, table.rows) for table in report.tables)
    ledger = _html_table(report.ledger.caption, report.ledger.headers, report.ledger.rows)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n"
        f'<p class="verdict">{escape(report.verdict)}</p>\n'
        f"<h2>Ledger</h2>\n{ledger}\n"
        f"<h2>Figures</h2>\n{figures}\n<h2>Tables</h2>\n{tables}\n<h2>Provenance</h2>\n{provenance}\n</body></html>\n"
    )


def as_latex(report: Report) -> str:
    """Return the tables for LaTeX; they need the packages booktabs and longtable."""
    return "\n".join(_latex_table(table) for table in (report.ledger, *report.tables))


def latex_escape(text: str) -> str:
    r"""Return a text with LaTeX's special characters escaped.

    Examples:
        >>> print(latex_escape("50 % of a_b"))
        50 \% of a\_b
    """
    return "".join(_LATEX.get(character, character) for character in text)


def _html_table(
    caption: str, headers: tuple[str, ...], rows: tuple[tuple[str, ...], ...], *, long: bool = False
) -> str:
    kinds = [' class="text"' if header in _TEXT_COLUMNS else "" for header in headers]
    cells = [
        ' class="text long"' if long and header == "value" else kind
        for header, kind in zip(headers, kinds, strict=True)
    ]
    head = "".join(f"<th{kind}>{escape(header)}</th>" for header, kind in zip(headers, kinds, strict=True))
    body = "\n".join(
        "<tr>" + "".join(f"<td{kind}>{_breakable(text)}</td>" for text, kind in zip(row, cells, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _breakable(text: str) -> str:
    """Return a text for HTML in which lines may break after underscores."""
    return escape(text).replace("_", "_<wbr>")


def _svg(text: str, number: int) -> str:
    """Return the drawing without its XML head and with unique ids, so that figures on a page do not interfere."""
    drawing = text[text.index("<svg") :]
    prefix = f"f{number}-"
    for mark in ('id="', 'xlink:href="#', "url(#"):
        drawing = drawing.replace(mark, f"{mark}{prefix}")
    return drawing


def _latex_table(table: ReportTable) -> str:
    columns = "".join("l" if header in _TEXT_COLUMNS else "r" for header in table.headers)
    head = " & ".join(latex_escape(header) for header in table.headers)
    body = "\n".join(" & ".join(latex_escape(text) for text in row) + r" \\" for row in table.rows)
    return (
        f"\\begin{{longtable}}{{{columns}}}\n\\caption{{{latex_escape(table.caption)}}}\\\\\n\\toprule\n{head} \\\\\n"
        f"\\midrule\n\\endhead\n{body}\n\\bottomrule\n\\end{{longtable}}\n"
    )
