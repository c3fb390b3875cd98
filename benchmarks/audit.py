"""What an audit costs for 14 real wheels, from 23 kB to 55 MB, compared with auditwheel, elfdeps and pyelftools.

``python benchmarks/audit.py`` measures the manytags that this interpreter has, and the peers that are installed. All
run in one process and in turns, so that a busy machine slows down all of them; the quickest round of each counts, in
processor time. The floor is to read and inflate every member of the wheel with zipfile. Wheels that are not in the
folder yet are fetched by pip. See benchmarks/README.md for details.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import importlib
import io
import json
import os
import platform
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

#: Wheels, smallest first, and the SHA-256 of each. All are from PyPI, of November 2026.
_P312 = "cp312-cp312"
WHEELS = {
    f"markupsafe-3.0.4-{_P312}-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl": (
        "8e124f974786f831d6043728e38296969d3579db8896fe004682f5758e613581"
    ),
    "cryptography-50.0.2-cp311-abi3-manylinux_2_28_x86_64.whl": (
        "4061c0079120205fb760c58acab6443e217307dcf05e3702cf970e0689972856"
    ),
    f"grpcio-1.85.1-{_P312}-manylinux2014_x86_64.manylinux_2_17_x86_64.whl": (
        "a1a72d19c0ab84b4b73b6c47eeaade76d84b1973a51593ff1160a73df33d03d9"
    ),
    f"pandas-3.1.1-{_P312}-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl": (
        "028490c8ac2e03e18c9b08b7f3612e149b03570209bcf741d23833a7a5377ab2"
    ),
    f"numpy-2.5.5-{_P312}-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl": (
        "704d819265e5d1064d932968e9ee85fff2103ccc78c05b878c06943ba27b8507"
    ),
    f"scipy-1.18.1-{_P312}-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl": (
        "f55fa87b6c612ecd6b058f167c53231b1d14e412efe361d3d6e38b3631c73218"
    ),
    f"pyarrow-26.0.1-{_P312}-manylinux_2_28_x86_64.whl": (
        "c718bf97a92a6dea97fd1062c3b9f9e2e83cb9cc926e752289fa4ffff41738f9"
    ),
    "cryptography-50.0.2-cp311-abi3-macosx_11_0_arm64.whl": (
        "fa8f5efb344d6908a1ce62f4a24e2e5780f825d6f53f5f50ec5ffacac72936cb"
    ),
    f"numpy-2.5.5-{_P312}-macosx_14_0_arm64.whl": "a3856a97e48ed8371c680fb04120b99fbcc29f2076ebe6dc3deb34f77947c5ca",
    f"pandas-3.1.1-{_P312}-macosx_11_0_arm64.whl": "3b10ae67d301ea84d0969388557cf8b90ea7870def14fd743614bde890104163",
    f"pyarrow-26.0.1-{_P312}-macosx_12_0_arm64.whl": (
        "217497a51fd41abb74502ba2f4900872e0944c226945c02ee8a1cb4f81df3392"
    ),
    f"numpy-2.5.5-{_P312}-win_amd64.whl": "919eb420662b0b4ba34889df503f3d5329775b0c1d5f7e5f5af4fba8315b1e30",
    f"pandas-3.1.1-{_P312}-win_amd64.whl": "eef35cb3f07dbc8e10e298b8a55ee4aa04d6511f27d5277f13c3df45d3bbef5c",
    f"pyarrow-26.0.1-{_P312}-win_amd64.whl": "9379f0d1056cad6866c4697aec83a15830202ec7e0bd52f8bd508b316260fa61",
}

OURS, HEADER, FLOOR = "manytags", "manytags, header", "floor"
AUDITWHEEL, ELFDEPS, PYELFTOOLS = "auditwheel", "elfdeps", "pyelftools"
#: How many times as long auditwheel must take, at least, for these wheels.
AUDITWHEEL_LIMIT, AUDITWHEEL_WHEELS = 15.0, ("scipy", "pyarrow")
#: How many times as long as the floor an audit may take, for wheels of more bytes than that.
FLOOR_LIMIT, LARGE = 1.5, 10_000_000
#: The share of the floor that headers of wheels for macOS and Windows may take. Most members of numpy and pandas are
#: small: to open one takes longer than to read 64 bytes of it.
FOREIGN_HEADER_LIMIT = 0.25
#: Milliseconds that the header tier may take for any wheel for Linux.
HEADER_LIMIT = 25.0
#: The most megabytes that a process may use at its peak to audit the largest wheel, including its Python.
MEMORY_LIMIT = 60.0
_FOREIGN = {"macosx": "macOS", "win": "Windows"}
#: Those that know wheels for macOS and Windows.
_EVERYWHERE = frozenset({OURS, HEADER, FLOOR})


class Contender(NamedTuple):
    """A way to audit a wheel: ``make`` prepares what does not depend on the wheel."""

    name: str
    make: Callable[[], Callable[[str], object]]
    rounds: int


def needs(module: str) -> Any:  # noqa: ANN401 - each is another
    """Import a module of a peer."""
    return importlib.import_module(module)


def make_ours() -> Callable[[str], object]:
    """Run the whole audit."""
    return needs("manytags").audit  # type: ignore[no-any-return] # it is one


def make_header() -> Callable[[str], object]:
    """Read only the architecture and the float ABI."""
    audit = needs("manytags").audit
    return lambda path: audit(path, depth="header")


def make_floor() -> Callable[[str], object]:
    """Read and inflate all members, and do nothing with them."""

    def read(path: str) -> int:
        with zipfile.ZipFile(path) as archive:
            return sum(len(archive.read(member)) for member in archive.infolist())

    return read


def make_auditwheel() -> Callable[[str], object]:
    """Call what ``auditwheel show`` calls, without its start and its output."""
    abi, tools = needs("auditwheel.wheel_abi"), needs("auditwheel.wheeltools")

    def show(path: str) -> object:
        abi.get_wheel_elfdata.cache_clear()  # it caches the last wheels
        name = os.path.basename(path)
        libc, architecture = tools.get_wheel_libc(name), tools.get_wheel_architecture(name)
        result = abi.analyze_wheel_abi(
            libc, architecture, Path(path), frozenset(), disable_isa_ext_check=False, allow_graft=False
        )
        return result.overall_policy.name

    return show


def make_elfdeps() -> Callable[[str], object]:
    """Do what ``elfdeps`` does with a wheel."""
    elfdeps = needs("elfdeps")

    def scan(path: str) -> object:
        with zipfile.ZipFile(path) as archive:
            return list(elfdeps.analyze_zipfile(archive))

    return scan


def make_pyelftools() -> Callable[[str], object]:
    """Read only the needed libraries and versions of the members named ``*.so*``, with pyelftools."""
    elf_file = needs("elftools.elf.elffile").ELFFile

    def scan(path: str) -> object:
        read = []
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if ".so" not in member.filename:
                    continue
                data = archive.read(member)
                if data[:4] != b"\x7fELF":
                    continue  # a source
                elf = elf_file(io.BytesIO(data))
                dynamic, versions = (elf.get_section_by_name(name) for name in (".dynamic", ".gnu.version_r"))
                if dynamic:
                    read += [tag.needed for tag in dynamic.iter_tags() if tag.entry.d_tag == "DT_NEEDED"]
                for library, listed in versions.iter_versions() if versions else ():
                    read += [(library.name, version.name) for version in listed]
        return read

    return scan


CONTENDERS = (
    Contender(OURS, make_ours, 7),
    Contender(HEADER, make_header, 15),
    Contender(FLOOR, make_floor, 7),
    Contender(ELFDEPS, make_elfdeps, 7),
    Contender(PYELFTOOLS, make_pyelftools, 7),
    Contender(AUDITWHEEL, make_auditwheel, 2),
)


def project(wheel: str) -> str:
    """Return the project of a file, and the system if that is not Linux."""
    system = _FOREIGN.get(wheel.rsplit("-", maxsplit=1)[-1].partition("_")[0])
    return wheel.partition("-")[0] + (f", {system}" if system else "")


def have(folder: Path) -> None:
    """Fetch all missing wheels into a folder, and check the digests of all.

    :raises SystemExit: a wheel cannot be fetched, or has another digest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for wheel, digest in WHEELS.items():
        path = folder / wheel
        if not path.exists():
            version = wheel.split("-")[1]
            # Its own platforms and no others, or pip takes another wheel of the release.
            tags = [f"--platform={tag}" for tag in wheel.removesuffix(".whl").split("-")[-1].split(".")]
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            command += [*tags, "--python-version=3.12", f"--dest={folder}", f"{wheel.partition('-')[0]}=={version}"]
            if subprocess.run(command, check=False).returncode:
                raise SystemExit(2)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            print(f"audit.py: {path} is not the wheel that is measured", file=sys.stderr)
            raise SystemExit(2)


