"""Every real wheel whose lowest policy in auditwheel 6.8.2 differs from that in manytags, with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AuditwheelDifference:
    """A reason why policies differ.

    :param name: its name in tests.
    :param reason: what auditwheel does, and why manytags does not.
    :param files: the wheels -> the tags of the lowest policies in manytags, of each kind; none where there are none.
    """

    name: str
    reason: str
    files: dict[str, frozenset[str]]


def _only(tag: str) -> frozenset[str]:
    return frozenset({tag})


AUDITWHEEL_DIFFERENCES = (
    AuditwheelDifference(
        "one musllinux policy",
        "auditwheel knows one musllinux policy at a time: that of the musl it runs on, or the newest where it runs on "
        "glibc. musl's symbols have no versions and nothing in these files asks for more than musllinux_1_1 promises, "
        "which is all that manytags says",
        {
            "aiohttp-3.14.5-cp312-cp312-musllinux_1_2_s390x.whl": _only("musllinux_1_1_s390x"),
            "lxml-5.2.2-cp39-cp39-musllinux_1_1_s390x.whl": _only("musllinux_1_1_s390x"),
            "lxml-7.0.0b1-cp314-cp314-musllinux_1_2_riscv64.whl": _only("musllinux_1_1_riscv64"),
            "markupsafe-3.0.4-cp313-cp313-musllinux_1_2_armv7l.whl": _only("musllinux_1_1_armv7l"),
            "ninja-1.13.2-py3-none-musllinux_1_2_ppc64le.whl": _only("musllinux_1_1_ppc64le"),
            # Static executables, which keep to every policy. auditwheel goes by the kind in the file name.
            "ruff-0.17.5-py3-none-musllinux_1_2_armv7l.whl": frozenset(
                {"manylinux_2_17_armv7l", "musllinux_1_1_armv7l"}
            ),
            "uv-0.9.9-py3-none-musllinux_1_1_i686.whl": frozenset({"manylinux_2_5_i686", "musllinux_1_1_i686"}),
        },
    ),
    AuditwheelDifference(
        "musl's libc.so",
        "auditwheel allows the C library as libc.musl-x86.so.1 only, Alpine's name for it. musl's loader takes libc.so "
        "for itself before it looks for any file (ldso/dynlink.c, load_library), so the module loads",
        {"orjson-3.11.9-cp312-cp312-musllinux_1_2_i686.whl": _only("musllinux_1_1_i686")},
    ),
    AuditwheelDifference(
        "two architectures",
        "auditwheel judges the files of the architecture that it sees first and passes over all others. No tag for one "
        "architecture is true of programs for two",
        {"selenium-4.52.0-py3-none-any.whl": frozenset()},
    ),
    AuditwheelDifference(
        "libraries in purelib",
        "auditwheel gives no answer if ELF files are in the archive's purelib folder. That is wrong, and changes "
        "nothing about what they need",
        {"tensorflow-1.9.0-cp36-cp36m-manylinux1_x86_64.whl": _only("manylinux_2_17_x86_64")},
    ),
)
