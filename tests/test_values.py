"""All values of manytags are immutable, hashable and picklable, compare by value, and have a repr that is code."""

from __future__ import annotations

import copy
import pickle

import pytest

import manytags
from manytags import (
    IOS,
    AbiTag,
    Android,
    AnyPlatform,
    Emscripten,
    Evidence,
    Linux,
    MacOS,
    Manylinux,
    Musllinux,
    OtherPlatform,
    Platform,
    Pyemscripten,
    Pyodide,
    Python,
    PythonTag,
    TagOptions,
    TagSet,
    Target,
    WheelFilename,
    Windows,
)

VALUES = [
    AnyPlatform(),
    Manylinux((2, 17), "x86_64"),
    Manylinux((2, 17), "aarch64", legacy=True),
    Musllinux((1, 2), "x86_64"),
    Linux("armv6l"),
    MacOS((11, 0), "arm64"),
    IOS((13, 0), "arm64_iphoneos"),
    Android(24, "x86"),
    Windows("amd64"),
    Pyemscripten((2026, 0), "wasm32"),
    Pyodide((2025, 0), "wasm32"),
    Emscripten((3, 1, 58), "wasm32"),
    OtherPlatform("freebsd_14_1_release_amd64"),
    PythonTag("cp312", "cpython", (3, 12)),
    AbiTag("cp313t", "cpython", (3, 13), "t"),
    TagSet(("py2", "py3"), ("none",), ("any",)),
    WheelFilename("a-1-py3-none-any.whl", "a", "1", (), TagSet(("py3",), ("none",), ("any",)), None),
    Python("cpython", (3, 12), ("cp312",)),
    Platform("linux", "x86_64", glibc=(2, 28)),
    TagOptions(refused=("manylinux_2_5_x86_64",)),
    Evidence("libc", "glibc 2.28", "os.confstr"),
    Target(Python("cpython", (3, 12), ("cp312",)), Platform("windows", "win32"), None, (Evidence("a", "b", "c"),)),
]
every_value = pytest.mark.parametrize("value", VALUES, ids=str)


@every_value
def test_values_cannot_be_changed(value: object) -> None:
    """A value that is shared, cached or used as a key must not change."""
    for field in (*type(value)._fields, "_ranks", "anything"):  # type: ignore[attr-defined]
        with pytest.raises(AttributeError, match=f"{type(value).__name__} is immutable: cannot set '{field}'"):
            setattr(value, field, None)
        with pytest.raises(AttributeError, match=f"{type(value).__name__} is immutable: cannot delete '{field}'"):
            delattr(value, field)
    with pytest.raises(AttributeError):
        _ = value.__dict__  # slots: no attribute can be added either


@every_value
def test_values_pickle_and_copy(value: object) -> None:
    """A value must reach another process complete, including fields that do not count for equality."""
    for again in (
        *(pickle.loads(pickle.dumps(value, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),  # noqa: S301
        copy.copy(value),
        copy.deepcopy(value),
    ):
        assert type(again) is type(value)
        assert again == value
        assert hash(again) == hash(value)
        assert repr(again) == repr(value)


@every_value
def test_the_repr_is_code(value: object) -> None:
    """A user can paste a value from a log into a session."""
    again = eval(repr(value), vars(manytags) | {type(item).__name__: type(item) for item in VALUES})  # noqa: S307
    assert again == value
    assert repr(again) == repr(value)


def test_values_of_different_kinds_are_different() -> None:
    """Values with the same fields but different meanings must differ."""
    for index, one in enumerate(VALUES):
        assert [other for other in VALUES if other == one] == [one], index
        assert one != str(one)
        assert one is not None
    assert Linux("x86") != Windows("x86")
    assert len(set(VALUES)) == len(VALUES)
    assert len({hash(value) for value in VALUES}) == len(VALUES)


def test_what_does_not_count_for_equality() -> None:
    """The spelling of a tag and the evidence of a target must not affect equality."""
    assert Manylinux((2, 17), "x86_64") == Manylinux((2, 17), "x86_64", legacy=True)
    assert repr(Manylinux((2, 17), "x86_64")) != repr(Manylinux((2, 17), "x86_64", legacy=True))
    assert PythonTag("cp312", "cpython", (3, 12)) == PythonTag("cp312", None, ())
    target = Target(Python("cpython", (3, 12), ("cp312",)), Platform("windows", "win32"))
    assert target == Target(target.python, target.platform, None, (Evidence("a", "b", "c"),))


def test_lists_become_tuples() -> None:
    """A caller's list that changes later must not change a value."""
    abis = ["cp312"]
    python = Python("cpython", [3, 12], abis)  # type: ignore[arg-type]
    abis.append("evil")
    assert python == Python("cpython", (3, 12), ("cp312",))
    assert hash(python) == hash(Python("cpython", (3, 12), ("cp312",)))
    platform = Platform("linux", "x86_64", glibc=[2, 28])  # type: ignore[arg-type]
    assert platform == Platform("linux", "x86_64", glibc=(2, 28))
    assert hash(platform) == hash(Platform("linux", "x86_64", glibc=(2, 28)))


def test_a_target_that_was_used_equals_one_that_was_not() -> None:
    """Cached results are not part of the value."""
    used, fresh = manytags.target("cp312", "win32"), manytags.target("cp312", "win32")
    assert manytags.rank("cp312-cp312-win32", used) == 0
    assert used == fresh
    assert hash(used) == hash(fresh)
    assert repr(used) == repr(fresh)
    assert pickle.dumps(used) == pickle.dumps(fresh)
