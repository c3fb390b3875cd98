"""What the user or the publisher of a wheel that does not fit can do about it, in sentences. Pure."""

from __future__ import annotations

from ..platforms.parse import parse_platform_or_none
from ..tags.filename import WheelFilename
from ..tags.python import parse_abi, parse_python_tag
from ..targets import Target
from ..targets.pip_options import pip_options
from .nearest import tags_to_replace
from .pips import bundled_pip, is_newer, oldest_pip
from .reasons import Reason, ReasonKind

_ALIASES_ALONE = (
    "--platform takes the tag that it names and its legacy aliases alone, not older tags: name each of them"
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def steps(wheel: WheelFilename | None, target: Target, reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    """List what can be done, the most promising first.

    :param wheel: the wheel, or ``None`` if its name is not a wheel file name.
    :param target: the Python and platform to install it on.
    :param reasons: why it does not fit.

    >>> from manytags import explain, target
    >>> mac = target("3.12", "macosx_15_0_arm64")
    >>> explain("foo-1.0-cp312-cp312-macosx_26_0_arm64.whl", mac).remedies.steps
    ('its builder can set MACOSX_DEPLOYMENT_TARGET=11.0, which gives macosx_11_0_arm64',)
    """
    if wheel is None:
        return ()
    found = list(_of_renaming(wheel, target, reasons))
    for reason in reasons:
        found += _STEPS.get(reason.kind, _none)(wheel, target, reason)
    return tuple(dict.fromkeys(found))


def steps_with_pip(wheel: WheelFilename, target: Target, pip: str, oldest: str | None) -> tuple[str, ...]:
    """List what can be done where a wheel fits and a pip is to install it.

    :param pip: the version of that pip.
    :param oldest: the oldest pip that takes the wheel here; ``None`` if every pip does.
    """
    if oldest is not None and is_newer(oldest, pip):
        return ("upgrade it: python -m pip install --upgrade pip", *_of_aliases(wheel, is_known=pip))
    if target.evidence:
        return ()
    # The target is described, so pip runs on another machine, and must be told for which to choose.
    platform = next((tag for tag in wheel.tag_set.platforms if target.ranks.takes_platform(tag)), target.build_tag())
    python = pip_options(target)[-len(target.python.abis or "?") * 2 - 4 :]
    flags = " ".join(("--only-binary=:all:", "--platform", platform, *python))
    return f"on another machine: pip download {flags} {wheel.name}=={wheel.version_text}", _ALIASES_ALONE


def steps_for_bare_tags(wheel: WheelFilename, target: Target) -> tuple[str, ...]:
    """Say where a wheel fits by a tag that promises nothing of the C library: it may fail when it is imported."""
    if target.platform.system != "linux":
        return ()
    taken = [text for text in wheel.tag_set.platforms if target.ranks.takes_platform(text)]
    tags = [tag for text in taken if (tag := parse_platform_or_none(text)) is not None]
    if not tags or not all(tag.is_bare for tag in tags):
        return ()
    return (f"if it fails when it is imported: manytags audit {wheel}; {taken[0]} promises nothing of the C library",)


def steps_for_old_pips(wheel: WheelFilename, target: Target, oldest: str | None) -> tuple[str, ...]:
    """Name older tags that would reach the pips that come with a target's Python, where those pass the wheel over."""
    if oldest is None or not is_newer(oldest, bundled_pip(target.python.version)):
        return ()
    return tuple(step for step in _of_aliases(wheel) if f"pip {oldest} " not in step)


def _of_aliases(wheel: WheelFilename, is_known: str | None = None) -> Iterator[str]:
    """Name the legacy names of a wheel's tags, and the first pip that knows each.

    :param is_known: only those that this pip knows.
    """
    for text in wheel.tag_set.platforms:
        tag = parse_platform_or_none(text)
        alias = None if tag is None else tag.alias
        if alias is None or alias in wheel.tag_set.platforms:
            continue
        first = oldest_pip(alias)
        if first is not None and (is_known is None or not is_newer(first, is_known)):
            yield f"its builder can add the alias {alias}, which pip {first} knows"


def _none(wheel: WheelFilename, target: Target, reason: Reason) -> Iterator[str]:
    del wheel, target, reason
    yield from ()


def _of_renaming(wheel: WheelFilename, target: Target, reasons: tuple[Reason, ...]) -> Iterator[str]:
    changes = tags_to_replace(wheel, target, reasons)
    if wheel.variant is not None:
        if changes:
            yield f"rename it, if that was meant, to {str(wheel).replace('-' + wheel.variant, '_' + wheel.variant)}"
    elif changes:
        options = " ".join(f"--{kind}-tag {tag}" for kind, tag in changes.items())
        yield f"if that was meant: wheel tags --remove {options} {wheel}"


def _of_python(wheel: WheelFilename, target: Target, reason: Reason) -> Iterator[str]:
    """Name the Pythons that take the wheel; a Python 2 helps nobody."""
    del target
    abis = [parse_abi(abi) for abi in wheel.tag_set.abis]
    threads = " without the global interpreter lock" if all(abi.free_threaded for abi in abis) else ""
    stable = any(abi.family == "stable" for abi in abis)
    cpython = "CPython" if reason.kind is ReasonKind.IMPLEMENTATION else "Python"
    known = {"python": "Python", "cpython": cpython, "pypy": "PyPy", "graalpy": "GraalPy"}
    names = []
    for tag in map(parse_python_tag, wheel.tag_set.pythons):
        name = known.get(tag.implementation or "")
        if name and tag.version >= (3,):
            newer = " or newer" if stable or tag.implementation == "python" else ""
            names.append(f"{name} {'.'.join(map(str, tag.version))}{newer}{threads}")
    if names:
        yield f"use {' or '.join(dict.fromkeys(names))}"


def _of_threads(wheel: WheelFilename, target: Target, reason: Reason) -> Iterator[str]:
    del wheel, reason
    version = ".".join(map(str, target.python.version[:2]))
    which = "with" if target.python.free_threaded else "without"
    yield f"use a build of Python {version} {which} the global interpreter lock"


def _of_stable_abi(wheel: WheelFilename, target: Target, reason: Reason) -> Iterator[str]:
    yield from _of_threads(wheel, target, reason)
    if target.python.free_threaded:
        digits = f"{target.python.version[0]}{target.python.version[1]}"
        yield f"its builder can add a wheel for cp{digits}-cp{digits}t"


def _of_system(wheel: WheelFilename, target: Target, reason: Reason) -> Iterator[str]:
    del reason
    systems = {tag.system for text in wheel.tag_set.platforms if (tag := parse_platform_or_none(text)) is not None}
    own = target.platform.arch.partition("_")[0]
    if systems == {"windows"} and own in {"cygwin", "msys", "mingw"}:
        yield f"use Python for Windows itself, from python.org; {own}'s Python takes wheels of its own"
    if systems == {"macos"} and target.platform.system == "linux":
        yield "use Python on macOS itself; a Linux container on a Mac takes Linux wheels"


def _of_architecture(wheel: WheelFilename, target: Target, reason: Reason) -> Iterator[str]:
    del reason
    tags = [tag for text in wheel.tag_set.platforms if (tag := parse_platform_or_none(text)) is not None]
    platform = target.platform
    machines = {machine for tag in tags if tag.system == platform.system for machine in tag.machines()}
    if platform.system == "macos" and platform.arch == "arm64" and "x86_64" in machines:
        yield "under Rosetta, an x86_64 or universal2 Python takes it: arch -x86_64 python3 -m pip install ..."
    if platform.system == "macos" and platform.arch == "x86_64" and "arm64" in machines:
        seen = any("Rosetta" in item.because for item in target.evidence)
        which = "this is an x86_64 Python under Rosetta" if seen else "if this Mac has Apple silicon"
        yield f"{which}: install an arm64 or universal2 Python"
    if platform.system == "windows":
        from ..platforms.windows import runnable

        yield from (f"install {python}" for tag in tags for python in runnable(str(tag), platform.arch))
    if platform.system == "linux":
        yield from _of_linux_architecture(machines, target)


def _of_linux_architecture(machines: set[str], target: Target) -> Iterator[str]:
    """A kernel of 64 bits runs both widths, so another Python may be all that is needed."""
    seen = next((item.because for item in target.evidence if item.subject == "architecture"), "")
    kernel = seen.rpartition("the kernel says ")[2].split(";")[0] if "the kernel says " in seen else ""
    if kernel and kernel != target.platform.arch and kernel in machines:
        yield f"install a 64-bit system, or a Python for {kernel}: the kernel is, and this Python is not"


def _of_libc(wheel: WheelFilename, target: Target, reason: Reason) -> Iterator[str]:
    if "bionic" in reason.values["found"]:
        yield f"in Termux: pkg install python-{wheel.name} if there is such a package, else build the sdist"
        yield "or run a distribution with glibc in Termux, by proot-distro"
    if target.platform.musl is not None:
        yield "in a container: use an image with glibc, such as python:3-slim (Debian), in place of one of Alpine"


def _of_old_system(wheel: WheelFilename, target: Target, reason: Reason) -> Iterator[str]:
    if target.platform.system != "macos":
        return
    if "told as" in reason.values["found"]:
        upgrade = "upgrade pip to 24.1 or newer, " if "10.16" in reason.values["found"] else ""
        yield f"{upgrade}set SYSTEM_VERSION_COMPAT=0, or use a Python built with a newer SDK"
        return
    from ..platforms.lowest import lowest_and_newest

    tags = [tag for text in wheel.tag_set.platforms if (tag := parse_platform_or_none(text)) is not None]
    lowest, _ = lowest_and_newest(target.platform_tags(), tags) or ("", "")
    if lowest:
        version = ".".join(lowest.split("_")[1:3])
        yield f"its builder can set MACOSX_DEPLOYMENT_TARGET={version}, which gives {lowest}"


_STEPS: dict[ReasonKind, Callable[[WheelFilename, Target, Reason], Iterator[str]]] = {
    ReasonKind.IMPLEMENTATION: _of_python,
    ReasonKind.PYTHON_TOO_OLD: _of_python,
    ReasonKind.PYTHON_TOO_NEW: _of_python,
    ReasonKind.FREE_THREADED: _of_threads,
    ReasonKind.STABLE_ABI: _of_stable_abi,
    ReasonKind.SYSTEM: _of_system,
    ReasonKind.ARCHITECTURE: _of_architecture,
    ReasonKind.LIBC: _of_libc,
    ReasonKind.SYSTEM_TOO_OLD: _of_old_system,
}
