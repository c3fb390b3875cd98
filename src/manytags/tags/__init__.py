"""Text and values: the tags that wheels carry. Pure: nothing here looks at the machine.

This front of the room holds what every start needs: the base of all values, and what decides whether text is a tag set
or a wheel file name, ``name-version[-build]-python-abi-platform[-variant].whl`` with dots between the members of a tag
set. ``text`` says what is wrong with text that is neither, and ``filename`` has the values.
"""

#: System -> its ``sys.platform``, and how its platform tags begin. Its rules are in its file in ``platforms``.
SYSTEMS = {
    "linux": ("linux", ("linux_", "manylinux", "musllinux_")),
    "macos": ("darwin", ("macosx_",)),
    "windows": ("win32", ("win32", "win_")),
    "ios": ("ios", ("ios_",)),
    "android": ("android", ("android",)),
    "emscripten": ("emscripten", ("pyemscripten", "pyodide", "emscripten")),
}

#: The longest text that is read as a tag or a file name. File systems stop at 255; strangers do not.
MAX_TEXT = 4096
#: The most triples that one compressed tag set may mean. Real wheels stay below 150.
MAX_TRIPLES = 4096
#: How many texts a memo keeps, and the longest of them, whatever a stranger's index holds. A hundred thousand real
#: wheels have 1,529 distinct tag sets, none of them longer than 150 characters.
MEMO_LIMIT, MEMO_TEXT = 20_000, 300
#: The most digits of a build number. Python itself refuses to read thousands of them.
MAX_BUILD_DIGITS = 18
#: Draft :pep:`825`: a variant label has 1 to 16 characters of ``0-9a-z._``.
MAX_LABEL = 16


#: :pep:`600`: the legacy names, and the glibc that each means.
LEGACY_MANYLINUX = {
    "manylinux1": (2, 5),
    "manylinux2010": (2, 12),
    "manylinux2014": (2, 17),
}
#: The same by the version, as tags write it.
LEGACY_NAMES = {f"{version[0]}_{version[1]}": name for name, version in LEGACY_MANYLINUX.items()}
#: The last minor to assume of a glibc major version below the one that runs, as packaging does; none is known yet.
LAST_ASSUMED_MINOR = 50

#: A C library's version: (major, minor). Patch levels never matter to a tag.
LibcVersion = tuple[int, int]


class Value:
    """Base of a value with fixed fields.

    Values are immutable, compare by value, hash and pickle. This is written by hand because ``dataclasses`` alone would
    cost an embedder more instructions than all that manytags does.

    A subclass lists its fields as ``_fields``, in the order of its constructor's parameters. It lists the fields that
    make two values equal as ``_compared``, unless all of them do.
    """

    __slots__ = ()
    _fields: "tuple[str, ...]" = ()
    _compared: "tuple[str, ...] | None" = None

    def _assign(self, **fields: object) -> None:
        """Set fields once, from ``__init__``; nothing else can assign."""
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def _key(self) -> "tuple[object, ...]":
        compared = self._fields if self._compared is None else self._compared
        return tuple(getattr(self, name) for name in compared)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._key()))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot delete {name!r}")

    def __reduce__(self) -> "tuple[object, ...]":
        return type(self), tuple(getattr(self, name) for name in self._fields)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({fields})"


def tag_set_members(text: str) -> "tuple[tuple[str, ...], ...]":
    """Split a compressed tag set into python tags, ABI tags and platform tags, in lower case, in the order written.

    :param text: three fields with dashes between, members with dots between, in any case and order.
    :returns: three fields; none where it is not a tag set, for which ``text.split_tag_set`` has words.

    >>> tag_set_members("py2.py3-none-any")
    (('py2', 'py3'), ('none',), ('any',))

    Rule: :pep:`425`, Compressed Tag Sets.
    """
    fields = text.split("-") if len(text) <= MAX_TEXT else ()
    if len(fields) == 3:
        pythons, abis, platforms = split_pythons(fields[0]), split_members(fields[1]), split_members(fields[2])
        if 0 < len(pythons) * len(abis) * len(platforms) <= MAX_TRIPLES:
            return pythons, abis, platforms
    return ()


def split_members(field: str) -> "tuple[str, ...]":
    """Split one field of a tag set into its members, in lower case; nothing where one of them is not a tag."""
    # Underscores become letters, so that one look at C speed decides.
    if field.isascii():
        if field.replace("_", "a").isalnum():
            return (field.lower(),)
        members = tuple(field.lower().split("."))
        for member in members:
            if not member.replace("_", "a").isalnum():
                return ()
        return members
    return ()


def split_pythons(field: str) -> "tuple[str, ...]":
    """Split a field of python tags. No python tag begins with a digit."""
    members = split_members(field)
    for python in members:
        if python[0].isdigit():
            return ()
    return members


