"""Ask a ``_manylinux`` module which tags it refuses.

Part of the probe: it runs on Python 3.6 and imports the standard library only.

Rule: :pep:`600`, ``manylinux_compatible``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

# The module is asked about every architecture that inference may conclude on such a machine.
_ARM = ("aarch64", "armv8l", "armv7l", "armv6l")
_FAMILIES = {
    "x86_64": ("x86_64", "i686"),
    "i686": ("x86_64", "i686"),
    "aarch64": _ARM,
    "armv8l": _ARM,
    "armv7l": _ARM,
}
_LAST_MINOR = 499  # keeps the list of answers within what a reader of facts accepts
_LEGACY = (("manylinux1", 5), ("manylinux2010", 12), ("manylinux2014", 17))


def ask_all(module: "ModuleType", platform: str, glibc: object) -> "tuple[list[str], list[str]]":
    """Ask about every tag that inference may conclude.

    :param module: the ``_manylinux`` module.
    :param platform: as ``sysconfig.get_platform()`` returns it.
    :param glibc: the version of glibc.
    :returns: the tags that it refuses; the tags where asking failed, each with the question and the error.
    """
    refused, failed = [], []
    architectures = asked_architectures(platform.partition("-")[2])
    for minor in range(glibc_minor(glibc), -1, -1):
        for arch in architectures:
            question, answer = ask(module, minor, arch)
            if isinstance(answer, str):
                failed.append("manylinux_2_{}_{}: {} {}".format(minor, arch, question, answer))
            elif answer is not None and not answer:
                refused.append("manylinux_2_{}_{}".format(minor, arch))
    return refused, failed


def asked_architectures(machine: str) -> "tuple[str, ...]":
    """List the architectures to ask about on a machine, as ``uname -m`` names it."""
    return _FAMILIES.get(machine, (machine,))


def ask(module: "ModuleType", minor: int, arch: str) -> "tuple[str, int | str | None]":
    """Ask about one tag: ``manylinux_compatible``, or where that is missing the legacy attributes.

    :returns: the question and its answer; an answer that is text is an error.
    """
    if hasattr(module, "manylinux_compatible"):
        question = "manylinux_compatible(2, {}, {!r})".format(minor, arch)
        try:
            answer = module.manylinux_compatible(2, minor, arch)
        except (Exception, SystemExit) as error:
            return question, "raised {!r}".format(error)
    else:
        question, answer = "", None
        for name, legacy_minor in _LEGACY:
            if minor == legacy_minor and hasattr(module, name + "_compatible"):
                # PEP 513: any value of the attribute counts as true or false; None is false.
                question, answer = name + "_compatible", bool(getattr(module, name + "_compatible"))
    if answer is None or isinstance(answer, int):
        return question, answer
    return question, "answered {}".format(repr(answer)[:200])


def glibc_minor(version: object) -> int:
    """Read the minor number of a glibc 2 version, or -1 where there is none; the rest of the text is ignored."""
    major, _, rest = str(version).partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    if major != "2" or not 0 < len(digits) < 4:
        return -1
    return min(int(digits), _LAST_MINOR)
