"""Which tags a target takes that are nearest to those of a wheel that does not fit. Pure."""

from __future__ import annotations

from ..platforms.lowest import lowest_and_newest
from ..platforms.meant import meant_tags
from ..platforms.parse import parse_platform_or_none
from ..tags import tag_set_members
from ..tags.filename import WheelFilename
from ..targets import Target
from .pairs import unclaimed_pair
from .reasons import BADLY_BUILT, Reason, ReasonKind

_KINDS = list(ReasonKind)
#: Reasons that another build of Python would remove.
_ABOUT_PYTHON = {*_KINDS[_KINDS.index(ReasonKind.UNCLAIMED_PAIR) : _KINDS.index(ReasonKind.MALFORMED)]}
#: Reasons that another platform tag, or another release of a distribution, would remove.
_ABOUT_PLATFORM = {*_KINDS[_KINDS.index(ReasonKind.MALFORMED) :]}


def nearest_tags(
    wheel: WheelFilename | None, target: Target, reasons: tuple[Reason, ...]
) -> tuple[str | None, str | None]:
    """Name the tags that a publisher would build for a target, as far as those of a wheel do not fit.

    :param wheel: the wheel, or ``None`` if its name is not a wheel file name.
    :param target: the Python and platform to install it on.
    :param reasons: why it does not fit.
    :returns: a platform tag, a python tag with an ABI tag, or all three, with the lowest version that wheels are built
        for; and the newest platform tag of that kind, where it is another. ``None`` if the reasons are not about tags.

    >>> from manytags import explain, target
    >>> mac = target("3.12", "macosx_15_0_arm64")
    >>> explain("foo-1.0-cp312-cp312-macosx_26_0_arm64.whl", mac).remedies.nearest
    'macosx_11_0_arm64'
    """
    kinds = {reason.kind for reason in reasons}
    fields: list[str] = []
    newest = None
    if kinds & _ABOUT_PYTHON:
        fields += _nearest_pair(wheel, target)
    if kinds & _ABOUT_PLATFORM:
        platform, newest = _nearest_platform(wheel, target)
        fields.append(platform)
    elif fields and wheel is not None and wheel.tag_set.platforms == ("any",):
        fields.append("any" if fields[1] == "none" else _nearest_platform(wheel, target)[0])
    return "-".join(fields) or None, newest


def _nearest_pair(wheel: WheelFilename | None, target: Target) -> tuple[str, str]:
    """The pair that was meant, no ABI where the wheel has none, the stable ABI where it uses that, else the own ABI."""
    takes = target.ranks.takes_python
    pure = f"py{target.python.version[0]}", "none"
    own = next(iter(target.ranks), pure)
    if wheel is None:
        return own[0], own[1]
    pairs = [(python, abi) for python in wheel.tag_set.pythons for abi in wheel.tag_set.abis]
    meant = [why[1].split("-") for pair in pairs if (why := unclaimed_pair(*pair)) and why[1]]
    candidates = [(python, abi) for python, abi in meant]
    candidates += [(own[0], abi) for abi in wheel.tag_set.abis if abi.startswith("abi3")]
    if set(wheel.tag_set.abis) == {"none"}:
        every = any(python.startswith("py") for python in wheel.tag_set.pythons)
        candidates += [pure] if every or wheel.tag_set.platforms == ("any",) else [(own[0], "none"), pure]
    return next((pair for pair in candidates if takes(*pair)), (own[0], own[1]))


def _nearest_platform(wheel: WheelFilename | None, target: Target) -> tuple[str, str | None]:
    """The tag that was meant, else the lowest of the wheel's kind that the target takes, or of its own kind."""
    platforms = () if wheel is None else wheel.tag_set.platforms
    meant = [tag for text in platforms for tag in meant_tags(text)]
    taken = next((tag for tag in meant if target.ranks.takes_platform(tag)), None)
    if taken is not None:
        return taken, None
    if "any" in meant and wheel is not None and wheel.tag_set.abis == ("none",):
        return "any", None
    tags = [tag for text in platforms if (tag := parse_platform_or_none(text)) is not None]
    lowest, newest = lowest_and_newest(target.platform_tags(), tags) or ("any", "any")
    return lowest, newest if newest != lowest else None


def tags_to_replace(wheel: WheelFilename, target: Target, reasons: tuple[Reason, ...]) -> dict[str, str]:
    """Tell which tags to replace in a badly built wheel, so that it fits.

    :param wheel: the wheel.
    :param target: the Python and platform to install it on.
    :param reasons: why it does not fit.
    :returns: ``python``, ``abi`` and ``platform``, as far as they are to change; none where that would not help.
    """
    if not reasons or any(reason.kind not in BADLY_BUILT for reason in reasons):
        return {}
    python, abi, platform = str(wheel.tag_set).split("-")
    given = {"python": python, "abi": abi, "platform": platform}
    changed = dict(given)
    for reason in reasons:
        meant = reason.values.get("meant", "")
        names = ("python", "abi") if reason.kind is ReasonKind.UNCLAIMED_PAIR else ("platform",)
        fields = meant.split("-") if len(names) > 1 else [meant]
        if not meant or " " in meant or len(fields) != len(names):
            return {}
        changed.update(zip(names, fields, strict=True))
    members = tag_set_members("-".join(changed.values()))
    if not members or target.ranks.of_members(*members) is None:
        return {}
    return {kind: tag for kind, tag in changed.items() if tag != given[kind]}
