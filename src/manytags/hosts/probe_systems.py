"""Versions of the systems that are not Linux.

Part of the probe: it runs on Python 3.6 and imports the standard library only.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .probe import Sight


def see_version(sight: "Sight") -> None:
    """Versions of the systems that are not Linux."""
    if sys.platform == "darwin":
        see_macos(sight)
    elif sys.platform == "ios":
        import platform

        sight.put("ios_version", platform.ios_ver().release, "platform.ios_ver()")
    elif sys.platform == "android":
        import platform

        sight.put("android_api_level", platform.android_ver().api_level, "platform.android_ver()")
    elif sys.platform == "emscripten":
        import sysconfig

        for name in ("PYEMSCRIPTEN_PLATFORM_VERSION", "PYODIDE_ABI_VERSION"):
            value = sysconfig.get_config_var(name)
            if value:
                sight.put("pyemscripten_version", str(value), "sysconfig variable " + name)
                return


def see_macos(sight: "Sight") -> None:
    """The macOS version; 10.16 is what 11 and newer tell programs built for 10, and is asked again."""
    folder = "/System/Library/CoreServices/"
    for name in ("SystemVersion.plist", ".SystemVersionPlatform.plist"):  # the second has no compatibility face
        try:
            with open(folder + name, "rb") as stream:
                text = stream.read(65536).decode("utf-8", "replace")
        except OSError as error:
            sight.miss("macOS version", error)
            continue
        after = text.partition("<key>ProductVersion</key>")[2]
        version = after.partition("<string>")[2].partition("</string>")[0].strip()
        if version:
            sight.put("macos_version", version, folder + name)
            if not version.startswith("10.16"):
                return
