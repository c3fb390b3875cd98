"""``manytags hook``: write a ``_manylinux`` module, which decides which manylinux wheels installers take."""

from __future__ import annotations

import argparse
import os
import sys
from stat import S_ISREG

from ..errors import InvalidPolicy, shown
from .files import BadArgumentsError, system_errors
from .target_choice import add_target_options, choose_facts, choose_target, find_on_path, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..platforms import Platform

_PRINT_FOLDER = "import sysconfig; print(sysconfig.get_path('purelib'))"
_TIMEOUT = 60.0  # seconds
_CLAIMS = ("ceiling", "all", "none", "variable", "verified")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    claims = parser.add_argument_group("what the module claims")
    claim = claims.add_mutually_exclusive_group()
    claim.add_argument(
        "--ceiling", metavar="VERSION", help="take wheels up to this version, like 2_28 or manylinux2014"
    )
    claim.add_argument("--all", action="store_true", help="take every manylinux wheel")
    claim.add_argument("--none", action="store_true", help="take no manylinux wheel")
    claim.add_argument(
        "--variable",
        metavar="NAME",
        help="take wheels up to the version in this environment variable: 1, 2010, 2014 or 2_28",
    )
    claim.add_argument(
        "--verified", action="store_true", help="take wheels of the versions whose promised libraries are all installed"
    )
    claims.add_argument(
        "--default",
        metavar="CLAIM",
        help="with --variable, if it is not set: none (the default), all or 2_28",
    )
    claims.add_argument("--root", metavar="DIR", help="with --verified: check the system in this folder")
    where = parser.add_argument_group("where to write it")
    place = where.add_mutually_exclusive_group()
    place.add_argument("--output", metavar="FILE", help="write the module to this file instead of printing it")
    place.add_argument("--where", action="store_true", help="only print the folder where the module belongs")
    where.add_argument("--force", action="store_true", help="with --output: replace a file that manytags did not write")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the module, and print its consequences on standard error."""
    given = {name: value for name, value in vars(arguments).items() if value not in {None, False}}
    _check(given)
    if "where" in given:
        print(_install_folder(given.get("python")))
        return 0
    from ..hosts.manylinux_module import manylinux_hook

    platform = _choose_platform(arguments, given.get("root"))
    claim: str | tuple[str, ...]
    if "verified" in given:
        from ..loaders.host import check_host, verified_tags

        python, root = given.get("python"), given.get("root")
        claim = verified_tags(platform, lambda tag: check_host(tag, python=python, root=root))
    else:
        claim = given.get("ceiling", "all" if "all" in given else given.get("default", "none"))
    text = manylinux_hook(claim, given.get("variable"), platform)
    if "output" in given:
        _write(given["output"], text, "force" in given)
    else:
        print(text, end="")
    for note in notes(claim, platform) if "variable" not in given else ():
        print(f"manytags: {note}", file=sys.stderr)
    return 0


def notes(claim: str | Sequence[str], platform: Platform) -> list[str]:
    """List consequences of a claim that may be surprising.

    :param claim: a claim for ``manylinux_hook``; tags with the newest first.
    :param platform: a machine that takes manylinux wheels.
    """
    from ..hosts.manylinux_module import parse_claim
    from ..targets.ranks import platform_tags

    own = next(tag for tag in platform_tags(platform) if tag.startswith("manylinux"))
    lines = []
    if isinstance(claim, str):
        newest = parse_claim(claim)
        refused = newest is False or (newest is not True and newest < (platform.glibc or newest))
    else:
        refused = own not in claim
        lines += [f"verified: {len(claim)} versions, the newest is {claim[0]}" if claim else "verified: no version"]
    if refused:
        lines += [f"uv will take no manylinux wheels at all: it only asks about {own}, which is refused"]
    return lines


def _check(given: dict[str, object]) -> None:
    """Reject options that contradict each other in ways that argparse does not check."""
    if "where" in given:
        if extra := [name for name in (*_CLAIMS, "facts", "target", "target_file", "root") if name in given]:
            raise BadArgumentsError(f"--where cannot be combined with {spelled(extra[0])}")
        return
    if not any(name in given for name in _CLAIMS):
        raise BadArgumentsError(f"one of these is needed: {', '.join('--' + name for name in _CLAIMS)}, --where")
    for option, needed in (("default", "variable"), ("root", "verified"), ("force", "output")):
        if option in given and needed not in given:
            raise BadArgumentsError(f"--{option} belongs to --{needed}")
    if "verified" in given and "root" not in given:
        for option in ("facts", "target", "target_file"):
            if option in given:
                raise BadArgumentsError(f"--verified checks this machine; with {spelled(option)} it also needs --root")


def _choose_platform(arguments: argparse.Namespace, root: str | None) -> Platform:
    """Return the machine that the module is for. What an existing module claims is ignored."""
    from ..hosts import Facts, target_from_facts
    from ..platforms.names import platform_from_name

    if arguments.target is not None and arguments.python_version is None:
        return platform_from_name(arguments.target)  # the same for any Python
    if arguments.target is not None or arguments.target_file is not None or arguments.python_version is not None:
        return choose_target(arguments)[0].platform
    if root is not None and arguments.facts is None:
        return _platform_in(root, arguments.python)
    facts = choose_facts(arguments)
    known = [name for name in facts.names() if not name.startswith("manylinux_")]
    bare = Facts({name: facts.get(name) for name in known}, {name: facts.seen(name) for name in known})
    return target_from_facts(bare).platform


def _platform_in(root: str, python: str | None) -> Platform:
    """Infer the machine from the files of its root."""
    from ..loaders.host import check_all_policies
    from ..platforms import Platform
    from ..platforms.parse import parse_platform
    from ..tags import parse_libc_version

    try:
        policies = check_all_policies(python, root)
    except InvalidPolicy:
        raise BadArgumentsError(f"there is no Python in {shown(root)}; name the machine with --target") from None
    version = parse_libc_version(policies[0].libc_version or "") if policies else None
    tag = parse_platform(policies[0].policy) if policies else None
    if version is None or tag is None or tag.kind != "manylinux":
        raise BadArgumentsError(f"there is no glibc in {shown(root)}; name the machine with --target")
    return Platform("linux", tag.machine, glibc=version)


def _install_folder(python: str | None) -> str:
    """Return the folder where an interpreter's pip installs, and where installers find the module."""
    if python is None:
        import sysconfig

        return sysconfig.get_path("purelib")
    import subprocess

    from ..errors import ProbeError

    command = [find_on_path(python), "-c", _PRINT_FOLDER]
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that the user named
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_TIMEOUT, check=True, encoding="utf-8"
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ProbeError(python, str(error)) from None
    return done.stdout.rstrip("\n")


