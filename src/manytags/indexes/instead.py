"""Which platform tag to use in place of one that an index refuses, or that says nothing. Pure."""

from __future__ import annotations

from ..choose.implied import machines_of
from ..errors import InvalidTag
from ..tags.apple import MAC_FORMATS
from ..tags.architecture import LIBC_ARCHITECTURE
from ..tags.libc import MANYLINUX_FLOORS, LibcVersion
from ..tags.platform import Emscripten, Linux, MacOS, Manylinux, Musllinux, PlatformTag, Pyodide, parse_platform
from .profiles import Profile
from .tag_checks import numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: Older spellings of processors -> what macOS tags call them.
_MAC_NAMES = {"amd64": "x86_64", "aarch64": "arm64"}


def instead_of(text: str, profile: Profile, day: str) -> str:
    """Say what to use in place of a platform tag; only tags that the index takes are named.

    :param text: the platform tag.
    :param profile: of the index.
    :param day: on which it is asked, ``YYYY-MM-DD``.
    """

    def takes(tag: str) -> bool:
        rule = profile.rule_for(tag, day)
        return rule is not None and rule.on(day) != "refuse" and bool(machines_of(tag))

    try:
        tag = parse_platform(text)
    except InvalidTag:
        return _nothing(text, profile)
    if isinstance(tag, (Linux, Manylinux, Musllinux)):
        return _linux(tag, profile, takes) or _nothing(f"{tag.arch} that names its C library", profile)
    if isinstance(tag, MacOS):
        return _macos(tag, profile, takes) or _nothing(text, profile)
    if isinstance(tag, Pyodide) and takes(f"pyemscripten_{'_'.join(map(str, tag.version))}_wasm32"):
        return f"the newer name of this ABI: pyemscripten_{'_'.join(map(str, tag.version))}_wasm32 (PEP 783)"
    if isinstance(tag, Emscripten) and takes("pyemscripten_2026_0_wasm32"):
        return "the ABI of Pyodide that it was built for, such as pyemscripten_2026_0_wasm32 (PEP 783)"
    return _nearest(tag, profile, takes) or _nothing(text, profile)


def _nearest(tag: PlatformTag, profile: Profile, takes: Callable[[str], bool]) -> str:
    """Name the tag with the number next to this one's that exists."""
    kind, version, _ = numbered(tag) or ("", (), "")
    ranges = dict(profile.known).get(kind, ())
    known = [first for first, _ in ranges if first > version] or [last for _, last in ranges[-1:]]
    if not known or any(first <= version <= last for first, last in ranges):
        return ""
    found = str(tag).replace("_".join(map(str, version)), "_".join(map(str, known[0])), 1)
    return f"a number that exists, as in {found}" if takes(found) else ""


def _nothing(what: str, profile: Profile) -> str:
    return f"an sdist, or another index: {profile.name} takes no true platform tag for {what or 'that'}"


def _floor(kind: str, arch: str, profile: Profile) -> LibcVersion | None:
    """Give the oldest version of a C library that both has an architecture and is claimed there."""
    first = dict(dict(profile.floors).get(kind, ())).get(arch, (0, 0))
    claimed = MANYLINUX_FLOORS.get(arch) if kind == "glibc" else (1, 0)
    return None if claimed is None else max(claimed, first)


def _newest(kind: str, profile: Profile) -> tuple[int, ...] | None:
    ranges = dict(profile.known).get(kind, ())
    return ranges[-1][1] if ranges else None


def _linux(tag: PlatformTag, profile: Profile, takes: Callable[[str], bool]) -> str:
    if not isinstance(tag, (Linux, Manylinux, Musllinux)):
        return ""
    arch = LIBC_ARCHITECTURE.get(tag.arch, tag.arch)
    glibc, musl = _floor("glibc", arch, profile), _floor("musl", arch, profile)
    manylinux = "" if glibc is None else f"manylinux_{glibc[0]}_{glibc[1]}_{arch}"
    musllinux = "" if musl is None else f"musllinux_1_{max(musl[1], 2)}_{arch}"
    if isinstance(tag, Musllinux):
        return f"the musl that it was built with, such as {musllinux}" if musllinux and takes(musllinux) else ""
    if not manylinux or not takes(manylinux):
        return ""
    if isinstance(tag, Linux):
        also = f", or {musllinux} where it was built with musl" if musllinux and takes(musllinux) else ""
        return f"the tag of the glibc that it needs, from {manylinux} on: `auditwheel repair` finds it{also}"
    newest = _newest("glibc", profile)
    if newest is not None and tag.glibc > newest:
        most = f"manylinux_{newest[0]}_{newest[1]}_{arch}"
        return f"the tag of the glibc that it needs, {most} at most: `auditwheel repair` finds it"
    return f"{manylinux}, or a later one that it keeps to: `auditwheel repair` finds it"


def _macos(tag: MacOS, profile: Profile, takes: Callable[[str], bool]) -> str:
    kind = _MAC_NAMES.get(tag.format, tag.format)
    formats = {name for names, _, _ in MAC_FORMATS.values() for name in names}
    if kind not in formats:
        return ""
    majors = sorted({last[0] for _, last in dict(profile.known).get("macos", ()) if last[0] > 10})
    own = f"macosx_{tag.version[0]}_{tag.version[1]}_{kind}"
    if kind != tag.format and takes(own):
        return own
    same = [f"macosx_{tag.version[0]}_0_{kind}"] if tag.version[0] in majors and tag.version[1] else []
    later = [f"macosx_{major}_0_{kind}" for major in majors if major > tag.version[0]]
    same, later = [one for one in same if takes(one)], [one for one in later if takes(one)]
    if same and later:
        target = f"MACOSX_DEPLOYMENT_TARGET={tag.version[0]}.0"
        return f"{later[0]}, which asks for more; or build it with {target} for {same[0]}"
    if later:
        return later[0]
    newest = [f"macosx_{major}_0_{kind}" for major in majors if takes(f"macosx_{major}_0_{kind}")]
    if same or newest:
        best = (same or newest)[-1]
        version = best.split("_")[1]
        return f"build it with MACOSX_DEPLOYMENT_TARGET={version}.0 for {best}"
    return ""
