"""Put manytags in the place of ``packaging.tags``."""

from __future__ import annotations

import sys

import packaging

from . import packaging_tags

sys.modules["packaging.tags"] = packaging_tags
packaging.tags = packaging_tags
