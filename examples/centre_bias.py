"""The picture of the README: an optimizer on textbook functions and on their shifted instances.

Usage: python examples/centre_bias.py [FILE.svg]
"""

import sys
from pathlib import Path

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.files import write_atomic
from benchbook.site.pages.home_picture import CONTROL, FUNCTIONS, OPTIMIZER, centre_bias_picture

DIM, SEEDS, BUDGET = 5, 15, 5000
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "_static" / "centre-bias.svg"

runs = [
    bb.run(optimizer, function, dim=DIM, instance=instance, seed=seed, budget=BUDGET)
    for function in FUNCTIONS
    for instance in (0, 1)
    for optimizer in (OPTIMIZER, CONTROL)
    for seed in range(1, SEEDS + 1)
]
picture = centre_bias_picture(RunTable(runs))
target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
write_atomic(target, picture.svg().encode())
print(picture.alt)
