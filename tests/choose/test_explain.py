"""Why a wheel does not fit, in sentences for people whose wheel will not install.

All texts are in ``snapshots/explain.txt``, one section for each case; ``MANYTAGS_UPDATE_SNAPSHOTS=1 pytest
tests/choose`` rewrites them. Observed hosts are those of ``tests/hosts``, others are described.
"""

from __future__ import annotations

import json
import os
import pickle
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import manytags
from manytags import TagOptions, Target, explain, target, target_from_facts
from manytags.choose.reasons import ReasonKind

from ..hostile.processor_time import in_time
from ..hosts.machines import all_machines, changed
from ..test_corpus import tag_sets

SNAPSHOT = Path(__file__).parent / "snapshots" / "explain.txt"

#: All files of a release, for the cases in which other files are given.
RELEASE = ("foo-1.0.tar.gz", "foo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "foo-1.0-py2-none-any.whl", "rubbish.whl")


def seen(name: str, **changes: object) -> Target:
    """The target of a machine of ``tests/hosts``, with changed facts."""
    facts = all_machines()[name].facts
    return target_from_facts(changed(facts, changes) if changes else facts)


def wheel(tags: str) -> str:
    """A file name with these tags."""
    return f"foo-1.0-{tags}.whl"


def entry(**fields: object) -> dict[str, object]:
    """An entry of an index."""
    return {"filename": wheel("py3-none-any"), **{name.replace("_", "-"): value for name, value in fields.items()}}


def debian(**options: object) -> Target:
    """CPython 3.12 on Debian 12, with options."""
    return target("3.12", "debian-12-x86_64", TagOptions(**options) if options else None)  # type: ignore[arg-type]


class Case(NamedTuple):
    """A file, the target that it is explained for, and other files of its release."""

    file: object
    target: Target
    others: tuple[str, ...] = ()


@cache
def cases() -> dict[str, Case]:
    """Every case that has a text."""
    mac, windows = target("3.12", "macosx_14_0_arm64"), target("3.12", "win_amd64")
    phone, raspbian = target("3.13", "ios_16_0_arm64_iphoneos"), seen("raspbian-pi-zero")
    forbidden = {
        "manylinux_module": ["/opt/site/_manylinux.py", "import _manylinux"],
        "manylinux_refused": [["manylinux_2_17_x86_64"], "asked"],
    }
    old = "debian-10-x86_64"
    return {
        # Well-known cases.
        "armhf wheel on an armel switch": Case(wheel("cp37-cp37m-manylinux2014_armv7l"), seen("switch-armel-python37")),
        "ARMv6 wheel on an armel host": Case(wheel("cp311-cp311-linux_armv6l"), seen("bookworm-armel")),
        "glibc too old by one": Case(wheel("cp311-cp311-manylinux_2_37_x86_64"), seen("bookworm-amd64")),
        "glibc 2.28 wheel on CentOS 7": Case(wheel("cp311-cp311-manylinux_2_28_x86_64"), seen("conda-centos7")),
        "musl wheel on glibc": Case(wheel("cp311-cp311-musllinux_1_2_x86_64"), seen("bookworm-amd64")),
        "glibc wheel on musl": Case(
            wheel("cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64"), seen("musl-amd64")
        ),
        "musl too old": Case(wheel("cp313-cp313-musllinux_1_3_x86_64"), seen("musl-amd64")),
        "musl of another major": Case(wheel("cp313-cp313-musllinux_0_9_x86_64"), seen("musl-amd64")),
        "C library unknown, Termux": Case(wheel("cp311-cp311-manylinux_2_17_aarch64"), seen("termux-python311")),
        "C library unknown, described": Case(
            wheel("cp311-cp311-manylinux_2_17_armv7l"), target("3.11", "linux_armv7l")
        ),
        "win32 on win_amd64": Case(wheel("cp312-cp312-win32"), windows),
        "win_arm64 on win_amd64": Case(wheel("cp312-cp312-win_arm64"), windows),
        "free-threaded wheel on a GIL build": Case(wheel("cp313-cp313t-win_amd64"), target("3.13", "win_amd64")),
        "GIL wheel on a free-threaded build": Case(wheel("cp313-cp313-manylinux_2_28_x86_64"), seen("cpython-3.13t")),
        "abi3 on a free-threaded build": Case(wheel("cp39-abi3-manylinux_2_17_x86_64"), seen("cpython-3.13t")),
        "abi3t on a GIL build": Case(wheel("cp315-abi3t-win_amd64"), target("3.15", "win_amd64")),
        "abi3 wheel newer than the Python": Case(wheel("cp313-abi3-win_amd64"), windows),
        "abi3 wheel older than the Python": Case(wheel("cp38-abi3-win_amd64"), windows),
        "debug wheel on a release build": Case(wheel("cp313-cp313d-manylinux_2_17_x86_64"), seen("here-python3.13")),
        "release wheel on a debug build": Case(wheel("cp313-cp313-manylinux_2_17_x86_64"), seen("cpython-3.13d")),
        "cp27mu on Python 3": Case(wheel("cp27-cp27mu-manylinux1_x86_64"), debian()),
        "cp37 without pymalloc": Case(wheel("cp37-cp37-win_amd64"), target("3.7", "win_amd64")),
        "another CPython": Case(wheel("cp311-cp311-win_amd64"), windows),
        "newer CPython": Case(wheel("cp313-cp313-win_amd64"), windows),
        "pure, Python 2": Case(wheel("py2-none-any"), debian()),
        "pure, newer Python": Case(wheel("py313-none-any"), debian()),
        "PyPy's ABI": Case(wheel("pp39-pypy39_pp72-manylinux_2_17_x86_64"), seen("pypy-bookworm-amd64")),
        "PyPy wheel on CPython": Case(wheel("pp39-pypy39_pp73-manylinux_2_17_x86_64"), seen("here-python3.9")),
        "abi3 on PyPy": Case(wheel("cp38-abi3-manylinux_2_17_x86_64"), seen("pypy-bookworm-amd64")),
        "GraalPy wheel on CPython": Case(wheel("graalpy311-graalpy242_311_native-linux_x86_64"), debian()),
        "unknown python tag": Case(wheel("xy312-none-any"), debian()),
        "unknown ABI tag": Case(wheel("cp312-weird-linux_x86_64"), debian()),
        "ABI that does not go with any": Case(wheel("cp312-cp312-any"), debian()),
        "a bare tag fits": Case(wheel("cp312-cp312-linux_x86_64"), target("3.12", "alpine-3.20-x86_64")),
        "universal2 fits": Case(wheel("cp312-cp312-macosx_10_13_universal2"), mac),
        "universal2 for a newer macOS": Case(wheel("cp312-cp312-macosx_15_0_universal2"), mac),
        "Intel wheel on an Arm Mac": Case(wheel("cp312-cp312-macosx_10_13_x86_64"), mac),
        "macOS minor": Case(wheel("cp312-cp312-macosx_11_1_arm64"), mac),
        "Arm before macOS 11": Case(wheel("cp312-cp312-macosx_10_9_arm64"), mac),
        "macOS that says 10.16": Case(wheel("cp311-cp311-macosx_12_0_x86_64"), seen("macos-10.16-only")),
        "macOS that says 10.16 and its own number": Case(wheel("cp311-cp311-macosx_15_0_x86_64"), seen("macos-10.16")),
        "macOS that says 16.0": Case(wheel("cp313-cp313-macosx_26_0_arm64"), target("3.13", "macosx_16_0_arm64")),
        "Arm wheel under Rosetta": Case(wheel("cp311-cp311-macosx_11_0_arm64"), seen("macos-rosetta")),
        "Arm wheel on an Intel Mac": Case(wheel("cp312-cp312-macosx_11_0_arm64"), target("3.12", "macosx_14_0_x86_64")),
        "py311 with cp311": Case(wheel("py311-cp311-win_amd64"), target("3.11", "win_amd64")),
        "pymalloc since 3.8": Case(wheel("cp38-cp38m-win_amd64"), target("3.8", "win_amd64")),
        "cp3 with abi3": Case(wheel("cp3-abi3-win32"), target("3.7", "win32")),
        "py3 with abi3": Case(wheel("py3-abi3-manylinux2014_x86_64"), debian()),
        "cp315t with abi3t": Case(wheel("cp315t-abi3t-win_amd64"), target("3.15t", "win_amd64")),
        "cp3 without an ABI": Case(wheel("cp3-none-any"), debian()),
        "three numbers of macOS": Case(wheel("cp38-cp38-macosx_10_14_6_x86_64"), target("3.8", "macosx_11_0_x86_64")),
        "linux_arm64": Case(wheel("cp312-cp312-linux_arm64"), target("3.12", "debian-12-aarch64")),
        "linux without a machine": Case(wheel("py3-none-linux"), debian()),
        "manylinux2015": Case(wheel("py3-none-manylinux2015_x86_64"), debian()),
        "ARM64EC": Case(wheel("cp312-cp312-win_arm64ec"), target("3.12", "win_arm64")),
        "a hyphen in the platform tag": Case(wheel("cp312-cp312-linux-x86_64"), debian()),
        "a dot in the platform tag": Case(wheel("cp312-cp312-macosx_11.0_arm64"), target("3.12", "macosx_14_0_arm64")),
        "CPython without an ABI": Case(wheel("cp39-none-manylinux2010_x86_64"), target("3.10", "debian-12-x86_64")),
        "an egg": Case("foo-1.0-py3.12.egg", debian()),
        "no wheel: zipped": Case(wheel("py3-none-any") + ".zip", debian()),
        "no wheel: a second download": Case("foo-1.0-py3-none-any (1).whl", debian()),
        "no wheel: an escaped plus": Case("torch-1.8.0%2Bcu111-cp38-cp38-win_amd64.whl", debian()),
        "no wheel: a hyphen in the name": Case("my-project-1.0-py3-none-any.whl", debian()),
        "x32": Case(wheel("cp313-cp313-manylinux_2_17_x86_64"), seen("x32")),
        "i686 on x86_64": Case(wheel("cp312-cp312-manylinux_2_17_i686"), debian()),
        "x86_64 on a 32-bit userland": Case(wheel("cp311-cp311-manylinux_2_17_x86_64"), seen("bookworm-i386")),
        "ARMv7 wheel on ARMv6": Case(wheel("cp311-cp311-linux_armv7l"), raspbian),
        "manylinux that ARMv6 has not": Case(wheel("cp311-cp311-manylinux2014_armv6l"), raspbian),
        "manylinux that armv8l has not": Case(wheel("cp313-cp313-manylinux_2_17_armv8l"), seen("container-armhf")),
        "32-bit Arm wheel on a 64-bit Pi": Case(wheel("cp311-cp311-linux_armv7l"), seen("bookworm-arm64")),
        "manylinux below its floor": Case(wheel("cp311-cp311-manylinux_2_5_aarch64"), seen("bookworm-arm64")),
        "manylinux where there is none": Case(
            wheel("cp312-cp312-manylinux_2_17_mips64"), target("3.12", "linux_mips64")
        ),
        "another Pyodide": Case(wheel("cp312-cp312-pyemscripten_2025_0_wasm32"), seen("pyodide-0.26.4")),
        "Pyodide's older name": Case(wheel("cp314-cp314-pyodide_2026_0_wasm32"), seen("pyodide-314.0.7")),
        "Linux wheel on Pyodide": Case(wheel("cp312-cp312-manylinux_2_17_x86_64"), seen("pyodide-0.26.4")),
        "iOS too old": Case(wheel("cp313-cp313-ios_17_0_arm64_iphoneos"), phone),
        "iOS simulator": Case(wheel("cp313-cp313-ios_13_0_arm64_iphonesimulator"), phone),
        "iOS before CPython": Case(wheel("cp313-cp313-ios_9_0_arm64_iphoneos"), phone),
        "iOS wheel on a Mac": Case(wheel("cp312-cp312-ios_13_0_arm64_iphoneos"), mac),
        "Android too old": Case(wheel("cp313-cp313-android_35_arm64_v8a"), seen("termux-python313")),
        "Android before CPython": Case(wheel("cp313-cp313-android_9_arm64_v8a"), seen("termux-python313")),
        "Android on another processor": Case(wheel("cp313-cp313-android_24_x86_64"), seen("termux-python313")),
        "Windows wheel on Linux": Case(wheel("cp312-cp312-win_amd64"), debian()),
        "Windows wheel of another Python on Linux": Case(wheel("cp27-cp27m-win_amd64"), debian()),
        "FreeBSD wheel": Case(wheel("cp312-cp312-freebsd_14_1_release_amd64"), debian()),
        "on FreeBSD": Case(wheel("cp312-cp312-manylinux_2_17_x86_64"), target("3.12", "freebsd_14_1_release_amd64")),
        # Options of the owner.
        "_manylinux forbids": Case(wheel("cp311-cp311-manylinux2014_x86_64"), seen("bookworm-amd64", **forbidden)),
        "option refused": Case(wheel("cp312-cp312-manylinux2014_x86_64"), debian(refused=("manylinux_2_17_x86_64",))),
        "option manylinux": Case(wheel("cp312-cp312-manylinux_2_17_x86_64"), debian(manylinux=False)),
        "option manylinux_ceiling": Case(wheel("cp312-cp312-manylinux_2_28_x86_64"), debian(manylinux_ceiling=(2, 17))),
        "option manylinux_floor": Case(wheel("cp312-cp312-manylinux1_x86_64"), debian(manylinux_floor=(2, 17))),
        "option bare_linux, never": Case(wheel("cp312-cp312-linux_x86_64"), debian(bare_linux="never")),
        "option bare_linux, distribution": Case(
            wheel("cp312-cp312-linux_x86_64"), debian(bare_linux="distribution", bare_linux_from=("raspbian",))
        ),
        "option armv6_on_armv7": Case(
            wheel("cp312-cp312-linux_armv6l"),
            target("3.12", "debian-12-armv7l", TagOptions(armv6_on_armv7=False)),
        ),
        "option extra fits": Case(wheel("cp312-cp312-internal_cuda12"), debian(extra=("internal_cuda12",))),
        # Reasons other than tags.
        "requires-python": Case(entry(requires_python=">=3.13"), debian()),
        "yanked": Case(entry(yanked="wrong license"), debian()),
        "yanked without a word": Case(entry(yanked=True), debian()),
        "yanked, requires-python and another system": Case(
            {"filename": wheel("cp313-cp313-win32"), "yanked": "", "requires-python": ">=3.13"}, debian()
        ),
        "variant": Case(wheel("cp312-cp312-manylinux_2_17_x86_64-cu128"), debian()),
        "an sdist": Case("foo-1.0.tar.gz", debian()),
        "no wheel: fields": Case("foo-1.0-py3-none.whl", debian()),
        "no wheel: version": Case("foo-x-py3-none-any.whl", debian()),
        "no wheel: tag": Case("foo-1.0-py3-none-a ny.whl", debian()),
        "no wheel: look-alike": Case("foo-1.0-py3-nonе-any.whl", debian()),
        "malformed manylinux": Case(wheel("cp312-cp312-manylinux_2_x86_64"), debian()),
        "several tags, the nearest is told": Case(
            wheel("cp312.cp313-cp312.cp313-manylinux_2_40_x86_64.musllinux_1_1_x86_64.win32"), debian()
        ),
        # Suggestions of what to use instead.
        "another file fits": Case(wheel("cp312-cp312-manylinux_2_39_x86_64"), debian(), RELEASE),
        "an sdist remains": Case(wheel("cp312-cp312-win32"), target("3.12", "win_amd64"), RELEASE),
        "nothing remains": Case(wheel("cp312-cp312-win32"), target("3.12", "win_amd64"), RELEASE[1:]),
        "own distribution first": Case(
            wheel("cp310-cp310-manylinux_2_39_x86_64"), target("3.10", "ubuntu-22.04-x86_64")
        ),
        # pip 18.1 on Debian 10: the wheel fits, but that pip does not know its tag.
        "Debian 10's pip, manylinux2014": Case(wheel("cp37-cp37m-manylinux2014_x86_64"), target("3.7", old)),
        "Debian 10's pip, manylinux_2_17": Case(wheel("cp37-cp37m-manylinux_2_17_x86_64"), target("3.7", old)),
        "Debian 10's pip, both": Case(
            wheel("cp37-cp37m-manylinux_2_17_x86_64.manylinux2014_x86_64"), target("3.7", old)
        ),
        "new Python, old tag": Case(wheel("cp312-cp312-manylinux_2_17_x86_64"), debian()),
    }


def section(name: str, case: Case) -> str:
    """One case as the snapshot has it."""
    explanation = explain(case.file, case.target, others=case.others)
    return f"## {name}\n{explanation.filename}\n{case.target}\n\n{explanation}\n"


def test_the_texts_are_those_that_were_read() -> None:
    """Changes of the text that people paste into bug reports are reviewed."""
    sections = {name: section(name, case) for name, case in cases().items()}
    if os.environ.get("MANYTAGS_UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text("\n".join(sections.values()), encoding="utf-8")
    text = SNAPSHOT.read_text(encoding="utf-8")
    for part in sections.values():
        assert part in text
    assert text == "\n".join(sections.values())
    assert len(sections) >= 40


def test_every_reason_has_a_text() -> None:
    """A reason that no case gives would be a sentence that was never reviewed."""
    kinds = {reason.kind for case in cases().values() for reason in explain(case.file, case.target).reasons}
    assert kinds == set(ReasonKind)


@pytest.mark.parametrize("name", cases())
def test_it_can_be_pasted(name: str) -> None:
    """Every sentence is a single printable line that fits a mail, and says nothing twice."""
    case = cases()[name]
    explanation = explain(case.file, case.target, others=case.others)
    for line in str(explanation).splitlines():
        assert line.isprintable()
        assert len(line) <= 160
    for reason in explanation.reasons:
        assert reason.sentence[0] != " "
        assert not reason.sentence.endswith(".")
        first, _, rest = reason.sentence.partition(" (")
        assert not rest or rest.partition(")")[0] != first.split()[-1]


@pytest.mark.parametrize("name", cases())
def test_it_is_data_too(name: str) -> None:
    """A program reads what people read: reasons as names and values, in JSON."""
    case = cases()[name]
    explanation = explain(case.file, case.target, others=case.others)
    data = json.loads(json.dumps(explanation.to_data()))
    assert data["compatible"] is explanation.compatible is bool(explanation)
    assert [reason["kind"] for reason in data["reasons"]] == [
        reason.kind.name.lower() for reason in explanation.reasons
    ]
    assert all(reason["values"] for reason in data["reasons"])
    assert data["remedies"]["nearest"] == explanation.remedies.nearest
    again = pickle.loads(pickle.dumps(explanation))  # noqa: S301 - our own
    assert again == explanation
    assert hash(again.reasons) == hash(explanation.reasons)


def test_the_nearest_tag_is_taken() -> None:
    """The target must take the tag that is suggested, or people build a wheel for nothing."""
    offered = 0
    for case in cases().values():
        nearest = explain(case.file, case.target).remedies.nearest
        if nearest is None:
            continue
        fields = nearest.split("-")
        if len(fields) == 1:
            assert nearest in case.target.platform_tags()
        elif len(fields) == 2:
            assert case.target.ranks.takes_python(*fields)
        else:
            assert manytags.rank(nearest, case.target) is not None
        offered += 1
    assert offered > 40


def test_the_distributions_named_take_the_wheel() -> None:
    """People who upgrade a machine for a wheel must be able to install the wheel afterwards."""
    from manytags.platforms.linux.distributions import releases

    by_title = {
        release.title.partition(" (")[0]
        .replace("Red Hat Enterprise Linux", "RHEL")
        .replace("Fedora Linux", "Fedora"): release
        for release in releases()
    }
    named = 0
    for case in cases().values():
        explanation = explain(case.file, case.target)
        for title in explanation.remedies.releases:
            platform = by_title[title].platform(case.target.platform.arch)
            (about,) = (r for r in explanation.reasons if r.kind in {ReasonKind.LIBC, ReasonKind.LIBC_TOO_OLD})
            there = Target(case.target.python, platform)
            assert not any(reason.kind is about.kind for reason in explain(case.file, there).reasons), title
            named += 1
    assert named > 20


def test_own_distribution_comes_first() -> None:
    """People who run Ubuntu want to know which Ubuntu they need."""
    case = cases()["own distribution first"]
    assert explain(case.file, case.target).remedies.releases[0] == "Ubuntu 24.04"


def test_a_key_gives_the_entry() -> None:
    """An installer's own objects are explained as index entries are."""
    explanation = explain(("x", entry(yanked="broken")), debian(), key=lambda pair: pair[1])  # type: ignore[index]
    assert [reason.kind for reason in explanation.reasons] == [ReasonKind.YANKED]
    assert explanation.reasons[0].values == {"because": "broken"}


TARGETS = st.sampled_from([case.target for case in cases().values()])
CORPUS_TAGS = st.sampled_from(tag_sets())
MEMBERS = {
    "python": st.sampled_from(
        ["py3", "py2", "cp312", "cp39", "cp37", "cp313", "pp39", "graalpy311", "xy3", "cp3", "py"]
    ),
    "abi": st.sampled_from(
        ["none", "abi3", "abi3t", "cp312", "cp313t", "cp312d", "cp37m", "cp27mu", "pypy39_pp73", "x"]
    ),
    "platform": st.sampled_from(
        [
            *("any", "win32", "win_amd64", "linux_x86_64", "linux_armv7l", "linux_armv6l", "manylinux_2_17_x86_64"),
            *("manylinux_3_0_x86_64", "manylinux_2_999_aarch64", "manylinux2014_armv7l", "manylinux_2_5_armv7l"),
            *("musllinux_1_2_x86_64", "musllinux_2_0_x86_64", "musllinux_1_1_armv6l", "macosx_10_99_x86_64"),
            *("macosx_11_0_arm64", "macosx_11_7_fat", "macosx_99_0_universal2", "ios_99_9_arm64_iphoneos"),
            *("ios_12_99_arm64_iphoneos", "android_1_x86", "android_99_arm64_v8a", "pyodide_2024_0_wasm32"),
            *("pyemscripten_2024_0_wasm32", "emscripten_1_2_3_wasm32", "manylinux_2", "weird", "linux_x32"),
        ]
    ),
}
TAG_SETS = st.tuples(*(st.lists(kind, min_size=1, max_size=3).map(".".join) for kind in MEMBERS.values())).map("-".join)


@given(TAG_SETS | CORPUS_TAGS, TARGETS)
def test_a_wheel_fits_or_there_is_a_reason(tags: str, there: Target) -> None:
    """An explanation must not contradict the choice, and a refusal must have a reason."""
    explanation = explain(wheel(tags), there)
    assert explanation.compatible == (manytags.rank(wheel(tags), there) is not None) == (not explanation.reasons)
    assert explanation.rank == manytags.rank(wheel(tags), there)
    assert (explanation.matched is not None) == explanation.compatible
    if explanation.matched is not None:
        assert manytags.rank(explanation.matched, there) == explanation.rank
    assert list(explanation.reasons) == sorted(explanation.reasons, key=lambda reason: [*ReasonKind].index(reason.kind))
    assert str(explanation).startswith("compatible" if explanation else "not compatible")


@given(
    CORPUS_TAGS,
    TARGETS,
    st.sampled_from([None, ">=3.8", "<3.8", "rubbish", "==3.12.*"]),
    st.sampled_from([None, False, True, "", "broken"]),
)
def test_an_entry_fits_or_there_is_a_reason(
    tags: str, there: Target, requires: str | None, yanked: bool | str | None
) -> None:
    """What an index says about a file is explained, because it decides about the choice as tags do."""
    item = {"filename": wheel(tags), "requires-python": requires, "yanked": yanked}
    explanation = explain(item, there)
    assert explanation.compatible == (manytags.best([item], there) is item)
    assert (explanation.rank is not None) == explanation.compatible


@given(st.text() | st.text("-._abc123\0\n").map(lambda text: f"{text}.whl"), TARGETS)
@example("", debian())
@example(".whl", debian())
@example("foo-1.0-py3-none-any.whl\n", debian())
@example("fo\0o-1.0-py3-none-any.whl", debian())
def test_any_text_is_explained(text: str, there: Target) -> None:
    """A stranger's file name gets an answer and not an exception; the text has no control characters."""
    explanation = explain(text, there, others=[text])
    assert explanation.compatible == (not explanation.reasons)
    if not explanation and explanation.reasons[0].kind is ReasonKind.NOT_A_WHEEL:
        assert explanation.reasons[0].sentence.isprintable()


@pytest.mark.parametrize(
    "name",
    [
        "a" * 10_000_000 + ".whl",
        "-" * 10_000_000,
        wheel(".".join(f"py{number}" for number in range(10_000)) + "-none-any"),
        wheel("py3-none-" + ".".join(f"linux_{number}" for number in range(10_000))),
        wheel(".".join(f"p{number}" for number in range(300)) + "-none-" + ".".join("abcdefghijkl")),
        wheel("py2-none-" + ".".join(f"manylinux_2_{number}_i686" for number in range(190))),
        wheel(".".join(f"p{number}" for number in range(60)) + "-" + ".".join(f"a{n}" for n in range(60)) + "-any"),
        wheel(f"py3-none-manylinux_2_{'9' * 3000}_x86_64"),
        wheel(f"cp{'9' * 3000}-none-any"),
        wheel(f"py3-none-macosx_{'9' * 9}_0_arm64"),
    ],
    ids=lambda name: f"{name[8:30]}...{len(name)}",
)
def test_hostile_names_take_no_time(name: str) -> None:
    """A stranger's index must not stop a resolver, nor its log grow by ten million characters."""
    for there in (debian(), seen("termux-python313"), target("3.12", "macosx_14_0_arm64")):
        start = time.process_time()
        explanation = explain(name, there, others=[name] * 3)
        text = str(explanation)
        assert in_time(start, 1.5)
        assert not explanation
        assert len(text) < 20_000
