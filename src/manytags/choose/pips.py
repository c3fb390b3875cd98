"""Which pip is new enough to take a wheel. Pure.

Rule: pip's change log (``NEWS.rst``) and the ``packaging`` that pip vendors (``src/pip/_vendor/vendor.txt``). Each
border was run: the pips on both sides of it list their tags (``tests/oracle/pips_world.py``). The families know the
borders of their platform tags.

=========================================  =======  ==================================================================
tags                                       pip      source
=========================================  =======  ==================================================================
manylinux1                                 8.1      "Implement PEP 513, which adds support for the manylinux1 ..."
abi3 of an older Python                    9.0      run: 9.0.1 lists it, 8.1 does not
manylinux2010                              19.0     "Implement manylinux2010 platform tag support"
manylinux2014                              19.3     "Implement manylinux2014 platform tag support"
pp39-pypy39_pp73, py37-none-<platform>     20.0     packaging's list of tags in place of pip's own
manylinux_X_Y                              20.3     "Add support for PEP 600" (#9077); packaging 20.7
universal2, macosx_11_0 and newer          20.3     "Add support for MacOS Big Sur compatibility tags" (#9138)
macosx_10_X on macOS 11 and newer          20.3     likewise; the first that counts down into macOS 10
cp310 and newer, py310                     20.3.2   packaging 20.8: 20.1 to 20.3.1 spell them cp3_10
macosx_10_X_universal2 on Apple silicon    21.0.1   packaging 20.9
musllinux_X_Y                              21.2     "Upgrade packaging to 21.0", the first that knows PEP 656
manylinux on RISC-V and LoongArch          24.1     "Upgrade packaging to 24.1" (24.0 has 21.3, which knows neither)
cp313t                                     24.1     likewise
macosx_11_0 for a Python told 10.16        24.1     likewise: it asks again with ``SYSTEM_VERSION_COMPAT=0``
ios                                        24.3     "Support for PEP 730 iOS wheels" (#12961)
android                                    25.1     "Support for PEP 738 Android wheels" (#13299); packaging 25.0
pyemscripten, abi3t                        26.1     packaging 26.2 (26.0.1 has 26.0, which knows neither)
=========================================  =======  ==================================================================
"""

from __future__ import annotations

from ..errors import InvalidTarget
from ..platforms import release_numbers
from ..platforms.parse import parse_platform
from ..tags.filename import parse_wheel_filename
from ..tags.python import AbiTag, PythonTag, parse_abi, parse_python_tag
from ..tags.text import split_tag_set
from ..tags.version import is_version
from ..targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: The first minor of Python with two digits, which pip 20.1 to 20.3.1 spell with an underscore.
FIRST_LONG_MINOR, FIRST_PIP_OF_LONG_MINORS = 10, "20.3.2"
#: The first pips that list packaging's tags and the stable ABI of older Pythons, free-threaded builds and their abi3t.
FIRST_PIP_OF_PACKAGING, FIRST_PIP_OF_OLDER_ABI3 = "20.0", "9.0"
FIRST_PIP_OF_THREADS, FIRST_PIP_OF_ABI3T = "24.1", "26.1"

#: Python -> the pip in ``ensurepip`` of its first release. A Python has an older pip only if a user installed it.
#: Distributions ship the same pip or a newer one: Debian 10 has pip 18.1 for Python 3.7.
BUNDLED_PIPS = {
    (3, 6): "9.0.1",
    (3, 7): "10.0.1",
    (3, 8): "19.2.3",
    (3, 9): "20.2.3",
    (3, 10): "21.2.3",
    (3, 11): "22.3",
    (3, 12): "23.2.1",
    (3, 13): "24.2",
    (3, 14): "25.2",
}


