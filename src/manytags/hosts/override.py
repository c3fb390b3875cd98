"""The ``_manylinux`` module of a host: what it forbids, from what the probe heard it answer. Pure.

Rule: :pep:`600` (``manylinux_compatible``), :pep:`513`, :pep:`571` and :pep:`599` (the legacy attributes).
"""

from __future__ import annotations

from ..errors import InvalidOverride
from ..platforms import Evidence, Platform
from ..platforms.linux import libc_tags
from ..platforms.linux.architectures import architecture
from . import Facts


def refused_tags(facts: Facts, platform: Platform, evidence: list[Evidence]) -> tuple[str, ...]:
    """Conclude which manylinux tags of the platform's architecture are forbidden, in perennial spelling.

    :raises InvalidOverride: the module could not be imported, raised, or answered neither true, false nor ``None``.
    """
    module = facts.text("manylinux_module")
    if platform.glibc is None:
        return ()
    # The probe asks about more architectures and versions than this host turned out to have tags of.
    known = architecture(platform.arch)
    tags = set(libc_tags(platform, known.takes if known else platform.arch))
    for failure in facts.texts("manylinux_failed"):
        question, _, trouble = failure.partition(": ")
        if question in tags or question.startswith("import"):
            raise InvalidOverride(module, trouble)
    refused = tuple(tag for tag in facts.texts("manylinux_refused") if tag in tags)
    conclusion = f"{len(refused)} manylinux versions refused" if refused else "nothing refused"
    evidence.append(Evidence("_manylinux", conclusion, module))
    return refused
