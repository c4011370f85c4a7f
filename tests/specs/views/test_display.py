"""Tables for notebooks."""

from __future__ import annotations

from benchbook.specs.views.display import Cell, Table


def test_every_text_of_a_table_is_escaped() -> None:
    """A hostile name is shown as text, not as markup."""
    html = Table(["<b>"], [[Cell("<script>alert(1)</script>", 'x" onclick="')], ["a & b"]]).html()
    assert "<script>" not in html
    assert "<b>" not in html
    assert 'onclick="' not in html
    assert "&lt;script&gt;" in html
    assert "a &amp; b" in html


def test_a_table_has_plain_text_and_html() -> None:
    """Without a browser, readers see aligned columns."""
    bundle = Table(["name", "n"], [["long name", "1"], ["b", "22"]])._repr_mimebundle_()
    assert bundle["text/plain"].splitlines() == ["name       n", "---------  --", "long name  1", "b          22"]
    assert bundle["text/html"].count("<tr>") == 3
