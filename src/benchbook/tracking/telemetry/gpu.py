"""GPUs by NVML, device by device (extra `gpu`)."""

from __future__ import annotations

import importlib
from typing import Any

from benchbook.tracking.telemetry.sensors import SensorError, Values


class Gpus:
    """Utilisation and memory of each NVIDIA GPU; if one fails, the others are still read."""

    name = "gpu"

    def __init__(self) -> None:
        """Begin without a library; it is loaded by the first reading."""
        self._nvml: Any = None
        self._devices: list[Any] = []
        self.missing: dict[str, str] = {}

    def read(self, elapsed_s: float) -> Values:
        """Return `gpuN_percent`, `gpuN_memory_bytes` and `gpuN_memory_share` of each device N.

        Raises:
            SensorError: There is no NVML, no driver or no device; the message says which.
        """
        if self._nvml is None:
            self._connect()
        values: dict[str, float | None] = {}
        self.missing = {}
        for number, device in enumerate(self._devices):
            names = [f"gpu{number}_percent", f"gpu{number}_memory_bytes", f"gpu{number}_memory_share"]
            try:
                busy = float(self._nvml.nvmlDeviceGetUtilizationRates(device).gpu)
                memory = self._nvml.nvmlDeviceGetMemoryInfo(device)
                found: list[float | None] = [busy, float(memory.used), memory.used / memory.total]
            except self._nvml.NVMLError as error:
                found = [None] * len(names)
                self.missing[f"gpu{number}"] = f"NVML: {error}"
            values.update(zip(names, found, strict=True))
        return values

    def _connect(self) -> None:
        try:
            nvml = importlib.import_module("pynvml")
        except ImportError as error:
            raise SensorError("nvidia-ml-py is not installed: pip install 'benchbook[gpu]'") from error
        try:
            nvml.nvmlInit()
            count = nvml.nvmlDeviceGetCount()
            if count == 0:
                raise SensorError("NVML finds no device")
            self._devices = [nvml.nvmlDeviceGetHandleByIndex(number) for number in range(count)]
        except nvml.NVMLError as error:
            raise SensorError(f"NVML: {error}") from error
        self._nvml = nvml

    def close(self) -> None:
        """Shut NVML down."""
        if self._nvml is not None:
            try:
                self._nvml.nvmlShutdown()
            except self._nvml.NVMLError:
                return
