from __future__ import annotations

from benchbook.site.pages.number_columns import numbers_right
from benchbook.site.pages.spec_views import html_table


def test_columns_of_numbers_are_aligned_at_the_right_with_their_heads() -> None:
    """A column with any other text stays as it is; missing numbers do not count as text."""
    table = html_table(["name", "runs", "note"], [["a", "1,234", "1"], ["b", "missing", "see <b>it</b>"]])
    assert '<th scope="col" class="bb-number">runs</th>' in table
    assert '<td class="bb-number">1,234</td><td>1</td>' in table
    assert '<td class="bb-number">missing</td>' in table
    assert table.count("bb-number") == 3


def test_tables_of_notebooks_keep_their_classes() -> None:
    """Cells of notebook tables that are aligned to the left keep their classes."""
    cell = '<td class="bb-verdict" style="text-align: left">0.5 %</td>'
    aligned = numbers_right(f'<table class="bb-table"><tr><th>x</th></tr><tr>{cell}</tr></table><td>7</td>')
    assert '<td class="bb-verdict bb-number" style="text-align: right">0.5 %</td>' in aligned
    assert aligned.endswith("<td>7</td>")
