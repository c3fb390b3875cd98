"""Read and write ``_manylinux`` modules, by which a host tells installers which manylinux wheels to take. Pure.

The probe asks the module of a host, and ``refused_tags`` draws the conclusions. A module that ``manylinux_hook`` writes
imports nothing of manytags and runs on every Python from 2.7 on, since old pips ask it too.

Rule: :pep:`600` (``manylinux_compatible``), :pep:`513`, :pep:`571` and :pep:`599` (the legacy attributes).
"""

from __future__ import annotations

from .. import __version__
from ..errors import InvalidManylinuxModule
from ..platforms import Evidence
from ..platforms.linux import libc_tags
from ..platforms.linux.architectures import architecture, hosts_taking_libc
from ..platforms.linux.tags import Manylinux
from ..platforms.parse import parse_platform
from ..tags import LEGACY_MANYLINUX, LibcVersion
from ..targets.ranks import platform_tags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..platforms import Platform

    #: ``True`` for all, ``False`` for none, the newest version, or a set of tags.
    Claim = bool | LibcVersion | frozenset[Manylinux]

#: The beginning of every module that manytags wrote.
WRITTEN_BY = "# Written by manytags "

#: The spelling of a ceiling. A module that reads a variable has the same pattern.
_CEILING = r"(?:manylinux_?)?(?:([0-9]{1,2})[._]([0-9]{1,3})|(1|2010|2014))\Z"
_LONGEST_NAME = 200  # characters of a variable, or of a platform in a comment
_WIDTH = 100
_IN_A_ROW = 8

_FOOT_OF_HEAD = """\
Installers import this module by its name, _manylinux, from a folder on sys.path such as site-packages. pip and \
packaging ask it about each version. uv asks only about the version of the C library: if that is refused, uv takes no \
manylinux wheel at all."""

_ALL = """\
All manylinux wheels are taken. packaging, uv, and pip from 20.3 on ask the C library too; older pips do not."""

_LEGACY_NOTE = "# pip 8.1 to 20.2 read these and call no function (PEP 513, PEP 571, PEP 599)."

_CEILING_MODULE = '''\
NEWEST = {newest!r}


def manylinux_compatible(tag_major, tag_minor, tag_arch):
    """Return False to refuse a version (PEP 600), None to leave it to the C library."""
    return False if (tag_major, tag_minor) > NEWEST else None
'''

_SAME_MODULE = '''
def manylinux_compatible(tag_major, tag_minor, tag_arch):
    """Return the same answer for every version (PEP 600)."""
    return {answer!r}
'''

_SET_MODULE = '''\
TAKEN = {{
{taken}}}


def manylinux_compatible(tag_major, tag_minor, tag_arch):
    """Return True for a listed version and False for any other (PEP 600)."""
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
    """Return True for all, False for none, (major, minor) for the newest version, None for any other text."""
    if text in ("all", "none"):
        return text == "all"
    match = re.match({pattern!r}, text)
    if match is None:
        return None
    return LEGACY[match.group(3)] if match.group(3) else (int(match.group(1)), int(match.group(2)))


CLAIM = read_claim(os.environ.get(VARIABLE, "").strip() or UNSET)
if CLAIM is None:
    CLAIM = False
    _value = os.environ[VARIABLE][:80]
    warnings.warn("%s is %r, which is not a manylinux version: no manylinux wheel is taken" % (VARIABLE, _value))


def manylinux_compatible(tag_major, tag_minor, tag_arch):
    """Return True to take a version, False to refuse it (PEP 600), None to leave it to the C library."""
    if CLAIM is True or CLAIM is False:
        return CLAIM
    return False if (tag_major, tag_minor) > CLAIM else None


{legacy_note}
# If the answer is None, no attribute is set, and the C library decides.
for _name, _number in (("manylinux1", "1"), ("manylinux2010", "2010"), ("manylinux2014", "2014")):
    _answer = manylinux_compatible(LEGACY[_number][0], LEGACY[_number][1], None)
    if _answer is not None:
        globals()[_name + "_compatible"] = _answer
'''


