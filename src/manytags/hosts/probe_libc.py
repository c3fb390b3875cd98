"""Find the C library where ``os.confstr`` does not report glibc: musl, or a glibc that is asked by ctypes.

Part of the probe: it runs on Python 3.6 and imports the standard library only.
"""

import os

_MAX_MAPS = 1048576
_MAX_LIBC = 16777216
_MUSL_TIMEOUT = 5  # seconds
_MAX_ANSWER = 4096


def glibc_version_by_ctypes(unseen: "list[str]") -> "str | None":
    """Ask the glibc that is loaded.

    :param unseen: receives what could not be observed.
    """
    try:
        import ctypes

        function = ctypes.CDLL(None).gnu_get_libc_version
    except (ImportError, OSError, AttributeError) as error:
        unseen.append("glibc: no confstr, and ctypes: {}".format(error))
        return None
    function.restype = ctypes.c_char_p
    version: bytes = function()
    return version.decode("ascii", "replace")


def musl_version(loader: str, executable: str, unseen: "list[str]") -> "tuple[str, str] | None":
    """Read the version in the musl that this process maps, or in the one that the executable names.

    :param loader: PT_INTERP of the executable; empty where there is none.
    :param executable: its path.
    :param unseen: receives what could not be observed.
    :returns: the version, and where it was seen.
    """
    candidates = [(path, "mapped by this process") for path in mapped_libcs()]
    if os.path.basename(loader).startswith("ld-musl-"):
        candidates.append((loader, "PT_INTERP of {}".format(executable)))
    for path, where in candidates:
        try:
            with open(path, "rb") as stream:
                version = musl_version_in(stream.read(_MAX_LIBC))
        except OSError as error:
            unseen.append("musl in {}: {}".format(path, error))
            continue
        if version:
            return version, "text of {}, {}".format(path, where)
    for path, where in candidates:
        version = musl_version_by_running(path)
        if version:
            return version, "answer of {}, {}".format(path, where)
    return None


def mapped_libcs() -> "list[str]":
    """List the mapped files that may be musl, whose libc and loader are a single file with several names."""
    try:
        with open("/proc/self/maps", "rb") as stream:
            lines = stream.read(_MAX_MAPS).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    paths = []
    for line in lines:
        path = line[line.find("/") :] if "/" in line else ""
        name = os.path.basename(path)
        musl = name.startswith(("ld-musl-", "libc.musl-")) or name == "libc.so"
        if musl and path not in paths:
            paths.append(path)
    return paths


def musl_version_in(data: bytes) -> "str | None":
    """Find musl's version in the bytes of its libc: the only text ``X.Y.Z`` that a zero byte ends.

    The bytes before it belong to another constant: zero bytes on most architectures, any number on i386. They never
    belong to a longer word such as ``LINUX_2.6.39``.
    """
    if b"musl libc (" not in data:
        return None
    versions = []
    for digit in b"123456789":
        start = data.find(b"%c." % digit)
        while start >= 0:
            text = version_at(data, start)
            if text and text not in versions:
                versions.append(text)
                if len(versions) > 1:
                    return None
            start = data.find(b"%c." % digit, start + 1)
    return versions[0] if versions else None


def version_at(data: bytes, start: int) -> "str | None":
    """Read a text ``X.Y.Z`` or ``X.Y.Z-git...`` that begins at an offset and ends with a zero byte."""
    end = data.find(b"\0", start, start + 64)
    before = data[start - 1 : start].decode("latin-1")
    if end < 0 or before.isalnum() or before in ("_", ".", "-", "/"):
        return None
    text = data[start:end].decode("ascii", "replace")
    numbers = text.split("-")[0].split(".")
    return text if len(numbers) == 3 and all(number.isdigit() for number in numbers) else None


def musl_version_by_running(path: str) -> "str | None":
    """Run the loader as a last resort: it prints its version when it is given nothing to load."""
    name = os.path.basename(path)
    if not (name.startswith("ld-musl-") and name.endswith(".so.1")):
        return None
    import subprocess

    try:
        process = subprocess.Popen(  # noqa: S603 - the loader of the running process
            [path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={}
        )
    except (OSError, subprocess.SubprocessError):
        return None
    try:
        answer = first_bytes(process.stderr.fileno(), _MAX_ANSWER, _MUSL_TIMEOUT) if process.stderr else b""
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()
    for line in answer.decode("ascii", "replace").splitlines():
        if line.startswith("Version "):
            return line[len("Version ") :].strip() or None
    return None


def first_bytes(descriptor: int, limit: int, timeout: float) -> bytes:
    """Read until the end, a number of bytes, or a number of seconds."""
    import select
    import time

    deadline = time.monotonic() + timeout
    data = b""
    while len(data) < limit:
        if not select.select([descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
            break
        piece = os.read(descriptor, limit - len(data))
        if not piece:
            break
        data += piece
    return data
