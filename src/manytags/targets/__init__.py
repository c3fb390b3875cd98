"""What wheels are chosen for. Pure: a target describes a machine, it does not look at one.

A target is one Python on one platform, and the centre of manytags: detection produces a target, and everything else
reads one. ``ranks`` has the rules by which it takes wheels, and ``platforms`` those of its platform.
"""

from ..tags import Value, is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from packaging.tags import Tag

    from ..platforms import Evidence, Platform
    from .options import TagOptions
    from .ranks import Ranks


class Python(Value):
    """Which Python: its implementation, its version and the ABIs whose modules it loads.

    :param implementation: ``sys.implementation.name``, such as ``cpython`` or ``pypy``.
    :param version: of the language, such as ``(3, 12)``, ``(3, 12, 4)``, or ``(3,)`` for what all of 3 have.
    :param abis: ABI tags of its own, best first; the stable ABI and ``none`` follow from the rest.
    :param full_version: as ``platform.python_version()`` has it, where it is known to the last letter.
    :raises InvalidTarget: no Python has this version, or a name has a character that no tag has.
    """

    __slots__ = ("abis", "full_version", "implementation", "version")
    _fields = ("implementation", "version", "abis", "full_version")

    if TYPE_CHECKING:
        implementation: str
        version: tuple[int, ...]
        abis: tuple[str, ...]
        full_version: str | None

    def __init__(
        self,
        implementation: str,
        version: "tuple[int, ...]",
        abis: "tuple[str, ...]",
        full_version: "str | None" = None,
    ) -> None:
        if isinstance(abis, str):
            raise TypeError("expected several ABI tags, got one text")
        for name in (implementation, *abis):
            if not is_plain(name):
                from ..errors import InvalidTarget

                raise InvalidTarget(name, "no tag has such a name: expected letters, digits and underscores")
        # A ladder of Pythons must stay short, whatever a stranger's JSON says.
        if not version or not all(0 <= number < 1000 for number in version):
            from ..errors import InvalidTarget

            raise InvalidTarget(".".join(map(str, version)), "no Python has this version; expected one number or more")
        self._assign(
            implementation=implementation,
            version=tuple(version),
            abis=tuple(dict.fromkeys([abi.lower() for abi in abis])),
            full_version=full_version,
        )

    @property
    def free_threaded(self) -> bool:
        """Whether it runs without the global interpreter lock (:pep:`703`)."""
        return self.implementation == "cpython" and "t" in (self.abis[:1] or ("",))[0].lstrip("cp0123456789")

    def __str__(self) -> str:
        version = self.full_version or ".".join(map(str, self.version))
        return f"{self.implementation} {version} ({', '.join(self.abis) or 'no ABI of its own'})"


class Target(Value):
    """One Python on one platform: the answer to "which wheels does it take, in which order?".

    Two targets are equal if their ``python``, ``platform`` and ``options`` are. ``evidence`` says how a target was
    concluded, and does not count.

    :param python: which Python.
    :param platform: which machine.
    :param options: what its owner decides.
    :param evidence: why the parts are believed; empty for a described target.

    >>> from manytags import target
    >>> target("cp312", "manylinux_2_28_aarch64").platform_tags()[:2]
    ('linux_aarch64', 'manylinux_2_28_aarch64')
    """

    __slots__ = ("_options", "_ranks", "evidence", "memo", "platform", "python")
    _fields = ("python", "platform", "options", "evidence")
    _compared = ("python", "platform", "options")

    if TYPE_CHECKING:
        python: Python
        platform: Platform
        evidence: tuple[Evidence, ...]
        _options: TagOptions | None
        _ranks: Ranks | None
        #: What other modules remember about this target, by a name of theirs; it does not count for equality.
        memo: dict[str, object]

    def __init__(
        self,
        python: "Python",
        platform: "Platform",
        options: "TagOptions | None" = None,
        evidence: "tuple[Evidence, ...]" = (),
    ) -> None:
        self._assign(python=python, platform=platform, _options=options, evidence=tuple(evidence), _ranks=None, memo={})

    def __str__(self) -> str:
        return f"{self.python} on {self.platform}"

    @property
    def options(self) -> "TagOptions":
        """What the target's owner decides; loaded and made when it is first asked for, since most decide nothing."""
        if self._options is None:
            from .options import TagOptions

            self._assign(_options=TagOptions())
        assert self._options is not None  # noqa: S101 - assigned above
        return self._options

    @property
    def ranks(self) -> "Ranks":
        """The ranks of all tags that this target takes, worked out once."""
        if self._ranks is None:
            if self._options is not None:
                from .listed import ranks_with_options

                self._assign(_ranks=ranks_with_options(self))
            else:
                from .ranks import Ranks, platform_tags

                self._assign(_ranks=Ranks(self.python, platform_tags(self.platform)))
        assert self._ranks is not None  # noqa: S101 - assigned above
        return self._ranks

    def platform_tags(self) -> "tuple[str, ...]":
        """Platform tags that this target takes, best first, without ``any``."""
        return self.ranks.platforms

    def triples(self) -> "tuple[str, ...]":
        """Tags that this target takes as ``python-abi-platform`` texts, best first.

        >>> from manytags import target
        >>> target("cp312", "win_amd64").triples()[0]
        'cp312-cp312-win_amd64'
        """
        return tuple("-".join(fields) for fields in self.ranks)

    def tags(self) -> "tuple[Tag, ...]":
        """Tags that this target takes as ``packaging.tags.Tag``, best first."""
        from packaging.tags import Tag

        return tuple(Tag(*fields) for fields in self.ranks)

    @property
    def interpreter_tag(self) -> str:
        """The python tag of its best tag, such as ``cp312``."""
        return next(iter(self.ranks))[0]

    @property
    def abi_tag(self) -> str:
        """The ABI tag of its best tag, such as ``cp312``; ``none`` where its Python has no ABI of its own."""
        return next(iter(self.ranks))[1]

    def pure_tags(self) -> "tuple[str, ...]":
        """Tags for any platform that this target takes, best first, such as ``py3-none-any``."""
        return tuple(triple for triple in self.triples() if triple.endswith("-any"))

    def build_tag(self) -> str:
        """Platform tag that a wheel built here should carry, before any repair.

        It is the first of :meth:`platform_tags`, except where the userland is older than the machine: what Raspberry
        Pi OS builds is ARMv6 code on every Pi.
        """
        if self.platform.build_arch is not None:
            return f"linux_{self.platform.build_arch}"
        return self.platform_tags()[0] if self.platform_tags() else "any"

    def to_json(self) -> str:
        """Write this target as JSON; :meth:`from_json` reads it back."""
        from .formats import target_to_json

        return target_to_json(self)

    @staticmethod
    def from_json(text: str) -> "Target":
        """Read a target that :meth:`to_json` wrote.

        :param text: the JSON.
        :raises InvalidTarget: it is not JSON, or not a target.

        >>> from manytags import Target, target
        >>> there = target("cp312", "manylinux_2_28_aarch64")
        >>> Target.from_json(there.to_json()) == there
        True
        """
        from .formats import target_from_json

        return target_from_json(text)
