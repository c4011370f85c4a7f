import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from programs import wait_until

from benchbook.clock import ManualClock
from benchbook.tracking import Pipeline, read_run, read_samples, track
from benchbook.tracking.telemetry.gpu import Gpus
from benchbook.tracking.telemetry.resource_limits import limits_here, memory_in_use
from benchbook.tracking.telemetry.sampling import Sampler
from benchbook.tracking.telemetry.sensors import Evaluations, ProcessTree, SensorError, System, Values, machine_limits

GIB = 2**30


class Fixed:
    """A sensor that returns given readings and raises given errors."""

    def __init__(self, name: str, *readings: dict[str, float | None] | Exception) -> None:
        self.name = name
        self.readings: Iterator[dict[str, float | None] | Exception] = iter(readings)

    def read(self, elapsed_s: float) -> Values:
        """Return the next reading, or raise it."""
        found = next(self.readings)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that is moved by hand."""
    return ManualClock()


@pytest.fixture
def pipeline(clock: ManualClock) -> Iterator[Pipeline]:
    """Return a live pipeline whose telemetry is sampled by hand."""
    with track("x", telemetry=False, clock=clock) as made:
        yield made


def test_a_faulty_sensor_never_costs_the_others(pipeline: Pipeline, clock: ManualClock) -> None:
    """The sensor's values are left out and its reason is recorded once; the others continue, and it may recover."""
    faulty = Fixed("faulty", {"a": 1.0}, RuntimeError("gone"), RuntimeError("gone"), {"a": 4.0})
    sampler = Sampler(pipeline, 1.0, [faulty, Fixed("well", *({"b": float(k)} for k in range(4)))])
    for _ in range(4):
        clock.advance(1)
        sampler.sample()
    assert [sample.values for sample in sampler.samples] == [
        {"a": 1.0, "b": 0.0}, {"b": 1.0}, {"b": 2.0}, {"a": 4.0, "b": 3.0},
    ]  # fmt: skip
    assert pipeline.state.missing == {"faulty": "RuntimeError: gone"}
    assert sampler.stop() == {"a": {"mean": 2.5, "max": 4.0}, "b": {"mean": 1.5, "max": 3.0}}
    assert [sample.t for sample in read_samples(pipeline.folder)] == [1, 2, 3, 4]


def test_a_sample_knows_its_step(pipeline: Pipeline) -> None:
    """The timeline shades steps, and a value belongs to the step that ran."""
    sampler = Sampler(pipeline, 1.0, [])
    before = sampler.sample()
    with pipeline.step("a"):
        assert (before.step, sampler.sample().step) == (None, 1)


def test_the_process_tree_counts_children() -> None:
    """Memory and CPU of a child process belong to its parent's telemetry."""
    import subprocess

    sensor = ProcessTree()
    alone = sensor.read(0.0)
    busy = "import sys\nprint('up', flush=True)\nx = bytearray(60_000_000)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
        together = sensor.read(1.0)
        child.kill()
    assert alone["cpu_tree_percent"] is None
    assert together["processes"] == (alone["processes"] or 0) + 1
    assert (together["cpu_tree_percent"] or 0) > 0
    assert (together["rss_bytes"] or 0) > (alone["rss_bytes"] or 0)


def test_the_system_has_cpu_and_memory() -> None:
    """The first CPU reading has no earlier one to compare with, so it is missing and not 0."""
    sensor = System(machine_limits())
    first, second = sensor.read(0.0), sensor.read(1.0)
    assert first["cpu_system_percent"] is None
    assert 0 <= (second["cpu_system_percent"] or 0) <= 100
    assert 0 < (second["memory_used_share"] or 0) <= 1


def test_evaluations_are_a_rate() -> None:
    """The rate is missing until the first evaluation."""
    counts = iter([0, 0, 100, 150, 200])
    sensor = Evaluations(lambda: next(counts))
    assert [sensor.read(2.0)["evaluations_per_s"] for _ in range(4)] == [None, 25.0, 25.0, 25.0]


def test_evaluations_counted_in_large_parts_are_no_bursts() -> None:
    """A part of ten seconds keeps its rate until the next one is due, then the rate falls towards 0."""
    counts = iter([0, *[0] * 9, *[1000] * 10, *[2000] * 40])
    sensor = Evaluations(lambda: next(counts))
    rates = [sensor.read(1.0)["evaluations_per_s"] for _ in range(59)]
    assert rates[:9] == [None] * 9
    assert rates[9:30] == [100.0] * 21
    assert rates[30] == pytest.approx(1000 / 12, rel=0.2)
    assert rates[-1] is not None
    assert rates[-1] < 30


def test_the_thread_samples_until_the_end() -> None:
    """A tracked pipeline writes its telemetry to a file and a summary to its last event."""
    with track("x", telemetry=0.1) as pipeline, pipeline.step("a"):
        wait_until(lambda: len(read_samples(pipeline.folder)) > 1, "two samples were written")
    samples = read_samples(pipeline.folder)
    assert len(samples) >= 2
    state = read_run(pipeline.folder).state
    assert state.telemetry["rss_bytes"].max > 0
    assert "gpu" in state.missing or "gpu0_percent" in state.telemetry


def test_the_newest_samples_are_read_and_torn_lines_are_not(pipeline: Pipeline, clock: ManualClock) -> None:
    """For a run of several hours only the end of the file is read."""
    sampler = Sampler(pipeline, 1.0, [Fixed("well", *({"b": float(k)} for k in range(300)))])
    for _ in range(300):
        clock.advance(1)
        sampler.sample()
    with (pipeline.folder / "telemetry.jsonl").open("ab") as stream:
        stream.write(b'{"event": "sample", "t": 30')
    assert [sample.values["b"] for sample in read_samples(pipeline.folder, most=3)] == [297, 298, 299]
    assert len(read_samples(pipeline.folder, most=None)) == 300


