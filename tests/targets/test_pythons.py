"""Pythons by the names that people use."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import InvalidTarget, Python, parse_python
from manytags.targets.named import GRAALPY_VERSIONS, cpython_abis

NAMES = {
    "3.12": Python("cpython", (3, 12), ("cp312",)),
    "312": Python("cpython", (3, 12), ("cp312",)),
    "cp312": Python("cpython", (3, 12), ("cp312",)),
    "CP312": Python("cpython", (3, 12), ("cp312",)),
    "cpython3.12": Python("cpython", (3, 12), ("cp312",)),
    "python3.12": Python("cpython", (3, 12), ("cp312",)),
    "3.12.4": Python("cpython", (3, 12, 4), ("cp312",), "3.12.4"),
    "cp312-cp312": Python("cpython", (3, 12), ("cp312",)),
    "3.12-cp312": Python("cpython", (3, 12), ("cp312",)),
    "3.12d": Python("cpython", (3, 12), ("cp312d", "cp312")),
    "3.12.4d": Python("cpython", (3, 12, 4), ("cp312d", "cp312"), "3.12.4"),
    "cp312-cp312d": Python("cpython", (3, 12), ("cp312d", "cp312")),
    "3.13t": Python("cpython", (3, 13), ("cp313t",)),
    "cp313t": Python("cpython", (3, 13), ("cp313t",)),
    "cp313-cp313t": Python("cpython", (3, 13), ("cp313t",)),
    "3.13td": Python("cpython", (3, 13), ("cp313td", "cp313t")),
    "3.13dt": Python("cpython", (3, 13), ("cp313td", "cp313t")),
    "cp313-cp313td": Python("cpython", (3, 13), ("cp313td", "cp313t")),
    "3.15": Python("cpython", (3, 15), ("cp315",)),
    "3.8": Python("cpython", (3, 8), ("cp38",)),
    "3.7": Python("cpython", (3, 7), ("cp37m",)),
    "3.7d": Python("cpython", (3, 7), ("cp37dm",)),
    "cp37-cp37m": Python("cpython", (3, 7), ("cp37m",)),
    "cp37-cp37": Python("cpython", (3, 7), ("cp37",)),
    "3.2": Python("cpython", (3, 2), ("cp32mu",)),
    "cp32-cp32m": Python("cpython", (3, 2), ("cp32m",)),
    "pp310": Python("pypy", (3, 10), ("pypy310_pp73",)),
    "pypy3.10": Python("pypy", (3, 10), ("pypy310_pp73",)),
    "PyPy3.10": Python("pypy", (3, 10), ("pypy310_pp73",)),
    "pypy3.9.19": Python("pypy", (3, 9, 19), ("pypy39_pp73",), "3.9.19"),
    "pp37-pypy37_pp73": Python("pypy", (3, 7), ("pypy37_pp73",)),
    "pypy3.12": Python("pypy", (3, 12), ("pypy312_pp80",)),
    "graalpy3.10": Python("graalpy", (3, 10), ("graalpy240_310_native",)),
    "graalpy3.11": Python("graalpy", (3, 11), ("graalpy242_311_native",)),
    "3.15.0b1": Python("cpython", (3, 15, 0), ("cp315",), "3.15.0b1"),
    "cp315-cp315t": Python("cpython", (3, 15), ("cp315t",)),
    "3.15.0rc2t": Python("cpython", (3, 15, 0), ("cp315t",), "3.15.0rc2"),
    "pypy3.11.0a3": Python("pypy", (3, 11, 0), ("pypy311_pp73",), "3.11.0a3"),
    "3": Python("cpython", (3,), ()),
    "cp3": Python("cpython", (3,), ()),
    "pypy3": Python("pypy", (3,), ()),
    "py3": Python("python", (3,), ()),
    "py312": Python("python", (3, 12), ()),
    "cp27-cp27mu": Python("cpython", (2, 7), ("cp27mu",)),
    "cp27-cp27m": Python("cpython", (2, 7), ("cp27m",)),
    "cp27-cp27dmu": Python("cpython", (2, 7), ("cp27dmu",)),
    "cp26-cp26mu": Python("cpython", (2, 6), ("cp26mu",)),
    "pp27-pypy_73": Python("pypy", (2, 7), ("pypy_73",)),
    "pp27-pypy_41": Python("pypy", (2, 7), ("pypy_41",)),
    "pypy2.7": Python("pypy", (2, 7), ("pypy_73",)),
    "graalpy3.12": Python("graalpy", (3, 12), ("graalpy250_312_native",)),
    "graalpy311-graalpy241_311_native": Python("graalpy", (3, 11), ("graalpy241_311_native",)),
}

CALLED_SO = "no Python is called so; expected such as '3.12', 'cp312', '3.13t', '3.12d', 'pypy3.10' or 'cp313-cp313t'"
WRONG = {
    "": CALLED_SO,
    "python": CALLED_SO,
    "3b1": CALLED_SO,
    "3.15.0b": CALLED_SO,
    "3.15.0c1": CALLED_SO,
    "3.15.0rc1b1": CALLED_SO,
    "jython3.12": CALLED_SO,
    "3.12.4.5": CALLED_SO,
    "3.12rc1": CALLED_SO,
    "3.1x": CALLED_SO,
    "3..12": CALLED_SO,
    "3.12 ": CALLED_SO,
    "-cp312": CALLED_SO,
    "\u0663.12": CALLED_SO,
    "cp31\u00b2": CALLED_SO,
    "cp37m": CALLED_SO,
    "3.13tt": CALLED_SO,
    "3.12x-cp312": CALLED_SO,
    "3.13t-cp313": CALLED_SO,
    "3.1000": CALLED_SO,
    "302": CALLED_SO,
    "3.02": CALLED_SO,
    "03.12": CALLED_SO,
    "graalpy240_310_native": CALLED_SO,
    "2.5": "manytags describes Python 2.6, 2.7, and 3.2 and newer",
    "cp31": "manytags describes Python 3.2 and newer",
    "cp27-cp27t": "'cp27t' is not an ABI tag of cpython 2.7",
    "cp3-cp3": "'cp3' is not an ABI tag of cpython 3",
    "3.12t": "free-threaded builds begin with Python 3.13",
    "cp312-cp312t": "free-threaded builds begin with Python 3.13",
    "pypy3.10t": "pypy has no builds called 't'",
    "graalpy3.12d": "graalpy has no builds called 'd'",
    "graalpy3.9": "manytags knows GraalPy for Python 3.10, 3.11, 3.12; else name the ABI tag after a dash",
    "cp312-cp311": "'cp311' is not an ABI tag of cpython 3.12",
    "cp312-abi3": "'abi3' is not an ABI tag of cpython 3.12",
    "cp312-none": "'none' is not an ABI tag of cpython 3.12",
    "cp312-pypy312_pp73": "'pypy312_pp73' is not an ABI tag of cpython 3.12",
    "pp310-cp310": "'cp310' is not an ABI tag of pypy 3.10",
    "cp38-cp38m": "'cp38m' is not an ABI tag of cpython 3.8",
    "cp313-cp313dt": "'cp313dt' is not an ABI tag of cpython 3.13",
    "cp313-cp313tt": "'cp313tt' is not an ABI tag of cpython 3.13",
    "cp37-cp37mu": "'cp37mu' is not an ABI tag of cpython 3.7",
    "cp312-": "its ABI tag: invalid tag '': it is empty",
    "cp312-cp3.12": "its ABI tag: invalid tag 'cp3.12': no tag has the character '.' at position 3",
    "cp312-cp312-win32": "its ABI tag: invalid tag 'cp312-win32': no tag has the character '-' at position 5",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_this_python(name: str) -> None:
    """People name the same Python in many ways. With a wrong ABI tag, wheels would crash or not be found."""
    assert parse_python(name) == NAMES[name]
    assert manytags.target(name, "win_amd64").python == NAMES[name]


@pytest.mark.parametrize(
    ("platform", "abi"),
    [("linux", "cp27mu"), ("macos", "cp27m"), ("windows", "cp27m"), ("alpine", "cp27mu")],
)
def test_python_2_is_as_its_platform_has_it(platform: str, abi: str) -> None:
    """Wheels for Python 2.7 are for narrow or wide Unicode, and python.org's Pythons were narrow."""
    machine = manytags.target("2.7", platform)
    assert (machine.interpreter_tag, machine.abi_tag) == ("cp27", abi)
    assert manytags.target(f"cp27-{abi}", platform) == machine
    assert "py2-none-any" in machine.pure_tags()
    assert "cp27-abi3-any" not in machine.triples()
    assert manytags.rank("foo-1.0-py2.py3-none-any.whl", machine) is not None
    assert manytags.rank("foo-1.0-py3-none-any.whl", machine) is None


