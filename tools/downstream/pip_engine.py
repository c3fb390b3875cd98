"""Put manytags behind pip: its supported tags, and its reading of wheel file names."""

from __future__ import annotations

from functools import cached_property

from pip._internal.exceptions import InvalidWheelFilename
from pip._internal.models import wheel
from pip._internal.utils import compatibility_tags
from pip._vendor.packaging.tags import Tag
from pip._vendor.packaging.utils import canonicalize_name

from manytags import ManytagsError, detect, parse_wheel_filename, target_from_pip


def get_supported(
    version: str | None = None,
    platforms: list[str] | None = None,
    impl: str | None = None,
    abis: list[str] | None = None,
) -> list[Tag]:
    """Return the tags that pip takes, best first, as its own copy of packaging has them."""
    target = target_from_pip(
        platforms or (), abis=abis or (), python_version=version, implementation=impl, host=detect()
    )
    return [Tag(*triple) for triple in target.ranks]


class Wheel(wheel.Wheel):
    """A wheel file, by its name."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        try:
            self._parsed = parse_wheel_filename(filename)
        except ManytagsError as error:
            raise InvalidWheelFilename(str(error)) from None
        self.version = str(self._parsed.version)
        self.name = canonicalize_name(self._parsed.name)
        self.build_tag = self._parsed.build

    @cached_property
    def file_tags(self) -> frozenset[Tag]:  # type: ignore[override] # pip has an attribute
        """The wheel's tags, made when they are first asked for."""
        return frozenset(Tag(*triple) for triple in self._parsed.tag_set.triples())


compatibility_tags.get_supported = get_supported
wheel.Wheel = Wheel  # type: ignore[misc] # that is the point
