"""Whole machines: a real kernel in qemu's system mode, a sysroot as its only files, Python as its first process."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .initrd import write_initrd
from .machines import Machine, Workshop
from .shell import need
from .store import Unavailable
from .sysroots import release_named, sysroot

KERNELS_FROM = "bookworm"
PER_LINUX32 = 8
"""The personality under which a 64-bit kernel says that its machine is the 32-bit one."""

PATIENCE = 240
"""The seconds that a machine has to start and answer."""

START, END = "<<<answer", "answer>>>"

_INIT = """\
import ctypes, json, subprocess
libc = ctypes.CDLL(None)
libc.mount(b"proc", b"/proc", b"proc", 0, None)
libc.personality({personality})
with open("/script.py") as script:
    done = subprocess.run([{interpreter!r}, "-I", "-"], stdin=script, capture_output=True, text=True)
print({start!r} + json.dumps([done.returncode, done.stdout, done.stderr]) + {end!r}, flush=True)
"""


@dataclass(frozen=True)
class Computer:
    """A computer that qemu emulates, and the Debian kernel that runs on it."""

    about: str
    program: str
    package: str
    """The Debian package of qemu's program."""
    options: tuple[str, ...]
    kernel: str
    """The Debian package of the kernel; the newest one of its kind."""
    architecture: str
    boot: str
    """The parameters of the kernel, except for its first process."""
    tree: str = ""
    """The file name of the device tree, if the computer needs one."""


ARM64 = Computer(
    "AArch64 computer",
    "qemu-system-aarch64",
    "qemu-system-arm",
    ("-M", "virt", "-cpu", "cortex-a53", "-m", "1024"),
    "linux-image-cloud-arm64",
    "arm64",
    "console=ttyAMA0",
)
PI_ZERO = Computer(
    "Raspberry Pi Zero",
    "qemu-system-arm",
    "qemu-system-arm",
    ("-M", "raspi0"),
    "linux-image-rpi",
    "armel",
    # the emulated board has no power controller
    "console=ttyAMA0 initcall_blacklist=bcm2835_power_driver_init,bcm2835_pm_driver_init PYTHONHASHSEED=0",
    tree="bcm2835-rpi-zero.dtb",
)


MALTA = Computer(
    "64-bit MIPS board",
    "qemu-system-mips64el",
    "qemu-system-mips",
    ("-M", "malta", "-cpu", "MIPS64R2-generic", "-m", "1024"),
    "linux-image-5kc-malta",
    "mips64el",
    "console=ttyS0",
)


@dataclass(frozen=True)
class VirtualMachine:
    """A computer with its files."""

    computer: Computer
    files: Path
    """The folder with the kernel's unpacked package."""
    root: Path
    init: str
    """The Python of the root that is the first process. It needs ctypes to mount file systems."""
    interpreter: str
    """The Python that is probed."""
    personality: int = 0

    @property
    def how(self) -> str:
        """Describe in words how it is run, with the kernel's name."""
        return f"{self.computer.program} {' '.join(self.computer.options)}, {self._kernel().name}"

    def run(self, script: str) -> str:
        """Start the computer, run a script, and switch the computer off."""
        init = _INIT.format(interpreter=self.interpreter, personality=self.personality, start=START, end=END)
        with tempfile.NamedTemporaryFile(suffix=".cpio") as initrd:
            write_initrd(self.root, {"init.py": init, "script.py": script}, initrd)
            initrd.flush()
            console = self._console(Path(initrd.name))
        _, start, rest = console.partition(START)
        if not start:
            message = f"the machine did not answer:\n{console[-2000:]}"
            raise Unavailable(message)
        status, output, errors = json.loads(rest.partition(END)[0].replace("\r", "").replace("\n", ""))
        if status:
            message = f"python ended with status {status} in the machine:\n{errors}"
            raise Unavailable(message)
        return str(output)

    def _kernel(self) -> Path:
        return next(self.files.glob("boot/vmlinu[xz]-*"))

    def _console(self, initrd: Path) -> str:
        """Return what the machine's console shows until the answer is complete."""
        append = f"{self.computer.boot} quiet loglevel=0 panic=-1 rdinit={self.init} -- /init.py"
        command: list[str | Path] = [need(self.computer.program, package=self.computer.package), *self.computer.options]
        command += ["-kernel", self._kernel(), "-initrd", initrd, "-append", append]
        command += ["-no-reboot", "-nic", "none", "-display", "none", "-monitor", "none", "-serial", "stdio"]
        if self.computer.tree:
            command += ["-dtb", next(self.files.glob(f"usr/lib/linux-image-*/{self.computer.tree}"))]
        with tempfile.NamedTemporaryFile() as output:
            log = Path(output.name)
            machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
            try:
                deadline = time.monotonic() + PATIENCE
                while machine.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.2)
                    if END in log.read_text(errors="replace"):
                        break
                return log.read_text(errors="replace")
            finally:
                machine.kill()
                machine.wait()


def kernel(shop: Workshop, computer: Computer) -> Path:
    """Return the folder with a computer's kernel."""

    def build(into: Path) -> None:
        shop.debian.unpack_closure(KERNELS_FROM, computer.architecture, [computer.kernel], into)

    return shop.store.get(computer.kernel, f"{KERNELS_FROM} {computer.architecture}", build)


def prepare(computer: Computer, architecture: str, personality: int, shop: Workshop) -> VirtualMachine:
    """Prepare a sysroot's Python on a computer."""
    release = release_named("bookworm")
    python = f"/usr/bin/python{release.python}"
    root = sysroot(shop, release, architecture)
    return VirtualMachine(computer, kernel(shop, computer), root, python, python, personality)


ROWS = (
    ("vm-arm64-armhf", "Debian 12 armhf on a 64-bit ARM kernel, as on a 64-bit Raspberry Pi", ARM64, "armhf", 0),
    (
        "vm-arm64-armhf-linux32",
        "Debian 12 armhf under `setarch linux32` on a 64-bit ARM kernel",
        ARM64,
        "armhf",
        PER_LINUX32,
    ),
    ("vm-arm64-armel", "Debian 12 armel, soft float, on a 64-bit ARM kernel", ARM64, "armel", 0),
    ("vm-arm64-arm64", "Debian 12 arm64 on its own kernel", ARM64, "arm64", 0),
    (
        "vm-arm64-arm64-linux32",
        "The same under `setarch linux32`: uname says armv8l",
        ARM64,
        "arm64",
        PER_LINUX32,
    ),
    ("vm-pi-zero-armel", "Debian 12 armel, soft float, on a Raspberry Pi Zero", PI_ZERO, "armel", 0),
    ("vm-mips64el-mipsel", "Debian 12 mipsel on a 64-bit MIPS kernel", MALTA, "mipsel", 0),
)


def machines() -> Iterator[Machine]:
    """Return a row for each of :data:`ROWS`."""
    for name, about, computer, architecture, personality in ROWS:
        yield Machine(name, about, partial(prepare, computer, architecture, personality))
