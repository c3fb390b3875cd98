"""The HTML form of an index page: each link becomes an entry in the form of :pep:`691`. Pure.

Rule: :pep:`503` for links and their hashes, :pep:`592` for ``data-yanked``, :pep:`714` for ``data-core-metadata``.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

from ..errors import InvalidPage
from .entries import filename_from_url

#: Names of hashes that links carry.
_HASHES = ("sha512", "sha384", "sha256", "sha224", "sha1", "md5")


def entries_from_html(text: str, url: str | None = None) -> list[dict[str, object]]:
    """Read the links of a project's page in the order of the page.

    :param text: the page.
    :param url: where the page is; relative links are joined with it, or with the page's own base.

    :raises InvalidPage: it is not HTML.

    >>> entries_from_html('<a href="foo-1-py3-none-any.whl#sha256=00" data-yanked>foo</a>', "https://example.org/foo/")
    [{'filename': 'foo-1-py3-none-any.whl', 'url': 'https://example.org/foo/foo-1-py3-none-any.whl', \
'hashes': {'sha256': '00'}, 'yanked': True}]
    """
    reader = _LinkReader()
    try:
        # It is not closed: what follows the last whole tag has no link, and reading it can take quadratic time.
        reader.feed(text)
    except AssertionError as error:  # of a declaration, in Python up to 3.13
        raise InvalidPage(text, f"it is not HTML: {error}") from None
    base = _joined(url, reader.base)
    entries = [_entry(attributes, base) for attributes in reader.links]
    return [entry for entry in entries if entry["filename"]]


class _LinkReader(HTMLParser):
    """Collects the attributes of links, and the first base."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base: str | None = None
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs))
        elif tag == "base" and self.base is None:
            self.base = dict(attrs).get("href")


def _entry(attributes: dict[str, str | None], base: str | None) -> dict[str, object]:
    link, _, fragment = (attributes.get("href") or "").strip().partition("#")
    name, _, digest = fragment.partition("&")[0].partition("=")
    entry: dict[str, object] = {
        "filename": filename_from_url(link),
        "url": _joined(base, link),
        "hashes": {name: digest} if name in _HASHES else {},
    }
    requires = attributes.get("data-requires-python")
    if requires:
        entry["requires-python"] = requires
    if "data-yanked" in attributes:
        entry["yanked"] = attributes["data-yanked"] or True
    metadata = attributes.get("data-core-metadata") or attributes.get("data-dist-info-metadata")
    if metadata:
        name, equals, digest = metadata.partition("=")
        entry["core-metadata"] = {name: digest} if equals else True
    return entry


def _joined(base: str | None, link: str | None) -> str | None:
    if not base or not link:
        return link or base
    try:
        return urljoin(base, link)
    except ValueError:  # of a host that is not one
        return link
