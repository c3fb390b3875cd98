"""Hypothesis profiles: a small one for every day, and ``deep`` for ``nox -s deep``."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: machines under load are slow now and then. On CI a red run must be red again when it is repeated, so the
# examples are always the same ones there; elsewhere each run looks somewhere new.
settings.register_profile("default", max_examples=50, deadline=None, derandomize="CI" in os.environ)
settings.register_profile("deep", max_examples=5_000, deadline=None, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
