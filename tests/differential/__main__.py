"""``python -m tests.differential``."""

import sys

from .commands import main

sys.exit(main())
