"""``manytags hook``: write the ``_manylinux`` module by which an interpreter says which manylinux wheels it takes."""

from __future__ import annotations

import os
import sys
from stat import S_ISREG

from ..errors import InvalidPolicy, shown
from .target_choice import BadArgumentsError, add_target_options, choose_facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..platforms import Platform

_ASK_WHERE = "import sysconfig; print(sysconfig.get_path('purelib'))"
_TIMEOUT = 60.0  # seconds
_CLAIMS = ("ceiling", "all", "none", "variable", "verified")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    claims = parser.add_argument_group("what it claims")
    claim = claims.add_mutually_exclusive_group()
    claim.add_argument(
        "--ceiling", metavar="VERSION", help="the newest version that is taken, as 2_28 or manylinux2014"
    )
    claim.add_argument("--all", action="store_true", help="every manylinux wheel is taken")
    claim.add_argument("--none", action="store_true", help="no manylinux wheel is taken")
    claim.add_argument(
        "--variable",
        metavar="NAME",
        help="the newest version is in this environment variable, as 1, 2010, 2014 or 2_28",
    )
    claim.add_argument(
        "--verified", action="store_true", help="those versions are taken whose promised libraries are all found here"
    )
    claims.add_argument(
        "--default",
        metavar="CLAIM",
        help="with --variable: while it is not set: none, which is the default, all or 2_28",
    )
    claims.add_argument("--root", metavar="DIR", help="with --verified: look at the system in this folder")
    where = parser.add_argument_group("where it goes")
    place = where.add_mutually_exclusive_group()
    place.add_argument("--output", metavar="FILE", help="write it there; without this it is printed")
    place.add_argument("--where", action="store_true", help="print the folder in which it belongs, and nothing else")
    where.add_argument("--force", action="store_true", help="with --output: replace even what manytags did not write")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the module or write it, and say on standard error what will come of it."""
    given = {name: value for name, value in vars(arguments).items() if value not in {None, False}}
    _check(given)
    if "where" in given:
        print(where(given.get("python")))
        return 0
    from ..hosts.manylinux_module import manylinux_hook

    platform = choose_platform(arguments, given.get("root"))
    claim: str | tuple[str, ...]
    if "verified" in given:
        claim = _verified(platform, given)
    else:
        claim = given.get("ceiling", "all" if "all" in given else given.get("default", "none"))
    text = manylinux_hook(claim, given.get("variable"), platform)
    if "output" in given:
        write(given["output"], text, "force" in given)
    else:
        print(text, end="")
    for note in notes(claim, platform) if "variable" not in given else ():
        print(f"manytags: {note}", file=sys.stderr)
    return 0


def notes(claim: str | Sequence[str], platform: Platform) -> list[str]:
    """Say what will come of a claim, where that may surprise.

    :param claim: as ``manylinux_hook`` takes it; tags with the newest one first.
    :param platform: a machine that takes manylinux wheels.
    """
    from ..hosts.manylinux_module import parse_claim
    from ..targets.expand import platform_tags

    own = next(tag for tag in platform_tags(platform) if tag.startswith("manylinux"))
    said = []
    if isinstance(claim, str):
        newest = parse_claim(claim)
        refused = newest is False or (newest is not True and newest < (platform.glibc or newest))
    else:
        refused = own not in claim
        said += [f"verified: {len(claim)} versions, the newest {claim[0]}" if claim else "verified: no version at all"]
    if refused:
        said += [f"uv will take no manylinux wheel at all: it asks about {own} only, which is refused"]
    return said


def _check(given: dict[str, object]) -> None:
    """Refuse options that do not go together; argparse sees to those of which one at most may be given.

    :raises BadArgumentsError: they do not.
    """
    if "where" in given:
        if extra := [name for name in (*_CLAIMS, "facts", "target", "target_file", "root") if name in given]:
            raise BadArgumentsError(f"--where prints a folder, and does not go with --{extra[0].replace('_', '-')}")
        return
    if not any(name in given for name in _CLAIMS):
        raise BadArgumentsError(f"say what it claims: {', '.join('--' + name for name in _CLAIMS)}, or --where")
    for option, needed in (("default", "variable"), ("root", "verified"), ("force", "output")):
        if option in given and needed not in given:
            raise BadArgumentsError(f"--{option} belongs to --{needed}")
    if "verified" in given and "root" not in given:
        for option in ("facts", "target", "target_file"):
            if option in given:
                spelled = option.replace("_", "-")
                raise BadArgumentsError(f"--verified looks at this machine; with --{spelled} it needs --root as well")


def choose_platform(arguments: argparse.Namespace, root: str | None) -> Platform:
    """Find out which machine the module is for. What a module that is there already says does not count.

    :raises ManytagsError: there is no such machine.
    """
    from ..hosts import Facts, target_from_facts
    from ..platforms.names import platform_from_name
    from .target_choice import choose_target

    if arguments.target is not None and arguments.python_version is None:
        return platform_from_name(arguments.target)  # which Python it is makes no difference
    if arguments.target is not None or arguments.target_file is not None or arguments.python_version is not None:
        return choose_target(arguments)[0].platform
    if root is not None and arguments.facts is None:
        return _platform_in(root, arguments.python)
    facts = choose_facts(arguments)
    known = [name for name in facts.names() if not name.startswith("manylinux_")]
    bare = Facts({name: facts.get(name) for name in known}, {name: facts.seen(name) for name in known})
    return target_from_facts(bare).platform


def _platform_in(root: str, python: str | None) -> Platform:
    """Conclude from the files in a folder which machine they are of."""
    from ..loaders.host import check_all_policies
    from ..platforms import Platform
    from ..platforms.parse import parse_platform
    from ..tags import parse_libc_version

    try:
        found = check_all_policies(python, root)
    except InvalidPolicy:
        raise BadArgumentsError(f"there is no Python in {shown(root)}; --target names the machine") from None
    version = parse_libc_version(found[0].libc_version or "") if found else None
    tag = parse_platform(found[0].policy) if found else None
    if version is None or tag is None or tag.kind != "manylinux":
        raise BadArgumentsError(f"there is no glibc to be seen in {shown(root)}; --target names the machine")
    return Platform("linux", tag.machine, glibc=version)


def _verified(platform: Platform, given: dict[str, str]) -> tuple[str, ...]:
    from ..loaders.host import check_host, verified_tags

    python, root = given.get("python"), given.get("root")
    return verified_tags(platform, lambda tag: check_host(tag, python=python, root=root))


def where(python: str | None) -> str:
    """Tell the folder in which an interpreter's pip installs, and where its installers find the module.

    :param python: another interpreter.
    :raises ManytagsError: it cannot be asked.
    """
    if python is None:
        import sysconfig

        return sysconfig.get_path("purelib")
    import subprocess
    from shutil import which

    from ..errors import ProbeError

    command = [which(python) or python, "-c", _ASK_WHERE]
    try:
        done = subprocess.run(  # noqa: S603 - the caller named it
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_TIMEOUT, check=True, encoding="utf-8"
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ProbeError(python, str(error)) from None
    return done.stdout.rstrip("\n")


def write(path: str, text: str, force: bool) -> None:
    """Write the module aside and move it: a reader sees the old file or the new one, never half of it.

    :param path: of the file.
    :param text: of the module.
    :param force: replace a file that is not one of ours, too.
    :raises ManytagsError: there is another file, or it cannot be written.
    """
    file = os.path.realpath(path)  # a link stays one
    aside = f"{file}.{os.getpid()}.tmp"
    try:
        _refuse_foreign(file, force)
        try:
            with open(aside, "x", encoding="ascii", newline="\n") as stream:
                stream.write(text)
            _make_newer(aside, file)
            os.replace(aside, file)
        except BaseException:
            if os.path.lexists(aside):
                os.unlink(aside)
            raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadArgumentsError(f"cannot write {shown(path)}: {reason}") from None


def _make_newer(new: str, old: str) -> None:
    """Date a file later than the one it replaces: Python tells a stale ``.pyc`` by size and whole seconds alone."""
    if os.path.exists(old):
        later = int(os.stat(old).st_mtime) + 1
        if later > os.stat(new).st_mtime:
            os.utime(new, (later, later))


def _refuse_foreign(path: str, force: bool) -> None:
    from ..hosts.manylinux_module import WRITTEN_BY

    if not os.path.lexists(path):
        return
    # Opening a device or a pipe could wait for ever, and moving a file over one would take it from the system.
    if not S_ISREG(os.stat(path).st_mode):
        raise BadArgumentsError(f"cannot write {shown(path)}: it is no file; the module's is called _manylinux.py")
    with open(path, encoding="utf-8", errors="replace") as stream:
        ours = stream.read(len(WRITTEN_BY)) == WRITTEN_BY
    if not ours and not force:
        raise BadArgumentsError(f"cannot write {shown(path)}: manytags did not write what is there; see --force")
