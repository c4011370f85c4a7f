from pathlib import Path

import pytest

from benchbook.clock import ManualClock
from benchbook.errors import UsageError
from benchbook.records.pipeline import Sample
from benchbook.tracking import track
from benchbook.tracking.telemetry.rules import (
    SEVERITIES,
    Judge,
    earlier_means,
    earlier_rates,
    load_rules,
    shipped_rules,
)
from benchbook.tracking.telemetry.sampling import Sampler


def spoken(
    values: list[dict[str, float | None]], *, cpus: float = 4, earlier: dict[str, float] | None = None
) -> list[str]:
    """Return the rules that apply to samples of one second each."""
    judge = Judge(shipped_rules(), cpus, earlier or {})
    samples = [Sample(t=float(t), at="", step=None, values=found) for t, found in enumerate(values)]
    return [advice["rule"] for sample in samples for advice in judge.look(sample)]


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"memory_used_share": 0.85}, ["memory_pressure"]),
        ({"memory_used_share": 0.96}, ["memory_critical", "memory_pressure"]),
        ({"memory_used_share": 0.79}, []),
        ({"cpu_tree_percent": 390.0, "cpu_system_percent": 99.0}, ["cpu_saturated"]),
        ({"cpu_tree_percent": 100.0, "cpu_system_percent": 99.0}, ["cpu_contended"]),
        ({"cpu_tree_percent": 100.0, "cpu_system_percent": 30.0, "evaluations_per_s": 10.0}, ["cpu_idle"]),
        ({"cpu_tree_percent": 100.0, "cpu_system_percent": 99.0, "evaluations_per_s": 10.0}, ["cpu_contended"]),
        ({"gpu0_percent": 99.0, "gpu0_memory_share": 0.5, "gpu1_percent": 0.0, "gpu1_memory_share": 0.5}, ["gpu_idle"]),
        ({"gpu0_percent": 0.0, "gpu0_memory_share": 0.0}, []),
        ({"gpu0_percent": None, "gpu0_memory_share": 0.97}, ["gpu_memory_pressure"]),
        ({"memory_used_share": None}, []),
    ],
)
def test_each_rule_speaks_once_when_it_has_held_for_its_time(values: dict[str, float | None], rules: list[str]) -> None:
    """After two minutes of one state each fitting rule has applied once, and missing values trigger none."""
    assert sorted(spoken([values] * 121)) == sorted(rules)


def test_a_single_other_sample_restarts_the_window() -> None:
    """Conditions must hold without interruption."""
    high, low = {"memory_used_share": 0.9}, {"memory_used_share": 0.5}
    assert spoken([high] * 30 + [low] + [high] * 30) == []
    assert spoken([high] * 31) == ["memory_pressure"]


def test_low_throughput_is_against_earlier_runs_only() -> None:
    """A quarter below the mean of earlier runs triggers the rule; a first run has no comparison."""
    slow: list[dict[str, float | None]] = [{"evaluations_per_s": 70.0}] * 40
    assert spoken(slow, earlier={"evaluations_per_s": 100.0}) == ["low_throughput"]
    assert spoken(slow, earlier={"evaluations_per_s": 90.0}) == []
    assert spoken(slow) == []


def test_evidence_says_since_when_how_long_and_how_much() -> None:
    """The numbers let a reader judge the rule."""
    judge = Judge(shipped_rules(), 1, {})
    found = [
        advice
        for t in range(31)
        for advice in judge.look(Sample(t=float(t), at="", step=None, values={"memory_used_share": 0.9}))
    ]
    assert found[0]["evidence"] == {
        "from_t": 0.0, "sustained_s": 30.0, "memory_used_share.mean": 0.9, "memory_used_share.limit": 0.8,
    }  # fmt: skip


def test_advice_is_written_into_the_manifest() -> None:
    """The advice of a rule is stored with the run."""

    class Full:
        name = "full"

        def read(self, elapsed_s: float) -> dict[str, float | None]:
            """Return values."""
            return {"memory_used_share": 0.99}

    clock = ManualClock()
    with track("x", telemetry=False, clock=clock) as pipeline:
        sampler = Sampler(pipeline, 1.0, [Full()])
        for _ in range(7):
            clock.advance(1)
            sampler.sample()
        sampler.stop()
    assert [(advice.rule, advice.severity) for advice in pipeline.state.advice] == [("memory_critical", "critical")]
    assert "memory_critical" in (pipeline.folder / "report.md").read_text()


def test_earlier_means_come_from_completed_runs_of_the_name() -> None:
    """The values are means of the telemetry, and over several runs the median."""
    for name in ("a", "a", "b"):
        with track(name, telemetry=0.1) as pipeline:
            pass
    assert earlier_means("a", "", pipeline.folder.parent)["rss_bytes"] > 0
    assert earlier_means("c", "", pipeline.folder.parent) == {}


@pytest.mark.parametrize(
    "text",
    [
        "- {rule: a}",
        "- {rule: a, severity: loud, message: m, sustained_s: 1, when: [], actions: []}",
        "- {rule: a, severity: info, message: m, sustained_s: 1, actions: [], when: [{value: v, relation: near}]}",
        "- {rule: a, severity: info, message: m, sustained_s: 1, when: [{value: v, relation: above}], actions: []}",
        "[",
    ],
)
def test_rules_that_cannot_be_read_are_reported(text: str) -> None:
    """Wrong data in the rules are named."""
    with pytest.raises(UsageError, match="the rules cannot be read"):
        load_rules(text)


def test_the_documentation_has_every_rule(root: Path) -> None:
    """The page of rules has the severity, threshold, message and actions of each."""
    page = (root / "docs" / "reference" / "recommendations.md").read_text()
    for rule in shipped_rules():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{rule.rule}` | {rule.severity} |"))
        assert rule.severity in SEVERITIES
        assert rule.message in row
        assert f"| {rule.sustained_s:g} s |" in row
        for condition in rule.when:
            limit = condition.threshold if condition.threshold is not None else condition.history
            assert f"`{condition.value}`" in row
            assert f"{limit:g}" in row
        assert all(action in row for action in rule.actions)


def test_a_slow_step_is_compared_with_itself() -> None:
    """A step that was always slow does not trigger it, and a usually fast one that is slow now does."""
    for counts in ((1000, 10), (1000, 10)):
        clock = ManualClock()
        with track("steps", telemetry=0.1, clock=clock) as pipeline:
            for label, count in zip(("fast", "slow"), counts, strict=True):
                with pipeline.step(label) as step:
                    step.count(count)
                    clock.advance(1.0)
    rates = earlier_rates("steps", "", pipeline.folder.parent)
    assert rates == {"fast": 1000.0, "slow": 10.0}
    for label, speaks in (("slow", False), ("fast", True), ("unknown", True)):
        judge = Judge(shipped_rules(), 4, {"evaluations_per_s": 500.0}, rates)
        samples = [Sample(t=float(t), at="", step=1, values={"evaluations_per_s": 9.0}) for t in range(60)]
        said = [advice["rule"] for sample in samples for advice in judge.look(sample, label)]
        assert ("low_throughput" in said) == speaks, label
