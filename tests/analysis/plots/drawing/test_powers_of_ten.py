"""Powers of ten on logarithmic axes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from benchbook.analysis.plots.drawing.powers_of_ten import PlainPowersOfTen, label_powers_of_ten


@given(st.integers(-300, 300))
def test_a_power_of_ten_is_written_with_its_exponent(exponent: int) -> None:
    """Exponents are written with raised digits and a raised minus sign."""
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert PlainPowersOfTen()(float(f"1e{exponent}")) == f"10{raised}"


@pytest.mark.parametrize(("x", "label"), [(0.0, "$\\mathdefault{0}$"), (-1e-3, "−10⁻³")])
def test_zero_and_negative_values_keep_their_meaning(x: float, label: str) -> None:
    """Zero and negative values are left to matplotlib."""
    assert PlainPowersOfTen()(x) == label


def test_only_logarithmic_axes_are_labelled() -> None:
    """Labels are where matplotlib would put them, and a short range has labels between the powers of ten."""
    axes = Figure().subplots()
    axes.plot([1, 2], [20, 90])
    axes.set_yscale("log")
    linear = axes.xaxis.get_major_formatter()
    label_powers_of_ten(axes)
    axes.get_figure(root=True).draw_without_rendering()
    assert axes.xaxis.get_major_formatter() is linear
    assert "3×10¹" in [text.get_text() for text in axes.yaxis.get_minorticklabels()]