def installed() -> dict[str, tuple[str, Callable[[str], object]]]:
    """List the installed contenders: their versions, and the functions that audit a wheel."""
    contenders = {}
    for contender in CONTENDERS:
        name = contender.name.partition(",")[0]
        try:
            version = platform.python_version() if name == FLOOR else ""
            version = version or (needs(name).__version__ if name == OURS else metadata.version(name))
            contenders[contender.name] = version, contender.make()
        except (ImportError, AttributeError, metadata.PackageNotFoundError) as error:
            print(f"not measured: {contender.name}: {error}", file=sys.stderr)
    return contenders


def seconds(look: Callable[[str], object], path: str) -> float:
    """Time one audit of a wheel: the processor time of this process and of those that it starts."""
    gc.collect()
    gc.disable()
    children = os.times()
    start = process_time()
    # Some print and log.
    with contextlib.redirect_stdout(io.StringIO()):
        look(path)
    taken = process_time() - start
    gc.enable()
    after = os.times()
    return taken + (after.children_user - children.children_user) + (after.children_system - children.children_system)


def measure(folder: Path, present: dict[str, tuple[str, Callable[[str], object]]]) -> list[dict[str, Any]]:
    """Measure all contenders in turns."""
    rows = []
    for wheel in WHEELS:
        path = str(folder / wheel)
        best: dict[str, float] = {}
        # Short audits are measured more often, so that their quickest round is as reliable.
        times = 1 if os.path.getsize(path) > LARGE else 4
        for turn in range(times * max(contender.rounds for contender in CONTENDERS)):
            for name, _, rounds in CONTENDERS:
                if name in present and turn < times * rounds and ("," not in project(wheel) or name in _EVERYWHERE):
                    best[name] = min(best.get(name, float("inf")), seconds(present[name][1], path))
        rows.append({"wheel": project(wheel), "bytes": os.path.getsize(path), "seconds": best})
    return rows


