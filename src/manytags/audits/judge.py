"""The verdicts on a wheel's tags, and the tags that would be true. Pure.

A platform tag is judged by what the compiled files need, and a python tag or an ABI tag by which interpreters load the
extension modules. *True* means that nothing in the wheel contradicts the tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice

from ..binaries import LINUX
from ..binaries.binary import Binary
from ..errors import InvalidPolicy
from ..platforms.linux.policies import KINDS, Policy, policies, policy
from ..platforms.parse import parse_platform
from ..platforms.tag import PlatformTag
from ..tags.python import parse_abi
from . import android
from .budget import MAX_REASONS, Budget
from .claims import Claim, ClaimKind, Verdict
from .contents import Contents
from .foreign import foreign_modules, foreign_users
from .grafting import grafted
from .installed import is_in_data_folder
from .judge_foreign import JUDGED, OTHER_SYSTEM, ForeignJudge
from .modules import Module, is_importable, name_violations
from .processors import declared_arm
from .python_claims import add_lenders, judge_abi, judge_python
from .python_users import PythonUser, lenders, python_users
from .remarks import RemarkKind
from .rules import (
    Violation,
    ViolationKind,
    iterate_violations,
    lowest_policy,
    machine_violations,
    musl_violations,
    version_violations,
)
from .scopes import Scopes

Where = tuple[str, ...]
Version = tuple[int, ...]

_NAME, _WHEEL = "file name", "WHEEL"
_ONE_MACHINE = "{} is for {} alone: only its Python code tells whether other machines do without it"
_MUSL = "musl's symbols have no versions: nothing contradicts {}, and nothing proves it"


class Judge:
    """Judges the tags of one wheel.

    :param contents: what was read of the wheel.
    :ivar modules: the extension modules of all systems.
    :ivar true_tags: the most widely installable platform tags that are true, one for each C library on each
        architecture. ``any`` for a wheel without compiled code; a bare ``linux_*`` for code that keeps no policy; none
        if files are damaged, or only their headers were read.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._code, self._modules = contents.code, contents.modules
        self.modules = self._modules + foreign_modules(contents.foreign)
        self._linking = contents.linking
        self._unsound = _unsound(contents)
        self._unread = self._unsound or _unread(contents)
        self._pythons = _tags(contents, "pythons")
        self._abis = _tags(contents, "abis")
        self._platforms = [(parse_platform(tag), tag, where) for tag, where in _tags(contents, "platforms")]
        self._other_system = any(platform.system not in {"any", "linux"} for platform, _, _ in self._platforms)
        self._for_any = any(platform.system == "any" for platform, _, _ in self._platforms)
        self._importable = _importable(contents, self._code, self._modules)
        #: The systems that modules are for.
        self._imported_on = {file.system for file in contents.foreign if file.code and file.is_module_of_wheel}
        self._imported_on.update(LINUX for module in self._modules if is_importable(module.file))
        self._one_machine = "" if contents.foreign else _one_machine(self._code)
        kinds = {platform.kind for platform, _, _ in self._platforms}
        #: The kind of loader that is asked where a tag does not name one.
        self._kind = next((kind for kind in ("manylinux", "musllinux", android.KIND) if kind in kinds), "manylinux")
        files = [binary.name for binary in self._code if not binary.is_debug_information]
        files += [file.name for file in contents.foreign if file.code]
        loads = contents.foreign_linking.users()
        self._scopes = Scopes(files, self.modules, self._linking, loads)
        self._foreign = ForeignJudge(contents, self._code, self._modules)
        self._judged: dict[PlatformTag, tuple[tuple[Violation, ...], bool, str]] = {}
        #: The oldest version that the wheel claims, by kind of policy and architecture.
        self._oldest: dict[tuple[str, str], Version] = {}
        for platform, _, _ in self._platforms:
            if (need := platform.need) is not None:
                place = platform.kind, platform.machine
                self._oldest[place] = min(need.version, self._oldest.get(place, need.version))
        self.true_tags = self._true_tags()

    def claims(self) -> tuple[Claim, ...]:
        """Judge every tag in the wheel's file name and in its ``WHEEL``."""
        unread = self._unread or self._unread_foreign
        stable = any(parse_abi(tag).family == "stable" for tag, _ in self._abis)
        users = self._python_users() + foreign_users(self._contents.foreign)
        lent = lenders(self._code, self._linking, self._kind)
        cost = len(self.modules) + sum(1 + len(user.names) for user in users)
        claims, budget = [], Budget()
        for tag, where in self._pythons:
            judge = self._scoped(self._kind, partial(judge_python, tag, where, users, self.modules, stable))
            claim = budget.judge(ClaimKind.PYTHON_TAG, tag, where, cost, judge).unless(unread)
            claims.append(add_lenders(claim, lent) if stable else claim)
        for tag, where in self._abis:
            judge = self._scoped(self._kind, partial(judge_abi, tag, where, users, self.modules))
            claim = budget.judge(ClaimKind.ABI_TAG, tag, where, cost, judge).unless(unread)
            claims.append(add_lenders(claim, lent))
        cost = sum(1 + len(file.needed) + len(file.versions) + len(file.undefined) for file in self._code)
        for platform, tag, where in self._platforms:
            judge = self._scoped(platform.kind, partial(self._judge_platform, platform, tag, where))
            is_known = platform in self._judged or platform.system != "linux"
            claims.append(budget.judge(ClaimKind.PLATFORM_TAG, tag, where, 0 if is_known else cost, judge))
        # Pure wheels may carry programs and libraries for several systems, and choose among them when they run.
        reasons = self._importable if self._for_any else _compiled_files(self._code)
        reasons = tuple(reason for reason in reasons if not is_in_data_folder(reason.file))
        if self._contents.purelib and reasons:
            kind = ClaimKind.ROOT_IS_PURELIB
            claims.append(Claim(kind, "true", (_WHEEL,), Verdict.TOO_MUCH, reasons, ("false",)))
        return tuple(claims)

    def _scoped(self, kind: str, judge: Callable[[], Claim]) -> Callable[[], Claim]:
        """Judge a claim, and say which part of the wheel contradicts it."""
        return lambda: self._scopes.add_to(judge(), kind if kind in {*KINDS, android.KIND} else self._kind)

    def _python_users(self) -> tuple[PythonUser, ...]:
        return python_users(self._code, [module.file for module in self._modules], self._linking, self._kind)

    def _true_tags(self) -> tuple[str, ...]:
        if self._unread or self._unread_foreign:
            return ()
        if self._other_system or (self._contents.wheel is None and self._foreign.has_code):
            return tuple(tag for tag in self._foreign.true_tags() if not self._misplaced(parse_platform(tag)))
        if self._importable and not self._code:
            return () if self._for_any else self._foreign.true_tags()
        for_any = all(platform.system == "any" for platform, _, _ in self._platforms)
        if not self._code or (for_any and not self._importable and not self._one_machine):
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
        """List what contradicts a tag whatever its policy promises: machine code, names, and what nothing defines."""
        lacking = () if kind == "musllinux" else version_violations(self._code, self._linking)
        machine = machine_violations(self._code, architecture)
        if kind == "linux":
            lacking += musl_violations(self._code, architecture)
        return machine + lacking + name_violations(self._modules, kind, architecture)

    def _judge_platform(self, platform: PlatformTag, tag: str, where: Where) -> Claim:
        claim = partial(Claim, ClaimKind.PLATFORM_TAG, tag, where)
        misplaced = self._misplaced(platform)
        if misplaced and (platform.system == "any" or not (self._unsound or self._unread_foreign)):
            return claim(Verdict.TOO_MUCH, misplaced, self.true_tags)
        if platform.system == "linux":
            return self._judge_linux(platform, claim).unless(self._unread or self._linking.doubt(platform.kind))
        if platform.system in JUDGED:
            unsound = self._unsound or self._unread_foreign
            if unsound:
                return claim(Verdict.UNKNOWN, note=unsound)
            return self._foreign.judge(platform, claim, self.true_tags).unless(self._unread)
        if platform.system != "any":
            return claim(Verdict.UNKNOWN, note=OTHER_SYSTEM)
        return claim(Verdict.TRUE).unless(self._unread or self._one_machine)

    def _misplaced(self, platform: PlatformTag) -> tuple[Violation, ...]:
        """List the extension modules, if they are all for other systems than that of a tag.

        One for another system beside others may be imported there alone.
        """
        if platform.system not in JUDGED:
            return self._importable if platform.system == "any" else ()
        return () if JUDGED[platform.system] in self._imported_on else self._importable

    @property
    def _unread_foreign(self) -> str:
        """Say which code for other systems cannot be judged; empty if all that matters can be."""
        if any(platform.system not in {"any", *JUDGED} for platform, _, _ in self._platforms):
            return "" if self._code else OTHER_SYSTEM
        for file in self._contents.foreign:
            if not file.slices and (self._other_system or (file.is_module and not self._code)):
                return f"damaged: {file.name}: {file.damage}"
        return ""

    def _judge_linux(self, platform: PlatformTag, claim: partial[Claim]) -> Claim:
        reasons, known, note = self._contradictions(platform)
        if reasons:
            alike = tuple(tag for tag in self.true_tags if parse_platform(tag).kind == platform.kind)
            left = None if alike or self._unread else grafted(self._code, platform, self._linking)
            return claim(Verdict.TOO_MUCH, reasons, alike or self.true_tags, str(left) if left else note)
        if not known:
            return claim(Verdict.UNKNOWN, note=note)
        better = self._better_tags(platform)
        if not note and platform.kind == "musllinux" and not all(binary.is_static_program for binary in self._code):
            note = _MUSL.format(" or ".join(("it", *better)))
        if better and platform.need is None and self._code:
            note = "it does not say which C library the code needs"
        if better and not self._code:
            note = "it has no ELF file"
        given = self._linking.given(platform.kind) if platform.need is not None else ()
        # That nothing contradicts an older musl is no reason to ask publishers for its tag.
        proved = platform.kind != "musllinux"
        return claim(Verdict.TOO_LITTLE if better and proved else Verdict.TRUE, (), better, note, given=given)

    def _contradictions(self, platform: PlatformTag) -> tuple[tuple[Violation, ...], bool, str]:
        """List what contradicts a tag; also return whether the tag has a policy, and a note on the policy."""
        if platform not in self._judged:  # a wheel often has two names of one policy
            self._judged[platform] = self._judge_policy(platform)
        return self._judged[platform]

    def _judge_policy(self, platform: PlatformTag) -> tuple[tuple[Violation, ...], bool, str]:
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
            return self._violations(oldest) + named, False, note
        note = "" if promised.listed else "judged by the libraries of {}_{}_{}".format(kind, *promised.judged_by)
        return self._violations(promised) + named, True, note

    def _violations(self, policy: Policy) -> tuple[Violation, ...]:
        return tuple(islice(iterate_violations(self._code, policy, self._linking), MAX_REASONS + 1))

    def _better_tags(self, platform: PlatformTag) -> tuple[str, ...]:
        """List true tags that more installers take than a tag that is true."""
        if self.true_tags == ("any",):
            # Object files, or code for graphics cards, may be of use on some machines only.
            return () if self._contents.binaries else self.true_tags
        others = [(tag, parse_platform(tag)) for tag in self.true_tags]
        same = [(tag, true) for tag, true in others if true.need is not None and true.machine == platform.machine]
        if platform.need is None:
            return tuple(tag for tag, _ in same)
        for tag, true in same:
            # If the wheel also carries an older tag, the newer tag does no harm.
            if true < platform:
                return (tag,) if platform.need.version == self._oldest[platform.kind, platform.machine] else ()
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


