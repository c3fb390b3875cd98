"""Python tags (``cp313``, ``py3``, ``pp310``) and ABI tags (``cp313t``, ``abi3``, ``pypy310_pp73``, ``none``)."""

from __future__ import annotations

from . import Value
from .text import checked_tag_text, parse_number

#: What python tags begin with -> the implementation meant. GraalPy's name is spelled out.
IMPLEMENTATIONS = {
    "py": "python",
    "cp": "cpython",
    "pp": "pypy",
    "ip": "ironpython",
    "jy": "jython",
    "graalpy": "graalpy",
}
#: Implementation -> how its python tags begin (:pep:`425`); every other is spelled out.
SHORT_NAMES = {name: short for short, name in IMPLEMENTATIONS.items()}

PythonVersion = tuple[int, ...]


class PythonTag(Value):
    """One python tag: which implementation, and which version of the language.

    :param text: the tag as it prints.
    :param implementation: ``python`` for any, else ``cpython``, ``pypy``...; ``None`` where manytags knows no such one.
    :param version: one number for a major version, two for a minor one, empty where the tag has none.
    """

    __slots__ = ("implementation", "text", "version")
    _fields = ("text", "implementation", "version")
    _compared = ("text",)

    text: str
    implementation: str | None
    version: PythonVersion

    def __init__(self, text: str, implementation: str | None, version: PythonVersion) -> None:
        self._assign(text=text, implementation=implementation, version=version)

    def __str__(self) -> str:
        return self.text


class AbiTag(Value):
    """One ABI tag: which binary interface of an interpreter the wheel's modules use.

    :param text: the tag as it prints.
    :param family: ``none``, ``stable`` (abi3, abi3t), ``cpython``, ``pypy``, ``graalpy`` or ``other``.
    :param version: of the Python it belongs to; empty where the tag has none.
    :param flags: CPython's letters: ``t`` free-threaded, ``d`` debug, ``m`` pymalloc, ``u`` wide Unicode.
    """

    __slots__ = ("family", "flags", "text", "version")
    _fields = ("text", "family", "version", "flags")
    _compared = ("text",)

    text: str
    family: str
    version: PythonVersion
    flags: str

    def __init__(self, text: str, family: str, version: PythonVersion = (), flags: str = "") -> None:
        self._assign(text=text, family=family, version=version, flags=flags)

    def __str__(self) -> str:
        return self.text

    @property
    def free_threaded(self) -> bool:
        """Whether it is for builds without the global interpreter lock (:pep:`703`, :pep:`803`)."""
        return "t" in self.flags

    @property
    def debug(self) -> bool:
        """Whether it is for debug builds (``Py_DEBUG``)."""
        return "d" in self.flags


def parse_python_version(digits: str) -> PythonVersion | None:
    """Read ``py_version_nodot``: the first digit is the major version, the rest the minor.

    >>> parse_python_version("313"), parse_python_version("3"), parse_python_version("x")
    ((3, 13), (3,), None)
    """
    major, minor = parse_number(digits[:1]), parse_number(digits[1:])
    if major is None or (minor is None and len(digits) > 1):
        return None
    return (major,) if minor is None else (major, minor)


def parse_python_tag(text: str) -> PythonTag:
    """Parse one python tag, such as ``cp313`` or ``py3``.

    :param text: one python tag, in any case; no dots.
    :raises InvalidTag: the text is empty or has a character that no tag has.

    >>> parse_python_tag("cp313").version
    (3, 13)

    Rule: :pep:`425`, Python Tag.
    """
    text = checked_tag_text(text)
    name = text.rstrip("0123456789")
    digits = text[len(name) :]
    version = parse_python_version(digits) if digits else ()
    implementation = IMPLEMENTATIONS.get(name)
    if implementation is None or version is None:
        return PythonTag(text, None, ())
    return PythonTag(text, implementation, version)


def parse_abi(text: str) -> AbiTag:
    """Parse one ABI tag, such as ``cp313t``, ``abi3`` or ``pypy310_pp73``.

    :param text: one ABI tag, in any case; no dots.
    :raises InvalidTag: the text is empty or has a character that no tag has.

    >>> parse_abi("cp313td").free_threaded, parse_abi("cp27mu").flags, parse_abi("abi3t").family
    (True, 'mu', 'stable')

    Rule: :pep:`425`, ABI Tag; :pep:`3149`, :pep:`703` and :pep:`803` for CPython's letters.
    """
    text = checked_tag_text(text)
    if text == "none":
        return AbiTag(text, "none")
    if text in {"abi3", "abi3t"}:
        return AbiTag(text, "stable", (3,), text[4:])
    if text.startswith("cp"):
        flags = text[2:].lstrip("0123456789")
        version = parse_python_version(text[2 : len(text) - len(flags)])
        if version and len(version) > 1 and set(flags) <= set("tdmu"):
            return AbiTag(text, "cpython", version, flags)
    if text.startswith("pypy"):
        version = parse_python_version(text[4:].partition("_")[0])
        return AbiTag(text, "pypy", version or ())
    if text.startswith("graalpy"):
        # graalpy242_311_native: GraalPy's own version first, then Python's; before 23.1 only Python's.
        numbers = [field for field in text[7:].split("_") if field.isdigit()]
        version = parse_python_version(numbers[-1]) if numbers else None
        return AbiTag(text, "graalpy", version or ())
    return AbiTag(text, "other")
