"""Resolve with pip, and with manytags behind pip; the status is 1 unless both would install the same files.

``python -m tools.downstream.resolve``. It asks an index.
"""

from __future__ import annotations

import json
import subprocess
import sys

#: Together they bring more than 29 distributions, of every kind: pure, for a CPython, abi3, with many platforms.
REQUIREMENTS = (
    "pandas",
    "matplotlib",
    "scikit-learn",
    "cryptography",
    "aiohttp",
    "jinja2",
    "pydantic",
    "grpcio",
    "rich",
)
_PIP = "from pip._internal.cli.main import main; import sys; sys.exit(main())"
_ARGUMENTS = ("install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", "--only-binary", ":all:")


def resolved(program: str) -> dict[str, str]:
    """Return the files that pip would install: name -> URL."""
    command = [sys.executable, "-c", program, *_ARGUMENTS, *REQUIREMENTS]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {item["metadata"]["name"]: item["download_info"]["url"] for item in report["install"]}


def main() -> int:
    """Compare."""
    own, ours = resolved(_PIP), resolved(f"import tools.downstream.pip_engine; {_PIP}")
    for name in sorted(own.keys() | ours.keys()):
        if own.get(name) != ours.get(name):
            print(f"{name}: pip {own.get(name)}, with manytags {ours.get(name)}")
    print(f"{len(own)} distributions, {'the same' if own == ours else 'not the same'}")
    return int(own != ours or len(own) < 29)


if __name__ == "__main__":
    sys.exit(main())
