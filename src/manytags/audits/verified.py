"""Which manylinux tags a host may honestly claim: those whose promises it keeps."""

from __future__ import annotations

from ..errors import InvalidPolicy
from ..platforms.linux.tags import Manylinux
from ..platforms.parse import parse_platform
from ..targets.expand import platform_tags
from .policies import policy
from .provided import host_libraries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..platforms import Platform


def verified_tags(platform: Platform, provides: Callable[[str], object] = host_libraries) -> tuple[str, ...]:
    """List the manylinux tags of a platform whose promises are kept there, newest first.

    Only policies that have been listed are asked about: another version is as good as the last one listed before it,
    since the C library itself is new enough for all tags of the platform. Where there is none before it, nobody has
    promised anything by that tag.

    :param platform: the machine.
    :param provides: told the tag of a policy, such as ``manylinux_2_28_x86_64``, whether all is there that it promises;
        :func:`host_libraries` for this machine, or a function that calls it with a ``root``.

    >>> from manytags import Platform
    >>> verified_tags(Platform("linux", "aarch64", glibc=(2, 25)), lambda tag: tag != "manylinux_2_24_aarch64")[:2]
    ('manylinux_2_23_aarch64', 'manylinux_2_22_aarch64')
    """
    answers: dict[str, bool] = {}
    verified = []
    for text in platform_tags(platform):
        tag = parse_platform(text)
        if not isinstance(tag, Manylinux) or text != tag.perennial:
            continue
        try:
            listed = policy("manylinux", tag.glibc, tag.arch).judged_by
        except InvalidPolicy:
            continue
        asked = Manylinux(listed, tag.arch).perennial
        if asked not in answers:
            answers[asked] = bool(provides(asked))
        if answers[asked]:
            verified.append(text)
    return tuple(verified)
