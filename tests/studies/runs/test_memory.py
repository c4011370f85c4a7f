"""Processes that do runs in lockstep reuse the memory of one generation for the next."""

import os
import subprocess
import sys

import pytest

from benchbook.studies.runs.memory import keeping_memory

_CODE = """
import resource
import benchbook as bb
from benchbook.studies.runs.cells import execute_cell
from benchbook.studies.runs.planned_run import planned_run
def cell(budget):
    choice = bb.optimizer("manta_ray_foraging", population=50)
    return [planned_run(choice, bb.problem("bbob_f1", 20, k), seed=1, budget=budget) for k in range(1, 16)]
execute_cell(cell(500))
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
execute_cell(cell(4000))
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux" or not os.confstr("CS_GNU_LIBC_VERSION"), reason="needs glibc's allocator")
def test_generations_use_the_memory_of_the_last_one() -> None:
    """80 generations take few new pages; if memory were returned each time, they would take 30,000."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", _CODE], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) < 5_000


def test_settings_of_the_user_stay() -> None:
    """A variable that is already set is not changed."""
    assert set(keeping_memory({})) == {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"}
    assert keeping_memory({"MALLOC_TRIM_THRESHOLD_": "1", "MALLOC_MMAP_THRESHOLD_": "2"}) == {}
