"""Small real wheels for any processor: one C module, compiled by zig without Python's headers.

The module's ``half`` is 0.5, computed by the C library and passed to Python. It is wrong if the two do not agree on how
floats are passed. Its ``number`` is a constant that ARMv7 code makes with instructions that ARMv6 does not have.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .cpython import ZIG, zig
from .machines import Workshop
from .shell import beside, run

PYTHON_TAG = "cp39-abi3"
"""The tag that every CPython since 3.9 takes."""
MODULE = "proof.abi3.so"

#: The parts of Python.h that the module needs. All are in the limited API, so one file works in every CPython 3.
_SOURCE = """
struct definition {
    long refcnt; void *type, *init; long index; void *copy;
    const char *name, *doc; long size; void *methods, *slots, *traverse, *clear, *free;
};
extern void *PyModule_Create2(struct definition *, int);
extern int PyModule_AddObject(void *, const char *, void *);
extern int PyModule_AddIntConstant(void *, const char *, long);
extern void *PyFloat_FromDouble(double);
extern double strtod(const char *, char **);

static struct definition proof = {1, 0, 0, 0, 0, "proof", 0, -1};

void *PyInit_proof(void) {
    void *module = PyModule_Create2(&proof, 3);
    if (module) {
        PyModule_AddObject(module, "half", PyFloat_FromDouble(strtod("0.25", 0) * 2));
        PyModule_AddIntConstant(module, "number", 0x12345678);
    }
    return module;
}
"""


@dataclass(frozen=True)
class Code:
    """A target that the module is compiled for."""

    name: str
    """The project name of the wheels."""
    zig: str
    """zig's name of the target. For glibc the version follows: 2.17 is that of manylinux2014."""
    options: tuple[str, ...] = ()

    def wheel(self, platform: str) -> str:
        """Return the file name of the wheel with this code and a platform tag."""
        return f"{self.name}-1-{PYTHON_TAG}-{platform}.whl"


def module(shop: Workshop, code: Code) -> bytes:
    """Compile the module."""
    command = ["cc", "-target", code.zig, *code.options, "-shared", "-fPIC", "-O1", "-s"]

    def build(into: Path) -> None:
        compiler, variables = zig(shop)
        source = into / "proof.c"
        source.write_text(_SOURCE)
        run([compiler, *command, "-o", into / MODULE, source], environment=beside(variables))

    recipe = "\n".join([ZIG, *command, _SOURCE])
    return (shop.store.get(f"proof-{code.name}", recipe, build) / MODULE).read_bytes()


def wheel(shop: Workshop, code: Code, platform: str) -> bytes:
    """Make a wheel with this code and a platform tag, right or wrong, in its name."""
    tag = f"{PYTHON_TAG}-{platform}"
    info = f"{code.name}-1.dist-info"
    files = {
        MODULE: module(shop, code),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {code.name}\nVersion: 1\n".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tools.hosts\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
    }
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:  # not compressed: not every Python there has zlib
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return stream.getvalue()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
