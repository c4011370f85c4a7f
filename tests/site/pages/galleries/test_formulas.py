"""Formulas as the gallery shows them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from benchbook.problems import describe, names
from benchbook.site.pages.galleries.formulas import formula_html, latex, optimum_html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum_{i<dim} 100 (x_{i+1} - x_i^2)^2", r"\sum_{i<D} 100 (x_{i+1} - x_i^{2})^{2}"),
        ("10^(6 (i-1)/(dim-1)) + f_opt", r"10^{6 (i-1)/(D-1)} + f_{\mathrm{opt}}"),
        ("sum (418.982887272433706 - x_i sin(sqrt |x_i|))", r"\sum (419.0 - x_i \sin (\sqrt{|x_i|}))"),
        ("2^-k z_i' U_1^0.01", r"2^{-k} z_i^{\top} U_1^{0.01}"),
    ],
)
def test_a_formula_in_latex(text: str, expected: str) -> None:
    """Groups are written with braces, and names of functions are upright."""
    assert latex(text) == expected


_PROSE = {"cec2006_g16", "pressure_vessel", "speed_reducer"}


@pytest.mark.parametrize("name", names())
def test_every_formula_is_typeset_or_prose(name: str) -> None:
    """Typeset formulas are well-formed, and contain no plain notation."""
    html = formula_html(describe(name).formula)
    root = ElementTree.fromstring(html)  # noqa: S314  # it was made above
    if describe(name).family in {"applied", "bbob_biobj", "mixed"} or name in _PROSE:
        assert root.find("{*}math") is None
    else:
        drawn = "".join("".join(math.itertext()) for math in root.iter("{http://www.w3.org/1998/Math/MathML}math"))
        assert drawn
        assert not re.search(r"[\\^_{}]|sum|sqrt|prod", drawn)


def test_the_optimum_has_few_digits() -> None:
    """Four digits are shown, and variables are typeset."""
    html = optimum_html("-39.166165703771 dim at x_i = -2.903534027771")
    assert html.startswith("-39.17 D at <math")
    assert html.endswith("= -2.904")
