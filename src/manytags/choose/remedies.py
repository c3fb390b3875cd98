"""What would make a wheel fit, or serve in its place. Pure."""

from __future__ import annotations

from ..errors import InvalidTag
from ..tags import Value
from ..tags.filename import WheelFilename
from ..tags.libc import LibcVersion, parse_libc_version
from ..tags.platform import Manylinux, Musllinux, parse_platform
from ..targets import Target
from .pips import oldest_pip
from .reasons import Reason, Why
from .select import best

#: Reasons that another platform tag, or another release of a distribution, would answer.
_ABOUT_PLATFORM = {
    Why.UNCLAIMED,
    Why.SYSTEM,
    Why.ARCHITECTURE,
    Why.FLOAT_ABI,
    Why.LIBC,
    Why.LIBC_TOO_OLD,
    Why.SYSTEM_TOO_OLD,
    Why.MALFORMED,
    Why.FORBIDDEN,
    Why.OPTION,
}

#: Distributions that people ask about; the others follow one of these.
_WELL_KNOWN = ("debian", "ubuntu", "rhel", "fedora", "amazonlinux", "opensuse", "alpine")


class Remedies(Value):
    """What would make a wheel fit, or serve in its place.

    :param nearest: the platform tag that the target takes and that asks most, or ``None`` where the platform fits.
    :param releases: the oldest release of each distribution that would take the wheel.
    :param pip: the oldest pip that knows the wheel's platform tag, or ``None``.
    :param other: another file of the release that fits best, or ``None``.
    :param sdist: the sdist of the release, or ``None``.
    """

    __slots__ = ("nearest", "other", "pip", "releases", "sdist")
    _fields = ("nearest", "releases", "pip", "other", "sdist")

    nearest: str | None
    releases: tuple[str, ...]
    pip: str | None
    other: str | None
    sdist: str | None

    def __init__(
        self, nearest: str | None, releases: tuple[str, ...], pip: str | None, other: str | None, sdist: str | None
    ) -> None:
        self._assign(nearest=nearest, releases=releases, pip=pip, other=other, sdist=sdist)

    def lines(self) -> list[str]:
        """Write the remedies for a person, one a line."""
        lines = []
        if self.nearest:
            lines.append(f"takes: {self.nearest}, or an sdist")
        if self.releases:
            lines.append(f"would run on: {', '.join(self.releases)} and newer")
        if self.pip:
            lines.append(f"known to: pip {self.pip} and newer")
        if self.other:
            lines.append(f"fits instead: {self.other}")
        elif self.sdist:
            lines.append(f"could be built from: {self.sdist}")
        return lines


def remedies(wheel: WheelFilename | None, target: Target, reasons: tuple[Reason, ...], others: list[str]) -> Remedies:
    """Find what would make a wheel fit, or serve in its place.

    :param wheel: the wheel, or ``None`` where the name is none.
    :param target: what it is for.
    :param reasons: why it does not fit.
    :param others: other file names of the same release.
    """
    if not reasons:
        return Remedies(None, (), _pip(wheel), None, None)
    about_platform = any(reason.why in _ABOUT_PLATFORM for reason in reasons)
    sdist = next((name for name in others if name.endswith((".tar.gz", ".zip"))), None)
    return Remedies(
        _nearest(target) if about_platform else None,
        _releases(wheel) if any(reason.why in {Why.LIBC, Why.LIBC_TOO_OLD} for reason in reasons) else (),
        _pip(wheel),
        best(others, target, on_invalid="ignore"),
        sdist,
    )


def _nearest(target: Target) -> str | None:
    """The tag with the most demands that the target takes: its libc's newest, else its first."""
    tags = target.platform_tags()
    own = [tag for tag in tags if tag.startswith(("manylinux", "musllinux"))]
    return next(iter(own or tags), None)


def _pip(wheel: WheelFilename | None) -> str | None:
    if wheel is None:
        return None
    try:
        return oldest_pip(".".join(wheel.tag_set.platforms))
    except InvalidTag:
        return None


def _releases(wheel: WheelFilename | None) -> tuple[str, ...]:
    """The oldest release of each distribution whose C library is new enough for one of the wheel's tags."""
    from ..targets.distributions import releases

    wanted: dict[str, tuple[LibcVersion, set[str]]] = {}
    for text in wheel.tag_set.platforms if wheel is not None else ():
        try:
            tag = parse_platform(text)
        except InvalidTag:
            continue
        if isinstance(tag, (Manylinux, Musllinux)):
            libc, version = ("glibc", tag.glibc) if isinstance(tag, Manylinux) else ("musl", tag.musl)
            oldest, arches = wanted.get(libc, (version, set()))
            wanted[libc] = (min(oldest, version), arches | {tag.arch})
    found: dict[str, str] = {}
    for release in releases():
        needs = wanted.get(release.libc)
        has = parse_libc_version(release.libc_version)
        if needs is None or has is None or has < needs[0] or not needs[1] & set(release.architectures):
            continue
        if release.distribution in _WELL_KNOWN:
            found.setdefault(release.distribution, release.title)
    return tuple(found.values())
