"""Errors have one root, say what failed and then why, have their parts as attributes, and pickle."""

from __future__ import annotations

import copy
import pickle

import pytest

import manytags
from manytags import InvalidInput, ManytagsError, ProbeError
from manytags.errors import shown

INPUT_ERRORS = {
    "InvalidInput": "input",
    "InvalidTag": "tag",
    "InvalidWheelFilename": "wheel file name",
    "InvalidTarget": "target",
    "InvalidFacts": "facts",
    "InvalidManylinuxModule": "_manylinux module",
    "InvalidCensus": "census",
    "InvalidWheel": "wheel",
    "InvalidBinary": "binary",
    "InvalidPolicy": "policy",
    "InvalidProfile": "profile",
    "InvalidAuditLog": "audit log",
}


@pytest.mark.parametrize("name", INPUT_ERRORS)
def test_messages_say_what_then_why(name: str) -> None:
    """Users read the message and programs read the parts, so both must be complete."""
    kind = getattr(manytags, name)
    error = kind("te\nxt", "no such thing", 2)
    assert str(error) == f"invalid {INPUT_ERRORS[name]} 'te\\nxt': no such thing at position 2"
    assert (error.text, error.reason, error.position) == error.args == ("te\nxt", "no such thing", 2)
    assert str(kind("text", "why")) == f"invalid {INPUT_ERRORS[name]} 'text': why"
    assert kind("text", "why").position is None


@pytest.mark.parametrize("name", INPUT_ERRORS)
def test_bad_input_is_ours_and_a_value_error(name: str) -> None:
    """Embedders catch the root class, and code that expects ``ValueError`` must keep working."""
    kind = getattr(manytags, name)
    assert issubclass(kind, InvalidInput)
    assert issubclass(kind, ManytagsError)
    assert issubclass(kind, ValueError)
    assert not issubclass(ProbeError, ValueError)
    assert issubclass(ProbeError, ManytagsError)


@pytest.mark.parametrize("name", [*INPUT_ERRORS, "ProbeError", "WorkerError"])
def test_errors_pickle_and_copy(name: str) -> None:
    """Executors send errors to other processes, where an error that cannot be pickled would be lost."""
    arguments = ("/opt/python", "it is a folder") if name not in INPUT_ERRORS else ("text", "why", 3)
    error = getattr(manytags, name)(*arguments)
    for again in (
        *(pickle.loads(pickle.dumps(error, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),  # noqa: S301
        copy.copy(error),
        copy.deepcopy(error),
    ):
        assert type(again) is type(error)
        assert again.args == error.args
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def test_an_interpreter_that_cannot_be_asked() -> None:
    """The message names the interpreter as the caller did."""
    error = ProbeError("/opt/python", "there is no such file")
    assert str(error) == "cannot ask '/opt/python' about itself: there is no such file"
    assert (error.executable, error.reason) == error.args


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", "'abc'"),
        ("", "''"),
        ("a\x00\n\x1b[31m", "'a\\x00\\n\\x1b[31m'"),
        ("\u202e\ud800", "'\\u202e\\ud800'"),
        ("a" * 120, f"'{'a' * 120}'"),
        ("a" * 121, f"'{'a' * 120}'... (121 characters)"),
    ],
)
def test_texts_are_shown_safely(text: str, expected: str) -> None:
    """Hostile text must neither control nor flood the terminal that shows its error."""
    assert shown(text) == expected
