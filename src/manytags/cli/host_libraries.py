"""``manytags host-libraries``: which policies' libraries a host has, and what is missing."""

from __future__ import annotations

from .layout import columns, printable
from .target_choice import BadArgumentsError, found_on_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
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
        help="such as manylinux_2_17 or musllinux_1_2_aarch64; without one, all that the C library is new enough for",
    )
    parser.add_argument("--json", action="store_true", help="print every library, and where it is, as JSON")
    add_host_options(parser)


def add_host_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a host whose files can be looked at."""
    group = parser.add_argument_group("which host, if not this one")
    group.add_argument("--python", metavar="EXE", help="another interpreter: a path, in --root as the host has it")
    group.add_argument(
        "--root", default=None, metavar="DIR", help="the host's files: a sysroot, an unpacked image, a Nix closure"
    )


def chosen_host(arguments: argparse.Namespace) -> tuple[str | None, str | None]:
    """Take the interpreter and the root that the options name.

    :raises BadArgumentsError: an option of other commands was given, which describes a machine: that one has no files.
    """
    for option in ("facts", "target", "target_file", "python_version"):
        if getattr(arguments, option, None) is not None:
            spelled = option.replace("_", "-")
            raise BadArgumentsError(f"--{spelled} describes a machine; to look at another one's files give --root")
    python: str | None = arguments.python
    if python is not None and arguments.root is None:
        python = found_on_path(python)
    return python, arguments.root


def run(arguments: argparse.Namespace) -> int:
    """Print what a host has; the status is 1 where something is missing."""
    from ..loaders.host import check_all_policies, check_host

    python, root = chosen_host(arguments)
    if arguments.policy is not None:
        found = check_host(arguments.policy, python, root)
        print(found.to_json() if arguments.json else "\n".join(one_policy(found)))
        return 0 if found else 1
    every = check_all_policies(python, root)
    # What the C library is too old for, nothing claims either.
    claimed = [each for each in every if each.kept]
    if arguments.json:
        import json

        print(json.dumps([each.to_data() for each in claimed], indent=2))
    else:
        print("\n".join(all_policies(every, claimed)))
    return 0 if claimed and all(claimed) else 1


def one_policy(found: HostLibraries) -> list[str]:
    """Lay out what a host has of one policy's promises."""
    lines = [printable(str(found).partition("\n")[0]), *_host(found), ""]
    rows = []
    for each in found.libraries:
        if each.path is None:
            rows.append((each.name, "missing", "; ".join((*each.passed_over, *_in_packages(each.packages)))))
        else:
            lacking = f"lacks {', '.join(each.lacking)}; " if each.lacking else ""
            rows.append((each.name, each.path, lacking + each.step))
    lines += columns(rows, _INDENT)
    return lines + _remarks(found)


def all_policies(every: Sequence[HostLibraries], claimed: Sequence[HostLibraries]) -> list[str]:
    """Lay out which policies a host keeps, and what the newest of them lacks."""
    if not every:
        return ["no policy is of this interpreter's architecture"]
    lines = [*_host(every[0]), ""]
    rows, above = [], ""
    for each in claimed:
        wanting = _wanting(each)
        rows.append((each.policy, "yes" if each else "no", "as above" if wanting and wanting == above else wanting))
        above = wanting
    lines += columns([("policy", "all there", "what is not"), *rows], _INDENT) if rows else []
    kept = [each.policy for each in claimed if each]
    lines += ["", f"The newest that is kept: {kept[-1] if kept else 'none'}"]
    if claimed and not claimed[-1]:
        missing = [(each.name, *_in_packages(each.packages)) for each in claimed[-1].missing]
        lines += ["", "Packages that have what is missing", *columns([row for row in missing if row[1:]], _INDENT)]
    return lines + _remarks((claimed or every)[-1])


def _host(found: HostLibraries) -> list[str]:
    who = found.interpreter or "any program"
    where = f" in {found.root}" if found.root is not None else ""
    libc = f"{found.libc} {found.libc_version or 'of unknown version'}, {found.loader}" if found.libc else "no loader"
    return [printable(f"{who}{where}; {libc}")]


def _wanting(found: HostLibraries) -> str:
    missing = [each.name for each in found.missing]
    lacking = [f"{version} of {each.name}" for each in found.lacking for version in each.lacking]
    return ", ".join([*missing, *lacking])


def _in_packages(packages: Sequence[Package]) -> tuple[str, ...]:
    return (", ".join(map(str, packages)),) if packages else ()


def _remarks(found: HostLibraries) -> list[str]:
    return ["", *map(printable, found.remarks)] if found.remarks else []
