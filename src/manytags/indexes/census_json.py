"""A census as JSON, so that many machines can count parts of an index: a documented form with a version. Pure."""

from __future__ import annotations

import json
from collections import Counter

from ..documents import Document, Mismatch, load_document, read_list, read_object, read_string
from ..errors import InvalidCensus, InvalidInput, InvalidTag
from ..tags import is_name, is_version
from ..tags.filename import normalized_name
from ..targets import Target
from .census_count import release_from_version
from .census_tally import EXAMPLE_TEXT, EXAMPLES, Profiles, Tally, as_dict, compact, normal_tag_set, profiles_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .census_tally import Profile

#: Version of the form. Files of older versions keep loading.
CENSUS_FORMAT = 1
#: What ``manytags census --json`` adds, for readers that do not count themselves. It follows from the rest.
ADDED_KEYS = ("total", "installable", "counts")
#: Longest census that is read, in characters. That of PyPI has a few hundred million.
MAX_CENSUS = 2_000_000_000


def census_to_json(tally: Tally) -> str:
    """Write a tally. Equal ones are written the same. Each project has a line of its own."""
    targets = sorted(
        (json.dumps({"target": _target_to_data(target), "wheels": tally.fitting[number]}), -1 - number)
        for number, target in enumerate(tally.targets)
    )
    tag_sets = sorted(tally.tag_sets)
    new = {number: -1 - place for place, (_, number) in enumerate(targets)}
    new.update((tally.tag_sets[tag_set], place) for place, tag_set in enumerate(tag_sets))
    written: dict[Profile, Profile] = {}
    for releases in tally.projects.values():
        for profile in profiles_of(releases):
            if profile not in written:
                written[profile] = tuple(sorted(new[number] for number in profile))
    profiles = sorted(written.values())
    places = {profile: place for place, profile in enumerate(profiles)}
    rows = []
    for project, releases in sorted(tally.projects.items()):
        row = {release: places[written[profile]] for release, profile in sorted(as_dict(releases).items())}
        rows.append(f"{json.dumps(project)}: {json.dumps(row)}")
    parts = {
        "manytags_census": json.dumps(CENSUS_FORMAT),
        "targets": _lines("[]", [text for text, _ in targets]),
        "tag_sets": _lines(
            "{}", [f"{json.dumps(tag_set)}: {tally.wheels[tally.tag_sets[tag_set]]}" for tag_set in tag_sets]
        ),
        "profiles": _lines("[]", [json.dumps(profile) for profile in profiles]),
        "projects": _lines("{}", rows),
        "yanked": json.dumps(tally.yanked),
        "variants": json.dumps(tally.variants),
        "others": json.dumps(tally.others, sort_keys=True),
        "invalid": json.dumps(tally.invalid),
        "invalid_names": json.dumps(tally.examples),
    }
    return "{\n" + ",\n".join(f'"{key}": {text}' for key, text in parts.items()) + "\n}"


def _target_to_data(target: Target) -> object:
    without_evidence = Target(target.python, target.platform, target.options)  # equality ignores evidence too
    return json.loads(without_evidence.to_json())


def _lines(brackets: str, lines: list[str]) -> str:
    return brackets if not lines else f"{brackets[0]}\n" + ",\n".join(lines) + f"\n{brackets[1]}"


def tally_from_json(text: str) -> Tally:
    """Read what :func:`census_to_json` wrote.

    :raises InvalidCensus: the text is something else, or contradicts itself.
    """
    document = load_document(text, "census", InvalidCensus, MAX_CENSUS)
    form = document.take("manytags_census", _read_count)
    if form != CENSUS_FORMAT:
        raise InvalidCensus(text, f"it has form {form}; this manytags reads form {CENSUS_FORMAT}")
    targets = [
        _read_target(Document(text, "target", item, InvalidCensus)) for item in document.take("targets", read_list)
    ]
    tally = Tally(target for target, _ in targets)
    if len(tally.targets) < len(targets):
        raise InvalidCensus(text, "it has the same target twice")
    tally.fitting = [wheels for _, wheels in targets]
    tag_sets = document.take("tag_sets", _read_tag_sets)
    tally.tag_sets = {tag_set: number for number, tag_set in enumerate(tag_sets)}
    tally.wheels = list(tag_sets.values())
    profiles = _read_profiles(document.take("profiles", _read_long_list), len(targets), len(tag_sets), text)
    used: Counter[Profile] = Counter()
    for project, content in document.take("projects", read_object).items():
        releases = _read_releases(project, content, profiles, text)
        used.update(releases.values())
        tally.projects[project] = compact(releases)
    tally.yanked = document.take("yanked", _read_count)
    tally.variants = document.take("variants", _read_count)
    tally.others = Counter(document.take("others", _read_counts))
    tally.invalid = document.take("invalid", _read_count)
    tally.examples = document.take("invalid_names", _read_examples)
    for key in ADDED_KEYS:
        document.section_or_empty(key)
    document.close()
    _check_sums(tally, used, text)
    return tally