def _write(path: str, text: str, force: bool) -> None:
    """Write the module to a temporary file and move it, so that no reader ever sees half of the module."""
    file = os.path.realpath(path)  # a link stays a link
    temporary = f"{file}.{os.getpid()}.tmp"
    with system_errors("write", path):
        _refuse_foreign(file, force)
        try:
            with open(temporary, "x", encoding="ascii", newline="\n") as stream:
                stream.write(text)
            _make_newer(temporary, file)
            os.replace(temporary, file)
        except BaseException:
            if os.path.lexists(temporary):
                os.unlink(temporary)
            raise


def _make_newer(new: str, old: str) -> None:
    """Date a file after the one it replaces: Python detects a stale ``.pyc`` only by size and whole seconds."""
    if os.path.exists(old):
        later = int(os.stat(old).st_mtime) + 1
        if later > os.stat(new).st_mtime:
            os.utime(new, (later, later))


def _refuse_foreign(path: str, force: bool) -> None:
    from ..hosts.manylinux_module import WRITTEN_BY

    if not os.path.lexists(path):
        return
    # Opening a device or a pipe could block forever, and replacing it would take it from the system.
    if not S_ISREG(os.stat(path).st_mode):
        raise BadArgumentsError(
            f"cannot write {shown(path)}: it is not a regular file; the module is called _manylinux.py"
        )
    with open(path, encoding="utf-8", errors="replace") as stream:
        ours = stream.read(len(WRITTEN_BY)) == WRITTEN_BY
    if not ours and not force:
        raise BadArgumentsError(f"cannot write {shown(path)}: there is a file that manytags did not write; see --force")
