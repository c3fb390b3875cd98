"""Seeing machines: what a probe sees becomes :class:`Facts`, and from facts alone follows a target.

This front of the room holds the facts, and the only functions of manytags that look at the host without being told to.
"""

from ..tags import Value
from .probe import REQUIRED, observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from packaging.tags import Tag

    from ..targets import Target
    from .ask import Remembered


class Facts(Value):
    """What a probe saw.

    :param facts: name -> value. Names are those below; what is missing or ``None`` was not to be seen.
    :param seen: name -> where the value was seen, in words.

    ``implementation``
        ``sys.implementation.name``.
    ``python_version``
        ``sys.version_info`` as text, such as ``3.13.0rc1``.
    ``implementation_version``
        ``sys.implementation.version`` in the same form.
    ``pointer_size``
        in bytes: 4 or 8.
    ``abiflags``
        ``sys.abiflags``, such as ``t`` or ``dm``.
    ``debug``, ``free_threaded``
        how the interpreter was built.
    ``extension_suffixes``
        file name endings that it imports as extension modules, best first.
    ``multiarch``
        ``sys.implementation._multiarch``, such as ``arm-linux-gnueabihf``.
    ``sys_platform``, ``os_name``
        ``sys.platform`` and ``os.name``.
    ``system``, ``release``, ``kernel_version``, ``machine``
        ``os.uname()``, or what stands for it.
    ``sysconfig_platform``
        ``sysconfig.get_platform()``.
    ``host_platform``
        the environment's ``_PYTHON_HOST_PLATFORM``, by which a cross build says what it builds for.
    ``executable``
        ``sys.executable``.
    ``elf_path``, ``elf_class``, ``elf_data``, ``elf_machine``, ``elf_flags``, ``elf_interpreter``
        ELF header of the running executable: 32 or 64, ``little`` or ``big``, the numbers, PT_INTERP.
    ``arm_cpu_arch``, ``arm_vfp_args``
        its ``.ARM.attributes``: Tag_CPU_arch (6 = ARMv6, 10 = ARMv7), Tag_ABI_VFP_args (1 = hard float).
    ``glibc``, ``musl``
        version of the C library that runs, as it gives it.
    ``os_id``, ``os_version_id``, ``os_id_like``
        ``/etc/os-release``.
    ``manylinux_module``, ``manylinux_refused``, ``manylinux_failed``
        a ``_manylinux`` module: its file, the tags that it refuses, the questions that it failed to answer.
    ``macos_version``, ``ios_version``, ``android_api_level``, ``pyemscripten_version``
        versions of those systems.
    ``unseen``
        what the probe tried to see and could not: the trouble in words.
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
        :raises InvalidFacts: it is no JSON, or a key is missing, unknown or of another type.

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
    """Find out what an interpreter takes.

    :param executable: path of another interpreter; the running one, found out once for each process, without it.
    :param cache: whether to remember another interpreter until its files change, so that asking again starts no
        process: ``True`` in this process, or a folder in which to remember across processes.
    :raises ProbeError: the other interpreter could not be asked.
    :raises InvalidManylinuxModule: a ``_manylinux`` module raised or answered nonsense.

    >>> detect() is detect()
    True
    """
    found = _CACHE.get("here") if executable is None else None
    if found is None:
        from .infer import target_from_facts

        found = target_from_facts(_facts_of(executable, cache))
        if executable is None:
            found = _CACHE.setdefault("here", found)
    return found


def _facts_of(executable: "str | os.PathLike[str] | None", cache: "str | os.PathLike[str] | bool") -> Facts:
    if executable is None:
        return Facts(*observe())
    from .ask import ask, remembered_facts

    if cache is False:
        return Facts(*ask(executable))
    return Facts(*remembered_facts(executable, None if cache is True else cache, _REMEMBERED))


def sys_tags() -> "tuple[Tag, ...]":
    """List the tags that the running interpreter takes, best first; found out once for each process.

    :raises InvalidManylinuxModule: a ``_manylinux`` module raised or answered nonsense.

    >>> sys_tags() is sys_tags()
    True
    >>> str(sys_tags()[-1])
    'py30-none-any'

    Rule: :pep:`425`; the list is that of ``packaging.tags.sys_tags()`` wherever that one is right.
    """
    found = _TAGS.get("here")
    return found if found is not None else _TAGS.setdefault("here", detect().tags())


def platform_tags() -> "tuple[str, ...]":
    """List the platform tags that the running interpreter takes, best first, without ``any``."""
    return detect().platform_tags()


def clear_cache() -> None:
    """Forget what this process found out about its own interpreter and about others; the next call looks again."""
    _CACHE.clear()
    _TAGS.clear()
    _REMEMBERED.clear()
