"""The verdicts on python tags and ABI tags: whether the interpreters that they name load the extension modules. Pure.

Rule: :pep:`425` (``none``, and tags of one interpreter), :pep:`384`, :pep:`652`, :pep:`803` (the stable ABI).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice

from ..tags.python import AbiTag, parse_abi, parse_python_tag
from .claims import Claim, ClaimKind, Verdict
from .modules import STABLE, Module
from .python_users import PythonUser
from .rules import Violation, ViolationKind
from .stable_abi import newer_than, not_in_stable_abi

#: The first CPython that knows ``abi3t`` (:pep:`803`).
_FIRST_ABI3T = (3, 15)
#: Names that a note lists.
_MOST_NAMES = 3


def judge_abi(tag: str, where: tuple[str, ...], users: Collection[PythonUser], modules: Collection[Module]) -> Claim:
    """Judge an ABI tag.

    :param tag: the tag.
    :param where: where the wheel has it.
    :param users: what its compiled files use of CPython.
    :param modules: its extension modules.
    """
    claim, abi = partial(Claim, ClaimKind.ABI_TAG, tag, where), parse_abi(tag)
    if abi.family == "other":
        return claim(Verdict.UNKNOWN, note="manytags does not know this ABI")
    if not modules:
        return _judge_without_modules(claim, abi, users)
    if abi.family == "none":
        return claim(Verdict.TOO_MUCH, _not_loaded(modules, ""), _common_abi(modules))
    loadable = {module.stem for module in modules if _loads(abi, module)}
    reasons = _not_loaded([module for module in modules if module.stem not in loadable], tag)
    doubt = ""
    if abi.family == "stable":
        missing = [(user, f"lacks {name}", name) for user in users for name in not_in_stable_abi(user.names)]
        own, doubt = _not_stable(missing, "the stable ABI")
        reasons += own
    if reasons:
        better = tuple(common for common in _common_abi(modules) if common != tag)
        return claim(Verdict.TOO_MUCH, reasons, better, doubt)
    abis = {module.abi for module in modules}
    if abi.family == "cpython" and len(abis) == 1 and abis.issubset(STABLE):
        return claim(Verdict.TOO_LITTLE, (), _common_abi(modules), "every module is of the stable ABI")
    return claim(Verdict.UNKNOWN if doubt else Verdict.TRUE, note=doubt)


def _judge_without_modules(claim: partial[Claim], abi: AbiTag, users: Iterable[PythonUser]) -> Claim:
    user = next((user.file for user in users), None)
    if user:
        return claim(Verdict.UNKNOWN, note=f"no file is named as an extension module, but {user} uses CPython")
    if abi.family == "none":
        return claim(Verdict.TRUE)
    return claim(Verdict.TOO_LITTLE, (), ("none",), "it has no extension module")


def _not_stable(missing: Iterable[tuple[PythonUser, str, str]], abi: str) -> tuple[tuple[Violation, ...], str]:
    """List violations of the stable ABI; also say which symbols are not CPython's if unknown libraries define them.

    :param missing: the user of a symbol, the violation in words, and the symbol.
    :param abi: which stable ABI it is.
    """
    own, names, libraries = [], dict[str, None](), dict[str, None]()
    for user, lack, name in missing:
        if user.libraries:
            names[name] = None
            libraries.update(dict.fromkeys(user.libraries))
        else:
            own.append(Violation(user.file, ViolationKind.STABLE_ABI, lack))
    doubt = f"{abi} lacks {_first(names)}; a library that is not in the wheel may have it: {_first(libraries)}"
    return tuple(own), doubt if names else ""


def _first(names: Collection[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(islice(names, _MOST_NAMES)) + (f" and {more} more" if more > 0 else "")


def judge_python(
    tag: str, where: tuple[str, ...], users: Collection[PythonUser], modules: Collection[Module], stable: bool
) -> Claim:
    """Judge a python tag.

    :param tag: the tag.
    :param where: where the wheel has it.
    :param users: what its compiled files use of CPython.
    :param modules: its extension modules.
    :param stable: whether an ABI tag of the wheel is that of the stable ABI: then the python tag names the oldest
        Python that the wheel is for.
    """
    claim, python = partial(Claim, ClaimKind.PYTHON_TAG, tag, where), parse_python_tag(tag)
    if len(python.version) < 2 or python.implementation is None:
        return claim(Verdict.TRUE)
    loadable = {module.stem for module in modules if _is_for_python(module, python.implementation, python.version)}
    reasons = _not_loaded([module for module in modules if module.stem not in loadable], tag)
    doubt = ""
    if stable and python.implementation == "cpython":
        version = python.version[0], python.version[1]
        text = "of {}.{} lacks {}, which {}.{} added"
        missing = [
            (user, text.format(*version, name, *since), name)
            for user in users
            for name, since in newer_than(user.names, version)
        ]
        own, doubt = _not_stable(missing, "the stable ABI of {}.{}".format(*version))
        reasons += own
    if reasons:
        return claim(Verdict.TOO_MUCH, reasons, note=doubt)
    return claim(Verdict.UNKNOWN if doubt else Verdict.TRUE, note=doubt)


def add_lenders(claim: Claim, lent: Mapping[str, Collection[str]]) -> Claim:
    """Say with which other distributions a true tag of a stable ABI holds, as they define what CPython lacks.

    :param claim: the verdict on an ABI tag, or on a python tag of a wheel that is for the stable ABI.
    :param lent: other distributions, and the names of CPython's API that they define for the wheel's files.
    """
    if claim.verdict is not Verdict.TRUE or not lent:
        return claim
    if claim.kind is ClaimKind.ABI_TAG:
        stable = parse_abi(claim.tag).family == "stable"
        given = [name for name, names in lent.items() if stable and any(not_in_stable_abi(names))]
    else:
        major, minor, *_ = (*parse_python_tag(claim.tag).version, 0, 0)
        given = [name for name, names in lent.items() if any(newer_than(names, (major, minor)))]
    return replace(claim, given=tuple(given))


def _is_for_python(module: Module, implementation: str, version: tuple[int, ...]) -> bool:
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
    own = parse_abi(module.abi)
    # File names and tags of CPython differ in the old flags 'm' and 'u'. Debug builds load modules of release builds.
    return (
        own.family == abi.family == "cpython"
        and own.version == abi.version
        and own.free_threaded == abi.free_threaded
        and own.debug <= abi.debug
    )


def _not_loaded(modules: Iterable[Module], tag: str) -> tuple[Violation, ...]:
    kind, allowed = ViolationKind.EXTENSION_MODULE, (tag,) if tag else ()
    return tuple(
        Violation(module.file, kind, f"loaded by {module.loaded_by} only", None, allowed) for module in modules
    )


def _common_abi(modules: Iterable[Module]) -> tuple[str, ...]:
    """Return the ABI tag that all modules allow, if there is one."""
    abis = sorted({module.abi for module in modules if module.abi})
    return tuple(abis) if len(abis) == 1 else ()
