"""Python tags with ABI tags that no interpreter claims, and the pair that the builder of the wheel meant. Pure."""

from __future__ import annotations

from ..tags.python import SHORT_NAMES, AbiTag, PythonTag, parse_abi, parse_python_tag
from ..targets.named import FIRST_FREE_THREADED, cpython_flags
from ..targets.ranks import FIRST_ABI3_MINOR

#: What people call implementations that have a shorter name in tags.
_SPELLINGS = {
    "python": "py",
    "cpython": "cp",
    "pypy": "pp",
    "ironpython": "ip",
    "jython": "jy",
    "graalpython": "graalpy",
}

#: Why no interpreter claims a pair, and what its builder meant; the second is empty where nothing is near.
Unclaimed = tuple[str, str]


def unclaimed_pair(python: str, abi: str) -> Unclaimed | None:
    """Say why no interpreter claims a python tag with an ABI tag; ``None`` where some do.

    A tag of an implementation that manytags does not know may be claimed by that one.

    :param python: the python tag.
    :param abi: the ABI tag.

    >>> unclaimed_pair("py311", "cp311")
    ('the ABI tag cp311 goes with the python tag cp311', 'cp311-cp311')
    >>> unclaimed_pair("cp311", "abi3") is None
    True

    Rule: :pep:`425`; :pep:`384` and :pep:`803` for the stable ABIs; :pep:`3149` and :pep:`703` for CPython's letters.
    """
    tag, interface = parse_python_tag(python), parse_abi(abi)
    if tag.implementation is None:
        return _of_no_implementation(tag, interface)
    if not tag.version:
        return f"{tag} names no version of Python", "py3-none" if interface.family == "none" else _own_pair(interface)
    if tag.implementation == "python":
        return _of_any_implementation(tag, interface)
    if tag.implementation == "cpython":
        return _of_cpython(tag, interface)
    return _of_others(tag, interface)


def _of_no_implementation(tag: PythonTag, interface: AbiTag) -> Unclaimed | None:
    letters = str(tag).rstrip("0123456789")
    digits = str(tag)[len(letters) :]
    if letters in _SPELLINGS:
        short = _SPELLINGS[letters] + digits
        pair = f"{short}-{interface}"
        meant = pair if digits and unclaimed_pair(short, str(interface)) is None else _own_pair(interface)
        return f"{letters} is spelled {_SPELLINGS[letters]} in python tags", meant or "py3-none"
    as_abi = parse_abi(str(tag))
    if as_abi.family == "cpython" and as_abi.flags:
        plain = _python_of(as_abi)
        because = f"{tag} is an ABI tag, and the python tag of such builds is {plain}"
        also = unclaimed_pair(plain, str(interface))
        return because, also[1] if also else f"{plain}-{interface}"
    if not digits:
        return f"{tag} is not a python tag", "py3-none" if interface.family == "none" else _own_pair(interface)
    return None


def _of_any_implementation(tag: PythonTag, interface: AbiTag) -> Unclaimed | None:
    if interface.family == "none":
        return None
    if interface.family == "stable":
        lowest = f"cp{tag.version[0]}{tag.version[1]}" if tag.version >= (3, FIRST_ABI3_MINOR) else ""
        return _stable_without_cpython(interface, lowest)
    meant = _own_pair(interface)
    if not meant:
        return f"{interface} is not an ABI tag", f"{tag}-none"
    return f"the ABI tag {interface} goes with the python tag {meant.partition('-')[0]}", meant


def _stable_without_cpython(interface: AbiTag, lowest: str) -> Unclaimed:
    """The stable ABI goes with the oldest CPython that a wheel runs on, which only its builder knows."""
    if lowest:
        return f"{interface} goes with the python tag of a CPython, here {lowest}", f"{lowest}-{interface}"
    first, such = ("cp315", "cp315") if interface.free_threaded else (f"cp3{FIRST_ABI3_MINOR}", "cp39")
    return f"{interface} goes with the oldest CPython that the wheel runs on, such as {such} ({first} or newer)", ""