@pytest.mark.parametrize("name", ["3", "py3", "pypy3", "2"])
def test_a_major_version_takes_what_all_its_versions_take(name: str) -> None:
    """Who locks for any Python 3 gets no wheel that some Python 3 cannot install."""
    machine = manytags.target(name, "win_amd64")
    own = {"3": "cp3", "py3": "py3", "pypy3": "pp3", "2": "cp2"}[name]
    major = f"py{own[-1]}"
    groups = dict.fromkeys([own, major])
    expected = [f"{tag}-none-{platform}" for platform in ("win_amd64", "any") for tag in groups]
    assert list(machine.triples()) == expected
    assert [manytags.rank(tag, machine) for tag in expected] == list(range(len(expected)))
    assert len(machine.ranks) == len(expected)
    assert machine == manytags.Target.from_json(machine.to_json())
    assert manytags.marker_environment(machine)["python_version"] == f"{own[-1]}.0"


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_name_says_why(name: str) -> None:
    """Whoever mistypes a Python must learn what was expected, and not get another Python's wheels."""
    with pytest.raises(InvalidTarget) as caught:
        parse_python(name)
    assert str(caught.value) == f"invalid target {name!r}: {WRONG[name]}"
    assert (caught.value.text, caught.value.reason) == (name, WRONG[name])
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own


