"""The verdicts on a wheel's tags, and the tags that would be true. Pure.

A platform tag is judged by what the compiled files need, and a python tag or an ABI tag by which interpreters load the
extension modules. *True* means that nothing in the wheel contradicts the tag.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from ..binaries.binary import Binary
from ..errors import InvalidPolicy
from ..platforms.linux.policies import KINDS, policies, policy
from ..platforms.parse import parse_platform
from ..platforms.tag import PlatformTag
from ..tags.python import parse_abi
from .claims import Claim, ClaimKind, Verdict
from .contents import Contents
from .linking import is_in_data_folder
from .modules import judge_abi, judge_python, modules, name_violations
from .processors import declared_arm
from .rules import Violation, ViolationKind, lowest_policy, machine_violations, violations

Where = tuple[str, ...]

_NAME, _WHEEL = "file name", "WHEEL"
_OTHER_SYSTEM = "code of other systems than Linux is not read"


class Judge:
    """Judges the tags of one wheel.

    :param contents: what was read of the wheel.
    :ivar true_tags: the most widely installable platform tags that are true, one for each C library on each
        architecture. ``any`` for a wheel without compiled code; a bare ``linux_*`` for code that keeps no policy; none
        if files are damaged, or only their headers were read.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        #: The files that a host could load or run.
        self._code = tuple(binary for binary in contents.binaries if binary.is_code)
        self._modules = modules(self._code)
        self._linking = contents.linking
        self._unread = _unread(contents)
        self._pythons = _tags(contents, "pythons")
        self._abis = _tags(contents, "abis")
        self._platforms = [(parse_platform(tag), tag, where) for tag, where in _tags(contents, "platforms")]
        self._other_system = any(platform.system not in {"any", "linux"} for platform, _, _ in self._platforms)
        self.true_tags = self._true_tags()

    def claims(self) -> tuple[Claim, ...]:
        """Judge every tag in the wheel's file name and in its ``WHEEL``."""
        unread = self._unread or (_OTHER_SYSTEM if not self._code and self._other_system else "")
        stable = any(parse_abi(tag).family == "stable" for tag, _ in self._abis)
        code, modules = self._code, self._modules
        claims = [judge_python(tag, where, code, modules, stable).unless(unread) for tag, where in self._pythons]
        claims += [judge_abi(tag, where, code, modules).unless(unread) for tag, where in self._abis]
        claims += [self._judge_platform(*platform) for platform in self._platforms]
        reasons = _compiled_files(binary for binary in code if not is_in_data_folder(binary.name))
        if self._contents.purelib and reasons:
            kind = ClaimKind.ROOT_IS_PURELIB
            claims.append(Claim(kind, "true", (_WHEEL,), Verdict.TOO_MUCH, reasons, ("false",)))
        return tuple(claims)

    def _true_tags(self) -> tuple[str, ...]:
        if self._unread or self._other_system:
            return ()
        if not self._code:
            return () if self._contents.wheel is None else ("any",)
        true_tags: list[str] = []
        for architecture in _architectures(self._code):
            if self._machine_violations("linux", architecture):
                continue
            tags = [
                lowest.tag
                for kind in KINDS
                if not name_violations(self._modules, kind, architecture)
                and (lowest := lowest_policy(self._code, kind, architecture, self._linking))
            ]
            true_tags += tags or [f"linux_{architecture}"]
        return tuple(true_tags)

    def _machine_violations(self, kind: str, architecture: str) -> tuple[Violation, ...]:
        """List what contradicts a tag whatever its policy promises: machine code, and names of modules."""
        return machine_violations(self._code, architecture) + name_violations(self._modules, kind, architecture)

    def _judge_platform(self, platform: PlatformTag, tag: str, where: Where) -> Claim:
        claim = partial(Claim, ClaimKind.PLATFORM_TAG, tag, where)
        if platform.system == "linux":
            return self._judge_linux(platform, claim).unless(self._unread)
        if platform.system != "any":
            return claim(Verdict.UNKNOWN, note=_OTHER_SYSTEM)
        reasons = _compiled_files(self._code)
        return claim(Verdict.TOO_MUCH, reasons, self.true_tags) if reasons else claim(Verdict.TRUE).unless(self._unread)

    def _judge_linux(self, platform: PlatformTag, claim: partial[Claim]) -> Claim:
        reasons, known, note = self._contradictions(platform)
        if reasons:
            alike = tuple(tag for tag in self.true_tags if parse_platform(tag).kind == platform.kind)
            return claim(Verdict.TOO_MUCH, reasons, alike or self.true_tags, note)
        if not known:
            return claim(Verdict.UNKNOWN, note=note)
        better = self._better_tags(platform)
        if not note and platform.kind == "musllinux" and self._code:
            note = "musl's symbols have no versions: nothing contradicts it, and nothing proves it"
        if better and platform.need is None and self._code:
            note = "it does not say which C library the code needs"
        if better and not self._code:
            note = "it has no ELF file"
        return claim(Verdict.TOO_LITTLE if better else Verdict.TRUE, (), better, note)

    def _contradictions(self, platform: PlatformTag) -> tuple[tuple[Violation, ...], bool, str]:
        """List what contradicts a tag; also return whether the tag has a policy, and a note on the policy."""
        kind, architecture = platform.kind, platform.machine
        if platform.need is None or self._contents.headers_only:
            return self._machine_violations(kind, architecture), True, ""
        version = platform.need.version
        named = name_violations(self._modules, kind, architecture)
        try:
            promised = policy(kind, (version[0], version[1]), architecture)
        except InvalidPolicy as error:
            note = f"no policy: {error.reason}"
            oldest = next(iter(policies(kind).of(architecture)), None)
            if oldest is None or version > oldest.version:
                return self._machine_violations(kind, architecture), False, note
            # An older policy would not allow more than the first one.
            return violations(self._code, oldest, self._linking) + named, False, note
        note = "" if promised.listed else "judged by the libraries of {}_{}_{}".format(kind, *promised.judged_by)
        return violations(self._code, promised, self._linking) + named, True, note

    def _better_tags(self, platform: PlatformTag) -> tuple[str, ...]:
        """List true tags that more installers take than a tag that is true."""
        if self.true_tags == ("any",):
            # Object files, or code for graphics cards, may be of use on some machines only.
            return () if self._contents.binaries else self.true_tags
        if platform.kind == "musllinux":
            return ()  # nothing proves that the oldest policy is true
        others = [(tag, parse_platform(tag)) for tag in self.true_tags]
        same = [(tag, true) for tag, true in others if true.need is not None and true.machine == platform.machine]
        if platform.need is None:
            return tuple(tag for tag, _ in same)
        beside = [other for other, _, _ in self._platforms]
        for tag, true in same:
            # If the wheel also carries the better tag, the newer tag does no harm.
            if true < platform and true not in beside:
                rivals = [other for other in beside if other.kind == "manylinux" and other < platform]
                return () if rivals else (tag,)
        return ()


