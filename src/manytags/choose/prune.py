"""A lock file with only the wheels that some targets install. Pure.

Rule: :pep:`751`.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import overload

from ..errors import InvalidInput, InvalidLock
from ..targets import Target
from .locks import name_of_wheel, read_lock
from .select import best
from .toml import parse_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@overload
def prune_lock(pylock: str, targets: Iterable[Target]) -> str: ...


@overload
def prune_lock(pylock: Mapping[str, object], targets: Iterable[Target]) -> dict[str, object]: ...


def prune_lock(pylock: str | Mapping[str, object], targets: Iterable[Target]) -> str | dict[str, object]:
    """Rewrite a lock file for some targets: of each package, only the wheels remain that a target takes first.

    What :func:`select_from_lock` selects for these targets stays the same, whatever extras and groups are asked for.
    Sources remain. A package of which no target takes a wheel, and which has no sdist, is left as it is. Comments in
    the text are lost.

    :param pylock: the file's text, or the mapping that a TOML parser returns for it; the result is of the same kind.
    :param targets: the targets that the file must still serve.
    :raises InvalidLock: it is not a lock file, as for :func:`select_from_lock`.
    :raises ManytagsError: as for :func:`select_from_lock`.

    >>> from manytags import target
    >>> wheels = [{"url": f"https://example.org/a-1-py3-none-{tag}.whl", "hashes": {"sha256": "00"}}
    ...           for tag in ("any", "win32", "linux_x86_64")]
    >>> lock = {"lock-version": "1.0", "created-by": "me", "packages": [{"name": "a", "wheels": wheels}]}
    >>> kept = prune_lock(lock, [target("3.12", "win32"), target("3.12", "win_amd64")])
    >>> [wheel["url"] for wheel in kept["packages"][0]["wheels"]]
    ['https://example.org/a-1-py3-none-any.whl', 'https://example.org/a-1-py3-none-win32.whl']
    """
    document = parse_toml(pylock) if isinstance(pylock, str) else pylock
    read_lock(document)  # raises, and checks the types of what is read below
    distinct = list(dict.fromkeys(targets))
    packages = [_pruned(package, distinct) for package in document["packages"]]  # type: ignore[attr-defined] # a list
    pruned = {**document, "packages": packages}
    return toml_text(pruned) if isinstance(pylock, str) else pruned


def _pruned(package: dict[str, object], targets: list[Target]) -> dict[str, object]:
    wheels = package.get("wheels")
    named = [(name_of_wheel(wheel), wheel) for wheel in wheels] if isinstance(wheels, list) else []
    try:
        taken = [best(named, target, key=lambda pair: pair[0]) for target in targets]
    except InvalidInput as error:
        raise InvalidLock(error.text, f"package {package['name']}: {error.reason}", error.position) from None
    names = {pair[0] for pair in taken if pair is not None}
    left = [wheel for name, wheel in named if name in names]
    if left:
        return {**package, "wheels": left}
    if "sdist" not in package:
        return package
    return {key: value for key, value in package.items() if key != "wheels"}


def toml_text(document: Mapping[str, object]) -> str:
    """Write a lock file as TOML: a section for each package, and a line for each of its wheels.

    >>> print(toml_text({"lock-version": "1.0", "packages": [{"name": "a", "wheels": [{"size": 1}]}]}))
    lock-version = "1.0"
    <BLANKLINE>
    [[packages]]
    name = "a"
    wheels = [
        {size = 1},
    ]
    <BLANKLINE>
    """
    packages = document.get("packages")
    sections = packages if isinstance(packages, list) and packages else []
    head = {key: value for key, value in document.items() if key != "packages" or not sections}
    lines = _lines(head)
    for package in sections:
        lines += ["", "[[packages]]", *_lines(package)]
    return "\n".join([*lines, ""])


def _lines(table: Mapping[str, object]) -> list[str]:
    lines = []
    for key, value in table.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            items = "".join(f"    {_value(item)},\n" for item in value)
            lines.append(f"{_key(key)} = [\n{items}]")
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return lines


def _key(key: str) -> str:
    return key if key and _BARE.issuperset(key) else _string(key)


def _value(value: object) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise InvalidLock(repr(value)[:200], "no value of TOML")


def _string(text: str) -> str:
    # JSON's escapes are TOML's, but TOML forbids one more character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
