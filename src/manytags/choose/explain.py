"""Why a wheel fits a target, or why not, and what would change it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import InvalidWheelFilename, shown
from ..platforms.meant import why_unclaimed
from ..tags.filename import WheelFilename, parse_wheel_filename
from ..targets import Target
from .entries import python_fits, read_entry
from .meant_name import meant_filename
from .pips import bundled_pip, check_pip, is_newer
from .reasons import BADLY_BUILT, Reason, ReasonKind, in_order, unclaimed, weight
from .remedies import Remedies, remedies
from .sdists import SDISTS
from .why_platform import why_not_platform
from .why_python import why_not_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


QUOTES = "'\""
#: Endings of what people take for wheels -> what they are.
_OTHER_FORMATS = {
    ".egg": "an egg",
    ".exe": "a program for Windows",
    ".msi": "an installer for Windows",
    ".conda": "a package of conda",
    ".deb": "a package of Debian",
    ".rpm": "an RPM package",
}
_WIDTH = 98  # characters of a line without its indentation


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a wheel fits a target, and why.

    :param filename: the wheel's file name.
    :param target: the Python and platform to install it on.
    :param rank: how well it fits, 0 being best; ``None`` if it does not fit.
    :param matched: the tag in the name that fits best, as text, or ``None``.
    :param reasons: why it does not fit, the most important reason first; empty if it fits.
    :param remedies: what would change it.
    :param pip: the version of pip that is to install it, where one was given.
    """

    filename: str
    target: Target
    rank: int | None
    matched: str | None
    reasons: tuple[Reason, ...]
    remedies: Remedies
    pip: str | None = None

    @property
    def passed_over(self) -> bool:
        """Whether the wheel fits, and the pip that was given is too old to take it."""
        oldest = self.remedies.pip
        return self.pip is not None and self.compatible and oldest is not None and is_newer(oldest, self.pip)

    @property
    def compatible(self) -> bool:
        """Whether the wheel fits."""
        return not self.reasons

    def __bool__(self) -> bool:
        return self.compatible

    def to_data(self) -> dict[str, object]:
        """Return the explanation as data for JSON."""
        return {
            "filename": self.filename,
            "compatible": self.compatible,
            "rank": self.rank,
            "matched": self.matched,
            "reasons": [reason.to_data() for reason in self.reasons],
            "remedies": self.remedies.to_data(),
            "pip": self.pip,
            "passed_over": self.passed_over,
        }

    def __str__(self) -> str:
        if not self.reasons:
            lines = [f"compatible: rank {self.rank}, by its tag {self.matched}"]
            oldest = self.remedies.pip
            if self.passed_over:
                lines.append(f"  but pip {self.pip} passes it over: pip {oldest} is the first that takes it here")
            elif oldest and self.pip is None and is_newer(oldest, bundled_pip(self.target.python.version)):
                lines.append(f"  known to: pip {oldest} and newer; older ones pass this wheel over")
            return "\n".join([*lines, *(f"  to do: {step}" for step in self.remedies.steps)])
        first, *others = self.reasons
        lines = [f"not compatible: {first}", *(f"  and {other}" for other in others)]
        # What follows from evidence is left out if the line would not fit into a mail.
        evidence = {item: str(item) for reason in self.reasons for item in reason.evidence}
        short = (text if len(text) <= _WIDTH else item.because for item, text in evidence.items())
        lines += [f"  {text}" for text in dict.fromkeys(short)]
        lines += [f"  {line}" for line in self.remedies.lines()]
        return "\n".join(lines)


def explain(
    file: object,
    target: Target,
    *,
    key: Callable[[object], object] | None = None,
    others: Iterable[str] = (),
    pip: str | None = None,
) -> Explanation:
    """Explain whether a wheel fits a target, and why or why not.

    :param file: a wheel file name, an entry of an index, or anything that ``key`` turns into one of these. If it is not
        the name of a wheel, the explanation says so.
    :param target: the Python and platform to install it on.
    :param key: returns the file name or entry of ``file``.
    :param others: other file names of the same release; the best one that fits is suggested instead.
    :param pip: the version of pip that is to install it, such as ``20.2.4``: an old one passes over wheels that fit.
    :raises InvalidTarget: ``pip`` is not a version.

    >>> from manytags import target
    >>> print(explain("foo-1.0-cp312-cp312-musllinux_1_2_x86_64.whl", target("3.12", "debian-12-x86_64")).reasons[0])
    the wheel needs musl 1.2 (musllinux_1_2_x86_64); the target has glibc 2.36
    """
    if key is not None:
        file = key(file)
    check_pip(pip)
    filename, requires, yanked = read_entry(file)
    others = list(others)
    try:
        wheel = parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        sentence = str(error)
        if filename.endswith(SDISTS) and ".whl" not in filename:
            sentence = (
                f"{shown(filename)} is a source distribution: it has no tags, and every Python may try to build it"
            )
        elif filename.endswith(tuple(_OTHER_FORMATS)):
            kind = next(kind for ending, kind in _OTHER_FORMATS.items() if filename.endswith(ending))
            sentence = f"{shown(filename)} is {kind}, which installers of wheels do not take"
        meant = meant_filename(filename)
        values = {"filename": filename, "meant": meant} if meant else {"filename": filename}
        reason = Reason(ReasonKind.NOT_A_WHEEL, values, sentence)
        wanted = remedies(None, target, (reason,), others)
        if meant:
            renamed = explain(meant, target)
            fits = "which fits" if renamed else "which does not fit either"
            wanted = replace(wanted, steps=(f"rename it, if that was meant, to {meant}, {fits}",))
        return Explanation(filename, target, None, None, (reason,), wanted, pip)
    given = file.get("yanked") if yanked and hasattr(file, "get") else None
    because = None if not yanked else given if isinstance(given, str) else ""
    hyphen = _about_hyphen(wheel)
    of_tags = target.ranks.of_members(wheel.tag_set.pythons, wheel.tag_set.abis, wheel.tag_set.platforms)
    about_tags = hyphen or (_about_tags(wheel, target) if of_tags is None else [])
    about_file = _about_file(wheel, because, requires, target)
    if hyphen:
        about_file = [reason for reason in about_file if reason.kind is not ReasonKind.VARIANT]
    reasons = in_order([*about_file, *about_tags])
    matched = None if of_tags is None else _matched(wheel, target, of_tags)
    rank = None if reasons else target.ranks.labelled(of_tags, wheel.variant)
    return Explanation(filename, target, rank, matched, reasons, remedies(wheel, target, reasons, others, pip), pip)


