"""Ask pip, uv, zipfile, unzip and bsdtar what is in the archives of ``tests/audits/made_archives.py``.

``python -m tests.oracle.archive_readers`` writes their answers to ``data/archive_readers.json``: what each reader
extracts, or that it refuses. uv is asked twice, since it reads a file by its directory, and a download as a stream.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ..audits.made_archives import CASES, INFO, NAME

ANSWERS = Path(__file__).parent / "data" / "archive_readers.json"
REFUSED = "refused"

_ZIPFILE = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])"
_QUIET = "--quiet", "--no-deps", "--no-index", "--target", "{to}"
#: How each reader is started. ``-`` is the archive on standard input.
READERS: dict[str, tuple[str, ...]] = {
    "pip": (sys.executable, "-m", "pip", "install", *_QUIET, "--no-compile", "--no-cache-dir", "{file}"),
    "uv": ("uv", "pip", "install", *_QUIET, "--no-cache", "--python", sys.executable, "{file}"),
    "uv, download": ("uv", "pip", "install", *_QUIET, "--no-cache", "--python", sys.executable, "foo @ {url}"),
    "zipfile": (sys.executable, "-c", _ZIPFILE, "{file}", "{to}"),
    "unzip": ("unzip", "-qq", "-o", "{file}", "-d", "{to}"),
    "bsdtar": ("bsdtar", "-x", "-f", "{file}", "-C", "{to}"),
    "bsdtar, stream": ("bsdtar", "-x", "-f", "-", "-C", "{to}"),
}


def contents(folder: Path) -> dict[str, str]:
    """List what was extracted: files by a digest, links by where they lead, and empty folders."""
    listed = {}
    for root, folders, files in os.walk(folder):
        for name in [*files, *folders]:
            path = Path(root, name)
            place = path.relative_to(folder).as_posix()
            if place.startswith((INFO, ".lock")) or "__pycache__" in place:
                continue  # installers write there
            if path.is_symlink():
                listed[place] = f"link to {path.readlink()}"
            elif path.is_file():
                listed[place] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            elif not path.is_dir():
                listed[place] = "a special file"
    return dict(sorted(listed.items()))


def answer(reader: str, file: Path, url: str) -> dict[str, str] | str:
    """Ask one reader."""
    with tempfile.TemporaryDirectory() as folder:
        values = {"file": str(file), "url": url, "to": folder}
        command = [part.format(**values) for part in READERS[reader]]
        with file.open("rb") as stream:
            done = subprocess.run(
                command,
                check=False,
                stdin=stream,
                capture_output=True,
                timeout=60,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
        # unzip's status is 1 for a warning.
        if done.returncode and not (reader == "unzip" and done.returncode == 1):
            return REFUSED
        return contents(Path(folder))


def ask(readers: tuple[str, ...] = tuple(READERS)) -> dict[str, dict[str, dict[str, str] | str]]:
    """Ask all readers about all archives."""
    with tempfile.TemporaryDirectory() as folder:
        handler = functools.partial(Silent, directory=folder)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        answers: dict[str, dict[str, dict[str, str] | str]] = {}
        for number, (case, data) in enumerate(CASES.items()):
            file = Path(folder, str(number), NAME)
            file.parent.mkdir()
            file.write_bytes(data)
            url = f"http://127.0.0.1:{server.server_port}/{number}/{NAME}"
            answers[case] = {reader: answer(reader, file, url) for reader in readers}
        server.shutdown()
    return answers


class Silent(SimpleHTTPRequestHandler):
    """A server that logs nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def versions() -> dict[str, str]:
    """Return the versions of the readers."""
    commands = {
        "pip": [sys.executable, "-m", "pip", "--version"],
        "uv": ["uv", "--version"],
        "zipfile": [sys.executable, "--version"],
        "unzip": ["unzip", "-v"],
        "bsdtar": ["bsdtar", "--version"],
    }
    texts = {
        name: subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for name, command in commands.items()
    }
    return {name: " ".join(text.splitlines()[0].split()[:3]).rstrip(",") for name, text in texts.items()}


def main() -> None:
    """Write the answers."""
    missing = [name for name in ("uv", "unzip", "bsdtar") if shutil.which(name) is None]
    if missing:
        raise SystemExit(f"archive_readers: not installed: {', '.join(missing)}")
    document = {"versions": versions(), "answers": ask()}
    ANSWERS.write_text(json.dumps(document, indent=1, sort_keys=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
