"""Writing a ``_manylinux`` module, by which a host tells installers which manylinux wheels it takes. Pure.

What is written stands alone: it imports nothing of manytags, and runs on every Python from 2.7 on, since old pips ask
it too. ``override`` is the other side: what the answers of such a module mean for a target.

Rule: :pep:`600` (``manylinux_compatible``), :pep:`513`, :pep:`571` and :pep:`599` (the legacy attributes).
"""

from __future__ import annotations

import re
from textwrap import fill

from .. import __version__
from ..errors import InvalidHook
from ..platforms.linux.tags import Manylinux, hosts_taking_libc
from ..platforms.parse import parse_platform
from ..tags import LEGACY_MANYLINUX, LibcVersion
from ..targets.expand import platform_tags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..platforms import Platform

#: How every module begins that was written here.
WRITTEN_BY = "# Written by manytags "

#: How a ceiling is written. The module of a variable reads it by the same pattern.
_CEILING = r"(?:manylinux_?)?(?:([0-9]{1,2})[._]([0-9]{1,3})|(1|2010|2014))\Z"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LONGEST_NAME = 200  # characters of a variable's name, or of a platform's in a comment
_WIDTH = 100
_IN_A_ROW = 8

#: ``True`` all, ``False`` none, a version the newest one, a set of tags just these.
_Claim = bool | LibcVersion | frozenset[Manylinux]

_FOOT_OF_HEAD = """\
Installers import this module by its name, _manylinux, from a folder on sys.path such as site-packages. pip and \
packaging ask it about each version. uv asks once, about the version of the C library itself: where that is refused, \
uv takes no manylinux wheel at all."""

_ALL = """\
All manylinux wheels are taken. packaging, uv, and pip from 20.3 on ask the C library too; older pips take them \
whatever it is."""

_LEGACY_NOTE = "# Read by pip 8.1 to 20.2, which call no function (PEP 513, PEP 571, PEP 599)."

_CEILING_MODULE = '''\
NEWEST = {newest!r}


def manylinux_compatible(tag_major, tag_minor, tag_arch):
    """Answer False to refuse a version (PEP 600); None leaves it to the C library."""
    return False if (tag_major, tag_minor) > NEWEST else None
'''

_SAME_MODULE = '''
def manylinux_compatible(tag_major, tag_minor, tag_arch):
    """Answer the same for every version (PEP 600)."""
    return {answer!r}
'''

_SET_MODULE = '''\
TAKEN = {{
{taken}}}


def manylinux_compatible(tag_major, tag_minor, tag_arch):
    """Answer True for what is listed and False for all else (PEP 600)."""
    return (tag_major, tag_minor) in TAKEN.get(tag_arch, ())
'''

_VARIABLE_MODULE = '''\
import os
import re
import warnings

VARIABLE = {variable!r}
UNSET = {unset!r}
LEGACY = {{"1": (2, 5), "2010": (2, 12), "2014": (2, 17)}}


def read_claim(text):
    """Read what is claimed: True all, False none, (major, minor) the newest version; None for what says nothing."""
    if text in ("all", "none"):
        return text == "all"
    found = re.match({pattern!r}, text)
    if found is None:
        return None
    return LEGACY[found.group(3)] if found.group(3) else (int(found.group(1)), int(found.group(2)))


CLAIM = read_claim(os.environ.get(VARIABLE, "").strip() or UNSET)
if CLAIM is None:
    CLAIM = False
    _shown = os.environ[VARIABLE][:80]
    warnings.warn("%s is %r, no version of manylinux: no manylinux wheel is taken" % (VARIABLE, _shown))


def manylinux_compatible(tag_major, tag_minor, tag_arch):
    """Answer True or False to claim or refuse a version (PEP 600); None leaves it to the C library."""
    if CLAIM is True or CLAIM is False:
        return CLAIM
    return False if (tag_major, tag_minor) > CLAIM else None


{legacy_note}
# Where the answer is None there is no attribute, and the C library decides.
for _name, _number in (("manylinux1", "1"), ("manylinux2010", "2010"), ("manylinux2014", "2014")):
    _answer = manylinux_compatible(LEGACY[_number][0], LEGACY[_number][1], None)
    if _answer is not None:
        globals()[_name + "_compatible"] = _answer
'''


