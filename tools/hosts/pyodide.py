"""Pyodide, CPython in WebAssembly, under node."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .machines import Machine, Workshop
from .pypi import unpack_npm
from .shell import need, run

VERSIONS = ("0.26.4", "0.29.5", "314.0.7")
"""The last version without platform variables, the last before PEP 783, and one with it."""

# the path of the module is not an argument, since Pyodide uses the first argument as sys.executable
_PROGRAM = """
import {{ readFileSync }} from "node:fs";
const {{ loadPyodide }} = await import({module});
const python = await loadPyodide();
python.runPython(readFileSync(0, "utf8"));
"""


@dataclass(frozen=True)
class Pyodide:
    """One Pyodide."""

    folder: Path
    how: str

    def run(self, script: str) -> str:
        """Run a script in this Pyodide."""
        module = (self.folder / "node_modules/pyodide/pyodide.mjs").as_uri()
        program = _PROGRAM.format(module=json.dumps(module))
        return run([need("node", package="nodejs"), "--input-type=module", "--eval", program], stdin=script)


def prepare(version: str, shop: Workshop) -> Pyodide:
    """Install one version of Pyodide from npm."""
    package = f"pyodide@{version}"
    folder = shop.store.get(f"pyodide-{version}", package, lambda into: unpack_npm(package, into))
    return Pyodide(folder, f"npm's {package}, under node")


def machines() -> Iterator[Machine]:
    """Return a row for each of :data:`VERSIONS`."""
    for version in VERSIONS:
        yield Machine(f"pyodide-{version}", f"Pyodide {version}", partial(prepare, version))
