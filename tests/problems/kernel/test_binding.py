"""The Python interface of the kernel."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from benchbook.errors import KernelError, ShapeError, UsageError
from benchbook.problems import kernel, problem


@pytest.mark.parametrize("name", ["bbob_f15", "levy"])
def test_arrays_of_all_kinds_are_evaluated(name: str) -> None:
    """Strided, Fortran-ordered, read-only, byte-swapped, narrow and integer arrays, and lists, are evaluated."""
    item = problem(name, 4, 1)
    x = np.random.default_rng(1).uniform(-4, 4, (6, 4)).astype(np.float32).astype(np.float64)
    values = item(x).tolist()
    locked = x.copy()
    locked.flags.writeable = False
    unaligned = np.frombuffer(b"." + x.tobytes(), dtype=np.uint8)[1:].view(np.float64).reshape(x.shape)
    strided, narrow = np.repeat(x, 2, axis=1)[:, ::2], x.astype(np.float32)
    others = [strided, np.asfortranarray(x), locked, x.astype(">f8"), narrow, unaligned]
    assert all(item(other).tolist() == values for other in others)
    assert item(x.tolist()).tolist() == values  # type: ignore[arg-type]
    assert item(np.array([[1, 2, 3, 4]])).tolist() == item(np.array([[1.0, 2, 3, 4]])).tolist()
    assert item(x[:0]).shape == (0,)


@pytest.mark.parametrize("x", [np.zeros(4), np.zeros((2, 3)), np.zeros((1, 2, 4)), [["a"] * 4], None])
def test_what_is_not_a_batch_is_refused(x: object) -> None:
    """Other shapes and types are refused, and nothing is read beyond the end of an array."""
    with pytest.raises(ShapeError, match=r"expected"):
        problem("bbob_f15", 4, 1)(x)  # type: ignore[arg-type]


def test_instances_check_what_they_are_made_of() -> None:
    """Wrong shapes or numbers of arrays, unknown functions and a dimension of zero are refused."""
    zeros = np.zeros(3)
    for function, arrays in [
        ("ROTATED_RASTRIGIN", (np.eye(3), zeros, np.eye(4))),
        ("ROTATED_RASTRIGIN", (np.eye(3), zeros)),
        ("OSCILLATED_ELLIPSOID", (np.zeros(2),)),
        ("GALLAGHER", (np.eye(3), np.zeros((6, 5)), np.zeros(4))),
        ("SPHERE", (zeros,)),
        ("CUBE", ()),
    ]:
        with pytest.raises(ValueError, match=r"wrong shape|takes|no function"):
            kernel.instance(function, zeros, arrays)
    with pytest.raises(ValueError, match="no function"):
        kernel.instance("SPHERE", np.zeros(0))
    with pytest.raises(ValueError, match="one batch for each run"):
        kernel.evaluate_each((kernel.instance("SPHERE", zeros),), np.zeros((2, 1, 3)))
    with pytest.raises(ValueError, match="item 0 is no instance of 2 variables"):
        kernel.evaluate_each((kernel.instance("SPHERE", zeros),), np.zeros((1, 1, 2)))


def test_many_variables_need_no_large_stack() -> None:
    """If a block is too large for the stack, memory is allocated on the heap."""
    item = problem("bbob_f21", 300, 1)
    x = np.random.default_rng(1).uniform(-5, 5, (5, 300))
    assert item(x)[2:3].tobytes() == item(x[2:3]).tobytes()


def test_threads_evaluate_at_the_same_time() -> None:
    """Threads that share an instance get the same values as one thread."""
    item = problem("bbob_f15", 10, 1)
    x = np.random.default_rng(1).uniform(-5, 5, (3000, 10))
    expected, found = item(x).tobytes(), []
    threads = [threading.Thread(target=lambda: found.append(item(x).tobytes())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_a_kernel_of_another_version_is_refused() -> None:
    """A stale build is refused with both versions and the command that updates it."""
    with pytest.raises(KernelError, match=r"has version 1\.0, benchbook needs 9\.9; build it again with: make"):
        kernel.check("9.9")


def test_a_kernel_built_from_other_sources_is_refused(tmp_path: Path) -> None:
    """C sources that changed without a build are refused; a wheel has no sources and is accepted."""
    kernel.check(folder=tmp_path)
    (tmp_path / "kernel.h").write_text("#define KERNEL_VERSION 2\n", encoding="utf-8")
    with pytest.raises(KernelError, match=r"was built from sources \w{12}, those in .* are \w{12}"):
        kernel.check(folder=tmp_path)


def test_an_unknown_variant_is_refused() -> None:
    """The message lists the variants of this processor."""
    with pytest.raises(UsageError, match="variant is 'mmx', expected one that this processor has"):
        kernel.use("mmx")


def test_the_module_prints_the_variant() -> None:
    """One line has version, variant and compiler."""
    done = subprocess.run(
        [sys.executable, "-m", "benchbook.problems.kernel"], capture_output=True, text=True, check=True
    )
    found = kernel.info()
    assert done.stdout.startswith(f"kernel {found.version}, variant {found.variant} (this processor has ")
    assert found.compiler in done.stdout
