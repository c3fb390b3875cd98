"""``python -m tools.hosts``."""

import sys

from .commands import main

sys.exit(main())
