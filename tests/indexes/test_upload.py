"""What indexes accept: PyPI's decisions and messages, misleading tags, and what to do instead."""

from __future__ import annotations

import json
import pickle
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import manytags
from manytags import InvalidProfile, check_upload, parse_profile
from manytags.indexes.upload import UploadProblem

from ..audits.made_wheels import FOLDER, X86_64, put_wheel
from ..binaries.made_macho import X86_64 as MAC_X86_64
from ..binaries.made_macho import macho
from ..binaries.made_pe import X86, pe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from manytags import Profile

TODAY = date(2026, 11, 21)
LONG = "a" * 230
ANDROID = (FOLDER / "android.so").read_bytes()


def platform(tag: str) -> str:
    """Name a wheel with a platform tag."""
    return f"foo-1.0-py3-none-{tag}.whl"


def problems(file: str, index: str | Profile = "pypi", today: date = TODAY) -> list[tuple[str, str]]:
    """List the parts that cause problems, with the severity."""
    return [(problem.tag, problem.severity) for problem in check_upload(file, index, today=today)]


def own(*rules: Mapping[str, object], **keys: object) -> Profile:
    """Make a profile of a private index."""
    return parse_profile(json.dumps({"manytags_profile": 1, "name": "ours", "rules": rules, **keys}))


@pytest.mark.parametrize(
    "name",
    [
        "foo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "foo-1.0-cp312-abi3-musllinux_1_2_aarch64.whl",
        "foo-1.0-cp39.cp310.pp310-none-macosx_11_0_arm64.whl",
        "foo-1.0-2b-py2.py3-none-any.whl",
        "foo_bar-1!2.0rc1.post2-cp313-cp313t-win_arm64.whl",
        "foo-1.0-cp315-abi3.abi3t-manylinux1_i686.whl",
        "foo-1.0-pp310-pypy310_pp73-win_amd64.whl",
        "foo-1.0-graalpy311-graalpy242_311_native-macosx_26_0_arm64.whl",
        "foo-1.0-cp27-cp27mu-manylinux2010_x86_64.whl",
        "foo-1.0-cp313-cp313-ios_13_0_arm64_iphoneos.whl",
        "foo-1.0-cp313-cp313-android_37_arm64_v8a.whl",
        "foo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
        "foo-1.0-cp314-cp314-manylinux_2_44_riscv64.whl",
        "foo-1.0-PY3-none-WIN_AMD64.whl",
    ],
)
@pytest.mark.parametrize("index", ["pypi", "strict"])
def test_nothing_is_wrong(name: str, index: str) -> None:
    """Warnings about good wheels would teach people to ignore them."""
    assert check_upload(name, index, today=TODAY) == ()


def test_pypi_refuses_in_its_own_words() -> None:
    """People who search for the message that twine showed find the rule, its source and a solution."""
    (problem,) = check_upload(platform("linux_x86_64"))
    assert problem.tag == "linux_x86_64"
    assert problem.refused
    assert (
        problem.message
        == "Binary wheel 'foo-1.0-py3-none-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'."
    )
    assert "manylinux_2_5_x86_64" in problem.instead
    assert "auditwheel repair" in problem.instead
    assert problem.source.startswith("https://github.com/pypi/warehouse/blob/")
    assert problem.source.endswith("/warehouse/forklift/legacy.py")
    assert problem.date == "2026-08-21"


