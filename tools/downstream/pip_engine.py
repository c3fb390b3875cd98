"""Put manytags behind pip: its supported tags, and its reading of wheel file names."""

from __future__ import annotations

from functools import cached_property

from pip._internal.exceptions import InvalidWheelFilename
from pip._internal.models import wheel
from pip._internal.utils import compatibility_tags
from pip._vendor.packaging.tags import Tag

from manytags import ManytagsError, parse_wheel_filename

from . import packaging_tags

REPLACED = (
    "cpython_tags", "generic_tags", "compatible_tags", "mac_platforms", "ios_platforms", "android_platforms",
    "interpreter_name", "interpreter_version",
)  # fmt: skip
for name in REPLACED:
    setattr(compatibility_tags, name, getattr(packaging_tags, name))
packaging_tags.Tag = Tag  # type: ignore[assignment,misc] # pip compares with its own copy


class Wheel(wheel.Wheel):
    """A wheel file, by its name."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        try:
            self._parsed = parse_wheel_filename(filename)
            self.version = str(self._parsed.version)
        except ManytagsError as error:
            raise InvalidWheelFilename(str(error)) from None
        self.name = self._parsed.name
        self.build_tag = self._parsed.build

    @cached_property
    def file_tags(self) -> frozenset[Tag]:  # type: ignore[override] # pip has an attribute
        """The wheel's tags, made when they are first asked for."""
        return frozenset(Tag(*triple) for triple in self._parsed.tag_set.triples())


wheel.Wheel = Wheel  # type: ignore[misc] # that is the point
