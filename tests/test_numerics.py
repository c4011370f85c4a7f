import json
import sys
from collections.abc import Callable

import pytest

from benchbook import numerics
from benchbook.numerics import PIN_VARIABLES, cpu_flags, fingerprint, pin

HEAVY = (
    *("numpy", "scipy", "pandas", "matplotlib"),
    *("pydantic", "jsonschema", "jsonschema_rs", "rich", "papermill", "nbformat"),
)
SHOW = """
import json, os
from dataclasses import asdict
from benchbook.numerics import PIN_VARIABLES, fingerprint
print(json.dumps({"variables": {k: os.environ.get(k) for k in PIN_VARIABLES}, **asdict(fingerprint())}))
"""
can_pin = pytest.mark.skipif(not {"avx2", "fma"} <= cpu_flags(), reason="this processor lacks AVX2 or FMA")

Python = Callable[..., str]


@can_pin
def test_importing_benchbook_first_pins_the_arithmetic(python: Python) -> None:
    """Before NumPy is loaded the variables are set, and the libraries obey them."""
    found = json.loads(python("import benchbook\n" + SHOW))
    assert found["pinned"] is True
    assert found["variables"]["OPENBLAS_CORETYPE"] == "Haswell"
    assert found["blas"].endswith("Haswell")
    assert found["blas_threads"] == 1
    assert not [level for level in found["cpu_dispatch"] if level in numerics.levels_of(numerics.numpy_version())]


def test_a_process_that_has_loaded_numpy_is_left_alone(python: Python) -> None:
    """If NumPy was loaded first nothing is set: it would change other libraries and not the arithmetic."""
    found = json.loads(python("import numpy, benchbook\n" + SHOW))
    assert found["variables"] == dict.fromkeys(PIN_VARIABLES)


@can_pin
def test_what_the_user_has_set_stays(python: Python) -> None:
    """A variable that is already set keeps its value, and the fingerprint shows the effect."""
    code = "import benchbook\n" + SHOW
    found = json.loads(python(code, OPENBLAS_NUM_THREADS="2", OPENBLAS_CORETYPE="Sandybridge"))
    assert found["variables"]["OPENBLAS_NUM_THREADS"] == "2"
    assert found["variables"]["OPENBLAS_CORETYPE"] == "Sandybridge"
    assert found["pinned"] is False


def test_a_child_inherits_the_pin(python: Python) -> None:
    """Worker processes of a pinned process have the same arithmetic, in any order of imports."""
    code = """
import benchbook, subprocess, sys
from dataclasses import asdict
from benchbook.numerics import fingerprint
import json
own = json.dumps(asdict(fingerprint()))
code = "import numpy, json; from dataclasses import asdict; from benchbook.numerics import fingerprint; " \\
       "print(json.dumps(asdict(fingerprint())))"
child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
print(own == child)
"""
    assert python(code) == "True"


@pytest.mark.parametrize("variables", [{}, {"NPY_ENABLE_CPU_FEATURES": "AVX2"}])
def test_a_processor_that_cannot_be_pinned_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """Without AVX2 and FMA, or if the user chose NumPy's code paths, none is chosen; one thread is still used."""
    for name in (*PIN_VARIABLES, "NPY_ENABLE_CPU_FEATURES"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(numerics, "cpu_flags", lambda: frozenset({"avx2", "fma"} if variables else {"sse2"}))
    monkeypatch.delitem(sys.modules, "numpy")
    assert pin() is False
    assert "OPENBLAS_CORETYPE" not in numerics.os.environ
    assert "NPY_DISABLE_CPU_FEATURES" not in numerics.os.environ
    assert numerics.os.environ["OPENBLAS_NUM_THREADS"] == "1"


@pytest.mark.parametrize(
    ("version", "levels"),
    [((2, 0), "AVX512F"), ((2, 3), "AVX512F AVX512_SPR"), ((2, 4), "X86_V4 AVX512_SPR"), (None, "X86_V4 AVX512_SPR")],
)
def test_only_levels_that_processor_and_numpy_have_are_disabled(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int] | None, levels: str
) -> None:
    """NumPy warns about unknown levels, and names levels differently from 2.4 on."""
    for name in (*PIN_VARIABLES, "NPY_ENABLE_CPU_FEATURES"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(numerics, "cpu_flags", lambda: frozenset({"avx2", "fma", "avx512f", "avx512_fp16"}))
    monkeypatch.delitem(sys.modules, "numpy")
    monkeypatch.setattr(numerics, "numpy_version", lambda: version)
    assert pin() is True
    assert numerics.os.environ["NPY_DISABLE_CPU_FEATURES"] == levels


def test_numpys_version_is_known_before_it_is_imported(python: Python) -> None:
    """The version is read from NumPy's folder, so that the pin can name the levels of that version."""
    import numpy as np

    code = "import sys; from benchbook.numerics import numpy_version; assert 'numpy' not in sys.modules; "
    major, minor = np.__version__.split(".")[:2]
    assert python(code + "print(numpy_version())") == f"({major}, {minor})"
    assert numerics.numpy_version() == (int(major), int(minor))


def test_the_fingerprint_names_the_libraries() -> None:
    """The versions of kernel and C library are queried, not guessed."""
    import numpy as np

    found = fingerprint()
    assert found.numpy == np.__version__
    assert found.libm
    assert found.blas
    assert found.machine
    assert tuple(sorted(found.cpu_dispatch)) == found.cpu_dispatch


def test_the_blas_is_that_of_numpy_whatever_else_is_loaded(python: Python) -> None:
    """SciPy's linear algebra has its own library, which does not count."""
    show = "from benchbook.numerics import fingerprint; print(fingerprint().blas)"
    assert python(f"import numpy, scipy.linalg; {show}") == python(f"import numpy; {show}")


def test_importing_benchbook_loads_nothing_heavy(python: Python) -> None:
    """`import benchbook` loads no library; libraries are loaded with the first name that needs them."""
    assert python(f"import sys, benchbook; print([n for n in {HEAVY!r} if n in sys.modules])") == "[]"
