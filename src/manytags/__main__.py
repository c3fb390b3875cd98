"""``python -m manytags`` is the command ``manytags``."""

import sys

from .cli import main

sys.exit(main())
