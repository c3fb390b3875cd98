"""Seeing machines: what a probe sees becomes ``Facts``, and a target follows from facts alone.

This front of the room holds the facts, the way from them to a target, and the only functions of manytags that look at
the host without being asked to. The same facts give the same target anywhere.
"""

from ..platforms import Evidence, Platform, family, release_numbers, tag_text
from ..tags import SYSTEMS, Value, is_plain
from ..targets import Python, Target
from .probe import REQUIRED, observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from packaging.tags import Tag

    from .remembered import Remembered


class Facts(Value):
    """What a probe saw.

    :param facts: name -> value, such as ``{"elf_machine": 62}``. The reference of JSON forms lists all names and their
        meaning. A fact that is missing or ``None`` could not be seen.
    :param seen: name -> where the value was seen, in words.
    :raises InvalidFacts: a fact is missing that nothing can be concluded without.
    """

    __slots__ = ("_facts", "_seen")
    _fields = ("_facts", "_seen")

    if TYPE_CHECKING:
        _facts: dict[str, object]
        _seen: dict[str, str]

    def __init__(self, facts: "dict[str, object]", seen: "dict[str, str]") -> None:
        for name in REQUIRED:
            if facts.get(name) is None:
                from .facts_json import missing_fact

                raise missing_fact(name)
        frozen = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
        self._assign(_facts=frozen, _seen=dict(seen))

    def __hash__(self) -> int:
        return hash(frozenset(self._facts.items()))

    def __repr__(self) -> str:
        return f"Facts({self._facts!r}, {self._seen!r})"

    def names(self) -> "tuple[str, ...]":
        """Names of the facts that were seen, in the probe's order."""
        return tuple(self._facts)

    def get(self, name: str) -> object:
        """Value of a fact, or ``None`` where it was not seen."""
        return self._facts.get(name)

    def text(self, name: str) -> str:
        """Value of a fact that is text, or an empty string where it was not seen."""
        value = self._facts.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> "int | None":
        """Value of a fact that is an integer, or ``None`` where it was not seen."""
        value = self._facts.get(name)
        return value if isinstance(value, int) else None

    def texts(self, name: str) -> "tuple[str, ...]":
        """Value of a fact that is a list of texts; empty where it was not seen."""
        value = self._facts.get(name)
        return value if isinstance(value, tuple) else ()

    def seen(self, name: str) -> str:
        """Where a fact was seen, in words."""
        return self._seen.get(name, "not seen")

    def to_json(self) -> str:
        """Write the facts as JSON, one fact a line; :meth:`from_json` reads them back."""
        from .facts_json import facts_to_json

        return facts_to_json(self._facts, self._seen)

    @staticmethod
    def from_json(text: str) -> "Facts":
        """Read facts that :meth:`to_json` or the stand-alone probe wrote.

        :param text: the JSON, at most a million characters.
        :raises InvalidFacts: it is not JSON, or a key is missing, unknown or of another type.

        >>> from manytags import Facts, probe
        >>> facts = probe()
        >>> Facts.from_json(facts.to_json()) == facts
        True
        """
        from .facts_json import facts_from_json

        return Facts(*facts_from_json(text))


_CACHE: "dict[str, Target]" = {}
_TAGS: "dict[str, tuple[Tag, ...]]" = {}
#: What is remembered of other interpreters: path to the answer and the states of the files that it follows from.
_REMEMBERED: "dict[str, Remembered]" = {}


def detect(
    executable: "str | os.PathLike[str] | None" = None, cache: "str | os.PathLike[str] | bool" = False
) -> "Target":
    """Detect what an interpreter takes.

    :param executable: path of another interpreter; without it, the running one, once for each process.
    :param cache: whether to remember another interpreter until its files change, so that asking again starts no
        process: ``True`` in this process, or a folder in which to remember across processes. A folder that other users
        own or may write is not used.
    :raises InvalidInput: the folder is not a path.
    :raises ProbeError: the other interpreter could not be asked.
    :raises InvalidManylinuxModule: a ``_manylinux`` module raised or answered nonsense.

    >>> detect() is detect()
    True
    """
    target = _CACHE.get("here") if executable is None else None
    if target is None:
        target = target_from_facts(_facts_of(executable, cache))
        if executable is None:
            target = _CACHE.setdefault("here", target)
    return target


