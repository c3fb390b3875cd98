"""File names of source distributions, as indexes have them. Pure."""

from __future__ import annotations

from ..tags import is_version
from ..tags.filename import normalized_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

#: The longest name that is read; each dash in it is tried as the end of the project's name. File systems stop at 255.
MAX_SDIST = 300
#: Endings of source distributions: the current one, and older ones that indexes still have and pip builds from.
SDISTS = (
    *(".tar.gz", ".zip", ".tgz", ".tar", ".tar.bz2", ".tbz"),
    *(".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"),
)


def sdist_version(filename: str, project: str) -> str | None:
    """Return the version in the name of a project's sdist, as text; ``None`` if it is not one.

    :param filename: the file name, without a folder.
    :param project: the project's normalized name. File names may spell it in other ways, with dashes too.

    >>> sdist_version("Foo.Bar-2-1.0.tar.gz", "foo-bar-2"), sdist_version("foo-bar-1.0.tar.gz", "foo")
    ('1.0', None)

    Rule: :pep:`625` for today's names; older ones are split as pip splits them.
    """
    stem = _stem(filename)
    end = stem.find("-")
    while end >= 0:
        version = stem[end + 1 :]
        if normalized_name(stem[:end]) == project:
            return version if is_version(version) else None
        end = stem.find("-", end + 1)
    return None


def sdist_project(filename: str, known: Container[str] = ()) -> str | None:
    """Return the normalized name of the project that an sdist seems to be of; ``None`` if it is not an sdist.

    :param filename: the file name, without a folder.
    :param known: normalized names of projects, which are tried first.

    >>> sdist_project("Foo.Bar-2-1.0.tar.gz"), sdist_project("foo-1.0-1.zip", {"foo"})
    ('foo-bar-2', 'foo')
    """
    stem = _stem(filename)
    end = stem.find("-")
    while end >= 0:
        name = normalized_name(stem[:end])
        if name in known and is_version(stem[end + 1 :]):
            return name
        end = stem.find("-", end + 1)
    name, _, version = stem.rpartition("-")
    return normalized_name(name) if name and is_version(version) else None


def _stem(filename: str) -> str:
    """Return a name without the ending of an sdist; nothing where it has none."""
    if len(filename) <= MAX_SDIST:
        for ending in SDISTS:
            if filename.endswith(ending):
                return filename.removesuffix(ending)
    return ""