def _read_count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise Mismatch("a number of files")
    return value


def _read_long_list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Mismatch("a list")
    return value


def _read_counts(value: object) -> dict[str, int]:
    counts = {read_string(key): _read_count(count) for key, count in read_object(value).items()}
    if 0 in counts.values():
        raise Mismatch("an object of numbers above 0")
    return counts


def _read_tag_sets(value: object) -> dict[str, int]:
    counts = _read_counts(value)
    for tag_set in counts:
        try:
            normal = normal_tag_set(tag_set)
        except InvalidTag:
            normal = ""
        if tag_set != normal:
            raise Mismatch("an object of tag sets in lower case, their members in alphabetical order")
    return counts


def _read_examples(value: object) -> list[str]:
    examples = [read_string(item) for item in read_list(value)]
    # Names are cut before they are escaped, and an escaped character has up to ten characters.
    if examples != sorted({*examples})[:EXAMPLES] or any(len(example) > 10 * EXAMPLE_TEXT for example in examples):
        raise Mismatch(f"a list of at most {EXAMPLES} short texts in alphabetical order")
    return examples


def _read_target(section: Document) -> tuple[Target, int]:
    content = section.take("target", read_object)
    wheels = section.take("wheels", _read_count)
    section.close()
    try:
        return Target.from_json(json.dumps(content)), wheels
    except InvalidInput as error:
        raise InvalidCensus(section.text, f"a target is invalid: {error.reason}") from None


def _read_profiles(values: list[object], targets: int, tag_sets: int, text: str) -> list[Profile]:
    known = Profiles()
    profiles = []
    for value in values:
        numbers = [number for number in value if type(number) is int] if isinstance(value, list) else []
        if not numbers or len(numbers) != len(value) or not -targets <= min(numbers) <= max(numbers) < tag_sets:  # type: ignore[arg-type] # a list
            raise InvalidCensus(text, "a profile is not a list of numbers of tag sets and targets")
        if max(numbers) < 0 or numbers != sorted({*numbers}):
            raise InvalidCensus(text, "a profile has no tag set, or its numbers are not in order")
        profiles.append(known.of(numbers))
    return profiles


def _read_releases(project: str, content: object, profiles: list[Profile], text: str) -> dict[str, Profile]:
    # With another spelling, it would be another project after a merge.
    if not (project.isascii() and is_name(project.replace("-", ".")) and normalized_name(project) == project):
        raise InvalidCensus(text, f"{project[:80]!r} is not a normalized name of a project")
    if not isinstance(content, dict) or not content:
        raise InvalidCensus(text, f"the project {project[:80]!r} has no releases")
    for release, place in content.items():
        if not is_version(release) or release_from_version(release) != release:
            raise InvalidCensus(text, f"{release[:80]!r} of {project[:80]!r} is not a normalized version")
        if type(place) is not int or not 0 <= place < len(profiles):
            raise InvalidCensus(text, f"{release[:80]!r} of {project[:80]!r} has a profile that does not exist")
    return {release: profiles[place] for release, place in content.items()}


def _check_sums(tally: Tally, used: Counter[Profile], text: str) -> None:
    """Reject sums that contradict each other: each release of a profile has a wheel of each of its tag sets."""
    least = Counter[int]()
    for profile, times in used.items():
        for number in profile:
            least[number] += times
    wheels = sum(tally.wheels)
    if any(not 0 < least[number] <= count for number, count in enumerate(tally.wheels)):
        raise InvalidCensus(text, "a tag set has fewer wheels than releases, or no releases")
    if any(not least[-1 - number] <= count <= wheels for number, count in enumerate(tally.fitting)):
        raise InvalidCensus(text, "a target takes fewer wheels than releases, or more than there are")
    if tally.yanked > wheels or tally.variants > wheels or tally.invalid < len(tally.examples):
        raise InvalidCensus(
            text, "there are more yanked wheels or variants than wheels, or more invalid names are shown than counted"
        )
