"""What people have at hand when nothing fits: what a tool printed, or a requirement and an index page."""

from __future__ import annotations

import json
import time

import pytest

from manytags import InvalidPage, target
from manytags.choose.explain_release import explain_release
from manytags.choose.sentences import read_sentence, wheels_of_hint

from ..hostile.processor_time import in_time

WHEEL = "foo_bar-1.0-cp311-cp311-win_amd64.whl"
#: What a tool printed -> the wheels and the requirements in it.
SENTENCES: dict[str, tuple[list[str], list[str]]] = {
    f"ERROR: {WHEEL} is not a supported wheel on this platform.": ([WHEEL], []),
    f'error: The wheel filename "{WHEEL}" is invalid\n  Caused by: x': ([WHEEL], []),
    f"pip install https://example.org/a/{WHEEL}#sha256=00": ([WHEEL], []),
    "ERROR: Could not find a version that satisfies the requirement foo==1.0 (from versions: 0.8, 0.9)\n"
    "ERROR: No matching distribution found for foo==1.0": ([], ["foo==1.0"]),
    "ERROR: No matching distribution found for foo[all]>=1,<2": ([], ["foo[all]>=1,<2"]),
    "No matching distribution found for foo.": ([], ["foo"]),
    "  - Unable to find installation candidates for foo (1.0.post1)": ([], ["foo==1.0.post1"]),
    "error: Distribution `foo==1.0 @ registry+https://example.org/simple` can't be installed because it doesn't have a "
    "source distribution or wheel for the current platform": ([], ["foo==1.0"]),
    "hint: Wheels are available for `foo` (v1.0) on the following platforms: `win_amd64`": ([], ["foo==1.0"]),
    "Because foo==1.0 has no wheels with a matching Python ABI tag (e.g., `cp313`), we can conclude": (
        [],
        ["foo==1.0"],
    ),
    "I cannot install it": ([], []),
}
PAGE = json.dumps(
    {
        "name": "foo",
        "files": [
            {"filename": "foo-1.0-cp312-cp312-win_amd64.whl"},
            {"filename": "foo-1.0-cp312-cp312-manylinux_2_39_x86_64.whl"},
            {"filename": "foo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", "requires-python": ">=3.8"},
            {"filename": "foo-1.0.tar.gz"},
            {"filename": "foo-0.9-py3-none-any.whl"},
            {"filename": "foo-2.0rc1-cp312-cp312-win_amd64.whl"},
            {"filename": "foo-0.8.tar.gz"},
        ],
    }
)
DEBIAN = target("3.12", "debian-12-x86_64")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences_are_read(sentence: str) -> None:
    """Who pastes what a tool said need not know which part of it is the wheel."""
    assert read_sentence(sentence) == SENTENCES[sentence]


def test_hints_of_uv_list_tags() -> None:
    """uv says for which platforms or ABIs a release has wheels, and that is enough to explain."""
    platforms = "hint: You're on macOS (`macosx_14_0_x86_64`), but `foo-bar` (v2.5) only has wheels for the following "
    assert wheels_of_hint(platforms + "platforms: `manylinux1_x86_64`, `macosx_11_0_arm64`; consider", "any") == [
        "foo_bar-2.5-py3-none-manylinux1_x86_64.macosx_11_0_arm64.whl"
    ]
    abis = "we only found wheels for `foo` (v1.0) with the following Python ABI tags: `cp311`, `cp313t`"
    assert wheels_of_hint(abis, "win32") == ["foo-1.0-cp311-cp311-win32.whl", "foo-1.0-cp313-cp313t-win32.whl"]
    assert wheels_of_hint("no hint", "any") == []


def test_the_nearest_file_is_explained() -> None:
    """Of thirty files, one is nearly right; the others say nothing that helps."""
    answer = explain_release("foo==1.0", PAGE, DEBIAN)
    assert not answer
    assert answer.version == "1.0"
    assert answer.explanations[0].filename == "foo-1.0-cp312-cp312-manylinux_2_39_x86_64.whl"
    text = str(answer)
    assert text.startswith("none of 3 wheels of 1.0 fits; the nearest: foo-1.0-cp312-cp312-manylinux_2_39_x86_64.whl\n")
    assert "the wheel needs glibc 2.39; the target has glibc 2.36" in text
    assert "could be built from: foo-1.0.tar.gz" in text
    assert text.endswith("\n  the others: another operating system (1), Python too new (1)")
    data = json.loads(json.dumps(answer.to_data()))
    assert (data["version"], data["sdist"], len(data["files"])) == ("1.0", "foo-1.0.tar.gz", 3)


def test_what_fits_is_named() -> None:
    """A tool may have failed for another reason, such as an old pip."""
    windows = target("3.12", "win_amd64")
    assert [item.filename for item in explain_release("foo", PAGE, windows).fitting] == [
        "foo-1.0-cp312-cp312-win_amd64.whl"
    ]
    assert explain_release("foo==0.9", PAGE, DEBIAN)
    assert str(explain_release("foo==1.0", PAGE, windows)).startswith(
        "1 of 3 wheels of 1.0 fit; the best: foo-1.0-cp312"
    )
    linux = [{"filename": "foo-1.0-cp37-cp37m-manylinux_2_17_x86_64.whl"}]
    old = explain_release("foo==1.0", {"name": "foo", "files": linux}, target("3.7", "debian-10-x86_64"), pip="18.1")
    assert not old
    assert "but pip 18.1 passes it over" in str(old)


def test_releases_without_wheels() -> None:
    """A version that is not there, and one that has nothing to install, are told from one that does not fit."""
    assert str(explain_release("foo==3", PAGE, DEBIAN)).endswith("allows; it has 2.0rc1, 1.0, 0.9, 0.8")
    assert str(explain_release("foo==0.8", PAGE, DEBIAN)) == "0.8 has no wheel; it could be built from foo-0.8.tar.gz"
    with pytest.raises(InvalidPage, match="not a requirement"):
        explain_release("foo = 1.0", PAGE, DEBIAN)


@pytest.mark.parametrize(
    "text",
    ["a" * 10**6, "a-" * 10**6, "Because a" * 10**5, "satisfies the requirement " * 10**5],
    ids=["a", "a-", "b", "s"],
)
def test_what_is_pasted_takes_no_time(text: str) -> None:
    """A log of a million lines is not a sentence."""
    start = time.process_time()
    read_sentence(text)
    wheels_of_hint(text, "any")
    assert in_time(start, 0.5)
