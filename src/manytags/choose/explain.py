"""Why a wheel fits a target, or why not, and what would change it. Pure."""

from __future__ import annotations

from ..errors import InvalidWheelFilename, shown
from ..tags import Value
from ..tags.filename import WheelFilename, parse_wheel_filename
from ..targets import Evidence, Target
from .entries import python_fits, read_entry
from .pips import bundled_pip, is_newer
from .reasons import Reason, Why, in_order, weight
from .remedies import SDISTS, Remedies, remedies
from .why_platform import why_not_platform
from .why_python import why_not_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


QUOTES = "'\""
_WIDTH = 98  # of a line, without what the text is indented by


class Explanation(Value):
    """Whether a wheel fits a target, and why.

    :param filename: the wheel's file name.
    :param target: what it is for.
    :param rank: how well it fits, 0 being best; ``None`` where it does not.
    :param matched: the tag of the name that fits best, as text, or ``None``.
    :param reasons: why it does not fit, in the order in which they matter; empty where it fits.
    :param remedies: what would change it.
    """

    __slots__ = ("filename", "matched", "rank", "reasons", "remedies", "target")
    _fields = ("filename", "target", "rank", "matched", "reasons", "remedies")

    filename: str
    target: Target
    rank: int | None
    matched: str | None
    reasons: tuple[Reason, ...]
    remedies: Remedies

    def __init__(  # noqa: PLR0913, PLR0917 - made here alone
        self,
        filename: str,
        target: Target,
        rank: int | None,
        matched: str | None,
        reasons: tuple[Reason, ...],
        remedies: Remedies,
    ) -> None:
        self._assign(filename=filename, target=target, rank=rank, matched=matched, reasons=reasons, remedies=remedies)

    @property
    def compatible(self) -> bool:
        """Whether the wheel fits."""
        return not self.reasons

    def __bool__(self) -> bool:
        return self.compatible

    def to_data(self) -> dict[str, object]:
        """Give the explanation as what JSON can hold."""
        return {
            "filename": self.filename,
            "compatible": self.compatible,
            "rank": self.rank,
            "matched": self.matched,
            "reasons": [
                {
                    "why": reason.why.name.lower(),
                    "values": reason.values,
                    "sentence": reason.sentence,
                    "evidence": [str(item) for item in reason.evidence],
                }
                for reason in self.reasons
            ],
            "remedies": {name: getattr(self.remedies, name) for name in self.remedies._fields},
        }

    def __str__(self) -> str:
        if not self.reasons:
            lines = [f"compatible: rank {self.rank}, by its tag {self.matched}"]
            if self.remedies.pip and is_newer(self.remedies.pip, bundled_pip(self.target.python.version)):
                lines.append(f"  known to: pip {self.remedies.pip} and newer; older ones pass this wheel over")
            return "\n".join(lines)
        first, *others = self.reasons
        lines = [f"not compatible: {first}", *(f"  and {other}" for other in others)]
        evidence = dict.fromkeys(_told(item) for reason in self.reasons for item in reason.evidence)
        lines += [f"  {item}" for item in evidence]
        lines += [f"  {line}" for line in self.remedies.lines()]
        return "\n".join(lines)


def _told(item: Evidence) -> str:
    """Evidence as a line that fits a mail: what was seen, and what follows where that does not make it long."""
    whole = str(item)
    return whole if len(whole) <= _WIDTH else item.because


def explain(
    file: object,
    target: Target,
    *,
    key: Callable[[object], object] | None = None,
    others: Iterable[str] = (),
) -> Explanation:
    """Explain whether a wheel fits a target, and why or why not.

    :param file: a wheel file name, an entry of an index, or what ``key`` makes one of these from. What is no wheel file
        name is explained too: that is the reason.
    :param target: what it is for.
    :param key: gives a file name or an entry for ``file``.
    :param others: other file names of the same release, to be named where they fit.

    >>> from manytags import target
    >>> print(explain("foo-1.0-cp312-cp312-musllinux_1_2_x86_64.whl", target("3.12", "debian-12-x86_64")).reasons[0])
    the wheel needs musl 1.2 (musllinux_1_2_x86_64); the target has glibc 2.36
    """
    if key is not None:
        file = key(file)
    filename, requires, yanked = read_entry(file)
    others = list(others)
    try:
        wheel = parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        sentence = str(error)
        if filename.endswith(SDISTS):
            sentence = (
                f"{shown(filename)} is a source distribution: it has no tags, and every Python may try to build it"
            )
        reason = Reason(Why.NOT_A_WHEEL, {"filename": filename}, sentence)
        return Explanation(filename, target, None, None, (reason,), remedies(None, target, (reason,), others))
    reasons = [
        *_about_file(wheel, _reason_given(file) if yanked else None, requires, target),
        *_about_tags(wheel, target),
    ]
    rank = target.ranks.of_members(wheel.tag_set.pythons, wheel.tag_set.abis, wheel.tag_set.platforms)
    matched = None if rank is None else _matched(wheel, target, rank)
    told = in_order(reasons)
    if told:
        rank = None
    return Explanation(filename, target, rank, matched, told, remedies(wheel, target, told, others))


def _reason_given(entry: object) -> str:
    """The reason that an index gives for yanking a file, or an empty text."""
    given = getattr(entry, "get", lambda _: "")("yanked")
    return given if isinstance(given, str) else ""


def _about_file(wheel: WheelFilename, yanked: str | None, requires: str | None, target: Target) -> list[Reason]:
    """Reasons that are not in its tags."""
    reasons = []
    if wheel.variant is not None:
        sentence = f"it is a wheel variant ({wheel.variant}), which only installers that know variants choose"
        reasons.append(Reason(Why.VARIANT, {"variant": wheel.variant}, sentence))
    if yanked is not None:
        because = f": {shown(yanked)}" if yanked else ""
        reasons.append(Reason(Why.YANKED, {"because": yanked}, f"it was yanked from its index{because}"))
    if requires is not None and not python_fits(requires, target):
        found = target.python.full_version or ".".join(map(str, target.python.version))
        sentence = f"the release requires Python {shown(requires).strip(QUOTES)}; the target's is {found}"
        reasons.append(Reason(Why.REQUIRES_PYTHON, {"needs": requires, "found": found}, sentence))
    return reasons


def _about_tags(wheel: WheelFilename, target: Target) -> list[Reason]:
    """Reasons in its tags: of its combinations, the ones that miss by least."""
    tags, takes = wheel.tag_set, target.ranks.takes_python
    if target.ranks.of_members(tags.pythons, tags.abis, tags.platforms) is not None:
        return []
    # The python side and the platform side of a tag are independent, but for `any`, so each side's nearest is told.
    pythons = [why_not_python(python, abi, target) for python in tags.pythons for abi in tags.abis]
    platforms = [why_not_platform(platform, target) for platform in tags.platforms]
    reasons = [*min(pythons, key=weight), *min(platforms, key=weight)]
    if not reasons:
        # Each side is taken, but not with the other: some groups stand with `any` alone, most without it.
        pair = next(f"{python}-{abi}" for python in tags.pythons for abi in tags.abis if takes(python, abi))
        sentence = f"the target takes {pair} with platform tags of its own only, not with any"
        reasons.append(Reason(Why.UNCLAIMED, {"tag": str(tags)}, sentence))
    return reasons


def _matched(wheel: WheelFilename, target: Target, rank: int) -> str | None:
    for triple in wheel.tag_set.triples():
        if target.ranks.of_members(*((member,) for member in triple)) == rank:
            return "-".join(triple)
    return None