def refused_tags(
    module: str, refused: Iterable[str], failed: Iterable[str], platform: Platform, evidence: list[Evidence]
) -> tuple[str, ...]:
    """List the manylinux tags of a platform, in perennial form, that its host's ``_manylinux`` module refuses.

    :param module: path of the module.
    :param refused: the tags that it refused, as the probe reports them.
    :param failed: the tags where asking it failed, as the probe reports them.
    :param platform: the platform.
    :param evidence: receives the conclusion.
    :raises InvalidManylinuxModule: the module could not be imported, or asking it about one of the tags failed. One
        that raises ImportError refuses nothing, and the evidence says so.
    """
    if platform.glibc is None:
        return ()
    # The probe asks about more architectures and versions than the platform has.
    tags = set(libc_tags(platform, architecture(platform.arch).takes))
    why = ""
    for failure in failed:
        question, _, error = failure.partition(": ")
        if question == "none":
            why = f": installers take it for none, since it {error}"
        elif question in tags or question.startswith("import"):
            raise InvalidManylinuxModule(module, error)
    own = tuple(tag for tag in refused if tag in tags)
    conclusion = f"{len(own)} manylinux versions refused" if own else f"nothing refused{why}"
    evidence.append(Evidence("_manylinux", conclusion, module))
    return own


def manylinux_hook(claim: str | Iterable[str], variable: str | None = None, platform: Platform | None = None) -> str:
    """Write the text of a ``_manylinux`` module, which tells installers which manylinux wheels to take.

    The module needs only Python 2.7 or newer. Up to the newest version that it takes, it leaves the answer to the C
    library, so that no installer takes a wheel for a newer glibc. Given a set of tags, it takes these and refuses all
    others, on other architectures too.

    :param claim: ``"all"``; ``"none"``; the newest version that is taken, such as ``"2_28"`` or ``"manylinux2014"``; or
        the manylinux tags that are taken, such as :func:`verified_tags` returns.
    :param variable: an environment variable that is read when the module is imported: ``1``, ``2010``, ``2014``, a
        version such as ``2_28``, ``all`` or ``none``. If it is not set or empty, ``claim`` is used. With any other
        value no manylinux wheel is taken, and the module warns.
    :param platform: the machine that the module is for. A comment names it.
    :raises InvalidManylinuxModule: the claim is none of these, no shell could set the variable, or the platform takes
        no manylinux wheels.
    :raises InvalidTag: a text in the set is not a tag.

    >>> print(manylinux_hook("none").splitlines()[0].partition(": ")[2])
    manytags hook --none
    >>> manylinux_hook("manylinux2014") == manylinux_hook("2_17")
    True

    Rule: :pep:`600`, ``manylinux_compatible``.
    """
    if platform is not None and not any(tag.startswith("manylinux") for tag in platform_tags(platform)):
        raise InvalidManylinuxModule(str(platform), "the platform takes no manylinux wheels, with or without a module")
    claimed = parse_claim(claim) if isinstance(claim, str) else frozenset(map(_parse_manylinux, claim))
    if variable is None:
        return _head(_option(claimed), _meaning(claimed), platform) + _body(claimed)
    if len(variable) > _LONGEST_NAME or not (variable.isascii() and variable.isidentifier()):
        reason = "the name of a variable has letters, digits and underscores, and does not begin with a digit"
        raise InvalidManylinuxModule(variable, reason)
    if isinstance(claimed, frozenset):
        reason = "a variable names a version, so a set of tags cannot be its default"
        raise InvalidManylinuxModule(variable, reason)
    unset = _word(claimed)
    meaning = (
        f"The environment variable {variable} says which manylinux wheels are taken: up to a version, such as 1, 2010, "
        f"2014 or 2_28; all; or none. Where it is not set or empty: {unset}. With any other value: none."
    )
    body = _VARIABLE_MODULE.format(variable=variable, unset=unset, pattern=_CEILING, legacy_note=_LEGACY_NOTE)
    return _head(f"--variable {variable} --default {unset}", meaning, platform) + body