#: Name -> the part to blame and PyPI's message. Wording: Warehouse's forklift and packaging 26.2, read 2026-08-21.
NAMES = {
    "foo-1.0.whl": ("foo-1.0", "Invalid wheel filename (wrong number of parts): 'foo-1.0'"),
    "foo-1.0-q-py3-none-any.whl": ("q", "Invalid build number: q in 'foo-1.0-q-py3-none-any'"),
    "foo-1.0-py3-none-any-x86_64_v3.whl": ("py3", "Invalid build number: py3 in 'foo-1.0-py3-none-any-x86_64_v3'"),
    "foo-0.0.4test1-py3-none-any.whl": (
        "0.0.4test1",
        "Invalid wheel filename (invalid version): 'foo-0.0.4test1-py3-none-any'",
    ),
    "foo__bar-1-py3-none-any.whl": ("foo__bar", "Invalid project name: 'foo__bar-1-py3-none-any'"),
    "foo bar-1-py3-none-any.whl": ("foo bar", "Invalid project name: 'foo bar-1-py3-none-any'"),
    "Some_Thing-1.0-py3-none-any.whl": (
        "Some_Thing",
        (
            "Filename 'Some_Thing-1.0-py3-none-any.whl' should contain the normalized project name 'some_thing', "
            "not 'Some_Thing'."
        ),
    ),
    "some.thing-1.0-py3-none-any.whl": (
        "some.thing",
        (
            "Filename 'some.thing-1.0-py3-none-any.whl' should contain the normalized project name 'some_thing', "
            "not 'some.thing'."
        ),
    ),
    "_foo-1.0-py3-none-any.whl": (
        "_foo",
        "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.",
    ),
    "fo\u00f6-1.0-py3-none-any.whl": (
        "fo\u00f6",
        "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.",
    ),
    "foo-1.0+cu118-py3-none-any.whl": (
        "1.0+cu118",
        (
            "The use of local versions in '1.0+cu118' is not allowed. See https://packaging.python.org/en/latest/"
            "specifications/version-specifiers/#local-version-identifiers for more information."
        ),
    ),
    "dist/foo-1.0-py3-none-any.whl": (
        "dist/foo-1.0-py3-none-any.whl",
        "Cannot upload a file with '/' or '\\' in the name.",
    ),
    "foo-1.0-py3-none-any.whl\n": (
        "foo-1.0-py3-none-any.whl\n",
        (
            "Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL character (ordinal 127) "
            "in the name."
        ),
    ),
    "foo-1.0.tar.gz": (
        ".tar.gz",
        (
            "Invalid file extension: Extension .tar.gz is invalid for filetype bdist_wheel. "
            "See https://www.python.org/dev/peps/pep-0527 for more information."
        ),
    ),
    "foo-1.0-py3-none-any.WHL": (
        ".WHL",
        (
            "Invalid file extension: Extension .WHL is invalid for filetype bdist_wheel. "
            "See https://www.python.org/dev/peps/pep-0527 for more information."
        ),
    ),
    ".whl": (
        ".whl",
        (
            "Invalid file extension: Use .tar.gz, .whl or .zip extension. See https://www.python.org/dev/peps/pep-0527 "
            "and https://peps.python.org/pep-0715/ for more information"
        ),
    ),
    f"{LONG}-1-py3-none-any.whl": (
        f"{LONG}-1-py3-none-any.whl",
        f"Filename is too long: '{LONG}-1-py3-none-any.whl'",
    ),
}


@pytest.mark.parametrize(
    ("name", "expected"), NAMES.items(), ids=[name[:40].encode("unicode_escape").decode() for name in NAMES]
)
def test_names_that_pypi_refuses(name: str, expected: tuple[str, str]) -> None:
    """A bad name is detected before the upload, not in the middle of it."""
    (problem,) = check_upload(name, today=TODAY)
    assert (problem.tag, problem.message) == expected
    assert problem.refused
    assert problem.instead


def test_a_name_may_have_several_problems() -> None:
    """All problems are reported at once, each tag once, in PyPI's order."""
    name = "Foo-1.0+l-cp312-cp311-linux_x86_64.win32.LINUX_x86_64.macosx_11_2_arm64.whl"
    assert problems(name) == [
        ("linux_x86_64", "refused"),
        ("macosx_11_2_arm64", "refused"),
        ("1.0+l", "refused"),
        ("Foo", "refused"),
        ("cp311", "accepted but misleading"),
    ]


