"""Run the benchmarks, all or those named: `python -m benchmarks [NAMES] [--quick]`.

A benchmark is a module of this folder with a function `main(quick)`, which prints its measurements. Each runs in its
own process with pinned arithmetic, as in ordinary use.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

from benchbook.numerics import pin

FOLDER = Path(__file__).parent


def main() -> int:
    """Run the benchmarks named on the command line, and return 1 if one of them fails."""
    known = sorted(item.name for item in pkgutil.iter_modules([str(FOLDER)]) if not item.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure benchbook's own speed.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which benchmarks (all): {', '.join(known)}")
    parser.add_argument("--quick", action="store_true", help="measure less, for a first impression")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(known))
    if unknown:
        parser.error(f"unknown benchmark {', '.join(unknown)}; known are {', '.join(known)}")
    wanted = arguments.names or known
    if len(wanted) == 1:
        pin()
        importlib.import_module(f"benchmarks.{wanted[0]}").main(arguments.quick)
        return 0
    quick = ["--quick"] if arguments.quick else []
    codes = [
        subprocess.run([sys.executable, "-m", "benchmarks", name, *quick], check=False).returncode for name in wanted
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
