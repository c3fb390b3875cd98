"""The file of a project that an installer would take: from the newest release that fits, as pip picks. Pure.

Rule: :pep:`440`, pre-releases; :pep:`592`, yanked files; :pep:`503`, ``requires-python``; the order is pip's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, get_args, overload

from ..documents import TextEnum
from ..errors import InvalidInput
from ..targets import Target
from ..targets.ranks import rank
from .entries import python_fits
from .explain import Explanation, explain
from .reasons import weight
from .releases import IndexFile, ProjectPage, Release, read_project_page
from .select import build_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from ..tags.filename import BuildTag
    from .entries import OnInvalid
    from .pages import Page

T = TypeVar("T")

#: What to do with sdists; in pip's options ``--only-binary``, nothing, ``--prefer-binary``, ``--no-binary``.
Sdists = Literal["never", "build", "prefer-binary", "only"]

#: How many tags of a release are explained. Those of real ones have at most a few hundred.
MOST_TAGS = 1_000
_LONGEST = 10_000  # characters of a specifier; resolvers join those of many requirements


class PassedOverKind(TextEnum):
    """Why a release was passed over."""

    SPECIFIER = "specifier"
    PRE_RELEASE = "pre-release"
    YANKED = "yanked"
    NO_WHEEL_FITS = "no wheel fits"
    NO_WHEEL = "no wheel"
    NO_SDIST = "no sdist"
    PREFERRED = "an older wheel is preferred"


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """A file that the target takes.

    :param file: the caller's item, or the entry that the page has.
    :param filename: its name.
    :param version: the version of its release.
    :param rank: how well the wheel fits, 0 being best; ``None`` for an sdist.
    :param yanked: whether it was yanked.
    :param build: its build tag, ``()`` where there is none.
    """

    file: T
    filename: str
    version: Version
    rank: int | None
    yanked: bool
    build: BuildTag


@dataclass(frozen=True, slots=True)
class PassedOver(Generic[T]):
    """A release that was not picked though it is newer.

    :param release: the release, with its files.
    :param kind: why.
    :param target: what was picked for.
    """

    release: Release[T]
    kind: PassedOverKind
    target: Target

    def explanations(self, most: int = MOST_TAGS) -> list[Explanation]:
        """Explain each wheel: why it does not fit, the nearest misses first.

        :param most: how many tags are looked at; wheels with many tags are left out first.
        """
        wheels = [(_tags(file), file) for file in self.release.files if file.wheel is not None]
        explanations: list[Explanation] = []
        for tags, file in sorted(wheels, key=lambda wheel: wheel[0]):
            most -= tags
            if most >= 0 or not explanations:
                explanations.append(explain(file.entry, self.target))
        return sorted(explanations, key=lambda explanation: (weight(list(explanation.reasons)), explanation.filename))

    @property
    def because(self) -> str:
        """The reason in words: where no wheel fits, that of the wheel that is nearest."""
        reasons = self.explanations()[0].reasons if self.kind is PassedOverKind.NO_WHEEL_FITS else ()
        return str(reasons[0]) if reasons else _SENTENCES[self.kind]

    def __str__(self) -> str:
        return f"{self.release}: {self.because}"


def _tags(file: IndexFile[Any]) -> int:
    """Count what an explanation looks at."""
    tags = file.wheel.tag_set if file.wheel is not None else None
    return 0 if tags is None else len(tags.pythons) * len(tags.abis) + len(tags.platforms)


_SENTENCES = {
    PassedOverKind.SPECIFIER: "it is not among the versions that were asked for",
    PassedOverKind.PRE_RELEASE: "it is a pre-release, and there is a final release that fits",
    PassedOverKind.YANKED: "it was yanked from its index",
    PassedOverKind.NO_WHEEL_FITS: "no wheel fits",
    PassedOverKind.NO_WHEEL: "it has no wheel",
    PassedOverKind.NO_SDIST: "it has no sdist that fits",
    PassedOverKind.PREFERRED: "it could be built from its sdist only, and a wheel of an older release is preferred",
}


@dataclass(frozen=True, slots=True)
class Pick(Generic[T]):
    """What a target takes of a project.

    :param project: the project's normalized name.
    :param target: what was picked for.
    :param candidates: the files that could be installed, the best first.
    :param passed_over: releases newer than that of the best, and why they were passed over, the newest first; all of
        them if there is no candidate.
    """

    project: str
    target: Target
    candidates: tuple[Candidate[T], ...]
    passed_over: tuple[PassedOver[T], ...]

    @property
    def file(self) -> T | None:
        """The item that was picked, or ``None``."""
        return self.candidates[0].file if self.candidates else None

    @property
    def filename(self) -> str | None:
        """The name of the file that was picked, or ``None``."""
        return self.candidates[0].filename if self.candidates else None

    @property
    def version(self) -> Version | None:
        """The version of the release that was picked, or ``None``."""
        return self.candidates[0].version if self.candidates else None

    def __bool__(self) -> bool:
        return bool(self.candidates)

    def __str__(self) -> str:
        if self.candidates:
            return self.candidates[0].filename
        reasons = [f"  {release}" for release in self.passed_over[:3]]
        return "\n".join([f"nothing of {self.project or 'the project'} fits {self.target}", *reasons])


@overload
def pick(
    page: Page,
    target: Target,
    specifier: str | SpecifierSet = "",
    *,
    project: str | None = None,
    prereleases: bool | None = None,
    yanked: bool = False,
    sdists: Sdists = "never",
    on_invalid: OnInvalid = "ignore",
) -> Pick[Any]: ...
@overload
def pick(
    page: ProjectPage[T] | Iterable[T],
    target: Target,
    specifier: str | SpecifierSet = "",
    *,
    project: str | None = None,
    prereleases: bool | None = None,
    yanked: bool = False,
    sdists: Sdists = "never",
    key: Callable[[T], object] | None = None,
    on_invalid: OnInvalid = "ignore",
) -> Pick[T]: ...
def pick(  # noqa: PLR0913 - all but three by name
    page: object,
    target: Target,
    specifier: str | SpecifierSet = "",
    *,
    project: str | None = None,
    prereleases: bool | None = None,
    yanked: bool = False,
    sdists: Sdists = "never",
    key: Callable[[Any], object] | None = None,
    on_invalid: OnInvalid = "ignore",
) -> Pick[Any]:
    r"""Pick the file of a project that a target takes: the best of the newest release that fits, as pip picks.

    :param page: a :class:`~manytags.choose.releases.ProjectPage`, which is worth keeping for several picks, or what
        :func:`parse_project_page` reads: a page as JSON, HTML or a list of names, or files of any form.
    :param target: the Python and platform to pick for.
    :param specifier: the versions that may be picked, such as ``>=2,<3``, as text or packaging's ``SpecifierSet``.
    :param project: whose files, where the page does not say.
    :param prereleases: whether pre-releases may be picked; by default if the specifier names one, or nothing else fits.
    :param yanked: whether yanked files may be picked, after all others. If not, only a release that the specifier pins
        by ``==`` is picked though all its files that fit were yanked.
    :param sdists: ``never`` picks wheels only; ``build`` takes a newer sdist rather than an older wheel, as pip does
        unless it is told otherwise; ``prefer-binary`` takes an older wheel; ``only`` takes no wheels.
    :param key: returns the file name or entry of an item.
    :param on_invalid: what to do with a wheel's name that is not one, as in :func:`best`; old pages have some.
    :raises InvalidPage: it is not a page, or has the files of several projects, none of which is named.
    :raises InvalidInput: the specifier is not one.

    >>> from manytags import target
    >>> names = ["foo-2.0-cp313-cp313-win32.whl", "foo-1.0-py3-none-any.whl", "foo-1.1rc1-py3-none-any.whl"]
    >>> picked = pick(names, target("3.12", "win32"))
    >>> picked.file
    'foo-1.0-py3-none-any.whl'
    >>> print(*picked.passed_over, sep="\n")
    2.0: the wheel is for CPython 3.13 (cp313); the target's Python is 3.12
    1.1rc1: it is a pre-release, and there is a final release that fits
    """
    if sdists not in get_args(Sdists):
        raise ValueError(f"sdists {sdists!r}: expected one of {', '.join(map(repr, get_args(Sdists)))}")
    if not isinstance(target, Target):
        raise TypeError(f"expected a target, got {type(target).__name__}; target() and detect() make one")
    files = read_project_page(page, project, None, key, on_invalid)
    wanted = _read_specifier(specifier)
    fitting = {
        release.version: [fit for file in release.files if (fit := _fit(file, release.version, target, sdists))]
        for release in files.releases
    }
    kept = _allowed([fit for fits in fitting.values() for fit in fits], wanted, prereleases, yanked)
    order = {release.version: position for position, release in enumerate(files.releases)}
    kept.sort(key=lambda fit: _order(fit, order[fit.version], sdists))
    newer = files.releases[: order[kept[0].version] if kept else None]
    passed_over = tuple(
        PassedOver(release, _kind(release, fitting[release.version], wanted, kept, sdists), target) for release in newer
    )
    return Pick(files.project, target, tuple(kept), passed_over)


def _read_specifier(specifier: str | SpecifierSet) -> SpecifierSet:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if isinstance(specifier, SpecifierSet):
        return specifier
    if not isinstance(specifier, str):
        raise TypeError(f"expected a version specifier, got {type(specifier).__name__}")
    try:
        if len(specifier) > _LONGEST:
            raise InvalidInput(specifier, f"longer than {_LONGEST} characters")
        return SpecifierSet(specifier)
    except InvalidSpecifier:
        raise InvalidInput(specifier, "it is not a version specifier") from None


def _fit(file: IndexFile[T], version: Version, target: Target, sdists: Sdists) -> Candidate[T] | None:
    """Return a candidate, if the target takes the file."""
    is_wheel = file.wheel is not None
    if sdists == ("only" if is_wheel else "never"):
        return None
    ranked = None if file.wheel is None else rank(file.wheel, target)
    if is_wheel and ranked is None:
        return None
    if file.requires_python is not None and not python_fits(file.requires_python, target):
        return None
    return Candidate(
        file.item, file.filename, version, ranked, file.yanked, () if file.wheel is None else file.wheel.build
    )


def _allowed(
    fits: list[Candidate[T]], wanted: SpecifierSet, prereleases: bool | None, yanked: bool
) -> list[Candidate[T]]:
    """Drop other versions, pre-releases and yanked files, in pip's order."""
    kept = [fit for fit in fits if wanted.contains(fit.version, prereleases=True)]
    if prereleases is False or not (prereleases or wanted.prereleases):
        final = [fit for fit in kept if not fit.version.is_prerelease]
        kept = kept if prereleases is None and not final else final
    if yanked or (_is_pinned(wanted) and all(fit.yanked for fit in kept)):
        return kept
    return [fit for fit in kept if not fit.yanked]


