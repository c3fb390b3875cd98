"""Which pip is new enough to know a tag. Pure.

Rule: pip's change log (``NEWS.rst``) and the ``packaging`` that pip vendors (``src/pip/_vendor/vendor.txt``), read in
pip's repository at the tags of these releases and of the releases before them:

==================================  =======  =====================================================================
tags                                pip      source
==================================  =======  =====================================================================
manylinux1                          8.1.0    "Implement PEP 513, which adds support for the manylinux1 platform tag"
manylinux2010                       19.0     "Implement manylinux2010 platform tag support"
manylinux2014                       19.3     "Implement manylinux2014 platform tag support"
manylinux_X_Y                       20.3     "Add support for PEP 600" (#9077); packaging 20.7
macosx_11_0 and newer               20.3     "Add support for MacOS Big Sur compatibility tags" (#9138)
musllinux_X_Y                       21.2     "Upgrade packaging to 21.0", the first that knows PEP 656
manylinux on RISC-V and LoongArch   24.1     "Upgrade packaging to 24.1" (24.0 has 21.3, which knows neither)
ios                                 24.3     "Support for PEP 730 iOS wheels" (#12961)
android                             25.1     "Support for PEP 738 Android wheels" (#13299); packaging 25.0
pyemscripten                        26.1     packaging 26.2 (26.0.1 has 26.0, which does not know the tag)
==================================  =======  =====================================================================
"""

from __future__ import annotations

from ..platforms.parse import parse_platform

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


def oldest_pip(tag: str) -> str | None:
    """Return the oldest pip that takes a platform tag, or ``None`` if every pip that installs wheels does.

    If a wheel has several platform tags (``manylinux_2_17_x86_64.manylinux2014_x86_64``), the oldest pip that takes any
    of them counts.

    :param tag: a platform tag, or several with dots between them.
    :raises InvalidTag: the text is not a platform tag.

    >>> oldest_pip("manylinux_2_17_x86_64.manylinux2014_x86_64"), oldest_pip("musllinux_1_2_x86_64")
    ('19.3', '21.2')
    """
    pips = [parse_platform(name).oldest_pip() for name in tag.split(".")]
    if None in pips:
        return None
    return min((pip for pip in pips if pip is not None), key=_numbers)


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


def _numbers(pip: str) -> tuple[int, ...]:
    return tuple(map(int, pip.split(".")))
