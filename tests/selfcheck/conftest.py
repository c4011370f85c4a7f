from dataclasses import replace

import pytest

from benchbook.selfcheck import Check, Quality, Report, Speed
from benchbook.studies.runs import provenance

DIGESTS = ("0" * 64, "1" * 64)


def speed(name: str = "loop", median_s: float = 1.0, noise: float = 0.01) -> Speed:
    """Return a measurement of speed."""
    return Speed(
        name=name, text="work", amount=100, unit="evaluations", startup_s=2.0, repeats_s=(median_s,) * 3,
        median_s=median_s, noise=noise,
    )  # fmt: skip


def quality(value: float = 0.5, error: float = 0.01, digest: str = DIGESTS[0], runs: int = 5) -> Quality:
    """Return a measurement of quality."""
    return Quality(name="cma_es.bbob_f8", text="area", value=value, error=error, runs=runs, digest=digest)


def check(measured: float = 0.0) -> Check:
    """Return a check that holds up to a value of 1."""
    return Check(name="budgets", text="how many", measured=measured, limit=1.0)


@pytest.fixture
def report() -> Report:
    """Return a report with one item of each kind."""
    return Report(
        report_id="20260101T000000Z-00000000",
        created_at="2026-01-01T00:00:00.000000Z",
        version="0.1.0",
        commit=None,
        dirty=None,
        preset="quick",
        duration_s=1.0,
        host=provenance.host(),
        environment=provenance.environment(),
        checks=(check(),),
        quality=(quality(),),
        speed=(speed(), speed("machine", 0.2)),
    )


@pytest.fixture
def elsewhere(report: Report) -> Report:
    """Return the same report from a machine that is half as fast."""
    slow = tuple(replace(item, median_s=2 * item.median_s) for item in report.speed)
    return replace(report, host=replace(report.host, name="elsewhere"), speed=slow)
