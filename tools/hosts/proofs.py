"""table: wheels that load or fail to load, which shows whether a Python should take them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from manytags import Facts, rank, target_from_facts

from .machines import Machine, Workshop
from .records import file_of
from .ways import Chroot
from .wheels import Code, wheel

#: Each wheel is unpacked and imported in a separate process, which may crash.
SCRIPT = """
import base64, io, json, os, shutil, sys, tempfile, zipfile
outcomes = {{}}
for name, content in json.loads({wheels}).items():
    folder = tempfile.mkdtemp()
    zipfile.ZipFile(io.BytesIO(base64.b64decode(content))).extractall(folder)
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        sys.path.insert(0, folder)
        try:
            import proof
            wrong = proof.half != 0.5 or proof.number != 0x12345678
            answer = "loads, and computes %r instead of 0.5" % proof.half if wrong else "works"
        except ImportError as error:
            answer = "ImportError: %s" % str(error).replace(folder + os.sep, "")
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as stream:
        answer = stream.read().decode()
    status = os.waitpid(child, 0)[1]
    shutil.rmtree(folder)
    outcomes[name] = answer or "the process ends by signal %d" % (status & 127)
print(json.dumps(outcomes))
"""

V7, V6, V5 = "-mcpu=generic+v7a", "-mcpu=arm1176jzf_s", "-mcpu=arm926ej_s"
HARD_FLOAT = Code("hard_float", "arm-linux-gnueabihf.2.17", (V7,))
SOFT_FLOAT = Code("soft_float", "arm-linux-gnueabi.2.17", (V5,))
ARMV6 = Code("armv6", "arm-linux-gnueabihf.2.17", (V6,))
MUSL_HARD_FLOAT = Code("musl_hard_float", "arm-linux-musleabihf", (V7, "-dynamic"))
MUSL_SOFT_FLOAT = Code("musl_soft_float", "arm-linux-musleabi", (V5, "-dynamic"))
MUSL_ARMV6 = Code("musl_armv6", "arm-linux-musleabihf", (V6, "-dynamic"))
AARCH64 = Code("aarch64", "aarch64-linux-gnu.2.17")
X86_64 = Code("x86_64", "x86_64-linux-gnu.2.17")
I686 = Code("i686", "x86-linux-gnu.2.17")
X32 = Code("x32", "x86_64-linux-gnux32.2.17")
MIPS = Code("mips", "mips-linux-gnueabihf")
MIPSEL = Code("mipsel", "mipsel-linux-gnueabihf")
MIPS64 = Code("mips64", "mips64-linux-gnuabi64")
MIPS64EL = Code("mips64el", "mips64el-linux-gnuabi64")

Wheels = tuple[tuple[Code, str], ...]
_ARMHF: Wheels = (
    (HARD_FLOAT, "manylinux2014_armv7l"),
    (HARD_FLOAT, "linux_armv7l"),
    (ARMV6, "linux_armv6l"),
    (SOFT_FLOAT, "linux_armv7l"),
)
_ARMEL: Wheels = (
    (HARD_FLOAT, "manylinux2014_armv7l"),
    (HARD_FLOAT, "linux_armv7l"),
    (SOFT_FLOAT, "linux_armv7l"),
)
_MUSL: Wheels = (
    (MUSL_HARD_FLOAT, "musllinux_1_1_armv7l"),
    (MUSL_ARMV6, "musllinux_1_1_armv6l"),
    (MUSL_SOFT_FLOAT, "linux_armv7l"),
)

#: The machine, the wheels that are tried in it, and variables of the emulator.
ROWS: tuple[tuple[str, Wheels, Mapping[str, str]], ...] = (
    ("bullseye-armhf", _ARMHF, {}),
    ("bookworm-armhf", _ARMHF, {"QEMU_CPU": "cortex-a7"}),
    ("trixie-armhf", _ARMHF, {}),
    ("bookworm-armhf-embedded", _ARMHF, {}),
    ("vm-arm64-armhf", _ARMHF, {}),
    ("bookworm-armel", _ARMEL, {}),
    ("trixie-armel", _ARMEL, {}),
    ("musl-armhf", _MUSL, {}),
    ("musl-armel", _MUSL, {}),
    ("musl-armv6", ((MUSL_ARMV6, "musllinux_1_1_armv6l"), (MUSL_HARD_FLOAT, "musllinux_1_1_armv7l")), {}),
    ("bookworm-i386", ((I686, "manylinux2014_i686"), (X86_64, "manylinux2014_x86_64")), {}),
    ("bookworm-i386-embedded", ((I686, "manylinux2014_i686"),), {}),
    ("bookworm-amd64-linux32", ((X86_64, "manylinux2014_x86_64"), (I686, "linux_i686")), {}),
    ("vm-arm64-arm64-linux32", ((AARCH64, "manylinux2014_aarch64"), (HARD_FLOAT, "linux_armv7l")), {}),
    ("x32", ((X32, "linux_x32"), (I686, "linux_i686"), (X86_64, "manylinux2014_x86_64")), {}),
    ("bookworm-mipsel", ((MIPSEL, "linux_mipsel"), (MIPS, "linux_mips")), {}),
    ("bookworm-mips64el", ((MIPS64EL, "linux_mips64el"), (MIPS64, "linux_mips64")), {}),
)


@dataclass(frozen=True)
class Trial:
    """Wheels to try in one machine."""

    machine: Machine
    wheels: Wheels
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the trial."""
        return f"proofs-{self.machine.name}"

    @property
    def about(self) -> str:
        """The wheels that are tried."""
        return ", ".join(code.wheel(platform) for code, platform in self.wheels)

    def outcomes(self, shop: Workshop, records: Path) -> list[dict[str, Any]]:
        """Try the wheels.

        :param records: the folder of the machine's record, which says what manytags and packaging take there.
        :raises Unavailable: the machine or the wheels are not available.
        """
        python = self.machine.prepare(shop)
        if self.variables and isinstance(python, Chroot):
            python = replace(python, variables={**python.variables, **self.variables})
        names = {code.wheel(platform): wheel(shop, code, platform) for code, platform in self.wheels}
        texts = {name: base64.b64encode(content).decode() for name, content in names.items()}
        results = json.loads(python.run(SCRIPT.format(wheels=repr(json.dumps(texts)))))
        record = json.loads(file_of(records, self.machine.name).read_text(encoding="utf-8"))
        target = target_from_facts(Facts.from_json(json.dumps(record["facts"])))
        theirs = record["packaging"]["platform_tags"]
        return [
            {
                "machine": self.machine.name,
                "wheel": code.wheel(platform),
                "outcome": results[code.wheel(platform)],
                "manytags": rank(code.wheel(platform), target) is not None,
                "packaging": platform in theirs,
            }
            for code, platform in self.wheels
        ]


def trials(machines: Mapping[str, Machine]) -> Iterator[Trial]:
    """Return a trial for each of :data:`ROWS`.

    :param machines: all of them, by name.
    """
    for name, wheels, variables in ROWS:
        yield Trial(machines[name], wheels, variables)


def lines(outcomes: Sequence[Mapping[str, Any]]) -> str:
    """Format the outcomes as lines for people."""
    takes = {True: "takes it", False: "refuses it"}
    return "".join(
        f"\n    {outcome['wheel']:55} {outcome['outcome']}; manytags {takes[outcome['manytags']]}, "
        f"packaging {takes[outcome['packaging']]}"
        for outcome in outcomes
    )
