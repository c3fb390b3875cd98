"""What would make a wheel fit, or could replace it. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ..errors import InvalidTag, InvalidWheelFilename
from ..platforms import Platform
from ..platforms.linux.architectures import architecture
from ..platforms.parse import parse_platform_or_none
from ..tags import parse_libc_version
from ..tags.filename import WheelFilename, parse_wheel_filename
from ..targets import Target
from .nearest import nearest_tags
from .pips import oldest_pip
from .reasons import Reason, ReasonKind
from .sdists import SDISTS
from .select import best
from .steps import steps, steps_for_bare_tags, steps_for_old_pips, steps_with_pip

#: Distributions that are always named; others are named only if the machine runs them.
_WELL_KNOWN = ("debian", "ubuntu", "rhel", "fedora", "amazonlinux", "opensuse", "alpine")


@dataclass(frozen=True, slots=True)
class Remedies:
    """What would make a wheel fit, or could replace it.

    :param nearest: tags that the target takes, as far as the wheel's do not fit: a platform tag, a python tag with an
        ABI tag, or all three, with the lowest version that wheels are built for. ``None`` if the tags are no reason.
    :param newest: the newest platform tag of that kind that the target takes, where it is another.
    :param releases: the oldest release of each distribution that would take the wheel.
    :param pip: the oldest pip that takes the wheel, or ``None`` if every pip does.
    :param other: the file of the release that fits best, or ``None``.
    :param sdist: the sdist of the release, or ``None``.
    :param searched: whether other files of the release were given; then the release has no others.
    :param steps: what the user or the publisher can do, in sentences.
    """

    nearest: str | None
    newest: str | None
    releases: tuple[str, ...]
    pip: str | None
    other: str | None
    sdist: str | None
    searched: bool
    steps: tuple[str, ...] = ()

    def to_data(self) -> dict[str, object]:
        """Return the remedies as data for JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Write the remedies for people, one per line."""
        lines = []
        if self.nearest:
            newest = f" (up to {self.newest})" if self.newest else ""
            lines.append(f"takes: {self.nearest}{newest}" + ("" if self.searched else ", or an sdist"))
        if self.releases:
            lines.append(f"would run on: {', '.join(self.releases)} and newer")
        lines += [f"to do: {step}" for step in self.steps]
        if self.other:
            lines.append(f"fits instead: {self.other}")
        elif self.sdist:
            lines.append(f"could be built from: {self.sdist}")
        elif self.searched:
            lines.append("nothing else of the release fits, and it has no sdist")
        return lines


def remedies(
    wheel: WheelFilename | None,
    target: Target,
    reasons: tuple[Reason, ...],
    others: list[str],
    pip: str | None = None,
) -> Remedies:
    """Find what would make a wheel fit, or could replace it.

    :param wheel: the wheel, or ``None`` if its name is not a wheel file name.
    :param target: the Python and platform to install it on.
    :param reasons: why it does not fit.
    :param others: other file names of the same release.
    :param pip: the version of pip that is to install it, where one is given.
    """
    oldest = None if wheel is None else _oldest_pip(wheel, target)
    if not reasons:
        done: tuple[str, ...] = ()
        if wheel is not None:
            by_pip = (
                steps_for_old_pips(wheel, target, oldest) if pip is None else steps_with_pip(wheel, target, pip, oldest)
            )
            done = (*by_pip, *steps_for_bare_tags(wheel, target))
        return Remedies(None, None, (), oldest, None, None, bool(others), done)
    by_libc = {ReasonKind.LIBC, ReasonKind.LIBC_TOO_OLD}
    # Who runs Termux has Android, and no other release of a distribution.
    about_libc = any(reason.kind in by_libc and "bionic" not in reason.values["found"] for reason in reasons)
    return Remedies(
        *nearest_tags(wheel, target, reasons),
        _releases(wheel, target.platform) if about_libc and wheel is not None else (),
        oldest,
        _other(wheel, others, target),
        next((name for name in others if name.endswith(SDISTS)), None),
        bool(others),
        steps(wheel, target, reasons),
    )


def _other(wheel: WheelFilename | None, others: list[str], target: Target) -> str | None:
    """Return the best of the other files of the release: of the wheel's own, else of the first wheel among them."""
    parsed = [parsed for name in others if (parsed := _parsed(name)) is not None]
    release = wheel or next(iter(parsed), None)
    same = [other for other in parsed if release and (other.name, other.version) == (release.name, release.version)]
    other = best(same, target)
    return None if other is None else other.text


def _parsed(name: str) -> WheelFilename | None:
    try:
        return parse_wheel_filename(name)
    except InvalidWheelFilename:
        return None


def _oldest_pip(wheel: WheelFilename, target: Target) -> str | None:
    try:
        return oldest_pip(str(wheel.tag_set), target)
    except InvalidTag:
        return None


def _releases(wheel: WheelFilename, platform: Platform) -> tuple[str, ...]:
    """List the oldest release of each distribution that would take the wheel, the machine's own distribution first."""
    from ..platforms.linux.distributions import releases

    arches = {platform.arch, architecture(platform.arch).takes}
    wanted: dict[str, tuple[int, ...]] = {}
    for text in wheel.tag_set.platforms:
        tag = parse_platform_or_none(text)
        need = tag.need if tag is not None and tag.system == "linux" and tag.machine in arches else None
        if need is not None:
            wanted[need.subject] = min(wanted.get(need.subject, need.version), need.version)
    titles: dict[str, str] = {}
    for release in releases():
        needs, has = wanted.get(release.libc), parse_libc_version(release.libc_version)
        if needs is None or has is None or has < needs or not arches & set(release.architectures):
            continue
        is_own = release.os_id is not None and release.os_id == platform.distribution
        if is_own or release.distribution in _WELL_KNOWN:
            short = release.title.partition(" (")[0].replace("Red Hat Enterprise Linux", "RHEL")
            titles.setdefault(release.distribution, short.replace("Fedora Linux", "Fedora"))
    own = [name for name in titles if name == platform.distribution]
    return tuple(titles[name] for name in dict.fromkeys([*own, *titles]))
