"""Lock files from strangers: whatever a text makes a parser do, time and memory are bounded before it is asked."""

from __future__ import annotations

import sys
import tracemalloc
from time import process_time

import pytest

pytest.importorskip("packaging.pylock", reason="packaging 26.0 is the first that reads lock files")
if sys.version_info < (3, 11):
    pytest.importorskip("tomli", reason="Python 3.10 reads no TOML by itself")

from manytags import InvalidLock, select_from_lock, target
from manytags.choose.toml import MAX_DEPTH, MAX_PARTS, MAX_WORD, parse_toml

from .processor_time import in_time

TARGET = target("3.12", "manylinux_2_28_x86_64")
MEGABYTE = 1 << 20
PARTS = "a key has more than 32 parts"
ITEMS = "it has more than 1500000 items"
WORD = "a key or a number has more than 4096 characters"

#: Texts that cost parsers much, and why each is refused.
COSTLY = {
    "a key of 100,000 parts": (".".join(["a"] * 100_000) + " = 1", PARTS),
    "a table of 100,000 parts": (f"[{'.'.join(['a'] * 100_000)}]", PARTS),
    "an array of tables of 100,000 parts": (f"[[{'.'.join(['a'] * 100_000)}]]", PARTS),
    "a key of quoted parts": (" . ".join(['"a"'] * 100_000) + " = 1", PARTS),
    "a key of literal parts": (".".join(["'a'"] * 100_000) + " = 1", PARTS),
    "a key in an inline table": ("a = {" + ".".join(["a"] * 100_000) + " = 1}", PARTS),
    "a key after strings": (f'a = "\\"" # "\n{".".join(["a"] * 100_000)} = 1', PARTS),
    "many deep keys": ("\n".join(f"b{number}.{'a.' * 30}a = 1" for number in range(20_000)), ITEMS),
    "many shallow tables": ("\n".join(f"[a{number}]" for number in range(330_000)), ITEMS),
    "many packages": ("[[packages]]\nname = 'a'\n" * 200_000, ITEMS),
    "lines": ("\n" * 5_000_000, ITEMS),
    "empty strings": ('""\n' * 2_000_000, ITEMS),
    "comments": ("#\n" * 2_000_000, ITEMS),
    "deep lists": ("a = " + "[" * 100_000, "more than 64 brackets are within each other"),
    "deep inline tables": ("a = " + "{a = " * 100_000, "more than 64 brackets are within each other"),
    "a hexadecimal number": ("a = 0x" + "f" * 5_000_000, WORD),
    "a number": ("a = " + "1" * 5_000_000, WORD),
    "a fraction": ("a = 1." + "1" * 5_000_000, WORD),
    "a bare key": ("a" * 5_000_000 + " = 1", WORD),
    "an open string": ('a = "' + "a" * 5_000_000, "it is not TOML: "),
    "an open string of lines": ('a = """' + '\\"' * 2_000_000, "it is not TOML: "),
    "eleven megabytes": ("#" * 11_000_000, "longer than 10000000 characters"),
}


@pytest.mark.parametrize("case", COSTLY)
def test_a_costly_text_is_refused(case: str) -> None:
    """A lock file in a pull request must not stop the machine that looks at it: 200 kB took ten seconds and 2 GB."""
    text, reason = COSTLY[case]
    began = process_time()
    with pytest.raises(InvalidLock) as caught:
        select_from_lock(text, TARGET)
    assert in_time(began)
    assert caught.value.reason.startswith(reason)
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize("case", COSTLY)
def test_a_costly_text_takes_little_memory(case: str) -> None:
    """The bound of memory is what keeps other programs of the machine alive."""
    text, _ = COSTLY[case]
    text = text[: MEGABYTE // 8]
    tracemalloc.start()
    try:
        with pytest.raises(InvalidLock):
            select_from_lock(text, TARGET)
        assert tracemalloc.get_traced_memory()[1] < 16 * MEGABYTE
    finally:
        tracemalloc.stop()


NOISE = ".".join(["a"] * 2 * MAX_PARTS) + "[{" * MAX_DEPTH + "1" * 2 * MAX_WORD
QUOTES = {
    "a basic string": f'"{NOISE}"',
    "a basic string with escapes": f'"\\"{NOISE}\\\\"',
    "a literal string": f"'\\\"{NOISE}\\'",
    "several lines": f'"""\n"{NOISE}""\\"""{NOISE}\n"""',
    "several lines that end in quotes": f'"""{NOISE}"""""',
    "several literal lines": f"'''\n'{NOISE}''{NOISE}\\'''",
    "several literal lines that end in quotes": f"'''{NOISE}'''''",
    "empty strings": "['', \"\", '''''', \"\"\"\"\"\"]",
    "a comment": f"1 # \"'{NOISE}",
    "a comment in a list": f"[ # '''{NOISE}\n1, # \"\"\"{NOISE}\n]",
}


@pytest.mark.parametrize("case", QUOTES)
def test_strings_and_comments_have_no_signs(case: str) -> None:
    """A URL with forty dots, or a comment, is no key of forty parts: a good lock file must stay good."""
    text = f"a = {QUOTES[case]}\nb = {QUOTES[case]}\n"
    content = parse_toml(text)
    assert content["a"] == content["b"]
    with pytest.raises(InvalidLock, match="32 parts"):
        parse_toml(text + ".".join(["a"] * 2 * MAX_PARTS) + " = 1")
