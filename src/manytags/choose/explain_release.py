"""Why no file of a release fits a target: all files of the release that a requirement asks for, nearest first. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..errors import InvalidPage
from ..targets import Target
from .explain import Explanation, explain
from .reasons import weight
from .releases import parse_project_page
from .sdists import SDISTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from .pages import Page

_MOST_VERSIONS = 5  # that are named where none is asked for


@dataclass(frozen=True, slots=True)
class ReleaseExplanation:
    """Whether a file of a release fits a target, and why not.

    :param requirement: what was asked for.
    :param target: the Python and platform to install it on.
    :param version: the newest version that the requirement allows, or ``None`` if the page has none.
    :param explanations: of each wheel, those that fit first, then the nearest.
    :param sdist: the name of the release's sdist, or ``None``.
    :param versions: versions that the page has, the newest first.
    """

    requirement: str
    target: Target
    version: str | None
    explanations: tuple[Explanation, ...]
    sdist: str | None
    versions: tuple[str, ...]

    @property
    def fitting(self) -> tuple[Explanation, ...]:
        """The wheels that fit, and that the given pip takes."""
        return tuple(item for item in self.explanations if item and not item.passed_over)

    def __bool__(self) -> bool:
        return bool(self.fitting)

    def to_data(self) -> dict[str, object]:
        """Return the explanation as data for JSON."""
        return {
            "requirement": self.requirement,
            "version": self.version,
            "fitting": [item.filename for item in self.fitting],
            "files": [item.to_data() for item in self.explanations],
            "sdist": self.sdist,
            "versions": list(self.versions),
        }

    def __str__(self) -> str:
        if self.version is None:
            known = ", ".join(self.versions[:_MOST_VERSIONS]) or "no version"
            return f"the page has no version that {self.requirement} allows; it has {known}"
        if not self.explanations:
            built = f"; it could be built from {self.sdist}" if self.sdist else ", and no sdist"
            return f"{self.version} has no wheel{built}"
        first = self.explanations[0]
        count = len(self.explanations)
        wheels = f"{count} wheel{'s' if count > 1 else ''} of {self.version}"
        if self.fitting:
            return f"{len(self.fitting)} of {wheels} fit; the best: {first.filename}\n{first}"
        lines = [f"none of {wheels} fits; the nearest: {first.filename}", str(first)]
        kinds = Counter(item.reasons[0].kind.value for item in self.explanations[1:] if item.reasons)
        if kinds:
            counted = ", ".join(f"{kind} ({times})" for kind, times in kinds.most_common())
            lines.append(f"  the others: {counted}")
        return "\n".join(lines)


def explain_release(requirement: str, page: Page, target: Target, *, pip: str | None = None) -> ReleaseExplanation:
    """Explain which file of a release fits a target, or why none does.

    :param requirement: a name with a version, such as ``numpy==1.26.4``. Of several versions the newest is explained.
    :param page: the page of the project on an index: JSON, HTML, or a list of file names.
    :param target: the Python and platform to install it on.
    :param pip: the version of pip that is to install it.
    :raises InvalidPage: it is not a page, or not of this project; or the requirement is not one.

    >>> from manytags import target
    >>> page = '{"name": "foo", "files": [{"filename": "foo-1.0-cp311-cp311-win_amd64.whl"}]}'
    >>> print(explain_release("foo==1.0", page, target("3.12", "win_amd64")))
    none of 1 wheel of 1.0 fits; the nearest: foo-1.0-cp311-cp311-win_amd64.whl
    not compatible: the wheel is for CPython 3.11 alone (cp311-cp311); the target's Python is 3.12
      takes: cp312-cp312
      to do: use Python 3.11
      nothing else of the release fits, and it has no sdist
    """
    wanted = parse_requirement(requirement)
    project = parse_project_page(page, wanted.name)
    versions = tuple(map(str, project.releases))
    allowed = [item for item in project.releases if wanted.specifier.contains(item.version, prereleases=True)]
    if not allowed:
        return ReleaseExplanation(requirement, target, None, (), None, versions)
    final = [item for item in allowed if not item.version.is_prerelease]
    release = (final or allowed)[0]
    names = [file.filename for file in release.files]
    explanations = [
        explain(file.entry, target, others=names, pip=pip) for file in release.files if file.wheel is not None
    ]
    explanations.sort(key=_nearness)
    sdist = next((name for name in names if name.endswith(SDISTS)), None)
    return ReleaseExplanation(requirement, target, str(release), tuple(explanations), sdist, versions)


def parse_requirement(text: str) -> Requirement:
    """Read a requirement (:pep:`508`); ``name (1.0)`` is one too, as old tools write it.

    :raises InvalidPage: it is not a requirement.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text[:1000])
    except InvalidRequirement as error:
        raise InvalidPage(text, f"it is not a requirement: {str(error).splitlines()[0]}") from None


def _nearness(explanation: Explanation) -> tuple[object, ...]:
    if explanation:
        return 0, explanation.passed_over, explanation.rank, (0, 0), explanation.filename
    return 1, False, 0, weight(list(explanation.reasons)), explanation.filename
