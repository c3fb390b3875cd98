"""Index pages in the forms that indexes give them: JSON, HTML, or a list of names. Pure.

Rule: :pep:`691` and :pep:`700` for JSON, :pep:`503` for HTML.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from ..errors import InvalidPage
from ..tags.filename import is_parsed

#: A page: text, or the mapping that its JSON is.
Page: TypeAlias = str | bytes | Mapping[str, object]

#: Longest page that is read, in characters. PyPI's largest have some ten million.
MAX_PAGE = 100_000_000


def read_page(page: object, url: str | None = None) -> tuple[str | None, Iterable[object]]:
    """Return the name of the project, if the page has it, and the file names or entries.

    :param page: a page as text or bytes; JSON as a mapping; or items, which are returned as they are.
    :param url: where the page is, with which the relative links of HTML are joined.
    :raises InvalidPage: it is not a page.
    :raises TypeError: it is none of these.

    >>> read_page('{"name": "foo", "files": [{"filename": "foo-1.tar.gz"}]}')
    ('foo', [{'filename': 'foo-1.tar.gz'}])
    """
    if isinstance(page, bytes):
        try:
            page = page.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidPage(repr(page)[:200], f"it is not UTF-8 text: {error.reason}") from None
    if isinstance(page, str):
        return _read_text(page, url)
    if isinstance(page, Mapping):
        return _read_json(page, "")
    if is_parsed(page) or not isinstance(page, Iterable):
        raise TypeError(f"expected a page of an index, or several files, got {type(page).__name__}")
    return None, page


def _read_text(text: str, url: str | None) -> tuple[str | None, Iterable[object]]:
    if len(text) > MAX_PAGE:
        raise InvalidPage(text, f"it is longer than {MAX_PAGE} characters")
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        from .html_page import entries_from_html

        return None, entries_from_html(text, url)
    if not text.startswith(("{", "[")):
        return None, [line.strip() for line in text.splitlines() if line.strip()]
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPage(text, f"it is not JSON: {error}") from None
    return _read_json(content, text)


def _read_json(content: object, text: str) -> tuple[str | None, list[object]]:
    """Read a project's page, or a bare list of names or entries."""
    files, name = content, None
    if isinstance(content, Mapping):
        files, name = content.get("files"), content.get("name")
    if not isinstance(files, (list, tuple)) or not all(map(_is_file, files)):
        reason = "it is not a page of an index: expected a list of 'files', each with 'filename'"
        raise InvalidPage(text or repr(content)[:200], reason)
    return name if isinstance(name, str) else None, list(files)


def _is_file(item: object) -> bool:
    return isinstance(item, str) or (
        isinstance(item, Mapping)
        and isinstance(item.get("filename"), str)
        and isinstance(item.get("requires-python"), str | None)
    )
