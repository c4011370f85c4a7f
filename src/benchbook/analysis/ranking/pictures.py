"""The pictures of a ranking, with alternative texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchbook.analysis.ranking.summary import shares_at, standing_line
from benchbook.records.ranking import Ranking

if TYPE_CHECKING:
    from benchbook.analysis.plots.drawing.picture import Picture

_ROLES = ("candidate", "single best", "virtual best", "reference")


def mean_rank_picture(ranking: Ranking) -> Picture:
    """Return mean ranks with intervals, one panel per number of evaluations."""
    from benchbook.analysis.plots.drawing.picture import Picture
    from benchbook.analysis.plots.ranking import mean_rank_figure

    lines = " ".join(f"{standing_line(ranking, standing)}." for standing in ranking.standings)
    return Picture(mean_rank_figure(ranking.standings), f"Mean ranks of all optimizers with intervals. {lines}")


def field_profile_picture(ranking: Ranking) -> Picture:
    """Return the runtime profiles of the field, one panel per dimension."""
    from benchbook.analysis.plots.drawing.picture import Picture
    from benchbook.analysis.plots.ranking import field_profile_figure

    texts = []
    for profile in ranking.profiles:
        shares = {role: shares_at(profile, role, ranking.budget_per_dim) for role in _ROLES}
        known = ", ".join(
            f"{name if role == 'reference' else role} {share:.2f}"
            for role, found in shares.items()
            for name, share in found.items()
        )
        texts.append(f"{profile.dim}-D: {known}")
    reached = f"share reached within {ranking.budget_per_dim:,g} evaluations per variable: {'; '.join(texts)}"
    return Picture(field_profile_figure(ranking.profiles), f"Runtime profiles; {reached}.")