@pytest.mark.parametrize("name", ["3" * 100_000, "pypy3.10" + "t" * 1_000_000, "cp312-" + "x" * 1_000_000, "x" * 101])
def test_a_huge_name_makes_a_short_message(name: str) -> None:
    """A log must not fill with what a stranger sent."""
    with pytest.raises(InvalidTarget, match="no Python has a name of more than 100 characters") as caught:
        parse_python(name)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("minor", "flags"),
    [(minor, flags) for minor in range(2, 16) for flags in (("", "d", "t", "td") if minor > 12 else ("", "d"))],
)
def test_a_described_build_by_its_tags_is_the_same_build(minor: int, flags: str) -> None:
    """``cp313-cp313t``, copied from a wheel's name, means what ``3.13t`` means."""
    python = parse_python(f"3.{minor}{flags}")
    assert parse_python(f"cp3{minor}-{python.abis[0]}") == python
    assert python.abis == cpython_abis((3, minor), "t" in flags, "d" in flags)
    assert python.free_threaded == ("t" in flags)


def test_a_free_threaded_python_takes_no_stable_abi_of_others() -> None:
    """abi3 modules need the lock; loading one into a free-threaded Python crashes it."""
    triples = manytags.target("3.13t", "win_amd64").triples()
    assert "cp313-abi3t-win_amd64" in triples
    assert not [triple for triple in triples if "-abi3-" in triple]
    assert "cp313-cp313-win_amd64" not in triples


@pytest.mark.parametrize("minor", range(2, 20))
def test_every_pypy_has_an_abi(minor: int) -> None:
    """A PyPy without an ABI tag would take only pure wheels."""
    (abi,) = parse_python(f"pypy3.{minor}").abis
    assert abi == f"pypy3{minor}_{'pp80' if minor >= 12 else 'pp73'}"


@pytest.mark.parametrize("version", GRAALPY_VERSIONS)
def test_every_graalpy_that_is_known_has_its_own_abi(version: tuple[int, int]) -> None:
    """The ABI tag of GraalPy contains GraalPy's own version, which changes twice a year."""
    (abi,) = parse_python(f"graalpy{version[0]}.{version[1]}").abis
    assert manytags.parse_abi(abi).family == "graalpy"
    assert manytags.parse_abi(abi).version == version


@given(st.text(max_size=30))
def test_any_text_is_a_python_or_one_clear_error(text: str) -> None:
    """Names come from configuration files and forms on the web."""
    try:
        python = parse_python(text)
    except InvalidTarget as error:
        assert error.text == text
    else:
        assert python.version >= (3, 2) or python.version[:2] in {(2,), (3,), (2, 6), (2, 7)}
        assert python.abis or len(python.version) == 1 or python.implementation == "python"


@given(
    st.sampled_from(["", "cp", "cpython", "python", "pp", "pypy", "graalpy", "py", "ip"]),
    st.text("0123456789.", max_size=8),
    st.text("tdmux", max_size=3),
    st.sampled_from(["", "-", "-cp312", "-cp313t", "-pypy310_pp73", "-graalpy250_312_native", "-abi3"]),
)
def test_any_near_miss_is_a_python_or_one_clear_error(name: str, digits: str, letters: str, abi: str) -> None:
    """As above, with texts that are almost names. An accepted name must keep its version and its letters."""
    text = f"{name}{digits}{letters}{abi}"
    try:
        python = parse_python(text)
    except InvalidTarget as error:
        assert error.text == text
    else:
        separator = "." if "." in digits else ""
        assert separator.join(map(str, python.version)) == digits
        assert not letters or (set(letters) <= {"t", "d"} and not abi)