def _is_pinned(wanted: SpecifierSet) -> bool:
    """Whether a specifier names one version (:pep:`592`)."""
    return any(part.operator == "===" or (part.operator == "==" and not part.version.endswith(".*")) for part in wanted)


def _order(fit: Candidate[object], position: int, sdists: Sdists) -> tuple[object, ...]:
    """Return what pip sorts by, the smallest first."""
    is_sdist = fit.rank is None
    return (
        *(fit.yanked, is_sdist and sdists == "prefer-binary", position, is_sdist),
        *(fit.rank, build_order(fit.build), fit.filename),
    )


def _kind(
    release: Release[T], fits: list[Candidate[T]], wanted: SpecifierSet, kept: list[Candidate[T]], sdists: Sdists
) -> PassedOverKind:
    if not wanted.contains(release.version, prereleases=True):
        return PassedOverKind.SPECIFIER
    if any(fit.version == release.version for fit in kept):
        return PassedOverKind.PREFERRED
    if fits:
        return PassedOverKind.YANKED if all(fit.yanked for fit in fits) else PassedOverKind.PRE_RELEASE
    if sdists == "only":
        return PassedOverKind.NO_SDIST
    has_wheels = any(file.wheel is not None for file in release.files)
    return PassedOverKind.NO_WHEEL_FITS if has_wheels else PassedOverKind.NO_WHEEL
