"""Reproducible arithmetic: pin what chooses code by CPU, and record the outcome as a fingerprint.

NumPy's exp, log and power and OpenBLAS's matmul choose an implementation by CPU, and they differ in the last bits.
A chaotic optimizer amplifies one last bit into another trajectory. `pin` therefore asks both libraries, by their
own environment variables, for the code of one common CPU generation (x86-64 with AVX2 and FMA); both read the
variables once, when NumPy is imported, so `pin` must run before. It never acts in a process that has loaded NumPy
already, and never overrides what the user has set. `fingerprint` reads back the result.

Not pinned, therefore recorded: libm (glibc picks sin and cos by CPU), NumPy's and OpenBLAS's versions.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# NumPy's names of its dispatch levels, with flags of processors that have the level (Linux spells some in two ways).
# Each must be disabled by its own name, and NumPy warns about names that it or the processor does not know.
_LEVELS = {
    "X86_V4": {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"},
    "AVX512_ICL": {"avx512_vbmi", "avx512vbmi", "avx512_vnni"},
    "AVX512_SPR": {"avx512_fp16"},
}
_LEVELS_BEFORE_2_4 = {
    "AVX512F": {"avx512f"},
    "AVX512CD": {"avx512cd"},
    "AVX512_KNL": {"avx512er"},
    "AVX512_KNM": {"avx512_4vnniw"},
    "AVX512_SKX": {"avx512vl"},
    "AVX512_CLX": {"avx512_vnni"},
    "AVX512_CNL": {"avx512_vbmi", "avx512vbmi"},
    "AVX512_ICL": {"avx512_vbmi2"},
    "AVX512_SPR": {"avx512_fp16"},
}
_CORE_TYPE = "Haswell"
_THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
PIN_VARIABLES = ("NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE", *_THREAD_VARIABLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What the last bits of a result depend on."""

    pinned: bool
    """Whether NumPy and BLAS run the common code rather than this CPU's."""
    numpy: str
    """NumPy's version."""
    cpu_dispatch: tuple[str, ...]
    """NumPy's dispatch levels in use."""
    blas: str
    """Library, version and kernel of the BLAS."""
    blas_threads: int | None
    """Threads of the BLAS; null if unknown."""
    libm: str
    """C library and version."""
    fma: bool | None
    """Whether the CPU has fused multiply-add; null if unknown."""
    machine: str
    """Processor architecture."""


def pin() -> bool:
    """Set the environment variables that pin the arithmetic, and tell whether NumPy will obey them.

    Does nothing if NumPy is already loaded, and changes no variable that is already set.

    Examples:
        >>> import numpy
        >>> pin()  # too late: NumPy is loaded
        False
    """
    if "numpy" in sys.modules:
        return False
    for variable, value in pins().items():
        os.environ.setdefault(variable, value)
    return "OPENBLAS_CORETYPE" in pins()


def pins() -> dict[str, str]:
    """Return the environment variables that pin the arithmetic of a process that has not loaded NumPy yet.

    Those that are set already keep their values; on processors that cannot be pinned only the threads are set.

    Examples:
        >>> set(pins()) <= set(PIN_VARIABLES)
        True
    """
    wanted = dict.fromkeys(_THREAD_VARIABLES, "1")
    flags = cpu_flags()
    if {"avx2", "fma"} <= flags and "NPY_ENABLE_CPU_FEATURES" not in os.environ:
        levels = [level for level, marks in levels_of(numpy_version()).items() if marks & flags]
        if levels:
            # Levels that the CPU lacks are left out, because NumPy warns about them.
            wanted["NPY_DISABLE_CPU_FEATURES"] = " ".join(levels)
        wanted["OPENBLAS_CORETYPE"] = _CORE_TYPE
    return {variable: os.environ.get(variable, value) for variable, value in wanted.items()}


def levels_of(version: tuple[int, int] | None) -> dict[str, set[str]]:
    """Return the dispatch levels beyond AVX2 that a version of NumPy knows, each with flags of processors that have it.

    Examples:
        >>> "X86_V4" in levels_of((2, 4)), "AVX512_SKX" in levels_of((2, 3))
        (True, True)
    """
    if version is None or version >= (2, 4):
        return _LEVELS
    # The wheels before 2.3 were built without the last level.
    return {name: marks for name, marks in _LEVELS_BEFORE_2_4.items() if version >= (2, 3) or name != "AVX512_SPR"}


def numpy_version() -> tuple[int, int] | None:
    """Return major and minor version of the NumPy that this process has or would import; None if it has none."""
    loaded = sys.modules.get("numpy")
    if loaded is not None:
        text = f'version = "{getattr(loaded, "__version__", "")}"'
    else:
        found = importlib.util.find_spec("numpy")
        if found is None or not found.submodule_search_locations:
            return None
        try:
            text = Path(found.submodule_search_locations[0], "version.py").read_text(encoding="utf-8")
        except OSError:
            return None
    version = re.search(r"""^version = ["'](\d+)\.(\d+)""", text, re.MULTILINE)
    return (int(version[1]), int(version[2])) if version else None


@cache
def cpu_flags() -> frozenset[str]:
    """Return the CPU's feature flags as Linux names them; empty if they cannot be read or on other processors."""
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return frozenset()
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("flags"):
                    return frozenset(line.partition(":")[2].split())
    except OSError:
        return frozenset()
    return frozenset()


@cache
def cpu_name() -> str:
    """Return the processor's model name, or its architecture where the name cannot be read."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


@cache
def fingerprint() -> Fingerprint:
    """Read back from the loaded libraries what arithmetic this process has."""
    import numpy as np

    dispatch = _numpy_dispatch()
    blas, kernel, threads = _blas()
    flags = cpu_flags()
    wide = {level for level in dispatch if level == "X86_V4" or level.startswith("AVX512")}
    return Fingerprint(
        pinned=bool(flags) and {"avx2", "fma"} <= flags and not wide and kernel == _CORE_TYPE,
        numpy=np.__version__,
        cpu_dispatch=dispatch,
        blas=f"{blas} {kernel}".strip(),
        blas_threads=threads,
        libm=" ".join(platform.libc_ver()).strip() or platform.platform(terse=True),
        fma=("fma" in flags) if flags else None,
        machine=platform.machine(),
    )


def _numpy_dispatch() -> tuple[str, ...]:
    """Return NumPy's dispatch levels that this process uses, beyond the build's baseline."""
    core = importlib.import_module("numpy._core._multiarray_umath")

    # Private, and the only place where NumPy reports what is in use after NPY_DISABLE_CPU_FEATURES.
    features: dict[str, bool] = getattr(core, "__cpu_features__", {})
    levels: list[str] = list(getattr(core, "__cpu_dispatch__", []))
    return tuple(sorted(level for level in levels if features.get(level)))


def _blas() -> tuple[str, str, int | None]:
    """Return name with version, kernel, and threads of the BLAS that NumPy calls."""
    from threadpoolctl import threadpool_info

    libraries = [library for library in threadpool_info() if library.get("user_api") == "blas"]
    # SciPy has its own BLAS; NumPy's is in NumPy's folder, if it came with NumPy.
    libraries.sort(
        key=lambda library: not any(part.startswith("numpy") for part in Path(library["filepath"]).parts[-3:])
    )
    if libraries:
        library = libraries[0]
        name = f"{library['internal_api']} {library.get('version') or ''}".strip()
        return name, str(library.get("architecture") or ""), int(library["num_threads"])
    return "unknown", "", None
