from __future__ import annotations

import math
from collections import Counter

import pytest

from benchbook.errors import UnknownNameError, UsageError
from benchbook.experiments import (
    Background,
    BranchStatus,
    Configs,
    EpsilonGreedy,
    MultiBranch,
    Plan,
    RoundRobin,
    Shadow,
    Single,
    Strategy,
    WeightedRandom,
    experiment,
    get_strategy,
    list_strategies,
    register_strategy,
    unregister_strategy,
)

POOL = [{"id": name} for name in "abc"]


def used(strategy, calls, pool=POOL, function=lambda config: config["id"]):
    """Return the configurations that calls use, in order."""
    tune = experiment(configs=pool, strategy=strategy, sinks=[])(function)
    return [tune() for _ in range(calls)]


def test_single_runs_one_configuration():
    """`Single` runs the first configuration, or the named one."""
    assert used(Single(), 2) == ["a", "a"]
    assert used(Single("b"), 1) == ["b"]
    assert used(Single(-1), 1) == ["c"]
    assert used(None, 1) == ["a"]


def test_single_raises_the_original_exception():
    """The same exception object is raised and kept by the branch."""
    error = KeyError("mine")

    @experiment(configs=POOL, sinks=[])
    def tune(config):
        raise error

    with pytest.raises(KeyError) as caught:
        tune()
    assert caught.value is error
    assert tune.last_branches[0].exception.original is error
    outcome = tune.call()
    assert outcome.exception is error
    with pytest.raises(KeyError):
        _ = outcome.result


def test_round_robin_takes_turns():
    """The turns begin at `start` and do not depend on what the calls return."""
    assert used(RoundRobin(), 7) == list("abcabca")
    assert used(RoundRobin(start=2), 4) == list("cabc")

    def fails(config):
        raise ValueError(config["id"])

    tune = experiment(configs=POOL, strategy=RoundRobin(), sinks=[])(fails)
    for name in "abca":
        with pytest.raises(ValueError, match=name):
            tune()


def test_one_round_robin_may_serve_several_experiments():
    """Each pool has its own turns."""
    strategy = RoundRobin()
    one = experiment(configs=POOL, strategy=strategy, sinks=[])(lambda config: config["id"])
    two = experiment(configs=POOL[:2], strategy=strategy, sinks=[])(lambda config: config["id"])
    assert [(one(), two()) for _ in range(3)] == [("a", "a"), ("b", "b"), ("c", "a")]


def test_multi_branch_returns_all_in_configuration_order():
    """Failures are returned as branches."""

    def function(config):
        if config["id"] == "b":
            raise ValueError("no b")
        return config["id"]

    branches = experiment(configs=POOL, strategy=MultiBranch(), sinks=[])(function)()
    assert [branch.status.value for branch in branches] == ["success", "failed", "success"]
    assert branches.by_config_id("b").exception.type == "ValueError"


def test_multi_branch_of_failures_raises_nothing():
    """All failures are returned as branches."""
    outcome = experiment(configs=POOL, strategy="multi_branch", sinks=[])(lambda config: 1 / 0).call()
    assert len(outcome.result.failed()) == 3
    assert outcome.exception is None


def test_weighted_random_follows_its_weights():
    """The same seed gives the same sequence, and a weight of 0 is never drawn."""
    drawn = used(WeightedRandom([1, 3, 0], seed=1), 400)
    counts = Counter(drawn)
    assert counts["c"] == 0
    assert 2 < counts["b"] / counts["a"] < 4.5
    assert drawn == used(WeightedRandom({"a": 1, "b": 3}, seed=1), 400)
    assert set(used(WeightedRandom(), 50)) == set("abc")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 2], "there are 2 weights, expected 3"),
        ([0, 0, 0], "not all 0"),
        ([1, -1, 1], ">= 0"),
        ([1, math.inf, 1], "finite"),
        ({"zzzz": 1}, "unknown configuration"),
    ],
)
def test_wrong_weights_raise(weights, message):
    """The error is raised at the first use."""
    with pytest.raises(UsageError, match=message):
        used(WeightedRandom(weights), 1)


def test_epsilon_greedy_tries_all_and_then_takes_the_best():
    """With an epsilon of 0 the best is always taken; otherwise others are tried now and then."""
    scores = {"a": 3.0, "b": 1.0, "c": 2.0}
    by_score = [{"id": name, "score": score} for name, score in scores.items()]
    chosen = used(EpsilonGreedy(0), 6, by_score, lambda config: config["score"])
    assert chosen == [3.0, 1.0, 2.0, 1.0, 1.0, 1.0]
    explored = Counter(used(EpsilonGreedy(0.5, seed=2), 300, by_score, lambda config: config["score"]))
    assert explored[1.0] > explored[2.0] > 20
    assert explored[3.0] > 20


