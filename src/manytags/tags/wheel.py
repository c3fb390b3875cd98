"""Wheel file names: the only place where one is split.

``name-version[-build]-python-abi-platform[-variant].whl``, with dots between the members of a tag set. Every file name
that is ranked comes through here, so this module deals in plain texts and only decides whether a name is one; what is
wrong with one that is not is found out in ``trouble``, and the values are in ``filename``.
"""

#: Longest text that is read as a tag or a file name. File systems stop at 255; strangers do not.
MAX_TEXT = 4096
#: Most triples that one compressed tag set may stand for. Real wheels stay below 150.
MAX_TRIPLES = 4096
#: Most texts that one memo keeps, and their longest, whatever a stranger's index holds. A hundred thousand real wheels
#: have 1,529 distinct tag sets, none of them longer than 150 characters.
MEMO_LIMIT, MEMO_TEXT = 20_000, 300
#: Most digits of a build number. Python itself refuses to read thousands of them.
MAX_BUILD_DIGITS = 18
#: Draft :pep:`825`: a variant label has 1 to 16 characters of ``0-9a-z._``.
MAX_LABEL = 16
#: A last field that begins like this is a platform tag: the name has a bad build tag, not a label.
PLATFORMS = (
    *("linux_", "manylinux", "musllinux_", "macosx_", "win32", "win_"),
    *("ios_", "android_", "pyemscripten_", "pyodide_"),
)


def split_tag_set(text: str) -> "list[tuple[str, ...]]":
    """Split a compressed tag set into python tags, ABI tags and platform tags, in lower case, in the order written.

    :param text: three fields with dashes between, members with dots between, in any case and order.
    :raises InvalidTag: there are not three fields, a member is empty or has a character that no tag has, a python tag
        begins with a digit, or the set stands for more than 4,096 triples.

    >>> split_tag_set("py2.py3-none-any")
    [('py2', 'py3'), ('none',), ('any',)]

    Rule: :pep:`425`, Compressed Tag Sets.
    """
    fields = text.split("-") if len(text) <= MAX_TEXT else ()
    if len(fields) == 3:
        pythons, abis, platforms = split_pythons(fields[0]), split_members(fields[1]), split_members(fields[2])
        if pythons and abis and platforms and len(pythons) * len(abis) * len(platforms) <= MAX_TRIPLES:
            return [pythons, abis, platforms]
    from .trouble import tag_set_error

    raise tag_set_error(text)


def split_members(field: str) -> "tuple[str, ...]":
    """Split one field of a tag set into its members, in lower case; none where one is no tag."""
    # "a" stands for the underscores: what is left must be letters and digits.
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
    """Split a field of python tags; none of them begins with a digit."""
    members = split_members(field)
    for python in members:
        if python[0].isdigit():
            return ()
    return members


def split_wheel_filename(text: str) -> "tuple[str, str, str, str, str | None]":
    """Split a wheel file name into name, version, build tag, tag set and variant label; the tag set is not looked into.

    The build tag is empty where there is none. A sixth field is a build tag where it begins with a digit, which no
    python tag does; else the variant label stands last.

    :raises InvalidWheelFilename: a part is missing or is not what it must be.

    >>> split_wheel_filename("foo-1.0-2b-py3-none-any.whl")
    ('foo', '1.0', '2b', 'py3-none-any', None)
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
    from .trouble import wheel_filename_error

    raise wheel_filename_error(text)


def is_name(text: str) -> bool:
    """Whether a text can be the project's name in a wheel file name (:pep:`427`, Escaping and Unicode)."""
    return "__" not in text and text.replace("_", "a").replace(".", "a").isalnum()


def is_version(text: str) -> bool:
    """Whether a text is a version (:pep:`440`)."""
    # Nine in ten versions are plain releases; only the others need, and load, the whole grammar.
    for number in text.split("."):
        if not number.isdigit():
            from .version import is_version as in_full

            return in_full(text)
    return True


def is_build(text: str) -> bool:
    """Whether a text is a build tag: a number, then whatever (:pep:`427`)."""
    return 0 < len(text) - len(text.lstrip("0123456789")) <= MAX_BUILD_DIGITS


def is_label(text: str) -> bool:
    """Whether a text can be the label of a wheel variant (draft :pep:`825`), and no platform tag out of place."""
    plain = text.replace("_", "a").replace(".", "a")
    return len(text) <= MAX_LABEL and plain.isalnum() and plain == plain.lower() and not is_platform_like(text)


def is_platform_like(text: str) -> bool:
    """Whether a text begins as platform tags do."""
    return text == "any" or text.startswith(PLATFORMS)


def build_from_text(build: str) -> "tuple[()] | tuple[int, str]":
    """Read a build tag that :func:`split_wheel_filename` has checked: its number, and what follows.

    >>> build_from_text("12abc"), build_from_text("")
    ((12, 'abc'), ())
    """
    if not build:
        return ()
    rest = build.lstrip("0123456789")
    return int(build[: len(build) - len(rest)]), rest
