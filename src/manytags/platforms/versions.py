"""What families whose tags have version numbers share."""

from __future__ import annotations

from ..errors import InvalidFacts, InvalidTarget
from ..tags.text import parse_number
from . import Platform, family, release_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from . import ReadsFacts


def pair_of_platform(platform: Platform) -> tuple[int, int]:
    """Return the two numbers of a platform's version.

    :raises InvalidTarget: it has fewer, or none that a system could have.
    """
    version = platform.version or ()
    if len(version) < 2:
        raise InvalidTarget(str(platform), "its version needs two numbers, major and minor")
    return bounded(platform, version[0]), bounded(platform, version[1])


def bounded(platform: Platform, number: int) -> int:
    """Check a number that decides how long a ladder is: JSON that a stranger wrote may hold any.

    :raises InvalidTarget: no system has such a version.
    """
    if not 0 <= number < 1000:
        raise InvalidTarget(str(platform), "its version is out of range")
    return number


def pair_of_facts(facts: ReadsFacts, name: str) -> tuple[int, int]:
    """Read two numbers of a version that was seen; a missing minor is 0.

    :raises InvalidFacts: it was not seen, or is not a version.
    """
    numbers = (*release_numbers(facts.text(name)), 0)
    if len(numbers) < 2:
        raise InvalidFacts(facts.text(name), f"facts lack a version in {name!r}")
    return numbers[0], numbers[1]


def split_version(text: str) -> tuple[int | None, int | None, str]:
    """Split ``NAME_MAJOR_MINOR_REST`` into two numbers and the rest; ``None`` where there is no plain number.

    >>> split_version("ios_13_0_arm64_iphoneos"), split_version("macosx_11_arm64")
    ((13, 0, 'arm64_iphoneos'), (11, None, ''))
    """
    _, _, numbers = text.partition("_")
    major, _, rest = numbers.partition("_")
    minor, _, rest = rest.partition("_")
    return parse_number(major), parse_number(minor), rest


def describe_with_version(platform: Platform) -> str:
    """Name a platform's system, its version where it has one, and its machine."""
    version = f" {'.'.join(map(str, platform.version))}" if platform.version else ""
    return f"{family(platform.system).TITLE}{version} on {platform.arch}"


def no_facts(fields: list[str]) -> dict[str, object]:
    """Read no facts: the text of ``sysconfig.get_platform()`` names the machine alone."""
    del fields
    return {}


def read_marker(environment: Mapping[str, str], name: str) -> str:
    """Return a value of a marker environment.

    :raises InvalidTarget: it is missing, empty, or too long.
    """
    value = environment.get(name)
    if not isinstance(value, str) or not value or len(value) > 200:
        raise InvalidTarget(str(value), f"the marker environment lacks {name!r}")
    return value


def no_platform_from_markers(machine: str, environment: Mapping[str, str]) -> None:
    """Describe no platform: markers do not tell what the tags of the system are made of."""
    del machine, environment
