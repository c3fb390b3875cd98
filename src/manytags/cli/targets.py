"""``manytags targets``: the names that ``target`` knows."""

from __future__ import annotations

from .layout import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("--json", action="store_true", help="print every name as a JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Print the names."""
    from ..platforms.linux.distributions import releases
    from ..platforms.names import named, platform_from_tag, platform_names

    if arguments.json:
        import json

        print(json.dumps(platform_names(), indent=2))
        return 0
    lines = ["Any platform tag: a host that takes this tag and all below it", ""]
    lines += ["Names and triples (also ARCH-unknown-linux-gnu, -musl, ARCH-manylinux_2_N, ARCH-musllinux_1_N)"]
    lines += columns([(name, str(platform_from_tag(tag))) for name, tag in named().items()], "  ")
    lines += ["", "Releases, each with an architecture behind it: debian-12-aarch64"]
    lines += columns(
        [
            (f"{release.distribution}-{release.version}", f"{release.libc} {release.libc_version}", release.title)
            for release in releases()
        ],
        "  ",
    )
    print("\n".join(lines))
    return 0
