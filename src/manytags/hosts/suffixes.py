"""The ABI of implementations other than CPython. Pure."""

from __future__ import annotations

from ..platforms import tag_text
from ..tags import is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import Facts


def abi_by_suffix(facts: Facts) -> tuple[tuple[str, ...], str]:
    """Others name their ABI in the ending of extension modules, such as ``.pypy310-pp73-x86_64-linux-gnu.so``."""
    suffixes = facts.texts("extension_suffixes")
    if not suffixes:
        return (), "no extension suffixes"
    fields = suffixes[0].split(".")
    because = f"{facts.seen('extension_suffixes')}: {suffixes[0]}"
    if len(fields) < 3:
        return (), because
    words = fields[1].split("-")
    if words[0] == "cpython":  # a fork under a name of its own; on Windows, the first word is as in tags
        words[:2] = ["cp" + "".join(words[1:2])]
    # How many words name the ABI; what follows them names the platform.
    lengths = ("pypy", 2), ("graalpy", 3), ("cp", 1)
    length = next((length for name, length in lengths if words[0].startswith(name)), len(words))
    abi = tag_text("-".join(words[:length]))
    return (abi,) if is_plain(abi) and abi != "cp" else (), because