def _of_cpython(  # noqa: PLR0911 - one return for each kind of ABI
    tag: PythonTag, interface: AbiTag
) -> Unclaimed | None:
    if len(tag.version) < 2:
        return _of_major(tag, interface)
    if interface.family == "none":
        return None
    if interface.family == "stable":
        if tag.version >= (3, FIRST_ABI3_MINOR):
            return None
        return f"the stable ABI begins with CPython 3.{FIRST_ABI3_MINOR}", f"{tag}-{tag}"
    if interface.family != "cpython":
        meant = _own_pair(interface)
        if meant:
            return f"the ABI tag {interface} goes with the python tag {meant.partition('-')[0]}", meant
        return f"CPython has no ABI called {interface}", f"{tag}-{_abi_of(tag, interface)}"
    if interface.version != tag.version:
        return f"the ABI tag {interface} goes with the python tag {_python_of(interface)}", _own_pair(interface)
    return _of_flags(tag, interface)


def _abi_of(tag: PythonTag, interface: AbiTag) -> str:
    """The ABI of a CPython in place of one that it does not have."""
    stable = str(interface).startswith("abi") and tag.version >= (3, FIRST_ABI3_MINOR)
    return "abi3" if stable else str(tag)


def _of_major(tag: PythonTag, interface: AbiTag) -> Unclaimed:
    because = f"{tag} names no minor version"
    if interface.family == "none":
        return (
            f"{because}, and a wheel for every Python {tag.version[0]} is py{tag.version[0]}",
            f"py{tag.version[0]}-none",
        )
    if interface.family == "stable":
        _, meant = _stable_without_cpython(interface, "")
        first = "cp315" if interface.free_threaded else f"cp3{FIRST_ABI3_MINOR}"
        return f"{because}; with {interface} it is that of the oldest CPython, {first} or newer", meant
    return because, _own_pair(interface)


def _of_flags(tag: PythonTag, interface: AbiTag) -> Unclaimed | None:
    """The letters of an ABI tag: some versions of CPython have no such builds, or write the letters otherwise."""
    flags, version = interface.flags, tag.version
    known = [flag for flag in cpython_flags(version) if "t" not in flag or version >= FIRST_FREE_THREADED]
    if flags in known:
        return None
    dropped = [letter for letter in dict.fromkeys(flags) if not any(letter in flag for flag in known)]
    left = sorted(letter for letter in flags if letter not in dropped)
    meant = next((flag for flag in known if sorted(flag) == left), "")
    until = {"m": "since CPython 3.8", "u": "since CPython 3.3", "t": "before CPython 3.13", "d": ""}
    because = (
        f"ABI tags have no {dropped[0]} {until[dropped[0]]}" if dropped else "the letters of an ABI tag have one order"
    )
    return because, f"{tag}-{tag}{meant}"


def _of_others(tag: PythonTag, interface: AbiTag) -> Unclaimed | None:
    """PyPy and its like: an ABI of the same implementation and version, or none; what an unknown one has is unknown."""
    name = tag.implementation or ""
    if interface.family == "none" or (interface.family == "other" and name not in {"pypy", "graalpy"}):
        return None
    if interface.family == name and len(tag.version) < 2:
        return f"{tag} names no minor version", _own_pair(interface)
    if interface.family == name:
        version = interface.version[: len(tag.version)]
        if version == tag.version[: len(version)]:
            return None
        return f"the ABI tag {interface} goes with the python tag {_python_of(interface)}", _own_pair(interface)
    meant = _own_pair(interface)
    if meant:
        return f"the ABI tag {interface} goes with the python tag {meant.partition('-')[0]}", meant
    if name == "pypy" and str(interface).startswith("pp") and len(tag.version) > 1:
        meant = f"{tag}-pypy{''.join(map(str, tag.version))}_{interface}"
    return f"{interface} is not an ABI tag of {tag.implementation}", meant


def _python_of(interface: AbiTag) -> str:
    """Name the python tag that an ABI tag goes with."""
    short = SHORT_NAMES.get(interface.family, interface.family)
    return short + "".join(map(str, interface.version))


def _own_pair(interface: AbiTag) -> str:
    """Name the pair in which an ABI tag is claimed; empty where the tag does not tell."""
    if interface.family not in {"cpython", "pypy", "graalpy"} or len(interface.version) < 2:
        return ""
    python = _python_of(interface)
    if interface.family != "cpython":
        return f"{python}-{interface}"
    tag = parse_python_tag(python)
    wrong = _of_flags(tag, interface)
    return wrong[1] if wrong else f"{python}-{interface}"