def filename_fields(text: str) -> "tuple[str, str, str, str, str | None] | None":
    """Split a wheel file name into name, version, build tag, tag set and variant label; the tag set is not checked.

    The build tag is empty where there is none. A sixth field is a build tag where it begins with a digit, which no
    python tag does; else the last field is a variant label.

    :param text: the file name, without a folder.
    :returns: ``None`` where it is not a wheel file name, for which ``text.split_wheel_filename`` has words.

    >>> filename_fields("foo-1.0-2b-py3-none-any.whl")
    ('foo', '1.0', '2b', 'py3-none-any', None)

    Rule: :pep:`427`, File name convention.
    """
    if len(text) <= MAX_TEXT and text.isascii() and text.endswith(".whl"):
        fields = text[:-4].split("-")
        build, label = "", None
        if len(fields) == 7 or (len(fields) == 6 and fields[2][:1].isdigit()):
            build = fields.pop(2)
        if len(fields) == 6:
            label = fields[5]
        if (
            4 < len(fields) < 7
            and is_name(fields[0])
            and is_version(fields[1])
            and (not build or is_build(build))
            and (label is None or is_label(label))
        ):
            return fields[0], fields[1], build, "-".join(fields[2:5]), label
    return None


def is_plain(text: str) -> bool:
    """Whether text has only what a tag is made of (:pep:`425`): ASCII letters, digits and underscores."""
    return text.isascii() and text.replace("_", "a").isalnum()


def is_name(text: str) -> bool:
    """Whether text can be the project's name in a wheel file name (:pep:`427`, Escaping and Unicode)."""
    return "__" not in text and text.replace("_", "a").replace(".", "a").isalnum()


def is_version(text: str) -> bool:
    """Whether text is a version (:pep:`440`)."""
    # Nine in ten versions are plain releases. Only the others load the whole grammar.
    for number in text.split("."):
        if not number.isdigit():
            from .version import is_version as in_full

            return in_full(text)
    return True


def is_build(text: str) -> bool:
    """Whether text is a build tag: a number, then any characters (:pep:`427`)."""
    return 0 < len(text) - len(text.lstrip("0123456789")) <= MAX_BUILD_DIGITS


def is_label(text: str) -> bool:
    """Whether text can be the label of a wheel variant (draft :pep:`825`), and is not a misplaced platform tag."""
    plain = text.replace("_", "a").replace(".", "a")
    return len(text) <= MAX_LABEL and plain.isalnum() and plain == plain.lower() and not is_platform_like(text)


def is_platform_like(text: str) -> bool:
    """Whether text begins as platform tags do."""
    return text == "any" or any(text.startswith(beginnings) for _, beginnings in SYSTEMS.values())


def build_from_text(build: str) -> "tuple[()] | tuple[int, str]":
    """Read a build tag that :func:`filename_fields` accepted: its number, and what follows.

    >>> build_from_text("12abc"), build_from_text("")
    ((12, 'abc'), ())
    """
    if not build:
        return ()
    rest = build.lstrip("0123456789")
    return int(build[: len(build) - len(rest)]), rest


def parse_libc_version(text: str) -> "LibcVersion | None":
    """Read the version that a C library reports, or return ``None`` where it has no ``major.minor``.

    What follows the minor is dropped: Linaro reports ``2.20-2014.11``, others ``2.17-c758a686`` or ``2.4.5``.

    :param text: the version, with or without the word ``glibc`` that ``os.confstr`` puts in front.

    >>> parse_libc_version("glibc 2.36"), parse_libc_version("2.20-2014.11"), parse_libc_version("2")
    ((2, 36), (2, 20), None)
    """
    words = text.split()
    if not words:
        return None
    major, _, rest = words[-1].partition(".")
    end = 0
    while end < len(rest) and rest[end].isascii() and rest[end].isdigit():
        end += 1
    minor = rest[:end]
    if not (major.isascii() and major.isdigit() and minor) or len(major) > 2 or len(minor) > 3:
        return None
    return int(major), int(minor)


def glibc_versions(newest: LibcVersion, floor: LibcVersion) -> "list[str]":
    """List the glibc versions from ``newest`` down to ``floor``, both included, as tags write them.

    glibc keeps old symbols across major versions, so a glibc 3 would serve all of glibc 2.

    >>> glibc_versions((2, 19), (2, 17))
    ['2_19', '2_18', '2_17']
    """
    versions: list[str] = []
    for major in range(newest[0], floor[0] - 1, -1):
        top = newest[1] if major == newest[0] else LAST_ASSUMED_MINOR
        bottom = floor[1] if major == floor[0] else 0
        versions += [f"{major}_{minor}" for minor in range(top, bottom - 1, -1)]
    return versions