def _unsound(contents: Contents) -> str:
    """Say which files could not be read; empty if all could."""
    if contents.damaged:
        more = len(contents.damaged) - 1
        return f"not sound: {contents.damaged[0]}" + (f" and {more} more" if more else "")
    not_read = [remark for remark in contents.remarks if remark.kind is RemarkKind.NOT_READ]
    if not_read:
        return f"not read: {not_read[0].text}"
    return ""


def _unread(contents: Contents) -> str:
    """Say why a tag that nothing contradicts still cannot be called true; empty if files were read as a whole."""
    unread = contents.headers_only and (contents.binaries or contents.foreign)
    return "only the headers of its files were read" if unread else ""


def _importable(contents: Contents, code: Iterable[Binary], modules: Iterable[Module]) -> tuple[Violation, ...]:
    """List the extension modules that a wheel has where interpreters import from, of all systems."""
    built_for = {binary.name: binary.architecture for binary in code}
    files = [(module.file, built_for[module.file]) for module in modules]
    files += [(file.name, file.system) for file in contents.foreign if file.is_module]
    kind = ViolationKind.EXTENSION_MODULE
    return tuple(Violation(file, kind, f"for {system}") for file, system in files if is_importable(file))


def _one_machine(code: Iterable[Binary]) -> str:
    """Say that the libraries of a wheel are for one machine, which leaves nothing to choose; empty if they are not."""
    libraries = [binary for binary in code if not binary.is_program and not binary.is_debug_information]
    machines = {binary.architecture for binary in libraries}
    return _ONE_MACHINE.format(libraries[0].name, *machines) if len(machines) == 1 else ""


def _compiled_files(code: Iterable[Binary]) -> tuple[Violation, ...]:
    return tuple(Violation(binary.name, ViolationKind.COMPILED_FILE, f"for {binary.architecture}") for binary in code)
