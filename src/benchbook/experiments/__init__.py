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

from benchbook.experiments.branches.branch import Branch, BranchException, BranchFinishedError, BranchStatus, Role
from benchbook.experiments.branches.container import BranchContainer
from benchbook.experiments.branches.current import current_branch, log_artifact, log_metrics
from benchbook.experiments.configs.binding import Bind
from benchbook.experiments.configs.expand import expand
from benchbook.experiments.configs.pool import Config, Configs
from benchbook.experiments.decorate import experiment
from benchbook.experiments.exit_report import drain
from benchbook.experiments.experiment import Experiment
from benchbook.experiments.running.outcome import Outcome
from benchbook.experiments.running.retries import Retries
from benchbook.experiments.sinks.protocol import Ending, FanOut, InMemory, Sink, Span
from benchbook.experiments.strategies.fixed import MultiBranch, RoundRobin, Shadow, Single
from benchbook.experiments.strategies.protocol import Background, Plan, Strategy
from benchbook.experiments.strategies.random import EpsilonGreedy, WeightedRandom
from benchbook.experiments.strategies.registry import (
    get_strategy,
    list_strategies,
    register_strategy,
    unregister_strategy,
)

if TYPE_CHECKING:
    from benchbook.experiments.sinks.json_file import JsonArtifacts
    from benchbook.experiments.sinks.mlflow import MLflow

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
_LATER = {"JsonArtifacts": "json_file", "MLflow": "mlflow"}


def __getattr__(name: str) -> Any:
    """Load a sink when it is first used (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module 'benchbook.experiments' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"benchbook.experiments.sinks.{_LATER[name]}"), name)