def parse_claim(text: str) -> bool | LibcVersion:
    """Read a claim: ``True`` for ``all``, ``False`` for ``none``, or the newest version that is taken.

    :param text: ``all``, ``none``, ``2_28``, ``2.28``, ``manylinux_2_28``, ``manylinux2014`` or ``2014``.
    :raises InvalidManylinuxModule: it is none of these.

    >>> parse_claim("2_28"), parse_claim("manylinux2014"), parse_claim("none")
    ((2, 28), (2, 17), False)
    """
    import re  # imported here: a host that has a module reads this file at each start

    if text in {"all", "none"}:
        return text == "all"
    match = re.match(_CEILING, text)
    if match is None:
        raise InvalidManylinuxModule(text, "expected 'all', 'none' or a version such as 2_28 or manylinux2014")
    if match[3]:
        return LEGACY_MANYLINUX[f"manylinux{match[3]}"]
    return int(match[1]), int(match[2])


def _parse_manylinux(text: str) -> Manylinux:
    tag = parse_platform(text)
    if not isinstance(tag, Manylinux):
        raise InvalidManylinuxModule(text, "it is not a manylinux tag")
    return tag


def _word(claim: bool | LibcVersion) -> str:
    if isinstance(claim, bool):
        return "all" if claim else "none"
    return f"{claim[0]}_{claim[1]}"


def _option(claim: Claim) -> str:
    if isinstance(claim, frozenset):
        return "--verified"
    return f"--{_word(claim)}" if isinstance(claim, bool) else f"--ceiling {_word(claim)}"


def _meaning(claim: Claim) -> str:
    if isinstance(claim, frozenset):
        return "The manylinux wheels of the versions below are taken, and no others."
    if isinstance(claim, bool):
        return _ALL if claim else "No manylinux wheels are taken."
    return f"No manylinux wheels newer than {_word(claim)} are taken. The C library decides about the others."


def _head(option: str, meaning: str, platform: Platform | None) -> str:
    from textwrap import fill

    where = ""
    if platform is not None:
        # A platform may hold any text. Line breaks, and what Python 2 does not read, are escaped.
        name = str(platform).encode("unicode_escape").decode("ascii")[:_LONGEST_NAME]
        where = f"# for {name}\n"
    text = "#\n".join(
        fill(part, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False) + "\n"
        for part in (meaning, _FOOT_OF_HEAD)
    )
    return f"{WRITTEN_BY}{__version__}: manytags hook {option}\n{where}#\n{text}\n"


def _body(claim: Claim) -> str:
    if isinstance(claim, frozenset):
        body = _SET_MODULE.format(taken="".join(_listed(claim)))
    elif isinstance(claim, bool):
        body = _SAME_MODULE.format(answer=claim)
    else:
        body = _CEILING_MODULE.format(newest=claim)
    answers = {name: _legacy_answer(claim, version) for name, version in LEGACY_MANYLINUX.items()}
    legacy = [f"{name}_compatible = {answer}\n" for name, answer in answers.items() if answer is not None]
    return f"{body}\n\n{_LEGACY_NOTE}\n{''.join(legacy)}" if legacy else body


def _legacy_answer(claim: Claim, version: LibcVersion) -> bool | None:
    """Answer for a legacy attribute. It has no architecture, so every architecture in a set must have the version."""
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
        # An interpreter that takes the wheels of another architecture may ask by its own name.
        lines += [f"    {name!r}: (\n{text}    ),\n" for name in dict.fromkeys([arch, *hosts_taking_libc(arch)])]
    return lines
