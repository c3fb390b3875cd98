"""Facts as JSON. The stand-alone probe writes the same form, on a machine that may not be trusted."""

from __future__ import annotations

import json

from ..documents import (
    Document,
    load_document,
    optional,
    read_boolean,
    read_integer,
    read_object,
    read_string,
    read_strings,
)
from ..errors import InvalidFacts
from . import FACTS_FORMAT, Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_TEXTS = (
    "implementation",
    "python_version",
    "implementation_version",
    "abiflags",
    "multiarch",
    "sys_platform",
    "os_name",
    "system",
    "release",
    "kernel_version",
    "machine",
    "sysconfig_platform",
    "host_platform",
    "executable",
    "elf_path",
    "elf_data",
    "elf_interpreter",
    "glibc",
    "musl",
    "os_id",
    "os_version_id",
    "os_id_like",
    "manylinux_module",
    "macos_version",
    "ios_version",
    "pyemscripten_version",
)
_NUMBERS = (
    "pointer_size",
    "elf_class",
    "elf_machine",
    "elf_flags",
    "arm_cpu_arch",
    "arm_vfp_args",
    "android_api_level",
)
_LISTS = ("extension_suffixes", "manylinux_refused", "manylinux_failed", "unseen")
_FLAGS = ("debug", "free_threaded")

#: Every fact there is, with the reader of its value.
READERS: dict[str, Callable[[object], object]] = {
    **dict.fromkeys(_TEXTS, read_string),
    **dict.fromkeys(_NUMBERS, read_integer),
    **dict.fromkeys(_LISTS, read_strings),
    **dict.fromkeys(_FLAGS, read_boolean),
}


def facts_to_json(facts: Facts) -> str:
    """Write facts as JSON, one fact a line, so that two machines can be told apart line by line."""
    lines = [
        f"    {json.dumps(name)}: {json.dumps({'value': facts.get(name), 'seen': facts.seen(name)})}"
        for name in facts.names()
    ]
    return f'{{\n  "manytags_facts": {FACTS_FORMAT},\n  "facts": {{\n' + ",\n".join(lines) + "\n  }\n}"


def facts_from_json(text: str) -> Facts:
    """Read facts from JSON.

    :raises InvalidFacts: it is no JSON, or a key is missing, unknown or of another type.
    """
    document = load_document(text, "facts", InvalidFacts)
    form = document.take("manytags_facts", read_integer)
    if form != FACTS_FORMAT:
        raise InvalidFacts(text, f"they have form {form}; this manytags reads form {FACTS_FORMAT}")
    section = document.section("facts")
    document.close()
    values: dict[str, object] = {}
    seen: dict[str, str] = {}
    for name in [name for name in section.keys() if name in READERS]:  # noqa: SIM118 - not a dict
        fact = Document(text, name, section.take(name, read_object), InvalidFacts)
        values[name] = fact.take("value", optional(READERS[name]))
        seen[name] = fact.take("seen", read_string)
        fact.close()
    section.close()
    return Facts(values, seen)
