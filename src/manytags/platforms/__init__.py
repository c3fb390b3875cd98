"""What a machine is, as far as platform tags can tell one from another. Pure: nothing here looks at a machine.

Each family of platforms is one file of this room (Linux is a folder), of the shape that ``protocol.Family`` says, and
one row of ``tags.SYSTEMS``; ``other``, which takes the rest, has no row. A family is loaded when it is first needed.
"""

from ..tags import SYSTEMS, Value, is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .protocol import Family as Family
    from .protocol import ReadsFacts as ReadsFacts


class Platform(Value):
    """Which machine, as far as platform tags can tell one from another.

    :param system: ``linux``, ``macos``, ``windows``, ``ios``, ``android``, ``emscripten``, or ``other``, which is known
        by its platform tag alone.
    :param arch: architecture as this system's tags name it; for ``other``, and for what follows no ladder, the tag.
    :param glibc: glibc version of a Linux with glibc, else ``None``.
    :param musl: musl version of a Linux with musl, else ``None``.
    :param version: of macOS and iOS (major, minor); of Android the API level alone; of Pyodide's ABI.
    :param build_arch: architecture that a wheel built here is made for, where that is not ``arch``: an ARMv6 userland
        runs on ARMv7 machines.
    :param distribution: ``ID`` of a Linux's ``/etc/os-release``, where it is known.
    :raises InvalidTarget: there is no such system or version, or ``arch`` has a character that no tag has.
    """

    __slots__ = ("arch", "build_arch", "distribution", "glibc", "musl", "system", "version")
    _fields = ("system", "arch", "glibc", "musl", "version", "build_arch", "distribution")

    if TYPE_CHECKING:
        system: str
        arch: str
        glibc: tuple[int, int] | None
        musl: tuple[int, int] | None
        version: tuple[int, ...] | None
        build_arch: str | None
        distribution: str | None

    def __init__(  # noqa: PLR0913, PLR0917 - named by every caller
        self,
        system: str,
        arch: str,
        glibc: "tuple[int, int] | None" = None,
        musl: "tuple[int, int] | None" = None,
        version: "tuple[int, ...] | None" = None,
        build_arch: "str | None" = None,
        distribution: "str | None" = None,
    ) -> None:
        libc = glibc or musl or (0, 0)
        if system not in SYSTEMS and system != "other":
            _refuse(system, f"no such system; known: {', '.join([*SYSTEMS, 'other'])}")
        if not is_plain(arch):
            _refuse(arch, "not an architecture: expected letters, digits and underscores")
        if glibc and musl:
            _refuse(arch, "a platform has glibc or musl, not both")
        # No ladder is meant for versions beyond these, and the length of a ladder must be bounded.
        if not (0 <= libc[0] < 100 and 0 <= libc[1] < 1000):
            _refuse(".".join(map(str, libc)), "the version of the libc is out of range")
        self._assign(
            system=system,
            arch=arch.lower(),  # as tags are compared
            glibc=None if glibc is None else (glibc[0], glibc[1]),
            musl=None if musl is None else (musl[0], musl[1]),
            version=None if version is None else tuple(version),
            build_arch=build_arch,
            distribution=distribution,
        )

    def __str__(self) -> str:
        return family(self.system).describe(self)


def _refuse(text: str, reason: str) -> None:
    from ..errors import InvalidTarget

    raise InvalidTarget(text, reason)


class Evidence(Value):
    """Why something about a target is believed.

    :param subject: what it is about, such as ``architecture``.
    :param conclusion: what is believed, such as ``armv7l, hard float``.
    :param because: what was seen and where, in words.
    """

    __slots__ = ("because", "conclusion", "subject")
    _fields = ("subject", "conclusion", "because")

    if TYPE_CHECKING:
        subject: str
        conclusion: str
        because: str

    def __init__(self, subject: str, conclusion: str, because: str) -> None:
        self._assign(subject=subject, conclusion=conclusion, because=because)

    def __str__(self) -> str:
        return f"{self.subject}: {self.conclusion} ({self.because})"


def family(system: str) -> "Family":
    """Load the file of a family.

    :param system: as in :class:`Platform`.
    """
    module: Family = __import__(f"{__name__}.{system}", fromlist=("ladder",))
    return module


def families() -> "dict[str, Family]":
    """Load the files of all families, by system; ``other`` is the last."""
    return {system: family(system) for system in (*SYSTEMS, "other")}


def tag_text(text: str) -> str:
    """Spell a platform as tags do: dots, dashes and spaces become underscores.

    >>> tag_text("freebsd-14.1-release-amd64")
    'freebsd_14_1_release_amd64'
    """
    return text.replace(".", "_").replace("-", "_").replace(" ", "_").lower()


def release_numbers(text: str) -> "tuple[int, ...]":
    """Read the release numbers that a version begins with, at most three.

    >>> release_numbers("3.13.0rc1"), release_numbers("rolling")
    ((3, 13, 0), ())
    """
    numbers: list[int] = []
    for field in text.split(".")[:3]:
        digits = field[: len(field) - len(field.lstrip("0123456789"))]
        if not digits or len(digits) > 3:
            break
        numbers.append(int(digits))
        if digits != field:
            break
    return tuple(numbers)