@pytest.mark.parametrize(
    ("tag", "words", "instead"),
    [
        (
            "manylinux_2_999_x86_64",
            "glibc 2.999 is not known on 2026-08-22: the newest is 2.44",
            "manylinux_2_44_x86_64",
        ),
        ("manylinux_1_9_x86_64", "there is no glibc 1.9", "manylinux_2_5_x86_64"),
        ("manylinux_2_5_aarch64", "glibc 2.5 has no aarch64: the first that has is 2.17", "manylinux_2_17_aarch64"),
        ("manylinux_2_17_riscv64", "glibc 2.17 has no riscv64: the first that has is 2.27", "manylinux_2_27_riscv64"),
        ("manylinux_2_5_s390x", "no interpreter claims manylinux_2_5_s390x", "manylinux_2_17_s390x"),
        ("manylinux_02_17_x86_64", "no installer can read the platform tag", "an sdist"),
        ("musllinux_1_9_x86_64", "musl 1.9 is not known", "musllinux_1_2_x86_64"),
        ("macosx_10_9_arm64", "macOS 10.9 has no arm64: the first that has is 11.0", "macosx_11_0_arm64"),
        ("macosx_10_99_x86_64", "there is no macOS 10.99", "macosx_11_0_x86_64"),
        ("macosx_26_0_ppc", "no interpreter claims macosx_26_0_ppc", "an sdist"),
        ("android_5_x86", "there is no Android API level 5", "android_16_x86"),
        ("ios_99_0_arm64_iphoneos", "iOS 99.0 is not known", "ios_26_9_arm64_iphoneos"),
        ("ios_13_0_arm64_iphoneos64", "it has a suffix", "remove the suffix"),
        ("pyemscripten_2026_0_wasm32_pthreads", "it has a suffix", "remove the suffix"),
        ("pyemscripten_2023_0_wasm32", "there is no PyEmscripten 2023.0", "pyemscripten_2024_0_wasm32"),
        ("linux_armv7l", "does not say which C library", "manylinux_2_17_armv7l"),
        ("linux_armv6l", "does not say which C library", "an sdist"),
    ],
)
def test_legal_nonsense(tag: str, words: str, instead: str) -> None:
    """PyPI accepts tags that no interpreter claims: the author should know, and an index may refuse them."""
    (problem,) = check_upload(platform(tag), today=TODAY)
    assert (problem.tag, problem.severity) == (tag, "accepted but misleading")
    assert words in problem.message
    assert instead in problem.instead
    assert problem.source
    assert {(issue.tag, issue.refused) for issue in check_upload(platform(tag), "strict", today=TODAY)} == {(tag, True)}


@pytest.mark.parametrize(
    ("tag", "instead"),
    [
        ("linux_aarch64", "from manylinux_2_17_aarch64 on"),
        ("linux_armv8l", "from manylinux_2_17_armv7l on"),
        ("manylinux1_aarch64", "manylinux_2_17_aarch64"),
        ("manylinux_2_36_loongarch64", "an sdist"),
        ("musllinux_1_2_ppc64", "an sdist"),
        ("macosx_11_2_arm64", "macosx_12_0_arm64, which asks for more; or build it with MACOSX_DEPLOYMENT_TARGET=11.0"),
        ("macosx_10_15_amd64", "macosx_10_15_x86_64"),
        ("macosx_27_0_arm64", "MACOSX_DEPLOYMENT_TARGET=26.0 for macosx_26_0_arm64"),
        ("pyodide_2024_0_wasm32", "pyemscripten_2024_0_wasm32"),
        ("emscripten_3_1_58_wasm32", "pyemscripten_2026_0_wasm32"),
        ("win_arm32", "an sdist"),
        ("freebsd_14_1_release_amd64", "an sdist"),
        ("macosx_11_0_m68k", "an sdist"),
    ],
)
def test_what_to_do_instead(tag: str, instead: str) -> None:
    """A refusal names the tag to use, and never one that the index also refuses."""
    (problem,) = check_upload(platform(tag), today=TODAY)
    assert problem.refused
    assert instead in problem.instead


@pytest.mark.parametrize(
    ("pythons", "abis", "blamed"),
    [
        ("py3", "abi3", ["abi3"]),
        ("cp31", "abi3", ["abi3"]),
        ("cp315t", "abi3t", ["abi3t"]),
        ("cp314", "abi3t", ["abi3t"]),
        ("cp312", "cp311", ["cp311"]),
        ("cp311.cp312", "cp312", ["cp311"]),
        ("pp373", "pypy36_pp73", ["pypy36_pp73"]),  # Pillow 6.2.2, which no installer took
        ("cp27.cp33", "cp27m.none", []),
        ("pp27", "pypy_41", []),
        ("frob1", "frob1_7", []),
    ],
)
def test_python_and_abi_tags_that_no_interpreter_claims_together(pythons: str, abis: str, blamed: list[str]) -> None:
    """The upload works, and then no pip finds the wheel."""
    issues = check_upload(f"foo-1.0-{pythons}-{abis}-win32.whl", today=TODAY)
    assert [problem.tag for problem in issues] == blamed
    assert not any(problem.refused for problem in issues)
    for problem in check_upload(f"foo-1.0-{pythons}-{abis}-win32.whl", "strict", today=TODAY):
        assert problem.refused


