"""Figures: each takes data, draws into axes and returns them; numbers are computed in `benchbook.analysis`."""

from benchbook.analysis.plots.applied.depth_maps import depth_comparison, plot_depth_map
from benchbook.analysis.plots.applied.episodes import episode_grid, plot_episodes
from benchbook.analysis.plots.attainment import attainment_figure, plot_attainment, plot_attainment_difference
from benchbook.analysis.plots.convergence import convergence_grid, plot_convergence
from benchbook.analysis.plots.critical_difference import critical_difference_figure, plot_critical_difference
from benchbook.analysis.plots.distributions import plot_parameter_effect, plot_violins
from benchbook.analysis.plots.drawing.optimizer_styles import optimizer_styles
from benchbook.analysis.plots.drawing.picture import Picture
from benchbook.analysis.plots.drawing.style import CONTROL_STYLE, OPTIMIZER_STYLE, new_figure
from benchbook.analysis.plots.heatmap import plot_heat_map
from benchbook.analysis.plots.landscape import contours, plot_trajectory, search_stages, trajectory_grid
from benchbook.analysis.plots.profiles import plot_profiles, plot_share_curves, profile_grid
from benchbook.analysis.plots.scaling import plot_scaling
from benchbook.analysis.plots.side_by_side import curves_beside_profile
from benchbook.analysis.plots.timing.flame_graph import FlameGraph, plot_flame_graph
from benchbook.analysis.plots.value_convergence import value_convergence_grid

__all__ = [
    "CONTROL_STYLE",
    "OPTIMIZER_STYLE",
    "FlameGraph",
    "Picture",
    "attainment_figure",
    "contours",
    "convergence_grid",
    "critical_difference_figure",
    "curves_beside_profile",
    "depth_comparison",
    "episode_grid",
    "new_figure",
    "optimizer_styles",
    "plot_attainment",
    "plot_attainment_difference",
    "plot_convergence",
    "plot_critical_difference",
    "plot_depth_map",
    "plot_episodes",
    "plot_flame_graph",
    "plot_heat_map",
    "plot_parameter_effect",
    "plot_profiles",
    "plot_scaling",
    "plot_share_curves",
    "plot_trajectory",
    "plot_violins",
    "profile_grid",
    "search_stages",
    "trajectory_grid",
    "value_convergence_grid",
]
