"""Observe the versions of the systems that are not Linux.

Part of the probe: it runs on Python 3.6 and imports the standard library only.
"""

import sys


def system_version(unseen: "list[str]") -> "tuple[str, object, str] | None":
    """Return the fact that is the version of this system: its name, its value and where it was seen.

    :param unseen: receives what could not be observed.
    """
    if sys.platform == "darwin":
        return macos_version(unseen)
    if sys.platform in ("ios", "android"):
        import platform

        if sys.platform == "ios":
            return "ios_version", platform.ios_ver().release, "platform.ios_ver()"
        return "android_api_level", platform.android_ver().api_level, "platform.android_ver()"
    import sysconfig

    for name in ("PYEMSCRIPTEN_PLATFORM_VERSION", "PYODIDE_ABI_VERSION"):
        value = sysconfig.get_config_var(name)
        if value:
            return "pyemscripten_version", str(value), "sysconfig variable " + name
    return None


def macos_version(unseen: "list[str]") -> "tuple[str, object, str] | None":
    """Read the macOS version. Newer systems report 10.16 to programs built for 10, so a second file is read then."""
    version = None
    folder = "/System/Library/CoreServices/"
    for name in ("SystemVersion.plist", ".SystemVersionPlatform.plist"):  # the second has no compatible form
        try:
            with open(folder + name, "rb") as stream:
                text = stream.read(65536).decode("utf-8", "replace")
        except OSError as error:
            unseen.append("macOS version: {}".format(error))
            continue
        after = text.partition("<key>ProductVersion</key>")[2]
        number = after.partition("<string>")[2].partition("</string>")[0].strip()
        if number:
            version = "macos_version", number, folder + name
            if not number.startswith("10.16"):
                break
    return version
