"""Texts from strangers: one clear error that names the text and the reason, in bounded time and memory."""

from __future__ import annotations

import sys
import tracemalloc
from typing import TYPE_CHECKING

import pytest

import manytags
from manytags import InvalidTag, InvalidTarget, InvalidWheelFilename, ManytagsError

if TYPE_CHECKING:
    from collections.abc import Callable

    Use = Callable[[str], object]

TARGET = manytags.target("cp312", "manylinux_2_28_x86_64")
MEGABYTE = 1_000_000

#: Every public function that parses text about tags.
USES: dict[str, Use] = {
    "parse_tag": manytags.parse_tag,
    "parse_platform": manytags.parse_platform,
    "parse_python_tag": manytags.parse_python_tag,
    "parse_abi": manytags.parse_abi,
    "parse_wheel_filename": manytags.parse_wheel_filename,
    "rank": lambda text: manytags.rank(text, TARGET),
    "rank of a file": lambda text: manytags.rank(f"{text}.whl", TARGET),
    "best": lambda text: manytags.best([text], TARGET),
    "best among good ones": lambda text: manytags.best(["a-1-py3-none-any.whl", text], TARGET),
    "target by platform": lambda text: manytags.target("3.12", text),
    "target by python": lambda text: manytags.target(text, "win32"),
}

TEXTS = {
    "empty": "",
    "dots": "." * MEGABYTE,
    "dashes": "-" * MEGABYTE,
    "underscores": "_" * MEGABYTE,
    "digits": "9" * MEGABYTE,
    "letters": "a" * MEGABYTE,
    "letters within the limit": "py3-none-" + "A" * 4_000 + "!",
    "NULs": "\x00" * MEGABYTE,
    "snakes": "\U0001f40d" * MEGABYTE,
    "10,000 members": "py3-none-" + ".".join(f"p{number}" for number in range(10_000)),
    "10,000 triples": "-".join(".".join(f"p{number}" for number in range(22)) for _ in range(3)),
    "a file of 10,000 triples": "a-1-" + "-".join(".".join(f"p{n}" for n in range(22)) for _ in range(3)) + ".whl",
    "a file with a megabyte of version": f"a-{'1.' * 500_000}0-py3-none-any.whl",
    "a file with a long version": f"a-{'1.' * 1_500}x-py3-none-any.whl",
    "a file with a megabyte of build number": f"a-1-{'1' * MEGABYTE}-py3-none-any.whl",
    "a file with a long build number": f"a-1-{'1' * 4_000}-py3-none-any.whl",
    "a file with a long epoch": f"a-{'1' * 3_000}!x-py3-none-any.whl",
    "NUL inside": "py3-none-any\x00",
    "newline behind": "py3-none-any\n",
    "newline behind a file": "a-1-py3-none-any.whl\n",
    "newline in a file": "a-1-py3-none-any\n.whl",
    "homoglyph": "py3-n\u043ene-any",
    "homoglyph of a dash": "py3\u2010none\u2010any",
    "full-width digit": "py\uff13-none-any",
    "homoglyph in a file": "a-1-py3-n\u043ene-any.whl",
    "superscript version": "a-\u00b2-py3-none-any.whl",
    "lone surrogate": "py3-none-\udcff",
    "lone surrogate in a file": "a-1-py3-none-\udcff.whl",
    "shell": "$(reboot)-none-any",
    "path": "../../a-1-py3-none-any.whl",
    "only the ending": ".whl",
    "dashes and the ending": "-" * 4_000 + ".whl",
}


