"""Other compilers give the same bits."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchbook.problems import kernel

ROOT = Path(__file__).resolve().parents[3]
CODE = """
import hashlib, sys
import numpy as np
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec
import benchbook.problems
if len(sys.argv) > 1:  # put another build of the kernel in the place of the installed one, before it is loaded
    name = "benchbook.problems.kernel._kernel"
    for loaded in [item for item in sys.modules if item.startswith("benchbook.problems")]:
        del sys.modules[loaded]
    spec = ModuleSpec(name, ExtensionFileLoader(name, sys.argv[1]), origin=sys.argv[1])
    sys.modules[name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
from benchbook.problems import expand, kernel, problem
digest = hashlib.sha256()
for name in [*expand("bbob"), *expand("textbook")]:
    for dim in (2, 7, 40):
        item = problem(name, dim, 3)
        x = np.random.default_rng(dim).uniform(item.lower, item.upper, (37, dim))
        digest.update(item(x).tobytes() + item(x[:1]).tobytes())
x = np.random.default_rng(1).uniform(1e-3, 300, 3000)
for name in ("exp", "log", "sin", "cos", "sin_pi", "power", "expm1"):
    digest.update(kernel.elementary(name, x, x / 100).tobytes())
print(digest.hexdigest(), kernel.info().compiler)
"""


def compilers() -> dict[str, str]:
    """Return the compilers of this machine."""
    found = {name: path for name in ("gcc", "clang") if (path := shutil.which(name))}
    if importlib.util.find_spec("ziglang"):
        found["zig"] = f"{sys.executable} -m ziglang cc"
    return found


def digest(*arguments: str) -> list[str]:
    """Return the digest and compiler of a kernel, determined in another process."""
    done = subprocess.run([sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip().split(maxsplit=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", compilers() or ["none"])
def test_other_compilers_and_less_optimisation_give_the_same_bits(name: str, tmp_path: Path) -> None:
    """A kernel built by another compiler of this machine, or with other flags, gives the same bits."""
    if name == "none" or not shutil.which("cmake", path=Path(sys.executable).parent):
        pytest.skip("there is no compiler, or no CMake, to build another kernel with")
    folder = Path(sys.executable).parent
    environment = {**os.environ, "CC": compilers()[name], "PATH": f"{folder}:{os.environ['PATH']}"}
    make = [folder / "cmake", "-G", "Ninja", "-S", ROOT, "-B", tmp_path, "-DSKBUILD_PROJECT_NAME=benchbook"]
    make += [f"-DPython_EXECUTABLE={sys.executable}", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O1"]
    for command in (make, [folder / "cmake", "--build", tmp_path]):
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    (built,) = tmp_path.glob("_kernel*.so")
    assert digest(str(built))[0] == digest()[0]
    assert kernel.info().compiler == digest()[1]
