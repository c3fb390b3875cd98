"""How a script is run in a foreign Python: in a chroot, with an emulated processor if needed, or on this machine.

The chroot has its own user and mount namespaces. So it does not need root, the mounts and binary formats of this
machine do not change, and the foreign Python sees the same paths as on its own machine.
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
"""The seconds that a script may take."""
ASK = ("-I", "-")
"""Isolated: no environment variables and no user's packages. The script comes from standard input."""

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
    """The user mode of qemu for one processor."""

    name: str
    """qemu's name of the processor, such as ``arm``."""
    folder: Path

    @property
    def registration(self) -> str:
        """Return the line that makes a kernel run that processor's programs with the emulator. P needs Linux 5.12."""
        conf = (self.folder / f"usr/lib/binfmt.d/qemu-{self.name}.conf").read_text().strip()
        head = conf.rsplit(":", 2)[0]
        # F: the emulator is opened now, outside of the chroot; P: programs keep their own argv[0]
        return f"{head}:{self.folder}/usr/bin/qemu-{self.name}:FP"


def emulator(shop: Workshop, name: str) -> Emulator:
    """Return the emulator of one processor. All come from one Debian release, whatever this machine has."""

    def build(into: Path) -> None:
        shop.debian.unpack(EMULATORS_FROM, "amd64", ["qemu-user", "qemu-user-binfmt"], into)

    return Emulator(name, shop.store.get("qemu-user", EMULATORS_FROM, build))


@dataclass(frozen=True)
class Chroot:
    """A Python in a folder that it sees as the whole file system."""

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
        """Run a script in the chroot."""
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
    """A Python of this machine. Its folder is replaced in the output, so that records do not identify the machine."""

    command: Path
    prefix: str
    shown: str
    how: str

    def run(self, script: str) -> str:
        """Run a script, and hide the folder in its output."""
        text = run([self.command, *ASK], stdin=script, environment=plain(), timeout=PATIENCE)
        # json, because both scripts write JSON and a prefix may need escapes there
        return text.replace(json.dumps(self.prefix)[1:-1], self.shown)