def manylinux_hook(claim: str | Iterable[str], variable: str | None = None, platform: Platform | None = None) -> str:
    """Write the text of a ``_manylinux`` module, which tells installers which manylinux wheels to take.

    It needs nothing but a Python, 2.7 or any later, and is the same text for the same arguments. Up to a ceiling it
    leaves the answer to the C library, so that no installer takes what glibc is too old for. A set of tags is claimed
    and all else refused, on other architectures too.

    :param claim: ``"all"``; ``"none"``; the newest version that is taken, such as ``"2_28"`` or ``"manylinux2014"``; or
        the manylinux tags that are taken, such as :func:`verified_tags` lists.
    :param variable: an environment variable that is read when the module is imported: ``1``, ``2010``, ``2014``, a
        version such as ``2_28``, ``all`` or ``none``. Then ``claim`` is what holds where it is not set or empty. Where
        it says anything else, no manylinux wheel is taken, and the module warns.
    :param platform: the machine it is for; its comment names it.
    :raises InvalidHook: the claim is none of these, no shell could set the variable, or the platform takes no manylinux
        wheels.
    :raises InvalidTag: a tag in the set is none at all.

    >>> print(manylinux_hook("none").splitlines()[0].partition(": ")[2])
    manytags hook --none
    >>> manylinux_hook("manylinux2014") == manylinux_hook("2_17")
    True

    Rule: :pep:`600`, ``manylinux_compatible``.
    """
    if platform is not None and not any(tag.startswith("manylinux") for tag in platform_tags(platform)):
        raise InvalidHook(str(platform), "it takes no manylinux wheels, whatever a module says")
    claimed = parse_claim(claim) if isinstance(claim, str) else frozenset(map(_parse_manylinux, claim))
    if variable is None:
        return _head(_option(claimed), _meaning(claimed), platform) + _body(claimed)
    if len(variable) > _LONGEST_NAME or not _VARIABLE.match(variable):
        raise InvalidHook(variable, "a variable's name has letters, digits and underscores, and no digit first")
    if isinstance(claimed, frozenset):
        raise InvalidHook(variable, "a variable says a version; a set of tags cannot hold where it is not set")
    unset = _word(claimed)
    meaning = (
        f"The environment variable {variable} says which manylinux wheels are taken: the newest version, as 1, 2010, "
        f"2014 or 2_28; all; or none. Where it is not set or empty: {unset}. Where it says anything else: none."
    )
    body = _VARIABLE_MODULE.format(variable=variable, unset=unset, pattern=_CEILING, legacy_note=_LEGACY_NOTE)
    return _head(f"--variable {variable} --default {unset}", meaning, platform) + body


def parse_claim(text: str) -> bool | LibcVersion:
    """Read a claim: ``True`` for ``all``, ``False`` for ``none``, else the newest version that is taken.

    :param text: ``all``, ``none``, ``2_28``, ``2.28``, ``manylinux_2_28``, ``manylinux2014`` or ``2014``.
    :raises InvalidHook: it is none of these.

    >>> parse_claim("2_28"), parse_claim("manylinux2014"), parse_claim("none")
    ((2, 28), (2, 17), False)
    """
    if text in {"all", "none"}:
        return text == "all"
    found = re.match(_CEILING, text)
    if found is None:
        raise InvalidHook(text, "expected 'all', 'none' or a version such as 2_28 or manylinux2014")
    if found[3]:
        return LEGACY_MANYLINUX[f"manylinux{found[3]}"]
    return int(found[1]), int(found[2])


def _parse_manylinux(text: str) -> Manylinux:
    tag = parse_platform(text)
    if not isinstance(tag, Manylinux):
        raise InvalidHook(text, "it is no manylinux tag")
    return tag


def _word(claim: bool | LibcVersion) -> str:
    if isinstance(claim, bool):
        return "all" if claim else "none"
    return f"{claim[0]}_{claim[1]}"


def _option(claim: _Claim) -> str:
    if isinstance(claim, frozenset):
        return "--verified"
    return f"--{_word(claim)}" if isinstance(claim, bool) else f"--ceiling {_word(claim)}"


def _meaning(claim: _Claim) -> str:
    if isinstance(claim, frozenset):
        return "The manylinux wheels of the versions below are taken, and no others."
    if isinstance(claim, bool):
        return _ALL if claim else "No manylinux wheels are taken."
    return f"No manylinux wheels newer than {_word(claim)} are taken; of the others the C library decides."


def _head(option: str, meaning: str, platform: Platform | None) -> str:
    where = ""
    if platform is not None:
        # A platform may be a stranger's: what breaks a line, and what Python 2 does not read, is escaped.
        name = str(platform).encode("unicode_escape").decode("ascii")[:_LONGEST_NAME]
        where = f"# for {name}\n"
    text = "#\n".join(
        fill(part, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False) + "\n"
        for part in (meaning, _FOOT_OF_HEAD)
    )
    return f"{WRITTEN_BY}{__version__}: manytags hook {option}\n{where}#\n{text}\n"


def _body(claim: _Claim) -> str:
    if isinstance(claim, frozenset):
        body = _SET_MODULE.format(taken="".join(_listed(claim)))
    elif isinstance(claim, bool):
        body = _SAME_MODULE.format(answer=claim)
    else:
        body = _CEILING_MODULE.format(newest=claim)
    answers = {name: _legacy_answer(claim, version) for name, version in LEGACY_MANYLINUX.items()}
    legacy = [f"{name}_compatible = {answer}\n" for name, answer in answers.items() if answer is not None]
    return f"{body}\n\n{_LEGACY_NOTE}\n{''.join(legacy)}" if legacy else body


def _legacy_answer(claim: _Claim, version: LibcVersion) -> bool | None:
    """Answer for a legacy attribute, which knows no architecture: of a set of tags all must have the version."""
    if isinstance(claim, bool):
        return claim
    if isinstance(claim, tuple):
        return False if version > claim else None
    architectures = {tag.arch for tag in claim}
    return bool(claim) and all(Manylinux(version, arch) in claim for arch in architectures)


def _listed(tags: frozenset[Manylinux]) -> list[str]:
    lines = []
    for arch in sorted({tag.arch for tag in tags}):
        versions = sorted(tag.glibc for tag in tags if tag.arch == arch)
        rows = [versions[first : first + _IN_A_ROW] for first in range(0, len(versions), _IN_A_ROW)]
        text = "".join(f"        {', '.join(map(str, row))},\n" for row in rows)
        # An interpreter may ask by its own name, and live on another's wheels.
        lines += [f"    {name!r}: (\n{text}    ),\n" for name in dict.fromkeys([arch, *hosts_taking_libc(arch)])]
    return lines