def _facts_of(executable: "str | os.PathLike[str] | None", cache: "str | os.PathLike[str] | bool") -> Facts:
    if executable is None:
        return Facts(*observe())
    if cache is False:
        from .ask import ask

        return Facts(*ask(executable))
    from .remembered import remembered_facts

    return Facts(*remembered_facts(executable, None if cache is True else cache, _REMEMBERED))


def sys_tags() -> "tuple[Tag, ...]":
    """List the tags that the running interpreter takes, best first; they are worked out once for each process.

    :raises InvalidManylinuxModule: a ``_manylinux`` module raised or answered nonsense.

    >>> sys_tags() is sys_tags()
    True
    >>> str(sys_tags()[-1])
    'py30-none-any'

    Rule: :pep:`425`; the list is that of ``packaging.tags.sys_tags()`` wherever that one is right.
    """
    tags = _TAGS.get("here")
    return tags if tags is not None else _TAGS.setdefault("here", detect().tags())


def platform_tags() -> "tuple[str, ...]":
    """List the platform tags that the running interpreter takes, best first, without ``any``."""
    return detect().platform_tags()


def clear_cache() -> None:
    """Forget what this process saw of its own interpreter and of others; the next call looks again."""
    _CACHE.clear()
    _TAGS.clear()
    _REMEMBERED.clear()


def target_from_facts(facts: Facts) -> "Target":
    """Conclude what an interpreter takes from what was seen of it.

    :param facts: from :func:`manytags.probe`, or from a file.
    :raises InvalidFacts: they contradict themselves or lack what their system needs.
    :raises InvalidManylinuxModule: a ``_manylinux`` module was seen that raised or answered nonsense.

    >>> from manytags import probe
    >>> target_from_facts(probe()) == target_from_facts(probe())
    True
    """
    evidence: list[Evidence] = []
    python = infer_python(facts, evidence)
    platform = infer_platform(facts, evidence)
    options = None
    module = facts.text("manylinux_module")
    if module:
        from ..targets.options import TagOptions
        from .manylinux_module import refused_tags

        refused, failed = facts.texts("manylinux_refused"), facts.texts("manylinux_failed")
        options = TagOptions(refused=refused_tags(module, refused, failed, platform, evidence))
    return Target(python, platform, options, tuple(evidence))


def infer_python(facts: Facts, evidence: "list[Evidence]") -> "Python":
    """Conclude implementation, version and ABI tags."""
    implementation = facts.text("implementation")
    text = facts.text("python_version")
    version = release_numbers(text)
    name = tag_text(implementation)
    if not is_plain(name):
        from ..errors import InvalidFacts

        raise InvalidFacts(implementation, "an implementation has a name of letters, digits and underscores")
    if len(version) < 2:
        from ..errors import InvalidFacts

        raise InvalidFacts(text, "python_version has no minor version")
    if implementation == "cpython":
        abis, because = _cpython_abis(facts, version)
    else:
        from .suffixes import abi_by_suffix

        abis, because = abi_by_suffix(facts)
    evidence += [
        Evidence("python", f"{implementation} {text}", facts.seen("implementation")),
        Evidence("ABI", ", ".join(abis) or "none of its own", because),
    ]
    return Python(name, version, abis, text)


def _cpython_abis(facts: Facts, version: "tuple[int, ...]") -> "tuple[tuple[str, ...], str]":
    """CPython's ABI follows from how it was built (:pep:`3149`, :pep:`703`)."""
    threads = "t" if facts.get("free_threaded") and version >= (3, 13) else ""
    debug = "d" if facts.get("debug") else ""
    plain = f"cp{version[0]}{version[1]}{threads}"
    because = facts.seen("abiflags" if facts.get("abiflags") is not None else "debug")
    if version < (3, 8):
        # Windows has no abiflags there, and was always built with pymalloc.
        pymalloc = "m" if "m" in facts.text("abiflags") or facts.get("abiflags") is None else ""
        return (f"{plain}{debug}{pymalloc}",), because
    return ((f"{plain}{debug}", plain) if debug else (plain,)), because


def infer_platform(facts: Facts, evidence: "list[Evidence]") -> Platform:
    """Conclude the platform, by what the interpreter says its system is."""
    sys_platform = facts.text("sys_platform")
    system = "other"
    for name, (known, _) in SYSTEMS.items():
        if known == sys_platform:
            system = name
    # A Linux Python may report another platform: the environment or its build may say so.
    if system == "linux" and facts.text("sysconfig_platform").partition("-")[0] not in {"linux", ""}:
        system = "other"
    return family(system).infer(facts, evidence)
