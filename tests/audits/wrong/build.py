"""Build the small binaries of deliberately wrong wheels: ``python -m tests.audits.wrong.build`` from the repository.

Each is linked with libraries made for it, which have the names, symbols and versions that it should need. So the facts
are the same on any machine with gcc and binutils, whatever its own libraries are. The script needs gcc for x86_64,
aarch64, riscv64 and both 32-bit Arms, as Debian names them.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent

X86, ARM64, RISCV = "x86_64-linux-gnu-gcc", "aarch64-linux-gnu-gcc", "riscv64-linux-gnu-gcc"
HARD, SOFT = "arm-linux-gnueabihf-gcc", "arm-linux-gnueabi-gcc"
V6, V7 = ("-march=armv6+fp", "-marm"), ("-march=armv7-a+simd", "-mfpu=neon")

#: Options for small reproducible files: no start-up code, one segment where possible, no times and no paths.
_OPTIONS = (
    *("-Os", "-s", "-fPIC", "-nostdlib", "-ffreestanding", "-fno-asynchronous-unwind-tables", "-fno-stack-protector"),
    *("-Wl,-z,noseparate-code", "-Wl,-z,max-page-size=4096", "-Wl,-z,norelro", "-Wl,--build-id=none"),
    *("-Wl,--no-as-needed", "-Wl,--hash-style=gnu", "-Wl,--disable-new-dtags", "-fno-ident"),
)


class Binary(NamedTuple):
    """How one binary is made.

    :param compiler: which gcc.
    :param needs: (library, version or nothing, symbol that it takes from there), in order.
    :param source: further C code.
    :param options: further options of the compiler.
    :param shared: a shared object, or else an executable that needs nothing.
    """

    compiler: str
    needs: tuple[tuple[str, str, str], ...] = ()
    source: str = ""
    options: tuple[str, ...] = ()
    shared: bool = True


LIBC, CXX = "libc.so.6", "libstdc++.so.6"
OLD = (LIBC, "GLIBC_2.2.5", "malloc")
MODULE = "void *PyInit__c(void) { return 0; }"

BINARIES = {
    "plain": Binary(X86, (OLD,)),
    "module": Binary(X86, (OLD, ("", "", "PyModule_Create2")), MODULE),
    "memcpy": Binary(X86, (OLD, (LIBC, "GLIBC_2.14", "memcpy"))),
    "glibc-2.43": Binary(X86, (OLD, (LIBC, "GLIBC_2.43", "future"))),
    "glibcxx": Binary(X86, (OLD, (CXX, "GLIBCXX_3.4.32", "_ZSt21ios_base_library_initv"))),
    "xcursor": Binary(X86, (OLD, ("libX11.so.6", "", "XOpenDisplay"), ("libXcursor.so.1", "", "XcursorImageLoad"))),
    "execstack": Binary(X86, (OLD,), options=("-Wl,-z,execstack",)),
    "rpath": Binary(X86, (OLD,), options=("-Wl,-rpath,/home/joe/build/lib:$ORIGIN/../foo.libs",)),
    "libpython": Binary(X86, (OLD, ("libpython3.12.so.1.0", "", "PyList_New")), MODULE),
    "musl": Binary(X86, (("libc.musl-x86_64.so.1", "", "malloc"),)),
    "v3": Binary(X86, (OLD,), options=("-Wl,-z,x86-64-v3",)),
    "static": Binary(X86, source="void _start(void) { for (;;) ; }", options=("-static",), shared=False),
    "aarch64": Binary(ARM64, ((LIBC, "GLIBC_2.17", "malloc"),)),
    "riscv64": Binary(RISCV, ((LIBC, "GLIBC_2.27", "malloc"),), options=("-march=rv64gc",)),
    "riscv64-vector": Binary(RISCV, ((LIBC, "GLIBC_2.27", "malloc"),), options=("-march=rv64gcv",)),
    "armel": Binary(SOFT, ((LIBC, "GLIBC_2.4", "malloc"),)),
    "armv6": Binary(HARD, ((LIBC, "GLIBC_2.4", "malloc"),), options=V6),
    "armv7": Binary(HARD, ((LIBC, "GLIBC_2.4", "malloc"),), options=V7),
}


def missing_compilers(names: tuple[str, ...] = tuple(BINARIES)) -> list[str]:
    """List the compilers that are not installed."""
    return sorted({BINARIES[name].compiler for name in names if not shutil.which(BINARIES[name].compiler)})


def build(name: str) -> bytes:
    """Build one of them."""
    binary = BINARIES[name]
    with tempfile.TemporaryDirectory() as folder:
        return _build(binary, Path(folder))


def _build(binary: Binary, folder: Path) -> bytes:
    machine = [option for option in binary.options if option.startswith("-m")]
    calls = "".join(f"extern void {symbol}(void);\n" for _, _, symbol in binary.needs)
    calls += "void call(void) {{ {} }}\n".format(" ".join(f"{symbol}();" for _, _, symbol in binary.needs))
    libraries = []
    for library in dict.fromkeys(library for library, _, _ in binary.needs if library):
        mine = [(version, symbol) for name, version, symbol in binary.needs if name == library]
        path = folder / library
        code = "".join(f"void {symbol}(void) {{}}\n" for _, symbol in mine)
        named = [f"-Wl,-soname,{library}"]
        if any(version for version, _ in mine):
            script = folder / f"{library}.map"
            script.write_text("".join(f"{version} {{ {symbol}; }};\n" for version, symbol in mine))
            named.append(f"-Wl,--version-script,{script}")
        _compile(binary.compiler, code, path, [*machine, *_OPTIONS, "-shared", *named])
        libraries.append(str(path))
    made = folder / "made"
    kind = ["-shared"] if binary.shared else []
    source = (calls if binary.shared else "") + binary.source
    _compile(binary.compiler, source, made, [*_OPTIONS, *kind, *binary.options], libraries)
    return made.read_bytes()


def _compile(compiler: str, source: str, path: Path, options: list[str], libraries: list[str] | None = None) -> None:
    code = path.with_name(path.name + ".c")
    code.write_text(source)
    command = [compiler, *options, "-w", "-o", str(path), str(code), *(libraries or [])]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    for name in BINARIES:
        data = build(name)
        (HERE / f"{name}.bin").write_bytes(data)
        print(f"{name}: {len(data)} bytes")  # noqa: T201 - the script's output
