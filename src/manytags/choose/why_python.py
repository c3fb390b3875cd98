"""Why a target's Python does not take a python tag with an ABI tag. Pure."""

from __future__ import annotations

from ..tags.python import AbiTag, PythonTag, parse_abi, parse_python_tag
from ..targets import Target
from .pairs import unclaimed_pair
from .reasons import Reason, ReasonKind, mismatch, unclaimed

TITLES = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy", "ironpython": "IronPython", "jython": "Jython"}


def why_not_python(python: str, abi: str, target: Target) -> list[Reason]:
    """List the reasons why a target does not take a python tag with an ABI tag; none if it does.

    :param python: the python tag.
    :param abi: the ABI tag.
    :param target: the target.

    >>> from manytags import target
    >>> [str(reason) for reason in why_not_python("cp313", "cp313", target("3.12", "win_amd64"))]
    ["the wheel is for CPython 3.13 (cp313); the target's Python is 3.12"]
    """
    if target.ranks.takes_python(python, abi):
        return []
    because = unclaimed_pair(python, abi)
    if because is not None:
        return [unclaimed(ReasonKind.UNCLAIMED_PAIR, f"{python}-{abi}", *because)]
    tag, interface = parse_python_tag(python), parse_abi(abi)
    return _why_version(tag, interface, target) or _why_abi(tag, interface, target)


def _why_version(tag: PythonTag, interface: AbiTag, target: Target) -> list[Reason]:
    """Return the reason if the implementation or the version does not fit."""
    implementation, version = target.python.implementation, target.python.version[:2]
    title = TITLES.get(implementation, implementation)

    def reason(kind: ReasonKind, needs: str, has: str, sentence: str) -> list[Reason]:
        return [mismatch(kind, needs, has, sentence, target, ("python",))]

    if tag.implementation is None:
        sentence = f"the wheel is for a Python that manytags does not know ({tag}); the target is {title}"
        return reason(ReasonKind.IMPLEMENTATION, str(tag), implementation, sentence)
    if tag.implementation not in {"python", implementation}:
        name = TITLES.get(tag.implementation, tag.implementation)
        sentence = f"the wheel is for {name} ({tag}); the target is {title}"
        return reason(ReasonKind.IMPLEMENTATION, tag.implementation, implementation, sentence)
    name = "Python" if tag.implementation == "python" else title
    needs, has = (".".join(map(str, numbers)) for numbers in (tag.version, version))
    if tag.version > version[: len(tag.version)]:
        newer = " and newer" if interface.family != "cpython" else ""
        sentence = f"the wheel is for {name} {needs}{newer} ({tag}); the target's Python is {has}"
        return reason(ReasonKind.PYTHON_TOO_OLD, needs, has, sentence)
    if tag.version[:1] != version[:1]:
        sentence = f"the wheel is for Python {needs} ({tag}); the target's Python is {has}"
        return reason(ReasonKind.PYTHON_TOO_NEW, needs, has, sentence)
    own_only = interface.family != "stable" and tag.implementation == implementation
    if own_only and len(tag.version) > 1 and tag.version < version:
        sentence = f"the wheel is for {name} {needs} alone ({tag}-{interface}); the target's Python is {has}"
        return reason(ReasonKind.PYTHON_TOO_NEW, needs, has, sentence)
    return []


def _why_abi(tag: PythonTag, interface: AbiTag, target: Target) -> list[Reason]:
    """Return the reason in the ABI; the implementation and the version fit."""
    own = target.python.abis[0] if target.python.abis else "none"
    mine = parse_abi(own)

    def reason(kind: ReasonKind, sentence: str) -> list[Reason]:
        return [mismatch(kind, str(interface), own, sentence, target, ("ABI",))]

    if interface.family == "stable" and target.python.implementation == "cpython":
        kinds = ("a free-threaded build", "a build with the global interpreter lock")
        theirs, ours = (kinds if interface.free_threaded else kinds[::-1])[0], kinds[0 if mine.free_threaded else 1]
        sentence = f"the wheel uses {interface}, the stable ABI of {theirs}; this Python is {ours}"
        return reason(ReasonKind.STABLE_ABI, sentence)
    if interface.family == "cpython" and mine.family == "cpython":
        if interface.free_threaded != mine.free_threaded:
            words = ("free-threaded", "not free-threaded")
            theirs, ours = words if interface.free_threaded else words[::-1]
            sentence = f"the wheel is for a build that is {theirs} ({interface}); this Python is {ours}"
            return reason(ReasonKind.FREE_THREADED, sentence)
        if interface.debug and not mine.debug:
            sentence = f"the wheel is for a debug build ({interface}); this Python is a release build"
            return reason(ReasonKind.DEBUG, sentence)
        if interface.version == mine.version:
            build = f"a build with another Unicode width or memory allocator ({interface})"
            return reason(ReasonKind.UNICODE, f"the wheel is for {build}; this Python's ABI is {own}")
    if interface.family == "pypy" and mine.family == "pypy":
        return reason(ReasonKind.ABI, f"the wheel is for another ABI of PyPy ({interface}); this one's is {own}")
    return reason(ReasonKind.ABI, f"the wheel's ABI tag {interface} does not go with {tag}; this Python takes {own}")
