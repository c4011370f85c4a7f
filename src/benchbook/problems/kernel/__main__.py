"""Say which kernel runs: `python -m benchbook.problems.kernel`."""

import sys

from benchbook.problems.kernel import info

found = info()
sys.stdout.write(
    f"kernel {found.version}, variant {found.variant} (this processor has {', '.join(found.variants)}), "
    f"built by {found.compiler}\n"
)