def test_a_name_that_pypi_takes_and_installers_do_not() -> None:
    """packaging accepts an empty tag, so PyPI does, but no installer takes the wheel."""
    (problem,) = check_upload("foo-1.0--none-any.whl", today=TODAY)
    assert problem.severity == "accepted but misleading"
    assert "an empty python tag" in problem.message


# The debate of 2018 (warehouse #3668): each proposal is a setting.

ARM = ["linux_{armv6l,armv7l}"]


def test_let_in() -> None:
    """As PyPI did in 2017: the tags are accepted without a warning."""
    assert problems(platform("linux_armv7l"), own({"tags": ARM, "action": "accept"})) == []


def test_warn() -> None:
    """An index can warn on upload, from some day on, in its own words."""
    rule = {"tags": ARM, "action": "warn", "since": "2026-12-01", "message": "{tag} in {file}?", "instead": "an sdist"}
    index = own(rule, extends="pypi")
    assert [issue.message[:20] for issue in check_upload(platform("linux_armv7l"), index, today=TODAY)] == [
        "'linux_armv7l' does "
    ]
    (problem,) = check_upload(platform("linux_armv7l"), index, today=date(2026, 12, 1))
    assert problem.severity == "accepted but misleading"
    assert problem.message == "linux_armv7l in foo-1.0-py3-none-linux_armv7l.whl?"
    assert problem.instead == "an sdist"


@pytest.mark.parametrize(
    ("day", "severities"),
    [
        ("2026-11-30", []),
        ("2026-12-01", ["accepted but deprecated"]),
        ("2027-05-31", ["accepted but deprecated"]),
        ("2027-06-01", ["refused"]),
        ("2999-01-01", ["refused"]),
    ],
)
def test_a_deprecation_period(day: str, severities: list[str]) -> None:
    """A tag is first accepted, then accepted with a warning, then refused, and the warning says when."""
    rule = {"tags": ARM, "action": "deprecate", "since": "2026-12-01", "until": "2027-06-01", "rule": "no bare linux"}
    index = own(rule, {"tags": ["*"], "action": "accept"})
    issues = check_upload(platform("linux_armv7l"), index, today=date.fromisoformat(day))
    assert [problem.severity for problem in issues] == severities
    for problem in issues:
        assert problem.rule == "no bare linux"
        assert "2027-06-01" in problem.message


def test_a_deprecation_without_an_end() -> None:
    """A tag may be deprecated forever."""
    index = own({"tags": ["manylinux1_*"], "action": "deprecate"}, extends="pypi")
    (problem,) = check_upload(platform("manylinux1_x86_64"), index, today=date(2999, 1, 1))
    assert problem.severity == "accepted but deprecated"
    assert not problem.refused


def test_refuse() -> None:
    """As PyPI does with every other bare linux tag, possibly from some day on."""
    index = own({"tags": ARM, "action": "refuse", "since": "2026-12-01"}, {"tags": ["*"], "action": "accept"})
    assert problems(platform("linux_armv7l"), index) == []
    (problem,) = check_upload(platform("linux_armv7l"), index, today=date(2026, 12, 1))
    assert problem.refused
    assert problem.message == "ours does not accept the platform tag 'linux_armv7l', since 2026-12-01"


def test_extra_tags_of_one_index() -> None:
    """A private index can accept PyPI's tags and some others."""
    index = own({"tags": ["linux_loongarch64", "solaris_#_#_amd64"], "action": "accept"}, extends="pypi")
    for tag in ("linux_loongarch64", "solaris_2_11_amd64", "manylinux_2_28_x86_64"):
        assert problems(platform(tag), index) == []
        assert problems(platform(tag)) == ([] if tag.startswith("many") else [(tag, "refused")])
    assert problems(platform("solaris_2_sparc"), index) == [("solaris_2_sparc", "refused")]


