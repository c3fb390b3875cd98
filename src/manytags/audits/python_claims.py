"""Whether python tags and ABI tags are true of the extension modules of a wheel. Pure.

Rule: :pep:`425` (``none``, and tags of one interpreter), :pep:`384`, :pep:`652` and :pep:`803` (``abi3``, ``abi3t``).
"""

from __future__ import annotations

from ..tags.python import AbiTag, parse_abi, parse_python_tag
from .stable_abi import newer, outside, uses_python
from .verdict import Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Literal

    from .elf import ElfNeeds
    from .modules import Module

    Verdict = Literal["true", "claims too much", "claims less than it could", "cannot judge"]

#: The first CPython that knows ``abi3t`` (:pep:`803`).
_FIRST_ABI3T = (3, 15)

#: Architecture of a tag -> what the names of modules call it.
_TRIPLETS = {
    **{name: name for name in ("x86_64", "aarch64", "s390x", "riscv64", "loongarch64")},
    "i686": "i386",
    "armv6l": "arm",
    "armv7l": "arm",
    "ppc64le": "powerpc64le",
    "ppc64": "powerpc64",
}
#: The first CPython whose modules have other names on musl.
_FIRST_MUSL = (3, 11)


def abi_verdict(
    tag: str, code: Collection[ElfNeeds], found: Collection[Module]
) -> tuple[Verdict, tuple[Violation, ...], tuple[str, ...], str]:
    """Judge an ABI tag: verdict, what contradicts it, what would be true in its place, and a note.

    :param tag: the tag.
    :param code: the files of the wheel.
    :param found: the modules among them.
    """
    abi = parse_abi(tag)
    if abi.family == "other":
        return "cannot judge", (), (), "an ABI that manytags does not know"
    if not found:
        return _without_modules(abi, code)
    if abi.family == "none":
        return "claims too much", _reasons(found, ""), _abis(found), ""
    loadable = {each.stem for each in found if _loads(abi, each)}
    wrong = _reasons([each for each in found if each.stem not in loadable], tag)
    if abi.family == "stable":
        wrong += tuple(Violation(each.name, "stable ABI", f"lacks {name}") for each in code for name in outside(each))
    if wrong:
        return "claims too much", wrong, _abis(found), ""
    stable = {each.abi for each in found}
    if abi.family == "cpython" and len(stable) == 1 and stable <= {"abi3", "abi3t"}:
        return "claims less than it could", (), _abis(found), "every module is of the stable ABI"
    return "true", (), (), ""


def _without_modules(
    abi: AbiTag, code: Collection[ElfNeeds]
) -> tuple[Verdict, tuple[Violation, ...], tuple[str, ...], str]:
    user = next((each.name for each in code if uses_python(each)), None)
    if user:
        return "cannot judge", (), (), f"it has no extension module by its name, but {user} uses CPython"
    if abi.family == "none":
        return "true", (), (), ""
    return "claims less than it could", (), ("none",), "it has no extension module"


def python_verdict(
    tag: str, code: Collection[ElfNeeds], found: Collection[Module], stable: bool
) -> tuple[Verdict, tuple[Violation, ...], str]:
    """Judge a python tag: verdict, what contradicts it, and a note.

    :param tag: the tag.
    :param code: the files of the wheel.
    :param found: the modules among them.
    :param stable: an ABI tag beside it is that of the stable ABI: then it names the oldest Python of all that will do.
    """
    python = parse_python_tag(tag)
    if len(python.version) < 2 or python.implementation is None:
        return "true", (), ""
    mine = {each.stem for each in found if _of_python(each, python.implementation, python.version)}
    wrong = [each for each in found if each.stem not in mine]
    reasons = _reasons(wrong, tag)
    if stable and python.implementation == "cpython":
        version = python.version[0], python.version[1]
        reasons += tuple(
            Violation(each.name, "stable ABI", "of {}.{} lacks {}, which {}.{} added".format(*version, name, *since))
            for each in code
            for name, since in newer(each, version)
        )
    return ("claims too much", reasons, "") if reasons else ("true", (), "")


def name_violations(found: Collection[Module], kind: str, architecture: str) -> tuple[Violation, ...]:
    """List the modules whose names say that interpreters of another system load them: no other looks for such names.

    :param found: the modules of one wheel.
    :param kind: ``manylinux``, ``musllinux`` or ``linux``.
    :param architecture: as in tags.

    Rule: CPython's ``EXT_SUFFIX``; musl has its own since 3.11 (python/cpython#87278).
    """
    # Thousands of modules are for one or two systems.
    systems = {(each.triplet, each.abi) for each in found}
    right = {each for each in systems if _of_system(*each, kind, architecture)}
    if right == systems:
        return ()
    mine = {each.stem for each in found if (each.triplet, each.abi) in right}
    return tuple(
        Violation(each.file, "extension module", f"named for {each.triplet}") for each in found if each.stem not in mine
    )


def _of_system(triplet: str, abi: str | None, kind: str, architecture: str) -> bool:
    machine, linux, libc = triplet.partition("-linux-")
    if not linux or not abi or architecture not in _TRIPLETS:
        return True
    if machine != _TRIPLETS[architecture]:
        return False
    if kind == "musllinux":
        return libc.startswith("musl") or parse_abi(abi).version < _FIRST_MUSL
    return kind != "manylinux" or libc.startswith("gnu")


def _of_python(module: Module, implementation: str, version: tuple[int, ...]) -> bool:
    """Whether some build of a Python loads a module."""
    if module.abi is None or implementation == "python":
        return True
    abi = parse_abi(module.abi)
    if abi.family == "stable":
        return implementation == "cpython" and (version >= _FIRST_ABI3T or not abi.free_threaded)
    return abi.family == implementation and abi.version == version


def _loads(abi: AbiTag, module: Module) -> bool:
    """Whether every interpreter that takes an ABI tag loads a module."""
    if module.abi is None or module.abi == abi.text:
        return True
    if module.abi == "abi3":
        return abi.family == "cpython" and not abi.free_threaded
    if module.abi == "abi3t":
        return abi.family in {"cpython", "stable"}
    theirs = parse_abi(module.abi)
    # CPython's file names and tags differ in 'm' and 'u' of old ones. Debug builds load modules of release builds too.
    return (
        theirs.family == abi.family == "cpython"
        and theirs.version == abi.version
        and theirs.free_threaded == abi.free_threaded
        and theirs.debug <= abi.debug
    )


def _reasons(found: Iterable[Module], allowed: str) -> tuple[Violation, ...]:
    return tuple(
        Violation(
            each.file, "extension module", f"loaded by {each.loaded_by} only", None, (allowed,) if allowed else ()
        )
        for each in found
    )


def _abis(found: Iterable[Module]) -> tuple[str, ...]:
    """List the ABI tags that all modules together allow: none where no single one does."""
    named = sorted({each.abi for each in found if each.abi})
    return tuple(named) if len(named) == 1 else ()
