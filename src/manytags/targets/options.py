"""What a target's owner decides about its tags, applied to the ladder of its platform. Pure.

A ladder says what a platform can take. Each option takes tags away, moves them, or adds some at the end.
"""

from __future__ import annotations

from ..errors import InvalidTag, InvalidTarget
from ..platforms import Platform
from ..platforms.linux.architectures import architecture
from ..platforms.parse import parse_platform, parse_platform_or_none
from ..platforms.tag import PlatformTag
from ..tags import MAX_LABEL, LibcVersion, Value, is_label
from ..tags.text import checked_tag_text, split_tag_set


class TagOptions(Value):
    """What the owner of a target decides about its tags.

    :param linux_first: bare ``linux_*`` before manylinux and musllinux, as packaging 26.3 orders them.
    :param armv6_on_armv7: whether a hard-float ARMv7 or ARMv8 host takes ARMv6 wheels, after all others.
    :param refused: manylinux tags that the host forbids, in perennial spelling, as a ``_manylinux`` module does.
    :param bare_linux: how far ``linux_*`` tags are trusted, which say nothing about libc or ABI: ``always``, ``never``,
        or ``distribution``: only on a distribution that their wheels come from.
    :param bare_linux_from: with ``distribution``: the ``ID`` in ``/etc/os-release`` of those, such as ``raspbian``.
    :param manylinux: whether manylinux tags are taken at all.
    :param manylinux_ceiling: the newest manylinux version to take, such as ``(2, 28)``; ``None`` for what glibc allows.
    :param manylinux_floor: the oldest manylinux version to take.
    :param extra: platform tags that an index implies beyond the standards, taken after all others.
    :param tags: all tags that the target takes, as ``python-abi-platform``, best first, in place of those that follow
        from its Python, its platform and the other options; :func:`target_from_tags` makes such targets.
    :param variants: labels of the wheel variants that the target takes (draft :pep:`825`), best first. They rank before
        wheels without a label, whatever their tags.
    """

    __slots__ = _fields = (
        "linux_first",
        "armv6_on_armv7",
        "refused",
        "bare_linux",
        "bare_linux_from",
        "manylinux",
        "manylinux_ceiling",
        "manylinux_floor",
        "extra",
        "tags",
        "variants",
    )

    linux_first: bool
    armv6_on_armv7: bool
    refused: tuple[str, ...]
    bare_linux: str
    bare_linux_from: tuple[str, ...]
    manylinux: bool
    manylinux_ceiling: LibcVersion | None
    manylinux_floor: LibcVersion | None
    extra: tuple[str, ...]
    tags: tuple[str, ...]
    variants: tuple[str, ...]

    def __init__(  # noqa: PLR0913, PLR0917 - named by every caller
        self,
        linux_first: bool = True,
        armv6_on_armv7: bool = True,
        refused: tuple[str, ...] = (),
        bare_linux: str = "always",
        bare_linux_from: tuple[str, ...] = (),
        manylinux: bool = True,
        manylinux_ceiling: LibcVersion | None = None,
        manylinux_floor: LibcVersion | None = None,
        extra: tuple[str, ...] = (),
        tags: tuple[str, ...] = (),
        variants: tuple[str, ...] = (),
    ) -> None:
        if bare_linux not in ("always", "distribution", "never"):
            raise InvalidTarget(bare_linux, "bare_linux is 'always', 'distribution' or 'never'")
        try:
            for tag in (*refused, *extra):
                checked_tag_text(tag)
            for tag in tags:
                if any(len(members) != 1 for members in split_tag_set(tag)):
                    raise InvalidTarget(tag, "a compressed tag set; expected one tag")
        except InvalidTag as error:
            raise InvalidTarget(error.text, error.reason, error.position) from None
        for label in variants:
            if not is_label(label):
                raise InvalidTarget(label, f"a label has 1 to {MAX_LABEL} characters of 0-9, a-z, '.' and '_'")
        self._assign(
            linux_first=linux_first,
            armv6_on_armv7=armv6_on_armv7,
            refused=tuple(sorted(set(refused))),
            bare_linux=bare_linux,
            bare_linux_from=tuple(sorted(set(bare_linux_from))),
            manylinux=manylinux,
            manylinux_ceiling=manylinux_ceiling,
            manylinux_floor=manylinux_floor,
            extra=tuple(extra),
            tags=tuple(tags),
            variants=tuple(dict.fromkeys(variants)),
        )


def with_options(ladder: list[str], platform: Platform, options: TagOptions) -> list[str]:
    """Apply options to a ladder.

    :param ladder: platform tags, best first.
    :param platform: whose ladder it is.
    :param options: what its owner decided.

    >>> from manytags import Platform, TagOptions
    >>> machine = Platform("linux", "x86_64", glibc=(2, 6))
    >>> with_options(["linux_x86_64", "manylinux_2_6_x86_64"], machine, TagOptions(linux_first=False))
    ['manylinux_2_6_x86_64', 'linux_x86_64']
    """
    refused = {_perennial(tag) for tag in options.refused}
    if platform.system == "linux":
        parsed = {text: parse_platform(text) for text in ladder}
        tags = [text for text, tag in parsed.items() if takes(tag, platform, options) and tag.perennial not in refused]
        if not options.linux_first:
            # Bare tags follow their own architecture's other tags; a neighbour's tags still come last.
            neighbour = architecture(platform.arch).neighbour
            tags.sort(key=lambda text: (parsed[text].machine == neighbour, parsed[text].is_bare))
    else:
        tags = [text for text in ladder if not refused or _perennial(text) not in refused]
    # "any" is not a platform's own tag: whether it fits depends on the Python alone.
    return list(dict.fromkeys([*tags, *(tag for tag in options.extra if tag != "any")]))


def takes(tag: PlatformTag, platform: Platform, options: TagOptions) -> bool:
    """Whether the options leave a tag of the platform's ladder in it, refused ones apart."""
    if platform.system != "linux":
        return True
    if tag.is_bare and not _trusts_bare(platform, options):
        return False
    if tag.machine == architecture(platform.arch).neighbour and not options.armv6_on_armv7:
        return False
    need = tag.need
    return need is None or need.subject != "glibc" or (options.manylinux and _within(need.version, options))


def _perennial(text: str) -> str:
    """Spell a tag in the newest way, so that both names of it are refused together; a stranger's may be malformed."""
    tag = parse_platform_or_none(text)
    return text if tag is None else tag.perennial


def _trusts_bare(platform: Platform, options: TagOptions) -> bool:
    if options.bare_linux == "distribution":
        return platform.distribution in options.bare_linux_from
    return options.bare_linux == "always"


def _within(version: tuple[int, ...], options: TagOptions) -> bool:
    ceiling, floor = options.manylinux_ceiling, options.manylinux_floor
    return (ceiling is None or version <= ceiling) and (floor is None or floor <= version)