#: VmHWM and not ru_maxrss, which starts at the memory of the parent process.
_PEAK = """
import sys, manytags
if len(sys.argv) > 1:
    manytags.audit(sys.argv[1])
else:
    manytags.audit
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def peak(*paths: str) -> float | None:
    """Return the peak megabytes of a process that audits one wheel; without a wheel, those of the imports."""
    if not os.path.exists("/proc/self/status"):
        return None
    done = subprocess.run([sys.executable, "-c", _PEAK, *paths], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def broken_limits(rows: list[dict[str, Any]], memory: float | None) -> list[str]:
    """List the limits that do not hold."""
    failures = []
    for row in rows:
        wheel, took = row["wheel"], row["seconds"]
        ours = took[OURS]
        if AUDITWHEEL in took and wheel in AUDITWHEEL_WHEELS and took[AUDITWHEEL] < AUDITWHEEL_LIMIT * ours:
            ratio = took[AUDITWHEEL] / ours
            failures.append(
                f"LIMIT: {wheel}: {AUDITWHEEL} takes {ratio:.1f} times as long; at least {AUDITWHEEL_LIMIT:g}"
            )
        if ELFDEPS in took and took[ELFDEPS] < ours:
            failures.append(f"LIMIT: {wheel}: {ELFDEPS} is quicker, {took[ELFDEPS] * 1e3:.1f} and {ours * 1e3:.1f} ms")
        is_foreign = "," in wheel
        if (is_foreign or row["bytes"] > LARGE) and ours > FLOOR_LIMIT * took[FLOOR]:
            failures.append(f"LIMIT: {wheel}: {ours / took[FLOOR]:.2f} times the floor; at most {FLOOR_LIMIT:g}")
        if is_foreign and took[HEADER] > FOREIGN_HEADER_LIMIT * took[FLOOR]:
            share = took[HEADER] / took[FLOOR]
            failures.append(f"LIMIT: {wheel}: headers take {share:.2f} of the floor; at most {FOREIGN_HEADER_LIMIT:g}")
        if not is_foreign and took[HEADER] * 1e3 > HEADER_LIMIT:
            failures.append(f"LIMIT: {wheel}: {took[HEADER] * 1e3:.1f} ms for the headers; at most {HEADER_LIMIT:g}")
    if memory is not None and memory > MEMORY_LIMIT:
        failures.append(f"LIMIT: {memory:.0f} MB; at most {MEMORY_LIMIT:g}")
    return failures


def report(rows: list[dict[str, Any]], present: dict[str, tuple[str, Callable[[str], object]]]) -> list[str]:
    """Format the numbers for people: milliseconds, and multiples of the audit's time."""
    names = [contender.name for contender in CONTENDERS if contender.name in present]
    lines = [
        f"CPython {platform.python_version()}, {platform.machine()}: milliseconds of processor time, and in audits",
        ", ".join(f"{name} {present[name][0]}" for name in names if name not in {HEADER, FLOOR}),
        "",
        f"{'':22}{'MB':>6}{OURS:>10}" + "".join(f"{name:>20}" for name in names[1:]),
    ]
    for row in rows:
        took = row["seconds"]
        cells = [f"{took[name] * 1e3:>13.1f}{took[name] / took[OURS]:>7.2f}" for name in names[1:] if name in took]
        lines.append(f"{row['wheel']:22}{row['bytes'] / 1e6:>6.1f}{took[OURS] * 1e3:>10.1f}{''.join(cells)}")
    return lines


