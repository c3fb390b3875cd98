"""Why a target's platform does not take a platform tag. Pure: the families in ``platforms`` know how a tag misses."""

from __future__ import annotations

from ..platforms import family
from ..platforms.meant import meant_tags, why_unclaimed
from ..platforms.parse import parse_platform_or_none
from ..tags import SYSTEMS
from ..targets import Target
from ..targets.options import TagOptions, takes
from ..targets.ranks import platform_tags
from .reasons import Reason, ReasonKind, mismatch, unclaimed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..platforms.tag import PlatformTag


def why_not_platform(text: str, target: Target) -> list[Reason]:
    """List the reasons why a target does not take a platform tag; none if it does.

    :param text: the platform tag.
    :param target: the target.

    >>> from manytags import target
    >>> [str(reason) for reason in why_not_platform("manylinux_2_28_x86_64", target("3.12", "centos-7-x86_64"))]
    ['the wheel needs glibc 2.28; the target has glibc 2.17']
    """
    if text == "any" or target.ranks.takes_platform(text):
        return []
    tag = parse_platform_or_none(text)
    if tag is not None and target.options != TagOptions() and text in platform_tags(target.platform):
        return [_why_refused(tag, text, target)]
    because = why_unclaimed(text)
    if tag is None or because:
        kind = ReasonKind.MALFORMED if tag is None else ReasonKind.UNCLAIMED
        return [unclaimed(kind, text, because, " or ".join(meant_tags(text)))]
    if tag.system != target.platform.system or tag.system == "other":
        return [_why_system(tag, target)]
    reasons = []
    for miss in tag.misses(target.platform, target.evidence):
        kind = ReasonKind[miss.kind.upper()]
        if kind is ReasonKind.UNCLAIMED:
            reasons.append(Reason(kind, {"tag": text}, miss.sentence))
        else:
            reasons.append(mismatch(kind, miss.needs, miss.has, miss.sentence, target, miss.subjects))
    return reasons


def _why_refused(tag: PlatformTag, text: str, target: Target) -> Reason:
    """Return why the target refuses a tag that its platform could take."""
    module = tuple(item for item in target.evidence if item.subject == "_manylinux")
    if {tag.perennial, tag.alias} & {*target.options.refused}:
        if module:
            sentence = f"the host's _manylinux module forbids {tag.perennial} ({module[0].because})"
        else:
            sentence = f"the target's options refuse {tag.perennial}, as a _manylinux module does"
        return Reason(ReasonKind.FORBIDDEN, {"tag": text}, sentence, module)
    option = _deciding_option(tag, target)
    values = {"tag": text, "option": option}
    return Reason(ReasonKind.OPTION, values, f"the target's option {option} leaves {text} out")


def _deciding_option(tag: PlatformTag, target: Target) -> str:
    """Find the option that leaves a tag out by itself, and write it as it was set."""
    options = target.options
    if options.bare_linux == "distribution" and tag.is_bare:
        from_text = ", ".join(options.bare_linux_from) or "none"
        return f"bare_linux='distribution' ({from_text}; this is {target.platform.distribution or 'unknown'})"
    for name in ("manylinux", "manylinux_ceiling", "manylinux_floor", "bare_linux", "armv6_on_armv7"):
        value = getattr(options, name)
        if not takes(tag, target.platform, TagOptions(**{name: value})):
            return f"{name}={value!r}"
    raise AssertionError("a tag is left out by one of the options")


def _why_system(tag: PlatformTag, target: Target) -> Reason:
    """Return that the wheel is for another system; a system without rules is named by its tag."""
    needs = family(tag.system).TITLE if tag.system in SYSTEMS else str(tag)
    platform = target.platform
    has = family(platform.system).TITLE if platform.system in SYSTEMS else platform.arch
    about = needs if needs == str(tag) else f"{needs} ({tag})"
    sentence = f"the wheel is for {about}; the target is {has}"
    return mismatch(ReasonKind.SYSTEM, needs, has, sentence, target, ("platform",))
