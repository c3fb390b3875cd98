"""Wheels with true tags on hosts that claim the tag but lack the libraries: ``python -m tools.hosts.promises``.

Each wheel has one extension module, which needs one library that its policy promises. Each host is a Debian sysroot,
first with its Python alone, then with all that the policy promises. In each: what manytags predicts by reading the
root's files; whether packaging takes the wheel; whether pip installs it, and whether it still does with the hook that
``manytags hook --verified`` writes; and whether the module can be imported.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from manytags import check_host, manylinux_hook, missing_libraries, target_from_facts, verified_tags
from manytags.hosts import Facts
from manytags.hosts.ask import probe_script

from .cpython import zig
from .debian import Debian
from .machines import Workshop
from .proofs import SCRIPT
from .pypi import unpack_wheel
from .questions import packaging_script
from .records import written
from .shell import beside, run
from .store import Store, Unavailable, default_folder
from .sysroots import prepare, release_named
from .ways import Chroot
from .wheels import Code, wheel

RECORD = Path("tests/oracle/data/promises.json")
PIP = "26.3"
POLICY = "manylinux_2_17"

#: Debian's packages of what manylinux_2_17 promises and a bare Python does not need, and what these need in turn.
PROMISED = (
    *("libatomic1", "libstdc++6", "libgl1", "libglvnd0", "libglx0", "libx11-6", "libxcb1", "libxau6", "libxdmcp6"),
    *("libbsd0", "libmd0", "libice6", "libsm6", "libuuid1", "libxext6", "libxrender1", "libglib2.0-0", "libpcre2-8-0"),
)

#: Runs pip from the folder that it was unpacked into, and prints its answer about the wheel and whether it accepts it.
_PIP_SCRIPT = """
import contextlib, io, json, sys
sys.path.insert(0, "/pip")
text = io.StringIO()
with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
    from pip._internal.cli.main import main
    status = main(["install", "--no-index", "--no-deps", "--disable-pip-version-check", "--no-color",
                   "--root-user-action=ignore", "--target", "/installed", "/wheels/" + {name!r}])
lines = [line for line in text.getvalue().splitlines() if line.startswith(("ERROR", "Successfully"))]
print(json.dumps([status, lines[-1] if lines else text.getvalue()[-500:]]))
"""


@dataclass(frozen=True)
class Row:
    """A library, and a processor that a wheel is compiled for."""

    library: str
    architecture: str
    """Debian's name."""
    zig: str
    platform: str

    @property
    def name(self) -> str:
        """The project name of the wheel."""
        return "needs_" + self.library.partition(".")[0].replace("-", "_").lower()


ROWS = (
    Row("libX11.so.6", "amd64", "x86_64-linux-gnu.2.17", f"{POLICY}_x86_64"),
    Row("libgthread-2.0.so.0", "amd64", "x86_64-linux-gnu.2.17", f"{POLICY}_x86_64"),
    Row("libX11.so.6", "arm64", "aarch64-linux-gnu.2.17", f"{POLICY}_aarch64"),
)
RELEASE = "bookworm"


def compiled(shop: Workshop, row: Row) -> tuple[str, bytes]:
    """Compile the wheel of a row against an empty library of the needed name."""

    def build(into: Path) -> None:
        compiler, variables = zig(shop)
        source = into / "stub.c"
        source.write_text("int promised;\n")
        options = ["-target", row.zig, "-shared", f"-Wl,-soname,{row.library}", "-o", str(into / row.library)]
        run([compiler, "cc", *options, source], environment=beside(variables))

    stub = shop.store.get(f"stub-{row.architecture}", row.library, build) / row.library
    code = Code(row.name, row.zig, ("-Wl,--no-as-needed", str(stub)))
    return code.wheel(row.platform), wheel(shop, code, row.platform)


