"""What an index checks in a file name before it looks at platform tags, in the order and words of Warehouse. Pure.

Warehouse parses names with ``packaging`` 26.2, which accepts more than the specification allows, and which need not be
the packaging that is installed here. So its rules are restated.

Rule: ``_validate_filename`` and ``file_upload`` in Warehouse's ``forklift/legacy.py``, ``forklift/metadata.py`` for
local versions; ``parse_wheel_filename`` of packaging 26.2, which Warehouse pins; read on 2026-08-21.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import shown
from ..tags import MAX_TEXT
from ..tags.filename import normalized_name
from .profiles import NameRules

_FORM = "name-version[-build]-python-abi-platform.whl"
_SUFFIXES = (".tar.gz", ".zip", ".whl")


@dataclass(frozen=True, slots=True)
class NameProblem:
    """What is wrong with a file name.

    :param part: the part that causes the problem.
    :param rule: the rule in words.
    :param message: the message of the index.
    :param instead: what to do instead.
    """

    part: str
    rule: str
    message: str
    instead: str


@dataclass(frozen=True, slots=True)
class NameParts:
    """The parts of a wheel file name as an index reads them: distinct tags in lower case, in the order written."""

    name: str
    version: str
    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]


def read_name(text: str, rules: NameRules) -> tuple[NameParts | None, list[NameProblem]]:
    """Read a file name as an index does: return its parts, if it has them, and its problems.

    :param text: the name as it would be sent.
    :param rules: what the index requires.
    """
    problem = _not_a_name(text) or _not_a_wheel(text)
    if problem is not None:
        return None, [problem]
    fields = text[:-4].split("-")
    members = (tuple(dict.fromkeys(field.lower().split("."))) for field in fields[-3:])
    parts = NameParts(fields[0], fields[1], *members)
    problems = (_local(parts, rules), _name(text, parts, rules), _long(text, rules))
    return parts, [problem for problem in problems if problem is not None]


def _not_a_name(text: str) -> NameProblem | None:
    """Check that the text can be a name, and ends like a wheel."""
    if len(text) > MAX_TEXT:
        message = f"Filename is too long: {shown(text)}"
        return NameProblem(text[:40], "length of a file name", message, "use a shorter name")
    if any(character < " " or character == "\x7f" for character in text):
        message = (
            "Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL character (ordinal 127) "
            "in the name."
        )
        return NameProblem(text, "characters of a file name", message, f"a name of the form {_FORM}")
    if "/" in text or "\\" in text:
        message = "Cannot upload a file with '/' or '\\' in the name."
        return NameProblem(text, "characters of a file name", message, "the name without its folder")
    ending = next((text[-len(suffix) :] for suffix in _SUFFIXES if text[1:].lower().endswith(suffix)), "")
    if ending == ".whl":
        return None
    message = (
        f"Invalid file extension: Extension {ending} is invalid for filetype bdist_wheel. "
        "See https://www.python.org/dev/peps/pep-0527 for more information."
        if ending
        else "Invalid file extension: Use .tar.gz, .whl or .zip extension. "
        "See https://www.python.org/dev/peps/pep-0527 and https://peps.python.org/pep-0715/ for more information"
    )
    return NameProblem(ending or text, "extension of a wheel", message, "a name that ends in '.whl', in lower case")


def _not_a_wheel(text: str) -> NameProblem | None:
    """Check the parts of a wheel file name, as ``packaging`` does."""
    stem = text[:-4]
    fields = stem.split("-")
    form = f"a name of the form {_FORM}"
    if len(fields) not in {5, 6}:
        message = f"Invalid wheel filename (wrong number of parts): {stem!r}"
        return NameProblem(stem, "parts of a wheel file name", message, form)
    name, version = fields[:2]
    if "__" in name or not all(character.isalnum() or character in "_." for character in name):
        message = f"Invalid project name: {stem!r}"
        return NameProblem(name, "project name in a wheel file name", message, "the normalized name of the project")
    if not _is_version(version):
        message = f"Invalid wheel filename (invalid version): {stem!r}"
        return NameProblem(version, "version in a wheel file name", message, "a version in the form of PEP 440")
    if len(fields) == 6 and not (fields[2][:1].isascii() and fields[2][:1].isdigit()):
        message = f"Invalid build number: {fields[2]} in {stem!r}"
        variant = "; the index does not accept wheel variants (draft PEP 825)" if fields[2][:2] in {"py", "cp"} else ""
        return NameProblem(fields[2], "build tag", message, f"a build tag that begins with a digit{variant}")
    return None


def _is_version(text: str) -> bool:
    from packaging.version import Version

    try:
        Version(text)
    except ValueError:  # InvalidVersion, or a number that is too long for Python
        return False
    return True


def _local(parts: NameParts, rules: NameRules) -> NameProblem | None:
    from packaging.version import Version

    version = Version(parts.version)
    if rules.local_versions or version.local is None:
        return None
    message = (
        f"The use of local versions in '{version}' is not allowed. See https://packaging.python.org/en/latest/"
        "specifications/version-specifiers/#local-version-identifiers for more information."
    )
    instead = f"version {version.public}, or an index of your own"
    return NameProblem(parts.version, "no local versions", message, instead)


def _name(text: str, parts: NameParts, rules: NameRules) -> NameProblem | None:
    normalized = normalized_name(parts.name)
    if not (normalized.isascii() and normalized[:1].isalnum() and normalized[-1:].isalnum()):
        message = "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'."
        return NameProblem(parts.name, "name of a project", message, "the normalized name of the project")
    normalized = normalized.replace("-", "_")
    if not rules.normalized or normalized == parts.name:
        return None
    message = f"Filename {text!r} should contain the normalized project name {normalized!r}, not {parts.name!r}."
    instead = (
        f"rebuild it as {normalized + text[len(parts.name) :]!r}, with a build backend that normalizes names; "
        "renaming the file does not rename its .dist-info folder"
    )
    return NameProblem(parts.name, "normalized project name (PEP 427, PEP 503)", message, instead)


def _long(text: str, rules: NameRules) -> NameProblem | None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if rules.longest is None or size <= rules.longest:
        return None
    rule = f"at most {rules.longest} bytes, so that a file system can store it and its .metadata"
    return NameProblem(
        text, rule, f"Filename is too long: '{text}'", f"a name that is {size - rules.longest} bytes shorter"
    )
