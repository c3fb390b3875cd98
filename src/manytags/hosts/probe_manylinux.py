"""Ask a ``_manylinux`` module which tags it refuses. Whatever the module does, the facts say that there is one.

Part of the probe: it runs on Python 3.6 and imports the standard library only. It is loaded where there is a module.
What the module raises is contained, apart from KeyboardInterrupt, which may be the user's.

Rule: :pep:`600`, ``manylinux_compatible``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
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
# A failure for each of 2,000 questions must stay within what a reader of facts accepts.
_MAX_WORDS = 100
_WHERE = "import _manylinux"


def observe_module(facts: "dict[str, object]", put: "Callable[[str, object, str], None]") -> None:
    """Import the module, and ask it.

    :param facts: what was seen of the machine.
    :param put: keeps a fact: its name, its value, and where it was seen.
    """
    try:
        import _manylinux
    except KeyboardInterrupt:
        raise
    except ImportError as error:
        # Installers take a module that cannot be imported for none.
        put("manylinux_module", "_manylinux", _WHERE)
        put("manylinux_failed", ["none: raised " + error_in_words(error)], _WHERE)
        return
    except BaseException as error:  # the module may raise anything
        put("manylinux_module", "_manylinux", _WHERE)
        put("manylinux_failed", ["{}: raised {}".format(_WHERE, error_in_words(error))], _WHERE)
        return
    path = path_of(_manylinux)
    put("manylinux_module", path, _WHERE)
    try:
        refused, failed = ask_all(_manylinux, str(facts.get("sysconfig_platform")), facts.get("glibc", ""))
        put("manylinux_refused", refused or None, path)
        put("manylinux_failed", failed or None, path)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the same
        put("manylinux_failed", ["{}: asking it raised {}".format(_WHERE, error_in_words(error))], _WHERE)


def path_of(module: "ModuleType") -> str:
    """Return the path of a module, or its name if it has none."""
    try:
        path = module.__file__
    except KeyboardInterrupt:
        raise
    except BaseException:  # the module may be any object
        path = None
    return path if type(path) is str and path else "_manylinux"


def in_words(value: object) -> str:
    """Show a value of a stranger: only texts and numbers, and of long ones the beginning; of others the type."""
    kind = type(value)
    if kind is str or kind is bytes:
        return ascii(value[:_MAX_WORDS])[:_MAX_WORDS]  # type: ignore[index] # a text or bytes
    if kind is float or kind is complex or kind is bool or value is None:
        return repr(value)
    if kind is int:
        return repr(value) if value.bit_length() < 100 else "a large int"  # type: ignore[attr-defined] # an int
    return "an object of type " + ascii(type.__dict__["__name__"].__get__(kind)[:_MAX_WORDS])[1:-1]


def error_in_words(error: BaseException) -> str:
    """Show an exception as ``repr`` does, within bounds and without its own code."""
    arguments = BaseException.args.__get__(error)  # type: ignore[attr-defined] # C has it
    name = type.__dict__["__name__"].__get__(type(error))
    words = ", ".join([in_words(argument) for argument in arguments[:2]] + ["..."] * (len(arguments) > 2))
    return "{}({})".format(ascii(name[:_MAX_WORDS])[1:-1], words)


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
    return _FAMILIES.get(machine, (machine[:_MAX_WORDS],))


def ask(module: "ModuleType", minor: int, arch: str) -> "tuple[str, bool | str | None]":
    """Ask about one tag: ``manylinux_compatible``, or where that is missing the legacy attributes.

    :returns: the question and its answer; an answer that is text is an error.
    """
    question = "manylinux_compatible(2, {}, {!r})".format(minor, arch)
    try:
        if hasattr(module, "manylinux_compatible"):
            answer = module.manylinux_compatible(2, minor, arch)
            if answer is None or issubclass(type(answer), int):
                return question, answer if answer is None else bool(answer)
            return question, "answered " + in_words(answer)
        for name, legacy_minor in _LEGACY:
            question = name + "_compatible"
            if minor == legacy_minor and hasattr(module, question):
                # PEP 513: any value of the attribute counts as true or false; None is false.
                return question, bool(getattr(module, question))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the module may raise anything
        return question, "raised " + error_in_words(error)
    return "", None


def glibc_minor(version: object) -> int:
    """Read the minor number of a glibc 2 version, or -1 where there is none; the rest of the text is ignored."""
    major, _, rest = str(version).partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    if major != "2" or not 0 < len(digits) < 4:
        return -1
    return min(int(digits), _LAST_MINOR)