def _tags(contents: Contents, field: str) -> list[tuple[str, Where]]:
    """List the tags of one kind, and where the wheel has each of them."""
    tags: dict[str, Where] = {}
    for tag_set, where in ((contents.filename, _NAME), (contents.wheel, _WHEEL)):
        for tag in getattr(tag_set, field, ()):
            tags[tag] = (*tags.get(tag, ()), where)
    return list(tags.items())


def _architectures(code: tuple[Binary, ...]) -> list[str]:
    """List the tag architectures that code may be for; ARMv6 code runs on ARMv7 too."""
    names = dict.fromkeys(binary.architecture for binary in code if binary.architecture != "arm")
    arm = [binary for binary in code if binary.architecture == "arm"]
    if arm:
        old = all(declared_arm(binary) == "armv6l" for binary in arm)
        names |= dict.fromkeys(("armv7l", "armv6l") if old else ("armv7l",))
    return list(names)


def _unread(contents: Contents) -> str:
    """Say why a tag that nothing contradicts still cannot be called true; empty if all files were read."""
    if contents.damaged:
        more = len(contents.damaged) - 1
        return f"damaged: {contents.damaged[0]}" + (f" and {more} more" if more else "")
    return "only the headers of its files were read" if contents.headers_only and contents.binaries else ""


def _compiled_files(code: Iterable[Binary]) -> tuple[Violation, ...]:
    return tuple(Violation(binary.name, ViolationKind.COMPILED_FILE, f"for {binary.architecture}") for binary in code)