# ---------------------------------------------------------------------------------------------------- GPU


class NVMLError(Exception):
    """The error of the fake library."""


def fake_nvml(devices: list[list[tuple[int, int] | NVMLError]], broken: str | None = None) -> ModuleType:
    """Return a library with devices, each with a list of (busy percent, used bytes) or an error, one per reading."""
    module = ModuleType("pynvml")
    turns = [iter(readings) for readings in devices]
    now: dict[int, tuple[int, int] | NVMLError] = {}

    def initialise() -> None:
        if broken is not None:
            raise NVMLError(broken)

    def utilisation(device: int) -> SimpleNamespace:
        now[device] = found = next(turns[device])
        if isinstance(found, NVMLError):
            raise found
        return SimpleNamespace(gpu=found[0])

    module.NVMLError = NVMLError  # type: ignore[attr-defined]
    module.nvmlInit = initialise  # type: ignore[attr-defined]
    module.nvmlShutdown = lambda: None  # type: ignore[attr-defined]
    module.nvmlDeviceGetCount = lambda: len(devices)  # type: ignore[attr-defined]
    module.nvmlDeviceGetHandleByIndex = lambda k: k  # type: ignore[attr-defined]
    module.nvmlDeviceGetUtilizationRates = utilisation  # type: ignore[attr-defined]
    module.nvmlDeviceGetMemoryInfo = lambda k: SimpleNamespace(used=now[k][1], total=16 * GIB)  # type: ignore[attr-defined,index]
    return module


def test_several_gpus_are_distinguished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each device has utilisation, memory and its share."""
    monkeypatch.setitem(sys.modules, "pynvml", fake_nvml([[(50, 4 * GIB)], [(0, 0)]]))
    assert Gpus().read(1.0) == {
        "gpu0_percent": 50.0, "gpu0_memory_bytes": 4.0 * GIB, "gpu0_memory_share": 0.25,
        "gpu1_percent": 0.0, "gpu1_memory_bytes": 0.0, "gpu1_memory_share": 0.0,
    }  # fmt: skip


def test_a_gpu_that_fails_midway_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline, clock: ManualClock
) -> None:
    """The values of the device are missing with a reason, and the other device continues."""
    lost = NVMLError("GPU is lost")
    monkeypatch.setitem(sys.modules, "pynvml", fake_nvml([[(50, 0), lost], [(10, 0), (20, 0)]]))
    sampler = Sampler(pipeline, 1.0, [Gpus()])
    for _ in range(2):
        clock.advance(1)
        sampler.sample()
    last = sampler.samples[-1].values
    assert (last["gpu0_percent"], last["gpu1_percent"]) == (None, 20.0)
    assert pipeline.state.missing == {"gpu0": "NVML: GPU is lost"}
    sampler.stop()


def test_without_nvml_the_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing library, driver and device give three different reasons."""
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(SensorError, match=r"pip install 'benchbook\[gpu\]'"):
        Gpus().read(1.0)
    monkeypatch.setitem(sys.modules, "pynvml", fake_nvml([], broken="Driver Not Loaded"))
    with pytest.raises(SensorError, match="Driver Not Loaded"):
        Gpus().read(1.0)
    monkeypatch.setitem(sys.modules, "pynvml", fake_nvml([]))
    with pytest.raises(SensorError, match="no device"):
        Gpus().read(1.0)


# ---------------------------------------------------------------------------------------------------- containers


def write(root: Path, texts: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_limits_of_cgroup_v2(tmp_path: Path) -> None:
    """The lowest limit of all parents applies, quotas may be fractional, and droppable files do not count."""
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/pod/box\n",
            "sys/fs/cgroup/pod/memory.max": str(2 * GIB),
            "sys/fs/cgroup/pod/memory.current": str(GIB),
            "sys/fs/cgroup/pod/memory.stat": f"anon 5\ninactive_file {GIB // 2}\n",
            "sys/fs/cgroup/pod/box/memory.max": "max\n",
            "sys/fs/cgroup/pod/box/cpu.max": "150000 100000\n",
        },
    )
    limits = limits_here(64 * GIB, 8.0, root)
    assert (limits.memory_bytes, limits.cpus) == (2 * GIB, 1.5)
    assert memory_in_use(limits) == GIB // 2


def test_limits_of_cgroup_v1(tmp_path: Path) -> None:
    """The files of the older version give the same limits."""
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "5:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": str(3 * GIB),
            "sys/fs/cgroup/memory/memory.usage_in_bytes": str(GIB),
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
        },
    )
    limits = limits_here(64 * GIB, 8.0, root)
    assert (limits.memory_bytes, limits.cpus, memory_in_use(limits)) == (3 * GIB, 2.0, GIB)


def test_without_a_container_the_machine_is_the_limit(tmp_path: Path) -> None:
    """A missing cgroup, and the number near 2**63 that means no limit in v1, change nothing."""
    assert limits_here(8 * GIB, 4.0, tmp_path).memory_usage is None
    unlimited = {
        "proc/self/cgroup": "4:memory:/\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
    }
    limits = limits_here(8 * GIB, 4.0, write(tmp_path, unlimited))
    assert (limits.memory_bytes, limits.cpus, limits.memory_usage) == (8 * GIB, 4.0, None)
