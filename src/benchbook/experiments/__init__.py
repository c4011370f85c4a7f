"""Experiments: one function under several configurations, with strategies and sinks.

Examples:
    >>> from benchbook.experiments import MultiBranch, experiment
    >>> @experiment(configs=[{"population": 20}, {"population": 50}], strategy=MultiBranch(), sinks=[])
    ... def tune(budget, config):
    ...     return budget / config["population"]
    >>> branches = tune(1000)
    >>> branches.best().config
    {'population': 50}
"""

from typing import TYPE_CHECKING, Any

from benchbook.experiments.binding import Bind
from benchbook.experiments.branch import Branch, BranchException, BranchFinishedError, BranchStatus, Role
from benchbook.experiments.chance import EpsilonGreedy, WeightedRandom
from benchbook.experiments.configs import Config, Configs
from benchbook.experiments.container import BranchContainer
from benchbook.experiments.context import current_branch, log_artifact, log_metrics
from benchbook.experiments.decorate import experiment
from benchbook.experiments.exit_report import drain
from benchbook.experiments.expand import expand
from benchbook.experiments.experiment import Experiment
from benchbook.experiments.outcome import Outcome
from benchbook.experiments.plans import Background, Plan, Strategy
from benchbook.experiments.registry import get_strategy, list_strategies, register_strategy, unregister_strategy
from benchbook.experiments.retries import Retries
from benchbook.experiments.sinks import Ending, FanOut, InMemory, Sink, Span
from benchbook.experiments.strategies import MultiBranch, RoundRobin, Shadow, Single

if TYPE_CHECKING:
    from benchbook.experiments.json_sink import JsonArtifacts
    from benchbook.experiments.mlflow_sink import MLflow

__all__ = [
    "Background",
    "Bind",
    "Branch",
    "BranchContainer",
    "BranchException",
    "BranchFinishedError",
    "BranchStatus",
    "Config",
    "Configs",
    "Ending",
    "EpsilonGreedy",
    "Experiment",
    "FanOut",
    "InMemory",
    "JsonArtifacts",
    "MLflow",
    "MultiBranch",
    "Outcome",
    "Plan",
    "Retries",
    "Role",
    "RoundRobin",
    "Shadow",
    "Single",
    "Sink",
    "Span",
    "Strategy",
    "WeightedRandom",
    "current_branch",
    "drain",
    "expand",
    "experiment",
    "get_strategy",
    "list_strategies",
    "log_artifact",
    "log_metrics",
    "register_strategy",
    "unregister_strategy",
]

# these write files, and what they need is loaded when they are first used
_LATER = {"JsonArtifacts": "json_sink", "MLflow": "mlflow_sink"}


def __getattr__(name: str) -> Any:
    """Load a sink when it is first used (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module 'benchbook.experiments' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"benchbook.experiments.{_LATER[name]}"), name)
