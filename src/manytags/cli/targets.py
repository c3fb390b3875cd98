"""``manytags targets``: the names of platforms."""

from __future__ import annotations

import argparse

from ..platforms.linux.distributions import releases
from ..platforms.names import named, platform_from_tag, platform_names
from .layout import columns, print_json


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("--json", action="store_true", help="print every name as a JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Print the names."""
    if arguments.json:
        print_json(platform_names())
        return 0
    lines = ["Any platform tag: a host that takes this tag and all older ones", ""]
    lines += ["Names and triples (also ARCH-unknown-linux-gnu, -musl, ARCH-manylinux_2_N, ARCH-musllinux_1_N)"]
    lines += columns([(name, str(platform_from_tag(tag))) for name, tag in named().items()], "  ")
    lines += ["", "Releases, to be followed by an architecture: debian-12-aarch64"]
    lines += columns(
        [
            (f"{release.distribution}-{release.version}", f"{release.libc} {release.libc_version}", release.title)
            for release in releases()
        ],
        "  ",
    )
    print("\n".join(lines))
    return 0
