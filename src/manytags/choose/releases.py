"""A project's files, grouped into releases. Pure.

Rule: :pep:`440`, which versions are equal, and their order; :pep:`503`, which names are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from ..errors import InvalidPage
from ..tags.filename import WheelFilename, normalized_name, parse_wheel_filename
from .entries import check_on_invalid, read_located_entry, reject_filename
from .pages import read_page
from .sdists import sdist_project, sdist_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packaging.version import Version

    from .entries import OnInvalid
    from .pages import Page

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IndexFile(Generic[T]):
    """A wheel or an sdist of a project.

    :param item: what the caller gave, or the entry that the page has.
    :param filename: its file name.
    :param wheel: its parsed name; ``None`` for an sdist.
    :param requires_python: which Pythons it is for, or ``None``.
    :param yanked: whether it was yanked.
    """

    item: T
    filename: str
    wheel: WheelFilename | None
    requires_python: str | None
    yanked: bool

    @property
    def entry(self) -> dict[str, object]:
        """The same as the entry of an index."""
        return {"filename": self.filename, "requires-python": self.requires_python, "yanked": self.yanked}


@dataclass(frozen=True, slots=True)
class Release(Generic[T]):
    """The files of one release, in the order of the page.

    :param version: the version. Files may spell it differently: ``1.0`` and ``1.0.0`` are one release.
    :param files: its wheels and sdists.
    """

    version: Version
    files: tuple[IndexFile[T], ...]

    def __str__(self) -> str:
        return str(self.version)


@dataclass(frozen=True, slots=True)
class ProjectPage(Generic[T]):
    """The files of one project.

    :param project: its normalized name; empty where there are no files and nobody named it.
    :param releases: its releases, the newest first.
    :param others: files of other projects, and files that are neither wheels nor sdists.
    """

    project: str
    releases: tuple[Release[T], ...]
    others: tuple[T, ...]


@overload
def parse_project_page(
    page: Page, project: str | None = None, *, url: str | None = None, on_invalid: OnInvalid = "ignore"
) -> ProjectPage[Any]: ...
@overload
def parse_project_page(
    page: Iterable[T],
    project: str | None = None,
    *,
    key: Callable[[T], object] | None = None,
    on_invalid: OnInvalid = "ignore",
) -> ProjectPage[T]: ...
def parse_project_page(
    page: object,
    project: str | None = None,
    *,
    url: str | None = None,
    key: Callable[[Any], object] | None = None,
    on_invalid: OnInvalid = "ignore",
) -> ProjectPage[Any]:
    """Read the files of a project from a page of an index, and group them into releases.

    :param page: a page as text or bytes: JSON (:pep:`691`), HTML (:pep:`503`), or names, one on a line; its JSON as a
        mapping; or file names, parsed names, paths, entries, or anything that ``key`` turns into one of these.
    :param project: whose files; by default that which the page or the files name.
    :param url: where the page is, with which the relative links of HTML are joined.
    :param key: returns the file name or entry of an item.
    :param on_invalid: what to do with a wheel's name that is not one, as in :func:`best`; old pages have some.
    :raises InvalidPage: it is not a page, or has the files of several projects, none of which is named.
    :raises TypeError: it is none of these.

    >>> page = parse_project_page('{"name": "foo", "files": [{"filename": "foo-1-py3-none-any.whl", "url": "..."}]}')
    >>> page.project, [str(release) for release in page.releases]
    ('foo', ['1'])
    >>> page.releases[0].files[0].item["url"]
    '...'
    """
    return read_project_page(page, project, url, key, on_invalid)


def read_project_page(
    page: object,
    project: str | None = None,
    url: str | None = None,
    key: Callable[[Any], object] | None = None,
    on_invalid: OnInvalid = "ignore",
) -> ProjectPage[Any]:
    """As :func:`parse_project_page`, for public functions that take a page: a warning points at their caller.

    :param page: such a page, or one that has been parsed, which is returned as it is.
    """
    check_on_invalid(on_invalid)
    if isinstance(page, ProjectPage):
        return page
    named, items = read_page(page, url)
    files: list[IndexFile[Any]] = []
    others: list[Any] = []
    for item in items:
        filename, requires, yanked = read_located_entry(item if key is None else key(item))
        wheel = None
        if filename.endswith(".whl"):
            try:
                wheel = parse_wheel_filename(filename)
            except ValueError as error:
                reject_filename(filename, error, on_invalid, 4)
                others.append(item)
                continue
        files.append(IndexFile(item, filename, wheel, requires, yanked))
    project = project or named
    return _grouped(normalized_name(project) if project else _only_project(files), files, others)


def _only_project(files: list[IndexFile[T]]) -> str:
    """Return the project that all files are of; wheels name it clearly, sdists only if there is no wheel."""
    names = {file.wheel.name for file in files if file.wheel is not None}
    names = names or {name for file in files if (name := sdist_project(file.filename)) is not None}
    if len(names) > 1:
        listed = ", ".join(sorted(names)[:5])
        raise InvalidPage(listed, "the files are of several projects, and none of them is named")
    return next(iter(names), "")


def _grouped(project: str, files: list[IndexFile[T]], others: list[T]) -> ProjectPage[T]:
    from packaging.version import Version

    releases: dict[Version, list[IndexFile[T]]] = {}
    versions: dict[str, Version] = {}
    for file in files:
        version = None
        if file.wheel is None:
            text = sdist_version(file.filename, project)
            if text is not None:
                version = versions.get(text) or versions.setdefault(text, Version(text))
        elif file.wheel.name == project:
            version = file.wheel.version
        if version is None:
            others.append(file.item)
        else:
            releases.setdefault(version, []).append(file)
    return ProjectPage(
        project,
        tuple(Release(version, tuple(releases[version])) for version in sorted(releases, reverse=True)),
        tuple(others),
    )
