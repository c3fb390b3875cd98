"""Which platform tag of a machine reaches the most other machines: what a publisher is told to build for. Pure."""

from __future__ import annotations

from .linux.architectures import architecture
from .parse import parse_platform_or_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .tag import Need, PlatformTag

#: The oldest versions for which wheels are still built. glibc and musl: the oldest images of manylinux that build for
#: Pythons of today. macOS: the deployment target of CPython's installers, and the first that runs on Arm. iOS and
#: Android: what CPython's own support begins with (PEP 730, PEP 738).
BUILT_FOR: dict[str, tuple[int, ...]] = {
    "glibc": (2, 17),
    "musl": (1, 2),
    "macos": (10, 9),
    "ios": (13, 0),
    "android": (24,),
}


def lowest_and_newest(tags: Iterable[str], like: Iterable[PlatformTag] = ()) -> tuple[str, str] | None:
    """Name the lowest tag of a machine that a publisher can build for, and the newest of the same kind.

    :param tags: the platform tags that a machine takes, best first.
    :param like: the tags of a wheel that does not fit; their kind is kept where the machine takes it.
    :returns: ``None`` where the machine takes no platform tag.

    >>> from manytags import target
    >>> lowest_and_newest(target("3.12", "debian-12-x86_64").platform_tags())
    ('manylinux_2_17_x86_64', 'manylinux_2_36_x86_64')
    """
    parsed = [tag for text in tags if (tag := parse_platform_or_none(text)) is not None]
    if not parsed:
        return None
    wanted = [(tag.kind, tag.machine) for tag in like]
    own = [tag for tag in parsed if (tag.kind, tag.machine) in wanted]
    own = own or [tag for tag in parsed if tag.kind in {kind for kind, _ in wanted}]
    own = [tag for tag in own if tag.need] or [tag for tag in parsed if tag.need] or parsed
    first = own[0]
    alike = [tag for tag in own if (tag.kind, tag.machine) == (first.kind, first.machine) and tag.alias != str(tag)]
    needs = [(need, tag) for tag in alike if (need := tag.need) is not None]
    if not needs:
        return str(first), str(first)
    enough = [(need.version, str(tag)) for need, tag in needs if need.version >= _built_for(need, tag)]
    newest = max(needs, key=lambda item: item[0].version)[1]
    return min(enough)[1] if enough else str(newest), str(newest)


def _built_for(need: Need, tag: PlatformTag) -> tuple[int, ...]:
    if need.subject == "glibc" and architecture(tag.machine).first_pip:
        return architecture(tag.machine).default_glibc  # a late architecture: no image is older
    return BUILT_FOR.get(need.subject, ())
