"""`python -m econome`, where the command `econome` is not on the PATH."""

import sys

from econome.cli import main

sys.exit(main())
