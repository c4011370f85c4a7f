"""`python -m benchbook`."""

import sys

from benchbook.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