def test_implied_by_the_index() -> None:
    """An index for a single system may accept a vague tag, which is read as a precise one."""
    index = own({"tags": ["linux_armv7l"], "action": "implied", "as": ["manylinux_2_31_armv7l"]}, extends="pypi")
    assert problems(platform("linux_armv7l"), index) == []
    wrong = own({"tags": ["linux_armv7l"], "action": "implied", "as": ["manylinux_2_999_armv7l"]}, extends="pypi")
    (problem,) = check_upload(platform("linux_armv7l"), wrong, today=TODAY)
    assert problem.tag == "linux_armv7l"
    assert problem.message.startswith("linux_armv7l is read as manylinux_2_999_armv7l: glibc 2.999 is not known")
    nowhere = own({"tags": ["linux_armv7l"], "action": "implied", "as": ["solaris_2_11_sparc"]}, extends="pypi")
    assert problems(platform("linux_armv7l"), nowhere) == [("linux_armv7l", "refused")]


@pytest.mark.parametrize("tag", ["any", "linux_armv6l", "linux_armv7l"])
def test_piwheels_offers(tag: str) -> None:
    """What it builds on a Raspberry Pi, and pure wheels."""
    assert problems(platform(tag), "piwheels") == []
    assert problems(f"RPi.GPIO-0.7.1-cp39-cp39-{tag}.whl", "piwheels") == []


@pytest.mark.parametrize("tag", ["manylinux_2_31_armv7l", "linux_aarch64", "win32", "linux_armv8l"])
def test_piwheels_does_not_offer(tag: str) -> None:
    """It only serves the 32-bit Raspberry Pi OS."""
    (problem,) = check_upload(platform(tag), "piwheels", today=TODAY)
    assert problem.refused
    assert "PyPI" in problem.instead


def test_a_check_can_be_deprecated_too() -> None:
    """An index can give authors time before a check refuses."""
    numbers = {"action": "deprecate", "until": "2027-06-01"}
    index = own(extends="pypi", checks={"numbers": numbers})
    name = platform("manylinux_2_999_x86_64")
    assert problems(name, index) == [("manylinux_2_999_x86_64", "accepted but deprecated")]
    assert "2027-06-01" in check_upload(name, index, today=TODAY)[0].message
    assert problems(name, index, date(2027, 6, 1)) == [("manylinux_2_999_x86_64", "refused")]
    assert problems(name, own(extends="pypi", checks={"numbers": {"action": "accept"}})) == []


def test_the_gravest_check_decides() -> None:
    """A check that only warns must not hide one that refuses the same tag."""
    checks = {"numbers": {"action": "warn"}, "takers": {"action": "refuse"}}
    index = own(extends="pypi", checks=checks)
    assert problems(platform("android_5_x86"), index) == [("android_5_x86", "refused")]
    assert problems(platform("manylinux_2_999_x86_64"), index) == [
        ("manylinux_2_999_x86_64", "accepted but misleading")
    ]


def test_what_no_rule_lets_in() -> None:
    """A tag without a rule is refused."""
    (problem,) = check_upload(platform("win32"), own({"tags": ["any"], "action": "accept"}), today=TODAY)
    assert problem.refused
    assert problem.message == "no rule of ours accepts the platform tag 'win32'"


def test_a_message_is_filled_in_once() -> None:
    """Braces in a file name are not placeholders."""
    index = own({"tags": ["*"], "action": "refuse", "message": "{file}: {tag} {other}"})
    issues = check_upload("foo-1.0-{file}-none-{tag}.whl", index, today=TODAY)
    assert [problem.message for problem in issues] == ["foo-1.0-{file}-none-{tag}.whl: {tag} {other}"]


def test_an_unknown_index() -> None:
    """A mistyped index is an error."""
    with pytest.raises(InvalidProfile, match="invalid profile 'testpypi': no profile has this name"):
        check_upload(platform("any"), "testpypi")
    with pytest.raises(InvalidProfile, match="expected a name or a Profile"):
        check_upload(platform("any"), 3)  # type: ignore[arg-type]


def test_today_is_looked_up() -> None:
    """The default day is today."""
    rule = {"tags": ["any"], "action": "deprecate", "until": "2000-01-01"}
    assert [problem.severity for problem in check_upload(platform("any"), own(rule))] == ["refused"]


