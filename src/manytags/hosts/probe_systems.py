"""Observe the versions of the systems that are not Linux, and whether a Mac translates this Python.

Part of the probe: it runs on Python 3.6 and imports the standard library only.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    #: Keeps a fact: its name, its value and where it was seen.
    Put = Callable[[str, object, str], None]

#: How newer systems call themselves to programs that were built for older ones: 11 and newer, 26 and newer.
COMPATIBLE = ("10.16", "16.")


def system_version(facts: "dict[str, object]", put: "Put", unseen: "list[str]") -> None:
    """Observe the version of this system.

    :param facts: what was observed before.
    :param put: keeps a fact.
    :param unseen: receives what could not be observed.
    """
    if sys.platform == "darwin":
        macos_version(put, unseen)
        if facts.get("machine") == "x86_64":
            macos_translation(put, unseen)
    elif sys.platform in ("ios", "android"):
        import platform

        if sys.platform == "ios":
            put("ios_version", platform.ios_ver().release, "platform.ios_ver()")
        else:
            put("android_api_level", platform.android_ver().api_level, "platform.android_ver()")
    else:
        import sysconfig

        for name in ("PYEMSCRIPTEN_PLATFORM_VERSION", "PYODIDE_ABI_VERSION"):
            value = sysconfig.get_config_var(name)
            if value:
                put("pyemscripten_version", str(value), "sysconfig variable " + name)
                break


def macos_version(put: "Put", unseen: "list[str]") -> None:
    """Read the macOS version. Newer systems report 10.16 or 16.0 to older programs, so a second file is read then.

    The second has no compatible form: it says what the first would say with ``SYSTEM_VERSION_COMPAT=0``.
    """
    folder = "/System/Library/CoreServices/"
    for name in ("SystemVersion.plist", ".SystemVersionPlatform.plist"):
        try:
            with open(folder + name, "rb") as stream:
                text = stream.read(65536).decode("utf-8", "replace")
        except OSError as error:
            unseen.append("macOS version: {}".format(error))
            continue
        after = text.partition("<key>ProductVersion</key>")[2]
        number = after.partition("<string>")[2].partition("</string>")[0].strip()
        if number:
            put("macos_version", number, folder + name)
            if not number.startswith(COMPATIBLE):
                break
            put("macos_told", number, folder + name)


def macos_translation(put: "Put", unseen: "list[str]") -> None:
    """Ask the kernel whether Rosetta translates this process; a Mac without Rosetta does not know the question."""
    try:
        import ctypes

        answer, size = ctypes.c_int(0), ctypes.c_size_t(4)
        asked = ctypes.CDLL(None).sysctlbyname
        if asked(b"sysctl.proc_translated", ctypes.byref(answer), ctypes.byref(size), None, ctypes.c_size_t(0)) == 0:
            put("proc_translated", answer.value, "sysctl.proc_translated")
    except (ImportError, OSError, AttributeError) as error:
        unseen.append("Rosetta: {}".format(error))