def test_epsilon_greedy_learns_from_successes_only():
    """Failures and NaN count as no score; a configuration that only failed is taken by chance."""

    def function(config):
        if config["id"] == "a":
            raise ValueError
        return {"loss": math.nan if config["id"] == "b" else 1.0}

    tune = experiment(configs=POOL, strategy=EpsilonGreedy(0, score="loss"), sinks=[])(function)
    used_ids = [tune.call().branches[0].config_id for _ in range(6)]
    assert used_ids == list("abcccc")


def test_a_score_that_is_not_a_number_is_logged(caplog):
    """The result is kept."""
    assert used(EpsilonGreedy(0), 1) == ["a"]
    assert "expected a number" in caplog.text


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EpsilonGreedy(1.5), "epsilon"),
        (lambda: Shadow(where="elsewhere"), "where"),
        (lambda: Shadow(max_concurrency=0), "max_concurrency"),
        (lambda: Shadow(backlog=-1), "backlog"),
        (lambda: MultiBranch(max_concurrency=True), "max_concurrency"),
    ],
)
def test_wrong_settings_raise(make, message):
    """The message names the argument."""
    with pytest.raises(UsageError, match=message):
        make()


def test_the_registry_knows_the_built_in_strategies():
    """Each strategy has a one-sentence summary."""
    known = list_strategies()
    assert list(known) == [
        "epsilon_greedy",
        "multi_branch",
        "round_robin",
        "shadow",
        "single",
        "weighted_random",
    ]
    for name, summary in known.items():
        assert summary.endswith((".", "down or up."))
        assert isinstance(get_strategy(name), Strategy)
        assert get_strategy(name).name == name


def test_unknown_names_and_settings_raise_with_the_known_ones():
    """The nearest name comes first."""
    with pytest.raises(UnknownNameError, match=r"did you mean 'shadow'\? \(known are .*single"):
        get_strategy("shadwo")
    with pytest.raises(UsageError, match=r"'round_robin': .*'begin'"):
        get_strategy("round_robin", begin=1)
    with pytest.raises(UnknownNameError):
        experiment(configs=POOL, strategy="none")


class Last:
    """Run the last configuration."""

    name = "last"

    def __init__(self):
        self.seen = []

    def plan(self, pool: Configs) -> Plan:
        """Return a plan for the last configuration."""
        return Plan(foreground=(pool[-1],))

    def observe(self, pool, branch) -> None:
        """Keep the outcome."""
        self.seen.append(branch.status)


def test_users_add_their_own():
    """A strategy can be registered under a free name."""
    register_strategy("last", Last)
    try:
        assert list_strategies()["last"] == "Run the last configuration."
        assert used("last", 1) == ["c"]
        with pytest.raises(UsageError, match=r"'last' already; existing ones are .*single"):
            register_strategy("last", Last)
    finally:
        unregister_strategy("last")
    with pytest.raises(UnknownNameError):
        unregister_strategy("last")
    with pytest.raises(UsageError, match="needs a name"):
        register_strategy("", Last)
    strategy = Last()
    assert used(strategy, 1) == ["c"]
    assert strategy.seen == [BranchStatus.SUCCESS]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (lambda pool: Plan(foreground=()), "0 foreground branches, expected exactly 1"),
        (lambda pool: Plan(foreground=tuple(pool)), "3 foreground"),
        (lambda pool: Plan(foreground=(), returns="branches"), "at least 1"),
        (lambda pool: Plan(foreground=(pool[0],), shadows=(pool[1],)), "how they run"),
    ],
)
def test_a_plan_must_make_sense(plan, message):
    """A plan that makes no sense raises an error before anything is run."""
    strategy = Last()
    strategy.plan = plan
    with pytest.raises(UsageError, match=message):
        used(strategy, 1)


def test_a_plan_may_mix_foreground_and_shadows():
    """All of them are branches of the call, in the order of the configurations."""
    strategy = Last()
    strategy.plan = lambda pool: Plan(foreground=(pool[2],), shadows=tuple(pool[:2]), background=Background())
    tune = experiment(configs=POOL, strategy=strategy, sinks=[])(lambda config: config["id"])
    outcome = tune.call()
    outcome.wait_shadows(10)
    assert outcome.result == "c"
    assert [branch.output for branch in outcome.branches] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"max_concurrency": 0}, "max_concurrency"),
        ({"history": 0}, "history"),
        ({"retries": -1}, "retries"),
        ({"strategy": object()}, "strategy is"),
        ({"sinks": [object()]}, "is not a sink"),
    ],
)
def test_wrong_arguments_of_the_decorator_raise(settings, message):
    """The error is raised by the decorator or when it gets the function."""
    with pytest.raises(UsageError, match=message):
        experiment(**({"configs": POOL} | settings))(lambda config: 1)


def test_generators_have_neither_retries_nor_a_timeout():
    """Values that the caller already has cannot be taken back."""

    def generator(config):
        yield 1

    with pytest.raises(UsageError, match="generator"):
        experiment(configs=POOL, retries=1)(generator)
