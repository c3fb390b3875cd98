"""Facts as JSON. The stand-alone probe writes the same form, perhaps on a machine that cannot be trusted."""

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
from .probe import REQUIRED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: Version of the form.
FACTS_FORMAT = 1

#: Fact to the reader of its value.
READERS: dict[str, Callable[[object], object]] = {
    **dict.fromkeys(("implementation", "python_version", "implementation_version", "abiflags"), read_string),
    **dict.fromkeys(("multiarch", "sys_platform", "os_name", "system", "release", "kernel_version"), read_string),
    **dict.fromkeys(("machine", "sysconfig_platform", "host_platform", "executable", "elf_path"), read_string),
    **dict.fromkeys(("elf_data", "elf_interpreter", "glibc", "musl", "os_id", "os_version_id"), read_string),
    **dict.fromkeys(("os_id_like", "manylinux_module", "macos_version", "macos_told", "ios_version"), read_string),
    "pyemscripten_version": read_string,
    **dict.fromkeys(("pointer_size", "elf_class", "elf_machine", "elf_flags"), read_integer),
    **dict.fromkeys(("arm_cpu_arch", "arm_vfp_args", "android_api_level", "proc_translated"), read_integer),
    **dict.fromkeys(("extension_suffixes", "manylinux_refused", "manylinux_failed", "unseen"), read_strings),
    **dict.fromkeys(("debug", "free_threaded"), read_boolean),
}


def facts_to_json(facts: dict[str, object], seen: dict[str, str]) -> str:
    """Write facts as JSON, one fact a line, so that a line-by-line comparison shows how two machines differ.

    :param facts: name to value.
    :param seen: name to where the value was seen.
    """
    lines = [
        f"    {json.dumps(name)}: {json.dumps({'value': value, 'seen': seen.get(name, 'not seen')})}"
        for name, value in facts.items()
    ]
    return f'{{\n  "manytags_facts": {FACTS_FORMAT},\n  "facts": {{\n' + ",\n".join(lines) + "\n  }\n}"


def facts_from_json(text: str) -> tuple[dict[str, object], dict[str, str]]:
    """Read facts from JSON.

    :param text: the JSON, at most a million characters.
    :returns: name to value, and name to where the value was seen.
    :raises InvalidFacts: it is not JSON, lacks a key or a required fact, or has a key that is unknown or of another
        type.
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
    for name in REQUIRED:
        if values.get(name) is None:
            raise missing_fact(name)
    return values, seen


def missing_fact(name: str) -> InvalidFacts:
    """Make the error for a missing required fact."""
    return InvalidFacts(name, f"facts lack {name!r}, and no target follows without it")
