"""Which interpreters load the extension modules of a wheel: what their file names and init functions say. Pure.

Rule: :pep:`3149` (``.cpython-312-x86_64-linux-gnu.so``), :pep:`384` (``.abi3.so``), :pep:`803` (``.abi3t.so``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..tags.python import parse_abi, parse_python_version
from .elf import DEBUG_INFORMATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .elf import ElfNeeds

_STABLE = ("abi3", "abi3t")
#: Characters of what stands behind a module's own name; the longest known have some 40.
_LONGEST = 80
_PYTHON_2 = ("Py_InitModule4", "Py_InitModule4_64")


class Module(NamedTuple):
    """One extension module.

    :param file: path in the wheel.
    :param stem: folder and name by which it is imported.
    :param abi: ABI tag of the only interpreters that load a file of its name; ``abi3`` or ``abi3t`` where its name says
        so; ``None`` for a plain ``.so``, which all of them load.
    :param triplet: the system of these interpreters, as ``x86_64-linux-gnu``; empty where its name does not say.
    """

    file: str
    stem: str
    abi: str | None
    triplet: str = ""

    @property
    def loaded_by(self) -> str:
        """Words for who loads it."""
        if self.abi is None:
            return "the interpreter that it was built for"
        if self.abi in _STABLE:
            return f"CPython with {self.abi}"
        tag = parse_abi(self.abi)
        name = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}.get(tag.family, self.abi)
        kinds = [word for flag, word in (("t", "free-threaded"), ("d", "debug")) if flag in tag.flags]
        return " ".join([name, ".".join(map(str, tag.version)), *kinds]).strip()


def modules(needs: Iterable[ElfNeeds]) -> tuple[Module, ...]:
    """List the extension modules among ELF files: those whose name or init function says that they are.

    >>> from manytags.audits.elf import ElfNeeds
    >>> file = ElfNeeds("foo/_c.cpython-312-x86_64-linux-gnu.so", "x86_64", 62, 64, "little", "shared object")
    >>> modules([file])
    (Module(file='foo/_c.cpython-312-x86_64-linux-gnu.so', stem='foo/_c', abi='cp312', triplet='x86_64-linux-gnu'),)
    """
    found = []
    for each in needs:
        if each.kind == DEBUG_INFORMATION:
            continue  # which may stand in a folder of its own under the module's name
        folder, _, base = each.name.rpartition("/")
        stem, _, suffix = base.partition(".")
        kind = suffix.rpartition(".")[0].partition("-")[0] if suffix.endswith("so") else ""
        abi = _abi(kind, suffix) if len(suffix) <= _LONGEST else None
        if abi or (suffix == "so" and (stem in each.modules or _is_of_python_2(each))):
            triplet = "-".join(suffix.removesuffix(".so").split("-")[2:]) if kind == "cpython" else ""
            found.append(Module(each.name, f"{folder}/{stem}" if folder else stem, abi, triplet))
    return tuple(found)


def _is_of_python_2(needs: ElfNeeds) -> bool:
    """Whether a file calls what Python 2 takes modules by; their own functions, ``initfoo``, are no sure sign."""
    return any(each.name in _PYTHON_2 for each in needs.undefined)


@lru_cache(maxsize=256)  # one wheel has one or two
def _abi(kind: str, suffix: str) -> str | None:
    """Name the ABI tag of ``cpython-312-x86_64-linux-gnu.so``, ``pypy310-pp73-x86_64-linux-gnu.so``, ``abi3.so``."""
    if kind in _STABLE:
        return kind
    fields = suffix.removesuffix(".so").split("-")
    if len(fields) < 2 or not fields[1].isalnum() or not suffix.isascii():
        return None
    if kind == "cpython":
        version = parse_python_version(fields[1].rstrip("tdmu"))
        return f"cp{fields[1]}" if version and len(version) == 2 else None
    if kind.startswith("pypy") and kind.isalnum():
        return f"{kind}_{fields[1]}"
    if kind.startswith("graalpy") and kind.isalnum():
        return f"{kind}_{fields[1]}_native"
    return None