def test_a_problem_is_a_value() -> None:
    """A problem can be pickled, written as JSON, and printed."""
    (problem,) = check_upload(platform("linux_x86_64"), today=TODAY)
    assert pickle.loads(pickle.dumps(problem)) == problem  # noqa: S301 - our own
    assert UploadProblem(**problem.to_data()) == problem
    assert json.loads(json.dumps(problem.to_data()))["severity"] == "refused"
    lines = str(problem).splitlines()
    assert lines[0] == f"refused: {problem.message}"
    assert lines[1].startswith("  instead: ")
    assert lines[2] == f"  rule: {problem.rule} ({problem.source}, {problem.date})"


def wheel_with_code(folder: Path, platform_tag: str, most: int | None = None) -> Path:
    """Make a wheel with a compiled module for x86_64, or with the start of one."""
    path = folder / f"demo-1.0-cp312-cp312-{platform_tag}.whl"
    code = (Path(__file__).parents[1] / "binaries" / "elf" / "x86_64.so").read_bytes()[:most]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo.cpython-312-x86_64-linux-gnu.so", code)
        tag = f"Tag: cp312-cp312-{platform_tag}"
        archive.writestr("demo-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\n{tag}\n")
        archive.writestr("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        archive.writestr("demo-1.0.dist-info/RECORD", "".join(f"{name},,\n" for name in archive.namelist()))
    return path


def test_a_false_tag_is_reported_if_the_wheel_is_given(tmp_path: Path) -> None:
    """An index can refuse a tag that the code does not comply with; PyPI accepts it, but the author should know."""
    path = wheel_with_code(tmp_path, "manylinux_2_17_aarch64")
    assert check_upload(path.name, today=TODAY) == ()
    issues = check_upload(path, today=TODAY)
    assert ("manylinux_2_17_aarch64", "accepted but misleading") in [(issue.tag, issue.severity) for issue in issues]
    assert "is false" in issues[0].message
    assert issues[0].instead.startswith("true tags: ")
    refused = check_upload(path, "strict", today=TODAY)
    assert ("manylinux_2_17_aarch64", True) in [(issue.tag, issue.refused) for issue in refused]
    assert check_upload(manytags.audit(path), "strict", today=TODAY) == refused


def test_a_true_tag_is_no_problem(tmp_path: Path) -> None:
    """The audit must not report a true tag."""
    honest = manytags.audit(wheel_with_code(tmp_path, "linux_x86_64")).true_tags
    path = wheel_with_code(tmp_path, next(tag for tag in honest if tag.startswith("manylinux")))
    assert check_upload(path, "strict", today=TODAY) == ()


@pytest.mark.parametrize(
    ("tag", "module", "true", "false"),
    [
        ("macosx_11_0_arm64", "demo/_c.abi3.so", macho(), macho(MAC_X86_64)),
        ("macosx_11_0_arm64", "demo/_c.abi3.so", macho(), macho()[:100]),
        ("win_amd64", "demo/_c.pyd", pe(imports={"python3.dll": ["PyList_New"]}), pe(X86)),
        ("win_amd64", "demo/_c.pyd", pe(), pe()[:200]),
        ("android_24_arm64_v8a", "demo/_c.so", ANDROID, X86_64),
    ],
    ids=["macOS", "damaged, macOS", "Windows", "damaged, Windows", "Android"],
)
def test_false_and_damaged_wheels_of_other_systems(
    tmp_path: Path, tag: str, module: str, true: bytes, false: bytes
) -> None:
    """A strict index refuses what cannot be imported, for every system, and takes true wheels."""
    name = f"demo-1.0-cp312-cp312-{tag}.whl"
    assert not [each for each in check_upload(put_wheel(tmp_path, name, {module: true}), "strict") if each.tag == tag]
    refused = check_upload(put_wheel(tmp_path, name, {module: false}), "strict", today=TODAY)
    assert [problem.tag for problem in refused if problem.refused] in ([tag], [module])


def test_damaged_code_does_not_pass_for_honest(tmp_path: Path) -> None:
    """A truncated binary has no false tags, but it must not pass the check."""
    (problem,) = check_upload(wheel_with_code(tmp_path, "manylinux_2_17_x86_64", 100), "strict", today=TODAY)
    assert (problem.tag, problem.refused) == ("demo.cpython-312-x86_64-linux-gnu.so", True)
    assert "is not sound: " in problem.message
