"""The compiled kernel: every BBOB and textbook function, with the same bits on every processor.

The code in `native` is compiled once for each instruction set; the best variant that the processor has is chosen when
the kernel is loaded, or the one that the environment variable `BENCHBOOK_KERNEL` names. All variants give the same
bits: they do one IEEE operation after the other in a fixed order, without fused operations and without libm.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchbook.digests import text_digest
from benchbook.errors import KernelError, UsageError
from benchbook.problems.info import check_points
from benchbook.typing import FloatArray

VERSION = "1.0"
VARIABLE = "BENCHBOOK_KERNEL"
_REBUILD = "build it again with: make, or: pip install --no-deps --no-build-isolation --editable ."
_SOURCES = Path(__file__).parent / "native"

try:
    from benchbook.problems.kernel import _kernel
except ImportError as error:
    raise KernelError(f"the compiled kernel cannot be loaded ({error}); {_REBUILD}") from error

Instance = _kernel.Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelInfo:
    """What the kernel is.

    Attributes:
        version: Version of its code.
        variant: The instruction set in use.
        variants: All that this processor can run, best first.
        compiler: The compiler that built it.
    """

    version: str
    variant: str
    variants: tuple[str, ...]
    compiler: str


def info() -> KernelInfo:
    """Return version, variants and compiler of the kernel that this process has loaded."""
    return KernelInfo(
        version=_kernel.VERSION,
        variant=_kernel.variant(),
        variants=tuple(_kernel.variants()),
        compiler=_kernel.COMPILER,
    )


def use(variant: str) -> None:
    """Use a variant from now on.

    Raises:
        UsageError: This processor has no such variant.
    """
    if variant not in _kernel.variants():
        known = ", ".join(_kernel.variants())
        raise UsageError(f"variant is {variant!r}, expected one that this processor has: {known}")
    _kernel.use(variant)


def instance(
    function: str,
    shift: FloatArray,
    arrays: Sequence[FloatArray] = (),
    *,
    offset: float = 0.0,
    penalty: float = 0.0,
    unbounded: bool = True,
) -> Instance:
    """Make an instance of a function, which evaluates points by its method `evaluate`.

    Args:
        function: Name of the function in the kernel.
        shift: What is subtracted from points, shape `(dim,)`.
        arrays: The function's further arrays, as `native/kernel.h` lists them.
        offset: What is added to values.
        penalty: Factor of the squared distance to the box [-5, 5].
        unbounded: Whether the function is +inf at infinity.
    """
    return _kernel.instance(function, len(shift), offset, penalty, unbounded, shift, tuple(arrays))


def evaluate_each(instances: tuple[Instance, ...], x: FloatArray) -> FloatArray:
    """Evaluate points `(runs, n, dim)`, C-contiguous, with an instance for each run; return values `(runs, n)`."""
    values: FloatArray = _kernel.evaluate_each(instances, x)
    return values


def elementary(name: str, x: FloatArray | float, y: FloatArray | float = 0.0) -> FloatArray:
    """Return exp, log, sin, cos, sin_pi, power or expm1 of arrays, to the bit as the kernel's functions have them."""
    first, second = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    flat = [np.ascontiguousarray(item).reshape(-1) for item in (first, second)]
    values: FloatArray = _kernel.elementary(name, *flat).reshape(first.shape)
    return values


def code_digest() -> str:
    """Return the SHA-256 (hex) of the sources that the kernel was built from."""
    return text_digest(_kernel.SOURCES)


def check(expected: str = VERSION, folder: Path = _SOURCES) -> None:
    """Check that the kernel was built from the sources that belong to this package.

    Args:
        expected: The version that the package needs.
        folder: Where the sources lie, if they do; a wheel has none.

    Raises:
        KernelError: It was built from others.
    """
    if expected != _kernel.VERSION:
        raise KernelError(f"the compiled kernel has version {_kernel.VERSION}, benchbook needs {expected}; {_REBUILD}")
    found = sources_digest(folder)
    if found is not None and found != _kernel.SOURCES:
        raise KernelError(
            f"the compiled kernel {_kernel.VERSION} was built from sources {_kernel.SOURCES[:12]}, "
            f"those in {folder} are {found[:12]}; {_REBUILD}"
        )


def sources_digest(folder: Path) -> str | None:
    """Return the digest of the kernel's sources as the build takes it; None if there are none."""
    import hashlib

    files = sorted(path for path in folder.glob("*") if path.suffix in {".c", ".h"})
    if not files:
        return None
    digests = "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
    return hashlib.sha256(digests.encode()).hexdigest()


_kernel.check_with(check_points)
check()
if wanted := os.environ.get(VARIABLE):
    use(wanted)