def main() -> int:
    """Measure, print and write. The status is 1 if a limit does not hold, 2 if nothing can be measured."""
    parser = argparse.ArgumentParser(description="What an audit costs, beside the peers that are installed.")
    parser.add_argument(
        "--wheels",
        metavar="FOLDER",
        type=Path,
        default=os.environ.get("MANYTAGS_WHEELS") or Path.home() / ".cache" / "manytags" / "wheels",
        help="where the wheels are, or are fetched to; by default ~/.cache/manytags/wheels, or MANYTAGS_WHEELS",
    )
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    arguments = parser.parse_args()
    folder = Path(arguments.wheels)
    have(folder)
    bare = peak()
    peaks = {wheel: peak(str(folder / wheel)) for wheel in WHEELS if project(wheel).startswith("pyarrow")}
    memory = max(filter(None, peaks.values()), default=None)
    present = installed()
    if OURS not in present:
        print("audit.py: needs manytags", file=sys.stderr)
        return 2
    rows = measure(folder, present)
    print("\n".join(report(rows, present)))
    for wheel, megabytes in peaks.items():
        if bare is not None and megabytes is not None:
            print(
                f"\n{project(wheel)}: {megabytes:.1f} MB at the peak, of which {bare:.1f} before it is opened", end=""
            )
    if arguments.json:
        versions = {name: version for name, (version, _) in present.items()}
        document = {"python": platform.python_version(), "versions": versions, "rows": rows, "peak": memory}
        Path(arguments.json).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    failures = broken_limits(rows, memory)
    print("\n".join(["", *failures]) if failures else "\nall limits hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
