"""Whether text is a version, without loading ``packaging``.

Ranking must only know that a file name has a version. Loading ``packaging.version`` for that would cost an embedder
more than detection and ranking together. ``packaging`` decides what a version *means*; tests hold this module to it.
"""

from __future__ import annotations

_PRE = ("alpha", "beta", "preview", "pre", "rc", "a", "b", "c")  # longer spellings before their beginnings


def is_version(text: str) -> bool:
    """Whether ``text`` is a version.

    :param text: any text, in any case; white space around it is not accepted.

    >>> [is_version(text) for text in ("1.0", "1!2.0rc1.post2.dev3+cu118", "1.0-1", "one", "1..0")]
    [True, True, True, False, False]

    Rule: :pep:`440`, appendix B.
    """
    if not text.isascii():
        return False
    public, plus, local = text.lower().removeprefix("v").partition("+")
    if plus and not all(part.isalnum() for part in local.replace("-", ".").replace("_", ".").split(".")):
        return False
    epoch, bang, rest = public.partition("!")
    if bang:
        if not epoch.isdigit():
            return False
        public = rest
    end = 0
    while end < len(public) and (public[end].isdigit() or public[end] == "."):
        end += 1
    # A separator before a letter or before "-1" belongs to what follows, not to the release.
    release, rest = public[:end], public[end:]
    if release.endswith(".") and rest:
        release, rest = release[:-1], "." + rest
    return _is_release(release) and _is_suffix(rest)


def _is_release(text: str) -> bool:
    return text[:1].isdigit() and text[-1:].isdigit() and ".." not in text


def _is_suffix(rest: str) -> bool:
    """Whether what follows the release is ``[pre][post][dev]``."""
    rest = _without(rest, _PRE)
    if rest[:1] == "-" and rest[1:2].isdigit():
        rest = rest[1:].lstrip("0123456789")  # "1.0-1" is a post release
    else:
        rest = _without(rest, ("post", "rev", "r"))
    return _without(rest, ("dev",)) == ""


def _without(rest: str, words: tuple[str, ...]) -> str:
    """Remove ``[sep] word [sep] [number]`` from the front, where it is there."""
    start = _separator(rest, 0)
    for word in words:
        if rest.startswith(word, start):
            after = start + len(word)
            return rest[after + _separator(rest, after) :].lstrip("0123456789")
    return rest


def _separator(text: str, position: int) -> int:
    return 1 if text[position : position + 1] in ("-", "_", ".") else 0
