"""The GPU sensor on real devices; without one the test is skipped with the sensor's own reason."""

from __future__ import annotations

import pytest

from benchbook.tracking.telemetry.gpu import Gpus
from benchbook.tracking.telemetry.sensors import SensorError


def why_none() -> str:
    """Return why there is no GPU to read, or an empty text."""
    try:
        Gpus().read(0.0)
    except SensorError as error:
        return f"no GPU: {error}"
    return ""


WHY = why_none()


@pytest.mark.gpu
@pytest.mark.skipif(bool(WHY), reason=WHY or "there is one")
def test_a_real_device_is_read() -> None:
    """Utilisation is in percent, memory in bytes, and as a share of the device."""
    values = Gpus().read(1.0)
    assert 0 <= (values["gpu0_percent"] or 0) <= 100
    assert (values["gpu0_memory_bytes"] or 0) > 0
    assert 0 < (values["gpu0_memory_share"] or 0) <= 1
