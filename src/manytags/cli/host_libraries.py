"""``manytags host-libraries``: show which policies a host has the libraries of, and what is missing."""

from __future__ import annotations

import argparse

from .layout import columns, print_json, printable
from .target_choice import add_host_options, choose_host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..loaders.host import HostLibraries
    from ..loaders.packages import Package

_INDENT = "  "


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "policy",
        nargs="?",
        default=None,
        metavar="POLICY",
        help="like manylinux_2_17 or musllinux_1_2_aarch64; by default all that the C library is new enough for",
    )
    parser.add_argument("--json", action="store_true", help="print every library and its location as JSON")
    add_host_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what a host has; the status is 1 if something is missing."""
    from ..loaders.host import check_all_policies, check_host

    python, root = choose_host(arguments)
    if arguments.policy is not None:
        host = check_host(arguments.policy, python, root)
        print(host.to_json() if arguments.json else "\n".join(_one_policy(host)))
        return 0 if host else 1
    policies = check_all_policies(python, root)
    # No tag claims a policy that the C library is too old for.
    claimed = [policy for policy in policies if policy.kept]
    if arguments.json:
        print_json([policy.to_data() for policy in claimed])
    else:
        print("\n".join(_all_policies(policies, claimed)))
    return 0 if claimed and all(claimed) else 1


def _one_policy(host: HostLibraries) -> list[str]:
    """Lay out which libraries of a policy a host has."""
    lines = [printable(str(host).partition("\n")[0]), *_about(host), ""]
    rows = []
    for library in host.libraries:
        if library.path is None:
            reasons = (*library.passed_over, *_in_packages(library.packages))
            rows.append((library.name, "missing", "; ".join(reasons)))
        else:
            lacking = f"lacks {', '.join(library.lacking)}; " if library.lacking else ""
            rows.append((library.name, library.path, lacking + library.step))
    lines += columns(rows, _INDENT)
    return lines + _remarks(host)


def _all_policies(policies: Sequence[HostLibraries], claimed: Sequence[HostLibraries]) -> list[str]:
    """Lay out which policies a host has the libraries of, and what the newest policy lacks."""
    if not policies:
        return ["there are no policies for this interpreter's architecture"]
    lines = [*_about(policies[0]), ""]
    rows, above = [], ""
    for policy in claimed:
        missing = _missing(policy)
        as_above = bool(missing) and missing == above
        rows.append((policy.policy, "yes" if policy else "no", "as above" if as_above else missing))
        above = missing
    lines += columns([("policy", "complete", "missing"), *rows], _INDENT) if rows else []
    complete = [policy.policy for policy in claimed if policy]
    lines += ["", f"Newest complete policy: {complete[-1] if complete else 'none'}"]
    if claimed and not claimed[-1]:
        packages = [(library.name, *_in_packages(library.packages)) for library in claimed[-1].missing]
        lines += ["", "Packages with the missing libraries", *columns([row for row in packages if row[1:]], _INDENT)]
    return lines + _remarks((claimed or policies)[-1])


def _about(host: HostLibraries) -> list[str]:
    who = host.interpreter or "any program"
    where = f" in {host.root}" if host.root is not None else ""
    libc = f"{host.libc} {host.libc_version or 'of unknown version'}, {host.loader}" if host.libc else "no loader"
    return [printable(f"{who}{where}; {libc}")]


def _missing(policy: HostLibraries) -> str:
    missing = [library.name for library in policy.missing]
    lacking = [f"{version} of {library.name}" for library in policy.lacking for version in library.lacking]
    return ", ".join([*missing, *lacking])


def _in_packages(packages: Sequence[Package]) -> tuple[str, ...]:
    return (", ".join(map(str, packages)),) if packages else ()


def _remarks(host: HostLibraries) -> list[str]:
    return ["", *map(printable, host.remarks)] if host.remarks else []
