"""Tests that packaging or pip passes alone, and not with manytags behind it; each with who is right.

Keys are the test's name, without parameters where all of them differ alike.
"""

from __future__ import annotations

#: packaging 26.3, ``tests/test_tags.py``.
PACKAGING = {
    "TestMacOSPlatforms::test_version_detection_compatibility": (
        "cannot be said: the test answers for the subprocess that packaging starts to see macOS 11 behind 10.16. "
        "manytags reads SystemVersion.plist, without a process"
    ),
    "TestManylinuxPlatform::test_linux_platforms_manylinux_unsupported": (
        "cannot be said: the test replaces packaging's own function that decides about each glibc version"
    ),
    "TestManylinuxPlatform::test_linux_platforms_manylinux1": "cannot be said: as above",
    "TestManylinuxPlatform::test_linux_platforms_manylinux2014_armhf_abi": (
        "cannot be said: as above. On armv8l, manytags is right: nobody builds manylinux_2_17_armv8l, and the profile "
        "of manylinux for 32-bit Arm is armv7l"
    ),
    "TestManylinuxPlatform::test_linux_platforms_musllinux[cross-armv7l-armv7l-musl_version0]": (
        "cannot be said: the file musl-armv7l is not in packaging's sdist, and without a header, manytags does not "
        "believe that a 32-bit Arm is armhf"
    ),
    "TestManylinuxPlatform::test_linux_platforms_musllinux[native-armv7l-armv7l-musl_version0]": "as above",
    "TestManylinuxPlatform::test_linux_platforms_musllinux[cross-aarch64-armv8l-musl_version1]": (
        "manytags is right: the test says that a 64-bit executable is a 32-bit interpreter, which is an error here"
    ),
    "TestManylinuxPlatform::test_linux_platforms_musllinux[cross-x86_64-i686-musl_version3]": "as above",
    "TestManylinuxPlatform::test_linux_platforms_musllinux[native-i386-i386-musl_version2]": (
        "manytags is right: the test says that a 32-bit executable is a 64-bit interpreter, which is an error here"
    ),
    "TestManylinuxPlatform::test_linux_platforms_not_manylinux_abi[x86_64-x32-i686]": (
        "manytags is right: an x32 interpreter cannot load i686 code; nothing but linux_x32 is for it"
    ),
    "TestSysTags::test_linux_platforms_not_manylinux_abi[x86_64-x32-i686]": "as above",
    "TestCPythonABI::test_wide_unicode[4-1114111-version0-True]": (
        "packaging is right: CPython 3.2 and older may have the flag u; no probe of manytags runs there"
    ),
    "TestCPythonABI::test_wide_unicode[None-1114111-version2-True]": "as above",
    "TestPurePythonTags::test_empty_python_version": "manytags raises an error too, its own",
}

#: pip 26.3, ``tests/unit``.
PIP: dict[str, str] = {}