class Meter:
    """A counter of the function calls that a call makes, in Python and C, and of its peak memory."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, *_: object) -> None:
        """Count one event; half of them are returns."""
        self.calls += 1

    def measure(self, use: Use, text: str) -> Exception | None:
        """Use a text, and return what was raised."""
        raised = None
        tracemalloc.start()
        sys.setprofile(self)
        try:
            use(text)
        except Exception as error:  # noqa: BLE001 - the tests check which one
            raised = error
        finally:
            sys.setprofile(None)
            self.peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return raised


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("use", USES)
def test_a_hostile_text_is_refused_at_little_cost(use: str, name: str) -> None:
    """One line of a stranger's index must not stop or slow down an installer."""
    meter = Meter()
    error = meter.measure(USES[use], TEXTS[name])
    # For a mistyped platform the nearest of a thousand names are searched.
    assert meter.calls < (500_000 if use == "target by platform" else 200_000)
    assert meter.peak < 50_000_000
    if error is None:
        # Some letters may be a tag of an unknown kind. `best` ignores names that do not end in .whl.
        assert len(TEXTS[name]) < 5_000 or use.startswith("best")
        assert use.startswith("parse_") or not TEXTS[name].endswith(".whl")
        return
    assert isinstance(error, InvalidTag | InvalidWheelFilename | InvalidTarget)
    message = str(error)
    assert message.startswith(f"invalid {error.what} ")
    assert error.reason in message
    assert len(message) < 10_000
    assert message.isascii() or "\n" not in message
    assert "\x00" not in message


@pytest.mark.parametrize("length", [4_097, MEGABYTE])
@pytest.mark.parametrize("use", ["parse_tag", "parse_platform", "parse_wheel_filename", "rank", "rank of a file"])
def test_a_long_text_is_cut_in_the_message(use: str, length: int) -> None:
    """Logs must not fill up with what a stranger wrote; the exception keeps it whole."""
    with pytest.raises(ManytagsError) as caught:
        USES[use]("x" * length)
    assert isinstance(caught.value, manytags.InvalidInput)
    text = "x" * length + (".whl" if use == "rank of a file" else "")
    assert caught.value.text == text
    assert f"'{'x' * 120}'... ({len(text)} characters)" in str(caught.value)
    assert len(str(caught.value)) < 300


def test_what_is_remembered_stays_bounded() -> None:
    """A long-running resolver that ranks ever new tags must not grow forever."""
    from manytags import tags

    target = manytags.target("cp312", "win_amd64")
    limit = tags.MEMO_LIMIT
    for number in range(limit + 10):
        assert manytags.rank(f"cp{number}-none-any", target) is None or number == 312
    assert len(target.ranks._memo) <= limit
    assert manytags.rank("cp312-cp312-win_amd64", target) == 0


def test_the_largest_set_that_is_taken_is_ranked_without_multiplying_out() -> None:
    """4,096 triples are the limit; ranking so large a set must stay cheap however many tags the target takes."""
    sixteen = [f"p{number}" for number in range(15)]
    text = "-".join(".".join([*sixteen, last]) for last in ("cp312", "cp312", "manylinux_2_28_x86_64"))
    meter = Meter()
    assert meter.measure(lambda line: manytags.rank(line, TARGET), text) is None
    assert manytags.rank(text, TARGET) == 1
    assert meter.calls < 5_000
    assert len(manytags.parse_tag(text)) == 4_096


