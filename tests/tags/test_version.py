"""Whether a text is a version, without packaging. ``tests/laws/test_text.py`` compares both on generated texts."""

from __future__ import annotations

import pytest

from manytags.tags.version import is_version


@pytest.mark.parametrize(
    "text",
    [
        *("1", "1.0", "2024.12.31.0.0", "0", "00.01", "1!1.0", "v1.0", "V1"),
        *("1.0a1", "1.0.alpha.1", "1.0-beta_2", "1.0c", "1.0rc", "1.0preview3", "1.0.PRE"),
        *("1.0.post1", "1.0-1", "1.0rev", "1.0-r.4", "1.0a1.post2.dev3"),
        *("1.0.dev", "1.0_dev_1", "1.0dev0", "1.0+abc", "1.0+abc.1-2_3", "1.0a1+x"),
    ],
)
def test_versions(text: str) -> None:
    """Every spelling that :pep:`440`, appendix B, allows must be accepted."""
    assert is_version(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "1.", ".1", "1..0", "one", "v", "vv1", "!1", "1!", "1!!1", "a!1", "-1", "+1"),
        *("1.0+", "1.0+a..b", "1.0+a+b", "1.0+-", "1.0_1", "1.0.1-", "1.0-1-1", "1.0dev1a1", "1.0post1rc1"),
        *(" 1.0", "1.0 ", "1.0\n", "1 .0", "1.0\x00", "1.\u0663", "\u00b2", "1.0+\u00e4", "1.0alphabeta"),
    ],
)
def test_no_versions(text: str) -> None:
    """Text that :pep:`440` does not allow must be refused, and so must white space, which no file name has."""
    assert not is_version(text)
