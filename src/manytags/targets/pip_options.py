"""Targets by pip's options ``--platform``, ``--abi``, ``--python-version`` and ``--implementation``. Pure.

Rule: ``pip/_internal/utils/compatibility_tags.py`` of pip 26.3.
"""

from __future__ import annotations

from ..errors import InvalidTarget
from ..platforms import Evidence, Platform, family
from ..platforms.parse import parse_platform_or_none
from ..tags import LEGACY_MANYLINUX
from ..tags.python import IMPLEMENTATIONS, SHORT_NAMES
from ..tags.text import checked_tag_text
from . import Python, Target
from .listed import platform_of_tags, with_tags
from .named import parse_python, python_on
from .ranks import python_groups

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

#: Systems whose tags pip expands into all that a system of this version takes.
_EXPANDED = ("macos", "ios", "android")


def target_from_pip(
    platforms: Iterable[str] = (),
    *,
    abis: Iterable[str] = (),
    python_version: str | None = None,
    implementation: str | None = None,
    host: Target | None = None,
) -> Target:
    """Describe the target that pip's options mean, with pip's tags in pip's order.

    pip takes ``--platform`` at its word: a macOS version means all older ones, and ``manylinux2014`` means
    ``manylinux1`` too, but ``manylinux_2_34`` means no other manylinux. For a machine that takes it and all older ones,
    use :func:`manytags.target`.

    :param platforms: what ``--platform`` gave, each time; by default the host's.
    :param abis: what ``--abi`` gave, each time; by default those of the Python.
    :param python_version: such as ``3``, ``312`` or ``3.12.4``; by default the host's.
    :param implementation: such as ``cp`` or ``py``; by default the host's, or ``cp``.
    :param host: the machine that pip runs on, for what is left out.
    :raises InvalidTarget: something is left out without a host, or is not what it should be.

    >>> mine = target_from_pip(["manylinux2014_x86_64"], python_version="312", implementation="cp", abis=["abi3"])
    >>> mine.triples()[:3]
    ('cp312-abi3-manylinux2014_x86_64', 'cp312-abi3-manylinux2010_x86_64', 'cp312-abi3-manylinux1_x86_64')
    """
    if isinstance(platforms, str) or isinstance(abis, str):
        raise TypeError("expected several platforms or ABI tags, got one text")
    named = [text.lower() for text in platforms]
    ladder = list(dict.fromkeys(text for name in dict.fromkeys(named) for text in _expanded(name)))
    if host is None and (not ladder or python_version is None):
        raise InvalidTarget(python_version or "", "pip takes what is left out from its host; name platform and version")
    if host is not None and not ladder:
        ladder = list(host.platform_tags())
        platform = host.platform
    else:
        platform = platform_of_tags(ladder)
    python = _python(python_version, implementation, [*abis], platform, host)
    own, pures = python_groups(python)
    interpreter = SHORT_NAMES.get(python.implementation, python.implementation)
    any_groups = [(interpreter + "".join(map(str, python.version[:2])), "none")]
    any_groups += [(tag, abi) for tag, abi in pures if tag.startswith("py")]
    triples = [(tag, abi, platform_tag) for tag, abi in own for platform_tag in ladder]
    triples += [(tag, abi, "any") for tag, abi in dict.fromkeys(any_groups)]
    return with_tags(Target(python, platform, None, (Evidence("platform", str(platform), "options of pip"),)), triples)


def _python(
    version: str | None, implementation: str | None, abis: list[str], platform: Platform, host: Target | None
) -> Python:
    short = (implementation or (SHORT_NAMES.get(host.python.implementation, "cp") if host else "cp")).lower()
    name = IMPLEMENTATIONS.get(short, short)
    if version is None and host is not None:
        version = host.python.full_version or ".".join(map(str, host.python.version))
    described = parse_python(f"py{version}")
    theirs = host and (host.python.implementation, host.python.version[:2])
    if host is not None and not abis and theirs == (name, described.version[:2]):
        abis = [*host.python.abis]
    elif not abis and name in {"cpython", "pypy", "graalpy"}:
        abis = [*python_on(f"{name}{version}", platform).abis]
    return Python(name, described.version, tuple(checked_tag_text(abi) for abi in abis), described.full_version)


def _expanded(text: str) -> list[str]:
    """List the tags that pip takes for one ``--platform``."""
    checked_tag_text(text)
    beginning, _, arch = text.partition("_")
    tag = parse_platform_or_none(text)
    if tag is not None and tag.system in _EXPANDED and tag.need is not None:
        return family(tag.system).ladder(Platform(tag.system, tag.machine, version=tag.need.version))
    legacy = [*LEGACY_MANYLINUX]
    if beginning in legacy and (beginning != "manylinux2014" or arch in {"x86_64", "i686"}):
        return [f"{name}_{arch}" for name in reversed(legacy[: legacy.index(beginning) + 1])]
    return [text]


def pip_options(target: Target) -> tuple[str, ...]:
    """Write pip's options that make it choose as a target would; :func:`target_from_pip` reads them.

    pip takes each Linux tag at its word, so all of them are named; of other systems the newest is enough.

    :param target: what pip is to choose for. Its options and its evidence do not count.

    >>> from manytags import target
    >>> " ".join(pip_options(target("3.12", "macosx_14_0_arm64")))
    '--platform macosx_14_0_arm64 --python-version 3.12 --implementation cp --abi cp312'
    """
    taken: set[str] = set()
    named = []
    for tag in target.platform_tags():
        if tag not in taken:
            named.append(tag)
            taken.update(_expanded(tag))
    python = target.python
    short = SHORT_NAMES.get(python.implementation, python.implementation)
    options = [item for tag in named for item in ("--platform", tag)]
    options += ["--python-version", ".".join(map(str, python.version)), "--implementation", short]
    return (*options, *(item for abi in python.abis or ("none",) for item in ("--abi", abi)))