def oldest_pip(wheel: str, target: Target | None = None) -> str | None:
    """Return the oldest pip that takes a wheel, as all newer ones do, or ``None`` if every pip does.

    If a wheel has several tags (``manylinux_2_17_x86_64.manylinux2014_x86_64``), the oldest pip that takes any of them
    counts.

    :param wheel: the file name of a wheel, a compressed tag set, or platform tags with dots between them.
    :param target: the Python and platform to install it on: the age depends on them too, such as for universal2 files
        on Apple silicon. Tags that it does not take do not count, unless it takes none.
    :raises InvalidWheelFilename: the text ends in ``.whl`` and is not a wheel file name.
    :raises InvalidTag: the text is none of these.

    >>> oldest_pip("manylinux_2_17_x86_64.manylinux2014_x86_64"), oldest_pip("musllinux_1_2_x86_64")
    ('19.3', '21.2')
    >>> from manytags import target
    >>> oldest_pip("foo-1.0-cp39-cp39-macosx_10_9_universal2.whl", target("3.9", "macosx_11_0_arm64"))
    '21.0.1'
    """
    triples = _triples(wheel)
    if target is not None:
        of_members = target.ranks.of_members
        triples = [triple for triple in triples if of_members(*([tag] for tag in triple)) is not None] or triples
    return min((_oldest(*triple, target) for triple in triples), key=_age)


def _triples(text: str) -> list[tuple[str, str, str]]:
    """List the python, ABI and platform tags; the first two are empty where a text has platform tags alone."""
    if text.endswith(".whl"):
        return parse_wheel_filename(text).tag_set.triples()
    if text.count("-") == 2:
        pythons, abis, platforms = split_tag_set(text)
        return [(python, abi, platform) for python in pythons for abi in abis for platform in platforms]
    return [("", "", platform) for platform in text.split(".")]


def _oldest(python: str, abi: str, platform: str, target: Target | None) -> str | None:
    tag = parse_platform(platform)
    machine, evidence = (None, ()) if target is None else (target.platform, target.evidence)
    pips = [tag.oldest_pip(machine, evidence)]
    if python:
        pips += _of_pair(parse_python_tag(python), parse_abi(abi), platform != "any", target)
    return max(pips, key=_age)


def _age(pip: str | None) -> tuple[int, ...]:
    return _numbers(pip or "0")


def _of_pair(tag: PythonTag, interface: AbiTag, has_platform: bool, target: Target | None) -> Iterator[str]:
    """List the pips that were first to know something of a python tag with an ABI tag."""
    if len(tag.version) > 1 and tag.version[1] >= FIRST_LONG_MINOR:
        yield FIRST_PIP_OF_LONG_MINORS
    if tag.implementation == "pypy" or (tag.implementation == "python" and has_platform and len(tag.version) > 1):
        yield FIRST_PIP_OF_PACKAGING
    if interface.family == "stable" and interface.free_threaded:
        yield FIRST_PIP_OF_ABI3T
    elif interface.free_threaded:
        yield FIRST_PIP_OF_THREADS
    elif interface.family == "stable" and (target is None or tag.version != target.python.version[:2]):
        yield FIRST_PIP_OF_OLDER_ABI3


def bundled_pip(python: tuple[int, ...]) -> str:
    """Return the pip that came with the first release of a Python, or of the nearest Python that manytags knows.

    :param python: the version of Python: at least major and minor.

    >>> bundled_pip((3, 7, 3))
    '10.0.1'
    """
    known = [version for version in BUNDLED_PIPS if version <= python[:2]]
    return BUNDLED_PIPS[max(known, default=min(BUNDLED_PIPS))]


def is_newer(pip: str, than: str) -> bool:
    """Whether one version of pip is newer than another.

    >>> is_newer("20.3", "9.0.1")
    True
    """
    return _numbers(pip) > _numbers(than)


def check_pip(pip: str | None) -> None:
    """Refuse a text that is not a version of pip.

    :raises InvalidTarget: it is not.
    """
    if pip is not None and not (is_version(pip) and pip[:1].isdigit()):
        raise InvalidTarget(pip, "expected a version of pip, such as 20.2.4")


def _numbers(pip: str) -> tuple[int, ...]:
    """Read the release; what follows it, as in ``21.0b1``, does not count."""
    return release_numbers(pip)