# The bad inputs of the issue, each with the message that a user sees.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("py3-none", "invalid tag 'py3-none': expected 3 fields, got 2"),
        ("py3-none-any-any", "invalid tag 'py3-none-any-any': expected 3 fields, got 4"),
        ("py3--any", "invalid tag 'py3--any': an empty ABI tag at position 4"),
        ("-none-any", "invalid tag '-none-any': an empty python tag at position 0"),
        ("py3-none-", "invalid tag 'py3-none-': an empty platform tag at position 9"),
        ("py2..py3-none-any", "invalid tag 'py2..py3-none-any': an empty python tag at position 4"),
        ("py3-none-.any", "invalid tag 'py3-none-.any': an empty platform tag at position 9"),
        ("", "invalid tag '': it is empty"),
        ("py3-none-\u00e4ny", "invalid tag 'py3-none-\u00e4ny': no tag has the character '\u00e4' at position 9"),
        ("py3-none-an\u0443", "invalid tag 'py3-none-an\u0443': no tag has the character '\u0443' at position 11"),
        ("py3 -none-any", "invalid tag 'py3 -none-any': no tag has the character ' ' at position 3"),
        ("py3-none-any\n", "invalid tag 'py3-none-any\\n': no tag has the character '\\n' at position 12"),
        ("py3-none-a\x00", "invalid tag 'py3-none-a\\x00': no tag has the character '\\x00' at position 10"),
        ("3-none-any", "invalid tag '3-none-any': the python tag '3' begins with a digit at position 0"),
        ("py2.3-none-any", "invalid tag 'py2.3-none-any': the python tag '3' begins with a digit at position 4"),
        ("." * MEGABYTE, f"invalid tag '{'.' * 120}'... (1000000 characters): longer than 4096 characters"),
        (
            TEXTS["10,000 triples"],
            f"invalid tag '{TEXTS['10,000 triples'][:120]}'... (233 characters): it means more than 4096 triples",
        ),
    ],
)
def test_bad_tags(text: str, message: str) -> None:
    """The error for an invalid tag must name it and say why, in the parser and in the ranking alike."""
    with pytest.raises(InvalidTag) as caught:
        manytags.parse_tag(text)
    assert str(caught.value) == message
    assert caught.value.text == text
    if text.count("-") < 3:
        with pytest.raises(InvalidTag) as caught:
            manytags.rank(text, TARGET)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("", "it is empty", None),
        ("manylinux_2_x86_64", "expected manylinux_MAJOR_MINOR_ARCH with two plain numbers", None),
        ("ManyLinux_2_x86_64", "expected manylinux_MAJOR_MINOR_ARCH with two plain numbers", None),
        ("manylinux_2_17", "expected manylinux_MAJOR_MINOR_ARCH, the architecture is missing", None),
        ("manylinux_2_17_", "expected manylinux_MAJOR_MINOR_ARCH, the architecture is missing", None),
        ("manylinux", "expected manylinux_MAJOR_MINOR_ARCH with two plain numbers", None),
        ("manylinux_02_17_x86_64", "expected manylinux_MAJOR_MINOR_ARCH with two plain numbers", None),
        ("manylinux_2_1234567890_x86_64", "expected manylinux_MAJOR_MINOR_ARCH with two plain numbers", None),
        ("musllinux_1_x86_64", "expected musllinux_MAJOR_MINOR_ARCH with two plain numbers", None),
        ("musllinux_1_2", "expected musllinux_MAJOR_MINOR_ARCH, the architecture is missing", None),
        ("macosx_11_arm64", "expected macosx_MAJOR_MINOR_FORMAT with two plain numbers", None),
        ("macosx_11_0", "expected macosx_MAJOR_MINOR_FORMAT with two plain numbers", None),
        ("ios_13_arm64_iphoneos", "expected ios_MAJOR_MINOR_MULTIARCH with two plain numbers", None),
        ("android_arm64_v8a", "expected android_API_ABI with a plain number", None),
        ("android_24", "expected android_API_ABI with a plain number", None),
        ("pyemscripten_2026_wasm32", "expected pyemscripten, 2 plain numbers and an architecture", None),
        ("pyodide_2025_00_wasm32", "expected pyodide, 2 plain numbers and an architecture", None),
        ("emscripten_5_0_wasm32", "expected emscripten, 3 plain numbers and an architecture", None),
        ("linux_x86-64", "no tag has the character '-'", 9),
        ("linux.x86_64", "no tag has the character '.'", 5),
        ("linux_x86_64 ", "no tag has the character ' '", 12),
        ("l\u0131nux_x86_64", "no tag has the character '\u0131'", 1),
        ("." * MEGABYTE, "longer than 4096 characters", None),
    ],
)
def test_bad_platform_tags(text: str, reason: str, position: int | None) -> None:
    """A mistyped platform tag must not be taken for an unknown kind; the error says what was expected."""
    with pytest.raises(InvalidTag) as caught:
        manytags.parse_platform(text)
    assert caught.value.args == (text, reason, position)


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("", "it does not end in '.whl'", None),
        ("foo-1.0-py3-none-any", "it does not end in '.whl'", None),
        ("foo-1.0-py3-none-any.zip", "it does not end in '.whl'", None),
        ("foo-1.0-py3-none-any.WHL", "it does not end in '.whl'", None),
        ("foo-1.0-py3-none-any.whl ", "it does not end in '.whl'", None),
        ("foo-1.0-py3-any.whl", "expected 5 to 7 fields between dashes, got 4", None),
        ("foo-1.0-1-2-py3-none-any-x.whl", "expected 5 to 7 fields between dashes, got 8", None),
        ("foo.whl", "expected 5 to 7 fields between dashes, got 1", None),
        ("foo-one-py3-none-any.whl", "'one' is not a version", 4),
        ("foo-1..0-py3-none-any.whl", "'1..0' is not a version", 4),
        ("foo--py3-none-any.whl", "'' is not a version", 4),
        ("foo- 1.0-py3-none-any.whl", "' 1.0' is not a version", 4),
        ("foo-1.0+-py3-none-any.whl", "'1.0+' is not a version", 4),
        ("-1.0-py3-none-any.whl", "'' is not a project name", 0),
        ("foo__bar-1.0-py3-none-any.whl", "'foo__bar' is not a project name", 0),
        ("dir/foo-1.0-py3-none-any.whl", "'dir/foo' is not a project name", 0),
        ("f\u00f6o-1.0-py3-none-any.whl", "the non-ASCII character '\u00f6'", 1),
        (
            "foo-1.0-a-py3-none-any.whl",
            "the build tag 'a' does not begin with a number of 1 to 18 digits",
            8,
        ),
        (
            "foo-1.0--py3-none-any.whl",
            "the build tag '' does not begin with a number of 1 to 18 digits",
            8,
        ),
        (
            "foo-1.0-1234567890123456789-py3-none-any.whl",
            "the build tag '1234567890123456789' does not begin with a number of 1 to 18 digits",
            8,
        ),
        ("foo-1.0-py3-none-any-.whl", "'' follows the platform tag and is not a variant label", 21),
        (
            "foo-1.0-1-py3-none-any-win32.whl",
            "'win32' follows the platform tag and is not a variant label",
            23,
        ),
        ("foo-1.0-py3--any.whl", "an empty ABI tag", 12),
        ("foo-1.0-1-py3--any.whl", "an empty ABI tag", 14),
        ("foo-1.0-py3-none-a!ny.whl", "no tag has the character '!'", 18),
        ("foo-1.0-py3-none-any\x00.whl", "no tag has the character '\\x00'", 20),
        ("foo-1.0-a..b-a..b-a..b-a..b.whl", "an empty python tag", 10),
        ("." * MEGABYTE, "longer than 4096 characters", None),
        ("-" * 4_090 + ".whl", "expected 5 to 7 fields between dashes, got 4091", None),
        (TEXTS["a file of 10,000 triples"], "it means more than 4096 triples", None),
    ],
)
def test_bad_wheel_file_names(text: str, reason: str, position: int | None) -> None:
    """Parser, rank and best refuse the same names with the same words; best passes over what is not a wheel at all."""
    if not text.endswith(".whl"):
        assert manytags.best([text], TARGET) is None
    for use in (manytags.parse_wheel_filename, *([USES["rank"], USES["best"]] if text.endswith(".whl") else [])):
        with pytest.raises(InvalidWheelFilename) as caught:
            use(text)
        assert caught.value.args == (text, reason, position)


@pytest.mark.parametrize(
    "version",
    ["1.0.dev", "1.0a", "v1.0", "1!2.0", "1.0.post1", "1.0rc1+local.1", "1.0_1+abc", "0", "2024.12.31"],
)
def test_odd_versions_that_are_versions(version: str) -> None:
    """A rare version that :pep:`440` allows must not be refused; ``1.0_1`` is not a version."""
    name = f"foo-{version}-py3-none-any.whl"
    if version == "1.0_1+abc":
        with pytest.raises(InvalidWheelFilename):
            manytags.parse_wheel_filename(name)
    else:
        assert manytags.parse_wheel_filename(name).version_text == version
