"""Python tags and ABI tags, with their parts."""

from __future__ import annotations

import pytest

from manytags import InvalidTag, parse_abi, parse_python_tag


@pytest.mark.parametrize(
    ("text", "implementation", "version"),
    [
        ("py3", "python", (3,)),
        ("py2", "python", (2,)),
        ("py310", "python", (3, 10)),
        ("cp39", "cpython", (3, 9)),
        ("cp313", "cpython", (3, 13)),
        ("pp310", "pypy", (3, 10)),
        ("ip34", "ironpython", (3, 4)),
        ("jy27", "jython", (2, 7)),
        ("graalpy311", "graalpy", (3, 11)),
        ("cp", "cpython", ()),
        ("source", None, ()),
        ("cp3010", None, ()),
        ("cpython312", None, ()),
        ("cp313t", None, ()),
    ],
)
def test_python_tags(text: str, implementation: str | None, version: tuple[int, ...]) -> None:
    """A caller can read the implementation and the version, or neither if the rule does not define them."""
    tag = parse_python_tag(text.upper())
    assert (tag.text, tag.implementation, tag.version) == (text, implementation, version)


@pytest.mark.parametrize(
    ("text", "family", "version", "flags"),
    [
        ("none", "none", (), ""),
        ("abi3", "stable", (3,), ""),
        ("abi3t", "stable", (3,), "t"),
        ("cp312", "cpython", (3, 12), ""),
        ("cp312d", "cpython", (3, 12), "d"),
        ("cp313t", "cpython", (3, 13), "t"),
        ("cp313td", "cpython", (3, 13), "td"),
        ("cp27mu", "cpython", (2, 7), "mu"),
        ("cp37dm", "cpython", (3, 7), "dm"),
        ("pypy310_pp73", "pypy", (3, 10), ""),
        ("pypy_41", "pypy", (), ""),
        ("graalpy242_311_native", "graalpy", (3, 11), ""),
        ("graalpy_38_native", "graalpy", (3, 8), ""),
        ("cp3", "other", (), ""),
        ("cp312x", "other", (), ""),
        ("pp373", "other", (), ""),
        ("abi4", "other", (), ""),
    ],
)
def test_abi_tags(text: str, family: str, version: tuple[int, ...], flags: str) -> None:
    """A caller can read the family, the version and the letters of CPython."""
    tag = parse_abi(text.upper())
    assert (tag.text, tag.family, tag.version, tag.flags) == (text, family, version, flags)
    assert tag.free_threaded is ("t" in flags)
    assert tag.debug is ("d" in flags)


@pytest.mark.parametrize("parse", [parse_python_tag, parse_abi])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid tag '': it is empty"),
        ("cp312-abi3", "invalid tag 'cp312-abi3': no tag has the character '-' at position 5"),
        ("py2.py3", "invalid tag 'py2.py3': no tag has the character '.' at position 3"),
        ("cp\uff13", "invalid tag 'cp\uff13': no tag has the character '\uff13' at position 2"),
    ],
)
def test_bad_ones(parse: object, text: str, message: str) -> None:
    """Text that is more than one field of a tag, or not ASCII, is an error."""
    assert callable(parse)
    with pytest.raises(InvalidTag) as caught:
        parse(text)
    assert str(caught.value) == message
