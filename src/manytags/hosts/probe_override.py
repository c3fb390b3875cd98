"""What a ``_manylinux`` module answers (PEP 600).

Part of the probe: it runs on Python 3.6 and imports the standard library only.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .probe import Sight

# For which architectures the module is asked: all that inference may conclude on such a machine.
_ARM = ("aarch64", "armv8l", "armv7l", "armv6l")
_FAMILIES = {
    "x86_64": ("x86_64", "i686"),
    "i686": ("x86_64", "i686"),
    "aarch64": _ARM,
    "armv8l": _ARM,
    "armv7l": _ARM,
}
_LAST_MINOR = 499  # so that the answers stay a list that a reader of facts takes
_LEGACY = (("manylinux1", 5), ("manylinux2010", 12), ("manylinux2014", 17))


def see_answers(sight: "Sight", module: "ModuleType") -> None:
    """Ask about every tag that inference may come to."""
    path = str(getattr(module, "__file__", None) or "_manylinux")
    sight.put("manylinux_module", path, "import _manylinux")
    refused, failed = [], []
    machine = str(sight.facts.get("sysconfig_platform")).partition("-")[2]
    for minor in range(glibc_minor(sight.facts.get("glibc", "")), -1, -1):
        for arch in _FAMILIES.get(machine, (machine,)):
            question, answer = ask_override(module, minor, arch)
            if isinstance(answer, str):
                failed.append("manylinux_2_{}_{}: {} {}".format(minor, arch, question, answer))
            elif answer is not None and not answer:
                refused.append("manylinux_2_{}_{}".format(minor, arch))
    sight.put("manylinux_refused", refused or None, path)
    sight.put("manylinux_failed", failed or None, path)


def ask_override(module: "ModuleType", minor: int, arch: str) -> "tuple[str, int | str | None]":
    """Ask about one tag: ``manylinux_compatible`` before the legacy attributes. A text is what went wrong."""
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
    """Minor of a glibc 2 version as text, -1 where there is none; what follows the minor is dropped."""
    major, _, rest = str(version).partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    if major != "2" or not 0 < len(digits) < 4:
        return -1
    return min(int(digits), _LAST_MINOR)
