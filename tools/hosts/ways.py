"""How a script is run in a foreign Python: in a chroot, with an emulated processor where it needs one, or just here.

The chroot stands in user and mount name spaces of its own. So it needs no root, this machine keeps its own mounts and
its own binary formats, and every path that the foreign Python sees is the one that it would see on its own machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .machines import Workshop
from .shell import need, plain, run

EMULATORS_FROM = "trixie"
PATIENCE = 180
"""Seconds that a script may take."""
ASK = ("-I", "-")
"""Isolated: no environment variables, no user's packages. The script comes from standard input."""

_ENTER = """
root=$1; registration=$2; shift 2
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
if [ -n "$registration" ]; then
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    printf %s "$registration" >/proc/sys/fs/binfmt_misc/register
fi
exec "$@"
"""


@dataclass(frozen=True)
class Emulator:
    """qemu's user mode for one processor."""

    name: str
    """qemu's name for it, such as ``arm``."""
    folder: Path

    @property
    def registration(self) -> str:
        """The line that makes a kernel (5.12 or newer for the P) run that processor's programs with the emulator."""
        conf = (self.folder / f"usr/lib/binfmt.d/qemu-{self.name}.conf").read_text().strip()
        head = conf.rsplit(":", 2)[0]
        # F: the emulator is opened now, outside of the chroot; P: programs keep their own argv[0]
        return f"{head}:{self.folder}/usr/bin/qemu-{self.name}:FP"


def emulator(shop: Workshop, name: str) -> Emulator:
    """The emulator of one processor. All come from one Debian release, whatever this machine has."""

    def build(into: Path) -> None:
        shop.debian.unpack(EMULATORS_FROM, "amd64", ["qemu-user", "qemu-user-binfmt"], into)

    return Emulator(name, shop.store.get("qemu-user", EMULATORS_FROM, build))


@dataclass(frozen=True)
class Chroot:
    """A Python below a folder that it takes for the whole file system."""

    root: Path
    command: tuple[str, ...]
    how: str
    emulator: Emulator | None = None
    around: tuple[str, ...] = ()
    """A command of this machine that runs the chroot, such as ``setarch linux32``."""
    variables: Mapping[str, str] = field(default_factory=dict)
    first: str = ""
    """Python statements that are run before every script."""

    def run(self, script: str) -> str:
        """Run a script there."""
        for folder in ("proc", "dev"):
            (self.root / folder).mkdir(exist_ok=True)
        registration = self.emulator.registration if self.emulator else ""
        alone = [need("unshare", package="util-linux"), "--user", "--map-root-user", "--mount", "--"]
        enter: list[str | Path] = ["sh", "-euc", _ENTER, "enter", self.root, registration, *self.around]
        inside: list[str | Path] = ["chroot", self.root, *self.command, *ASK]
        return run(
            [*alone, *enter, *inside], stdin=self.first + script, environment=plain(self.variables), timeout=PATIENCE
        )


@dataclass(frozen=True)
class Here:
    """A Python of this machine. Its folder is written as another one: records do not show whose machine it was."""

    command: Path
    prefix: str
    shown: str
    how: str

    def run(self, script: str) -> str:
        """Run a script there, and hide the folder in what it writes."""
        text = run([self.command, *ASK], stdin=script, environment=plain(), timeout=PATIENCE)
        # json, as both scripts write JSON and a prefix may need escapes there
        return text.replace(json.dumps(self.prefix)[1:-1], self.shown)
