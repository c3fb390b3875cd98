"""Targets and Pythons by the names that people use: ``3.12``, ``cp313t``, ``pypy3.10``."""

from __future__ import annotations

from ..errors import InvalidTarget
from ..platforms import Platform
from ..platforms.names import describe_name
from ..tags.python import IMPLEMENTATIONS, parse_abi
from ..tags.text import parse_number
from ..tags.version import is_version
from . import Python, Target
from .options import TagOptions

#: First CPython that can be built without the global interpreter lock (:pep:`703`).
FIRST_FREE_THREADED = (3, 13)

#: PyPy's ABI, by the first Python version that uses it. PyPy 8 changed it for Python 3.12.
PYPY_ABIS = (((3, 12), "pp80"), ((3, 0), "pp73"))
PYPY2_ABI = "pypy_73"  # names no version
#: The newest GraalPy for each Python version. Its ABI tag has both.
GRAALPY_VERSIONS = {(3, 10): "240", (3, 11): "242", (3, 12): "250"}

_LONGEST = 100  # characters; no Python has a longer name
_EXPECTED = "expected such as '3.12', 'cp312', '3.13t', '3.12d', 'pypy3.10' or 'cp313-cp313t'"


def target(python: str | Python, platform: str | Platform, options: TagOptions | None = None) -> Target:
    """Describe a machine that is not here.

    :param python: such as ``cp312``, ``3.12``, ``3.12.4``, ``3.13t`` (free-threaded), ``3.12d`` (debug), ``pypy3.10``,
        ``graalpy3.12``, ``cp313-cp313t``, or a :class:`Python`.
    :param platform: a platform tag, which means a host that takes this tag and all below it; a distribution, perhaps
        with a release and an architecture, such as ``alpine-3.20-x86_64``; a triple, such as ``aarch64-apple-darwin``;
        a name of uv's, conda's, Docker's or GitHub's runners, such as ``linux/arm64``; or a :class:`Platform`. What a
        name leaves open is in the target's ``evidence``.
    :param options: what the target's owner decides.
    :raises InvalidTarget: there is no such Python or platform; ``reason`` says why.

    >>> target("3.13t", "musllinux_1_2_x86_64").triples()[:2]
    ('cp313-cp313t-linux_x86_64', 'cp313-cp313t-musllinux_1_2_x86_64')
    >>> target("3.11", "debian-12-arm64").platform_tags()[:2]
    ('linux_aarch64', 'manylinux_2_36_aarch64')
    """
    machine, evidence = describe_name(platform) if isinstance(platform, str) else (platform, ())
    described = python_on(python, machine) if isinstance(python, str) else python
    made = Target(described, machine, options, evidence)
    made.platform_tags()  # a platform that has no ladder is refused here, where its name is known
    return made


def python_on(name: str, platform: Platform) -> Python:
    """Describe the Python of a name on a platform: CPython 2 has narrow Unicode on macOS and Windows.

    >>> python_on("2.7", Platform("windows", "win32")).abis, python_on("2.7", Platform("linux", "i686")).abis
    (('cp27m',), ('cp27mu',))
    """
    python = parse_python(name)
    is_narrow = platform.system in {"macos", "windows"} and python.implementation == "cpython" and python.version < (3,)
    if "-" in name or not is_narrow:
        return python
    return Python("cpython", python.version, tuple(abi.removesuffix("u") for abi in python.abis), python.full_version)


def parse_python(text: str) -> Python:
    """Parse the name of a Python, such as ``cp312``, ``3.13t``, ``3.12.4`` or ``pypy3.10``.

    :param text: an implementation (``cp``, ``cpython``, ``python``, ``pp``, ``pypy``, ``graalpy``, ``py`` for any;
        CPython where it is left out), a version with dots or as in a python tag, perhaps of a pre-release
        (``3.15.0b1``), and CPython's letters: ``t`` free-threaded, ``d`` debug. Or a python tag and an ABI tag, with a
        dash between. A major version alone, such as ``3``, means what all of its versions take.
    :raises InvalidTarget: no Python is called so.

    >>> parse_python("3.13td").abis
    ('cp313td', 'cp313t')
    >>> parse_python("pypy3.10").abis
    ('pypy310_pp73',)
    """
    if len(text) > _LONGEST:
        raise InvalidTarget(text, f"no Python has a name of more than {_LONGEST} characters")
    name, dash, abi = text.lower().partition("-")
    letters = name[: len(name) - len(name.lstrip("abcdefghijklmnopqrstuvwxyz"))]
    rest = name[len(letters) :]
    flags = rest.lstrip("0123456789.")
    digits = rest[: len(rest) - len(flags)]
    pre, flags = _split_pre(flags)
    implementation = {"": "cpython", "python": "cpython", "cpython": "cpython", "pypy": "pypy"}.get(
        letters, IMPLEMENTATIONS.get(letters)
    )
    version = _parse_version(digits)
    letters_fit = set(flags) <= {"t", "d"} and len(set(flags)) == len(flags) and not (dash and flags)
    known = implementation in {"cpython", "pypy", "graalpy", "python"}
    if not known or implementation is None or version is None or not letters_fit or (pre and len(version) < 3):
        raise InvalidTarget(text, f"no Python is called so; {_EXPECTED}")
    if version[:2] not in {(2, 6), (2, 7), (2,), (3,)} and version < (3, 2):
        older = "" if version[0] == 3 else "2.6, 2.7, and "
        raise InvalidTarget(text, f"manytags describes Python {older}3.2 and newer")
    full = digits + pre if len(version) == 3 else None
    if dash:
        return Python(implementation, version, _explicit_abis(text, implementation, version, abi), full)
    if implementation != "cpython":
        if flags:
            raise InvalidTarget(text, f"{implementation} has no builds called {flags!r}")
        return Python(implementation, version, _other_abis(text, implementation, version), full)
    _check_threads(text, version, flags)
    abis = cpython_abis(version, "t" in flags, "d" in flags) if len(version) > 1 else ()
    return Python("cpython", version, abis, full)