def _about_hyphen(wheel: WheelFilename) -> list[Reason]:
    """Return the reason if what looks like the label of a variant is the rest of a platform tag."""
    (*_, last), label = wheel.tag_set.platforms, wheel.variant
    whole = f"{last}_{label}"
    if label is None or not why_unclaimed(last) or why_unclaimed(whole):
        return []
    return [unclaimed(ReasonKind.MALFORMED, f"{last}-{label}", "an underscore belongs where the hyphen is", whole)]


def _about_file(wheel: WheelFilename, yanked: str | None, requires: str | None, target: Target) -> list[Reason]:
    """Return the reasons other than the wheel's tags; ``yanked`` is the index's reason, empty if it gives none."""
    reasons = []
    variants = target.options.variants
    if wheel.variant is not None and wheel.variant not in variants:
        sentence = f"it is a wheel variant ({wheel.variant}), which only installers that know variants choose"
        if variants:
            sentence = f"it is the wheel variant {wheel.variant}; the target takes {', '.join(variants)}"
        reasons.append(Reason(ReasonKind.VARIANT, {"variant": wheel.variant}, sentence))
    if yanked is not None:
        because = f": {shown(yanked)}" if yanked else ""
        reasons.append(Reason(ReasonKind.YANKED, {"because": yanked}, f"it was yanked from its index{because}"))
    if requires is not None and not python_fits(requires, target):
        has = target.python.full_version or ".".join(map(str, target.python.version))
        sentence = f"the release requires Python {shown(requires).strip(QUOTES)}; the target's is {has}"
        reasons.append(Reason(ReasonKind.REQUIRES_PYTHON, {"needs": requires, "found": has}, sentence))
    return reasons


def _about_tags(wheel: WheelFilename, target: Target) -> list[Reason]:
    """Return the reasons in the tags of a wheel that does not fit: those of the combination that misses by least."""
    tags, takes = wheel.tag_set, target.ranks.takes_python
    if target.options.tags:
        plain = Target(target.python, target.platform, None, target.evidence)
        if plain.ranks.of_members(tags.pythons, tags.abis, tags.platforms) is None:
            return _about_tags(wheel, plain)
        sentence = f"{tags} is not among the {len(target.ranks)} tags that the target was given"
        return [Reason(ReasonKind.OPTION, {"tag": str(tags), "option": "tags"}, sentence)]
    # The python side and the platform side of a tag are independent, except for `any`, so each reports its nearest.
    pythons = [why_not_python(python, abi, target) for python in tags.pythons for abi in tags.abis]
    platforms = [why_not_platform(platform, target) for platform in tags.platforms]
    whole = "_".join(tags.platforms)
    if len(tags.platforms) > 1 and all(map(why_unclaimed, tags.platforms)) and not why_unclaimed(whole):
        because = "an underscore belongs where the dot is"
        platforms = [[unclaimed(ReasonKind.MALFORMED, ".".join(tags.platforms), because, whole)]]
    reasons = [*min(_claimed(pythons), key=weight), *min(_claimed(platforms), key=weight)]
    needs_platform = tags.platforms == ("any",) and "none" not in tags.abis
    if not reasons or (needs_platform and reasons[0].kind is not ReasonKind.UNCLAIMED_PAIR):
        # Each side is claimed, but not with the other.
        pairs = [f"{python}-{abi}" for python in tags.pythons for abi in tags.abis]
        pair = next((pair for pair in pairs if takes(*pair.split("-"))), pairs[0])
        with_abi = "a wheel with an ABI tag has compiled code, so its tag names a platform"
        because = with_abi if needs_platform else f"they claim {pair} with any alone"
        tag = f"{pair}-{tags.platforms[0]}"
        meant = f"{pair}-any" if not needs_platform else ""
        reasons.append(unclaimed(ReasonKind.UNCLAIMED, tag, because, meant))
    return reasons


def _claimed(reasons: list[list[Reason]]) -> list[list[Reason]]:
    """Leave out tags that no interpreter claims, where some do claim another: sets of tags mean some of both."""
    return [item for item in reasons if not BADLY_BUILT & {reason.kind for reason in item}] or reasons


def _matched(wheel: WheelFilename, target: Target, rank: int) -> str | None:
    for triple in wheel.tag_set.triples():
        if target.ranks.of_members(*((member,) for member in triple)) == rank:
            return "-".join(triple)
    return None
