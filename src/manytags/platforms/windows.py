"""Windows: ``win32``, ``win_amd64``, ``win_arm64`` and their rarer kin. Each machine takes its own tag alone."""

from __future__ import annotations

from ..errors import InvalidFacts, InvalidTarget
from . import Evidence, Platform, tag_text
from .tag import Miss, PlatformTag
from .versions import no_facts
from .words import assumed, split_machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from . import ReadsFacts
    from .words import Named

TITLE = "Windows"
NAMES = {
    "windows": "win_amd64",
    "win-64": "win_amd64",  # conda's
    "win-32": "win32",
    "win-arm64": "win_arm64",
    "x86_64-pc-windows-msvc": "win_amd64",
    "aarch64-pc-windows-msvc": "win_arm64",
    "i686-pc-windows-msvc": "win32",
}
COMMON = ("win_amd64",)
RETIRED: tuple[str, ...] = ()
EXAMPLES = ("win_amd64", "win32", "win_arm64", "win_arm32", "win_ia64")

#: Platform tag -> what follows ``win_`` or would, ``platform_machine``, and what people call the machine.
MACHINES = {
    "win32": ("x86", "x86", "32-bit x86"),
    "win_amd64": ("amd64", "AMD64", "64-bit x86"),
    "win_arm64": ("arm64", "ARM64", "64-bit Arm"),
    "win_arm32": ("arm32", "ARM", "32-bit Arm"),
    "win_ia64": ("ia64", "IA64", "win_ia64"),
}
#: What people call the system, and its machines.
WORDS = ("windows", "win", "win32")
MACHINE_WORDS = {
    **dict.fromkeys(("64", "amd64", "x64", "x86-64"), "win_amd64"),
    **dict.fromkeys(("32", "x86", "386", "i386", "i686", "ia32"), "win32"),
    **dict.fromkeys(("arm64", "aarch64", "arm"), "win_arm64"),
}


class Windows(PlatformTag):
    """``win32``, ``win_amd64``, ``win_arm64`` and their rarer kin. No machine takes another's wheels.

    :param arch: ``x86``, ``amd64``, ``arm64``, ``arm32`` or ``ia64``.
    """

    __slots__ = ("arch",)
    _fields = ("arch",)
    _kind = 6
    system = "windows"

    arch: str

    def __init__(self, arch: str) -> None:
        self._assign(arch=arch)

    def __str__(self) -> str:
        return "win32" if self.arch == "x86" else f"win_{self.arch}"

    @property
    def machine(self) -> str:
        """The architecture."""
        return self.arch

    def platform(self) -> Platform:
        """Describe the Windows that has this tag."""
        return Platform("windows", str(self))

    def misses(self, platform: Platform, evidence: tuple[Evidence, ...]) -> list[Miss]:
        """Say which machines the wheel and the Python are for."""
        del evidence
        own = platform.arch
        needs, has = (MACHINES[tag][2] if tag in MACHINES else tag for tag in (str(self), own))
        sentence = f"the wheel is for {needs} Python ({self}); this one is {has} ({own})"
        return [Miss("architecture", str(self), own, sentence, ("platform",))]


def runnable(tag: str, own: str) -> list[str]:
    """Name the Python for a wheel's machine, where the Windows of another machine may run it too.

    :param tag: the wheel's platform tag.
    :param own: the tag of the Python that does not take it.

    >>> runnable("win_amd64", "win32"), runnable("win_arm64", "win_amd64")
    (['a 64-bit x86 Python, if this Windows is 64-bit'], ['a 64-bit Arm Python, if this Windows is for Arm'])
    """
    if tag not in MACHINES or tag in {"win_arm32", "win_ia64"}:
        return []
    which = {"win_amd64": ", if this Windows is 64-bit", "win_arm64": ", if this Windows is for Arm"}
    return [f"a {MACHINES[tag][2]} Python{which.get(tag, '') if own != 'win_arm64' else ''}"]


def parse(text: str) -> Windows | None:
    """Read a Windows tag."""
    return Windows(MACHINES[text][0]) if text in MACHINES else None


def ladder(platform: Platform) -> list[str]:
    """Return the one tag of the machine.

    :raises InvalidTarget: the machine is not named as tags do, and would take nothing.
    """
    if not platform.arch.startswith(("win", "mingw")):  # MSYS2's Python has tags of its own
        raise InvalidTarget(platform.arch, "no Python on Windows has this tag; expected one such as 'win_amd64'")
    return [platform.arch]


def describe(platform: Platform) -> str:
    """Name the tag, which says the machine."""
    return f"Windows ({platform.arch})"


def from_name(name: str) -> Named | None:
    """Read ``windows-amd64``, ``win-x64`` or ``windows-2022``; the version does not matter to tags.

    >>> from_name("windows-11-arm")
    (Platform(system='windows', arch='win_arm64', glibc=None, musl=None, version=None, build_arch=None, distribution=None), ())
    """  # noqa: E501 - a representation is one line
    rest, machine = split_machine(name, MACHINE_WORDS)
    system, _, version = rest.partition("-")
    # As GitHub's runners: windows-latest, windows-2025-vs2026.
    numbers = [word.removeprefix("vs") for word in version.split("-") if word not in {"", "server", "latest"}]
    known = all(number.isdigit() and len(number) < 5 for word in numbers for number in word.split("."))
    if system not in WORDS or not known or not (version or machine):
        return None
    tag = MACHINE_WORDS.get(machine, "win_amd64")
    return Platform("windows", tag), () if machine else (assumed("platform", tag, "most machines are"),)


def infer(facts: ReadsFacts, evidence: list[Evidence]) -> Platform:
    """Conclude the machine from sysconfig, which knows how the interpreter was built."""
    tag = tag_text(facts.text("sysconfig_platform"))
    if not tag:
        raise InvalidFacts("win32", "facts lack 'sysconfig_platform'; the platform tag follows from it")
    evidence.append(Evidence("platform", tag, facts.seen("sysconfig_platform")))
    return Platform("windows", tag)


def sysconfig_platform(platform: Platform) -> str:
    """Write a text such as ``win-amd64``, or ``win32``."""
    return platform.arch.replace("win_", "win-")


facts_from_sysconfig = no_facts


def machines() -> tuple[str, ...]:
    """List the machines for which python.org has Pythons."""
    return "win_amd64", "win32", "win_arm64"


def markers(platform: Platform) -> tuple[str, str, str, tuple[str, ...]]:
    """``platform_machine`` is the kernel's, so a 32-bit Python may see AMD64."""
    machine = MACHINES[platform.arch][1] if platform.arch in MACHINES else platform.arch
    return "nt", "win32", "Windows", (machine, "AMD64") if platform.arch == "win32" else (machine,)


def from_markers(machine: str, environment: Mapping[str, str]) -> Platform | None:
    """The machine tells all."""
    del environment
    tags = {name.lower(): tag for tag, (_, name, _) in MACHINES.items()}
    tag = tags.get(machine.lower())
    return Platform("windows", tag) if tag else None
