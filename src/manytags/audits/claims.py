"""A verdict on every tag that a wheel carries, and the tags that would be true. Pure.

A platform tag is judged by what the ELF files need; a python tag and an ABI tag by which interpreters load the
extension modules. *True* means that nothing in the wheel contradicts the tag.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import InvalidPolicy
from ..platforms.linux.tags import Linux, Manylinux, Musllinux
from ..platforms.other import AnyPlatform
from ..platforms.parse import parse_platform
from ..platforms.tag import PlatformTag
from ..tags.python import parse_abi
from .contents import is_code, is_data
from .modules import modules
from .policies import policies, policy
from .processors import arm_version
from .python_claims import abi_verdict, name_violations, python_verdict
from .verdict import Violation, lowest_policy, machine_violations, violations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from .contents import Contents
    from .elf import ElfNeeds
    from .modules import Module
    from .python_claims import Verdict

    Field = Literal["python tag", "ABI tag", "platform tag", "Root-Is-Purelib"]

_NAME, _WHEEL = "file name", "WHEEL"
_OTHER_SYSTEM = "code of other systems than Linux is not read"
#: How kinds of libc tags begin.
_MANYLINUX, _MUSLLINUX = "manylinux", "musllinux"


class Claim(NamedTuple):
    """One tag that a wheel carries, and whether it is true.

    :param field: which kind of tag.
    :param tag: the tag as it stands there.
    :param where: ``file name``, ``WHEEL`` or both.
    :param verdict: ``true``, ``claims too much``, ``claims less than it could`` or ``cannot judge``.
    :param reasons: what contradicts it, file by file.
    :param honest: tags that would be true in its place.
    :param note: why it cannot be judged or could say more, or by which policy it was judged.
    """

    field: Field
    tag: str
    where: tuple[str, ...]
    verdict: Verdict
    reasons: tuple[Violation, ...] = ()
    honest: tuple[str, ...] = ()
    note: str = ""

    @property
    def false(self) -> bool:
        """Whether the wheel contradicts it."""
        return self.verdict == "claims too much"

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.field} {self.tag}: {self.verdict}{note}"


def claims_from_contents(contents: Contents, honest: tuple[str, ...] | None = None) -> tuple[Claim, ...]:
    """Judge every tag in a wheel's file name and in its ``WHEEL``.

    :param contents: what was read of the wheel.
    :param honest: what :func:`honest_tags` says of it, for those who have asked already.
    """
    found: list[Claim] = []
    code = code_of(contents)
    named = modules(code)
    unread = _unread(contents) or (_OTHER_SYSTEM if not code and _not_linux(contents) else "")
    stable = any(parse_abi(tag).family == "stable" for tag, _ in _members(contents, "abis"))
    for tag, where in _members(contents, "pythons"):
        verdict, reasons, note = python_verdict(tag, code, named, stable)
        found.append(Claim("python tag", tag, where, *_Found(verdict, reasons, (), note).unless(unread)))
    for tag, where in _members(contents, "abis"):
        found.append(Claim("ABI tag", tag, where, *_Found(*abi_verdict(tag, code, named)).unless(unread)))
    listed = [(parse_platform(tag), tag, where) for tag, where in _members(contents, "platforms")]
    beside = [platform for platform, _, _ in listed]
    wheel = _Wheel(contents, code, named, contents.brought, beside, honest_tags(contents) if honest is None else honest)
    for platform, tag, where in listed:
        found.append(Claim("platform tag", tag, where, *_judge_platform(platform, wheel)))
    rooted = tuple(each for each in code if not is_data(each.name))
    if contents.purelib and rooted:
        found.append(Claim("Root-Is-Purelib", "true", (_WHEEL,), "claims too much", _as_reasons(rooted), ("false",)))
    return tuple(found)


def honest_tags(contents: Contents) -> tuple[str, ...]:
    """List the most widely installable platform tags that are true: one for each libc on each architecture.

    ``any`` for a wheel without compiled code; a bare ``linux_*`` where code keeps to no policy; none where files are
    damaged or of several architectures, or where only their headers were read.
    """
    code = code_of(contents)
    if _unread(contents) or _not_linux(contents):
        return ()
    if not code:
        return () if contents.wheel is None else ("any",)
    found, named, brought = [], modules(code), contents.brought
    for architecture in _architectures(code):
        if machine_violations(code, architecture) or name_violations(named, "linux", architecture):
            continue
        tags = [
            lowest.tag
            for kind in (_MANYLINUX, _MUSLLINUX)
            if not name_violations(named, kind, architecture)
            and (lowest := lowest_policy(code, kind, architecture, brought))
        ]
        found += tags or [f"linux_{architecture}"]
    return tuple(found)


def code_of(contents: Contents) -> tuple[ElfNeeds, ...]:
    """List the files that a host could load or run."""
    return tuple(each for each in contents.needs if is_code(each))


def _members(contents: Contents, field: str) -> list[tuple[str, tuple[str, ...]]]:
    """List the members of one field, and where each stands."""
    found: dict[str, tuple[str, ...]] = {}
    for tags, where in ((contents.filename, _NAME), (contents.wheel, _WHEEL)):
        for tag in getattr(tags, field, ()):
            found[tag] = (*found.get(tag, ()), where)
    return list(found.items())


def _architectures(code: tuple[ElfNeeds, ...]) -> list[str]:
    """List the tag architectures that code may be for; ARMv6 code runs on ARMv7 too."""
    found: dict[str, None] = {}
    for each in code:
        if each.architecture != "arm":
            found[each.architecture] = None
    if any(each.architecture == "arm" for each in code):
        old = all(arm_version(each) == "armv6l" for each in code if each.architecture == "arm")
        found |= dict.fromkeys(("armv7l", "armv6l") if old else ("armv7l",))
    return list(found)


def _not_linux(contents: Contents) -> bool:
    """Whether a tag speaks of another system, whose code is not read here."""
    kinds = (AnyPlatform, Linux, Manylinux, Musllinux)
    return any(not isinstance(parse_platform(tag), kinds) for tag, _ in _members(contents, "platforms"))


def _unread(contents: Contents) -> str:
    """Say why what nothing contradicts is not true either; empty where all was read."""
    if contents.damaged:
        more = len(contents.damaged) - 1
        return f"damaged: {contents.damaged[0]}" + (f" and {more} more" if more else "")
    return "only the headers of its files were read" if contents.headers_only and contents.needs else ""


class _Found(NamedTuple):
    """A claim without what it is about."""

    verdict: Verdict
    reasons: tuple[Violation, ...] = ()
    honest: tuple[str, ...] = ()
    note: str = ""

    def unless(self, unread: str) -> _Found:
        """Withdraw what rests on files that were not read."""
        return _Found("cannot judge", note=unread) if unread and not self.reasons else self


class _Wheel(NamedTuple):
    """What a platform tag is judged by: what is in the wheel, the tags beside it, and those that are true."""

    contents: Contents
    code: tuple[ElfNeeds, ...]
    modules: tuple[Module, ...]
    brought: frozenset[str]
    beside: list[PlatformTag]
    honest: tuple[str, ...]


def _judge_platform(platform: PlatformTag, wheel: _Wheel) -> _Found:
    """Judge one platform tag."""
    if isinstance(platform, AnyPlatform):
        found = _Found("claims too much", _as_reasons(wheel.code), wheel.honest) if wheel.code else _Found("true")
    elif isinstance(platform, (Linux, Manylinux, Musllinux)):
        found = _judge_linux(platform, wheel)
    else:
        return _Found("cannot judge", note=_OTHER_SYSTEM)
    return found.unless(_unread(wheel.contents))


def _judge_linux(platform: Linux | Manylinux | Musllinux, wheel: _Wheel) -> _Found:
    found, known, note = _contradictions(platform, wheel)
    if found:
        alike = tuple(tag for tag in wheel.honest if type(parse_platform(tag)) is type(platform))
        return _Found("claims too much", found, alike or wheel.honest, note)
    if not known:
        return _Found("cannot judge", note=note)
    better = _better(platform, wheel)
    if not note and isinstance(platform, Musllinux) and wheel.code:
        note = "musl's symbols have no versions: nothing contradicts it, and nothing proves it"
    if better and isinstance(platform, Linux) and wheel.code:
        note = "it says nothing of the C library that the code needs"
    if better and not wheel.code:
        note = "it has no ELF file"
    return _Found("claims less than it could" if better else "true", (), better, note)


def _contradictions(platform: Linux | Manylinux | Musllinux, wheel: _Wheel) -> tuple[tuple[Violation, ...], bool, str]:
    """Find what contradicts a tag; also whether there is a policy to judge it by, and what to say of that."""
    code, architecture = wheel.code, platform.arch
    if isinstance(platform, Linux):
        return machine_violations(code, architecture) + name_violations(wheel.modules, "linux", architecture), True, ""
    kind, version = (_MANYLINUX, platform.glibc) if isinstance(platform, Manylinux) else (_MUSLLINUX, platform.musl)
    named = name_violations(wheel.modules, kind, architecture)
    if wheel.contents.headers_only:
        return machine_violations(code, architecture) + named, True, ""
    try:
        promised = policy(kind, (version[0], version[1]), architecture)
    except InvalidPolicy as error:
        oldest = next(iter(policies(kind).of(architecture)), None)
        if oldest is None or version > oldest.version:
            return machine_violations(code, architecture) + named, False, f"no policy: {error.reason}"
        # What the first policy does not allow, none before it would.
        return violations(code, oldest, wheel.brought) + named, False, f"no policy: {error.reason}"
    note = "" if promised.listed else "judged by the libraries of {}_{}_{}".format(kind, *promised.judged_by)
    return violations(code, promised, wheel.brought) + named, True, note


def _better(platform: Linux | Manylinux | Musllinux, wheel: _Wheel) -> tuple[str, ...]:
    """Find tags that are true and say more than one that is true."""
    if wheel.honest == ("any",):
        # Object files, or code for graphics cards, are of use on some machines only.
        return () if wheel.contents.needs else wheel.honest
    if isinstance(platform, Musllinux):
        return ()  # the oldest policy that nothing contradicts is no proof
    others = [(tag, parse_platform(tag)) for tag in wheel.honest]
    promises = [(tag, true) for tag, true in others if isinstance(true, (Manylinux, Musllinux))]
    mine = [(tag, true) for tag, true in promises if true.arch == platform.arch]
    if isinstance(platform, Linux):
        return tuple(tag for tag, _ in mine)
    for tag, true in mine:
        # Beside a tag that says it all, a newer one does no harm.
        if true < platform and true not in wheel.beside:
            rivals = [each for each in wheel.beside if isinstance(each, Manylinux) and each < platform]
            return () if rivals else (tag,)
    return ()


def _as_reasons(code: tuple[ElfNeeds, ...]) -> tuple[Violation, ...]:
    return tuple(Violation(each.name, "ELF file", f"for {each.architecture}") for each in code)