def host(shop: Workshop, architecture: str, whole: bool) -> Chroot:
    """Make a separate sysroot with pip and, if ``whole``, with all that the policy promises."""
    python = prepare(release_named(RELEASE), architecture, shop)
    base = python.root

    def build(into: Path) -> None:
        shutil.copytree(base, into, symlinks=True, dirs_exist_ok=True)
        if whole:
            with tempfile.TemporaryDirectory(dir=shop.store.folder) as folder:
                shop.debian.unpack(RELEASE, architecture, PROMISED, Path(folder))
                shutil.copytree(folder, into, symlinks=True, dirs_exist_ok=True)
        unpack_wheel(f"pip=={PIP}", into / "pip")

    recipe = f"{base.name} pip {PIP} {' '.join(PROMISED) if whole else ''}"
    name = f"promises-{architecture}-{'whole' if whole else 'bare'}"
    # The root has no passwd, so the home folder must be named.
    variables = {**python.variables, "HOME": "/"}
    return replace(python, root=shop.store.get(name, recipe, build), variables=variables)


def outcomes(shop: Workshop, row: Row) -> list[dict[str, Any]]:
    """Try a row's wheel in the bare host and in the complete one."""
    name, content = compiled(shop, row)
    machine, packaging = f"{RELEASE}-{row.architecture}", packaging_script(shop)
    hosts = {machine: False, f"{machine}, with all that it promises": True}
    return [
        {"machine": label, **_outcome(host(shop, row.architecture, whole), row.platform, name, content, packaging)}
        for label, whole in hosts.items()
    ]


def _outcome(python: Chroot, tag: str, name: str, content: bytes, packaging: str) -> dict[str, Any]:
    root, command = python.root, python.command[0]
    hook = root / "usr/lib/python3.11/_manylinux.py"
    for folder in ("wheels", "installed"):
        shutil.rmtree(root / folder, ignore_errors=True)
    hook.unlink(missing_ok=True)
    (root / "wheels").mkdir()
    (root / "wheels" / name).write_bytes(content)
    platform = target_from_facts(Facts.from_json(python.run(probe_script()))).platform
    predicted = check_host(POLICY, command, root)
    outcome = {
        "wheel": name,
        "provided": bool(predicted),
        "missing_on_host": [library.name for library in predicted.missing],
        "missing_for_wheel": [library.subject for library in missing_libraries(root / "wheels" / name, root, command)],
        "packaging": tag in json.loads(python.run(packaging))["platform_tags"],
        "pip": _ask_pip(python, name),
        "import": _try_import(python, name, content),
    }
    verified = verified_tags(platform, lambda tag: check_host(tag, command, root))
    hook.write_text(manylinux_hook(verified, platform=platform))
    try:
        outcome["verified"] = tag in verified
        outcome["pip_with_hook"] = _ask_pip(python, name)
    finally:
        hook.unlink()
    return outcome


def _ask_pip(python: Chroot, name: str) -> str:
    shutil.rmtree(python.root / "installed", ignore_errors=True)
    status, line = json.loads(python.run(_PIP_SCRIPT.format(name=name)))
    return f"{'refuses' if status else 'installs'} it: {line}"


def _try_import(python: Chroot, name: str, content: bytes) -> str:
    texts = json.dumps({name: base64.b64encode(content).decode()})
    return str(json.loads(python.run(SCRIPT.format(wheels=repr(texts))))[name])


def main(arguments: Sequence[str] | None = None) -> int:
    """Record or check the outcomes.

    :return: 0 if all is as recorded; 1 if something differs or is unavailable.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.hosts.promises", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("command", choices=("record", "check"))
    parser.add_argument("--cache", type=Path, default=default_folder(), help="where built things stay (%(default)s)")
    parser.add_argument("--mirror", default="", help="Debian mirror; else the one that apt is configured for")
    options = parser.parse_args(arguments)
    folder: Path = options.cache.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    shop = Workshop(Store(folder), Debian(folder, options.mirror))
    try:
        results = [outcome for row in ROWS for outcome in outcomes(shop, row)]
    except Unavailable as error:
        print(f"not to be had: {error}", file=sys.stderr)
        return 1
    finally:
        shop.debian.forget()
    print(written(results))
    if options.command == "record":
        RECORD.write_text(written(results) + "\n", encoding="utf-8")
        return 0
    return 0 if results == json.loads(RECORD.read_text(encoding="utf-8")) else 1


if __name__ == "__main__":
    sys.exit(main())
