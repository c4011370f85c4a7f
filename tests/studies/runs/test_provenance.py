from dataclasses import replace

from benchbook.studies.runs.provenance import environment, environment_key


def test_another_numpy_or_python_is_another_environment() -> None:
    """Runs of another NumPy or another minor release of Python are stale, those of a patch release are not."""
    here = replace(environment(), python="3.11.8")
    other_numpy = replace(here, arithmetic=replace(here.arithmetic, numpy="1.0.0"))
    assert environment_key(other_numpy) != environment_key(here)
    assert environment_key(replace(here, python="3.12.8")) != environment_key(here)
    assert environment_key(replace(here, python="3.11.9")) == environment_key(here)
    assert environment_key(replace(here, cpu="another")) == environment_key(here)
