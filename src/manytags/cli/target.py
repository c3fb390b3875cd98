"""``manytags target NAME``: what the name of a platform means."""

from __future__ import annotations

import argparse

from ..platforms import Platform
from ..platforms.names import describe_name
from ..targets.named import target
from ..targets.pip_options import pip_options
from ..targets.ranks import platform_tags
from .files import BadArgumentsError
from .layout import columns, print_json, printable
from .machine import as_json, report
from .target_choice import add_flag


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("name", metavar="NAME", help="a platform tag, a triple, or a name like debian-12-arm64, osx-64")
    parser.add_argument("--python-version", metavar="VERSION", help="a Python on it, like 3.12, cp312 or 3.13t")
    add_flag(parser, "--pip-flags", "print the options that make pip choose as a Python there would")
    parser.add_argument(
        "--json", action="store_true", help="print the platform as JSON, or the target if a Python is given"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the platform of a name, or the target if a Python is given."""
    if getattr(arguments, "python_version", None) is not None:
        described = target(arguments.python_version, arguments.name)
        if arguments.pip_flags:
            print(printable(" ".join(pip_options(described))))
            return 0
        hint = f"manytags tags --target {arguments.name} --python-version {arguments.python_version}"
        print(as_json(described) if arguments.json else "\n".join(report(described, None, hint)))
        return 0
    if arguments.pip_flags:
        raise BadArgumentsError("--pip-flags needs --python-version, such as 3.12")
    platform, evidence = describe_name(arguments.name)
    tags = platform_tags(platform)
    if arguments.json:
        fields = {name: getattr(platform, name) for name in platform._fields}
        assumed = [{name: getattr(item, name) for name in item._fields} for item in evidence]
        print_json({"platform": fields, "platform_tags": tags, "evidence": assumed})
        return 0
    print("\n".join([printable(str(platform)), *columns(_about(platform), "  "), ""]))
    if evidence:
        rows = [(item.subject, item.conclusion, item.because) for item in evidence]
        print("\n".join(["Assumed", *columns(rows, "  "), ""]))
    print(f"Takes {len(tags)} platform tags")
    print("\n".join(f"  {tag}" for tag in tags))
    return 0


def _about(platform: Platform) -> list[tuple[str, str]]:
    rows = [("architecture", platform.arch)]
    for libc, version in (("glibc", platform.glibc), ("musl", platform.musl)):
        if version is not None:
            rows.append((libc, f"{version[0]}.{version[1]}"))
    if platform.build_arch is not None:
        rows.append(("builds for", platform.build_arch))
    if platform.distribution is not None:
        rows.append(("os-release ID", platform.distribution))
    return rows