def cpython_abis(version: tuple[int, ...], free_threaded: bool, debug: bool) -> tuple[str, ...]:
    """List the ABI tags of a CPython build, best first, without the stable ABI.

    :param version: (major, minor).

    >>> cpython_abis((3, 12), False, True), cpython_abis((3, 7), False, False)
    (('cp312d', 'cp312'), ('cp37m',))

    Rule: :pep:`3149`; since 3.8 a debug build also loads modules of a release build.
    """
    plain = f"cp{version[0]}{version[1]}{'t' if free_threaded else ''}"
    if version[:2] < (3, 8):
        # Until 3.7 the tag names pymalloc, which all builds had; until 3.2 also wide Unicode, as Linux's builds had.
        wide = "u" if version[:2] < (3, 3) else ""
        return (f"{plain}{'d' if debug else ''}m{wide}",)
    return (f"{plain}d", plain) if debug else (plain,)


def is_full_version(text: str, version: tuple[int, ...]) -> bool:
    """Whether a text is what ``platform.python_version()`` can say of a version of the language.

    >>> is_full_version("3.15.0a1+", (3, 15)), is_full_version("3.15.0", (3, 1))
    (True, False)
    """
    start = ".".join(map(str, version[:2]))
    # "+" ends the version of what was built from a repository.
    return is_version(text.removesuffix("+")) and text.startswith(start) and not text[len(start) :][:1].isdigit()


def _parse_version(text: str) -> tuple[int, ...] | None:
    fields = text.split(".") if "." in text else [text[:1], text[1:]]
    fields = [field for field in fields if field or "." in text]
    numbers = tuple(number for field in fields if (number := parse_number(field)) is not None and number < 1000)
    return numbers if len(numbers) == len(fields) and len(fields) in {1, 2, 3} else None


def _split_pre(flags: str) -> tuple[str, str]:
    """Split the end of a pre-release's version off what follows the digits: ``b1`` or ``rc2``."""
    letters = next((letters for letters in ("a", "b", "rc") if flags.startswith(letters)), "")
    rest = flags[len(letters) :].lstrip("0123456789")
    number = parse_number(flags[len(letters) : len(flags) - len(rest)])
    return ("", flags) if not letters or number is None else (f"{letters}{number}", rest)


def _other_abis(text: str, implementation: str, version: tuple[int, ...]) -> tuple[str, ...]:
    return () if implementation == "python" or len(version) < 2 else (_other_abi(text, implementation, version),)


def _other_abi(text: str, implementation: str, version: tuple[int, ...]) -> str:
    digits = f"{version[0]}{version[1]}"
    if implementation == "pypy" and version < (3, 0):
        return PYPY2_ABI
    if implementation == "pypy":
        return f"pypy{digits}_{next(abi for oldest, abi in PYPY_ABIS if version >= oldest)}"
    release = GRAALPY_VERSIONS.get((version[0], version[1]))
    if release is None:
        known = ", ".join(f"{major}.{minor}" for major, minor in GRAALPY_VERSIONS)
        raise InvalidTarget(text, f"manytags knows GraalPy for Python {known}; else name the ABI tag after a dash")
    return f"graalpy{release}_{digits}_native"


def _explicit_abis(text: str, implementation: str, version: tuple[int, ...], abi: str) -> tuple[str, ...]:
    """The ABI that is named after a dash, with what a build of that ABI also loads."""
    try:
        tag = parse_abi(abi)
    except ValueError as error:
        raise InvalidTarget(text, f"its ABI tag: {error}") from None
    known = implementation != "cpython" or tag.flags in cpython_flags(version)
    same = tag.version == version[:2] or (not tag.version and version < (3, 0))
    if tag.family != implementation or len(version) < 2 or not same or not known:
        raise InvalidTarget(text, f"{abi!r} is not an ABI tag of {implementation} {'.'.join(map(str, version[:2]))}")
    if implementation != "cpython":
        return (str(tag),)
    _check_threads(text, version, tag.flags)
    also = cpython_abis(version, tag.free_threaded, tag.debug)
    return also if also[0] == str(tag) else (str(tag),)


def cpython_flags(version: tuple[int, ...]) -> tuple[str, ...]:
    """The letters that ABI tags of a CPython version can end in, in the only order that it writes them."""
    if version >= (3, 8):
        return "", "d", "t", "td"
    builds = ("", "d", "m", "dm")
    return (*builds, *(f"{build}u" for build in builds)) if version < (3, 3) else builds


def _check_threads(text: str, version: tuple[int, ...], flags: str) -> None:
    if "t" in flags and version[:2] < FIRST_FREE_THREADED:
        raise InvalidTarget(text, "free-threaded builds begin with Python 3.13")
