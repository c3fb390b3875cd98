"""Which C library runs, where glibc's ``confstr`` did not tell: musl, or a glibc asked by ctypes.

Part of the probe: it runs on Python 3.6 and imports the standard library only.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .probe import Sight

_MAX_MAPS = 1048576
_MAX_LIBC = 16777216
_MUSL_TIMEOUT = 5  # seconds
_MAX_ANSWER = 4096


def see_glibc_by_ctypes(sight: "Sight") -> None:
    """Ask the glibc that is loaded, where ``confstr`` is missing or does not say."""
    try:
        import ctypes

        function = ctypes.CDLL(None).gnu_get_libc_version
    except (ImportError, OSError, AttributeError) as error:
        sight.miss("glibc", "no confstr, and ctypes: {}".format(error))
        return
    function.restype = ctypes.c_char_p
    sight.put("glibc", function().decode("ascii", "replace"), "ctypes gnu_get_libc_version()")


def see_musl(sight: "Sight") -> bool:
    """Find the musl that is mapped, else the one that the ELF header names, and its version in that file's text."""
    loader = str(sight.facts.get("elf_interpreter") or "")
    candidates = [(path, "mapped by this process") for path in mapped_libcs()]
    if os.path.basename(loader).startswith("ld-musl-"):
        candidates.append((loader, "PT_INTERP of {}".format(sight.facts["elf_path"])))
    for path, where in candidates:
        try:
            with open(path, "rb") as stream:
                version = musl_version_in(stream.read(_MAX_LIBC))
        except OSError as error:
            sight.miss("musl in {}".format(path), error)
            continue
        if version:
            sight.put("musl", version, "text of {}, {}".format(path, where))
            return True
    for path, where in candidates:
        version = musl_version_by_running(path)
        if version:
            sight.put("musl", version, "answer of {}, {}".format(path, where))
            return True
    return False


def mapped_libcs() -> "list[str]":
    """List mapped files that may be musl's libc, which is its own loader and is called by either name."""
    try:
        with open("/proc/self/maps", "rb") as stream:
            lines = stream.read(_MAX_MAPS).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        path = line[line.find("/") :] if "/" in line else ""
        name = os.path.basename(path)
        musl = name.startswith(("ld-musl-", "libc.musl-")) or name == "libc.so"
        if musl and path not in found:
            found.append(path)
    return found


def musl_version_in(data: bytes) -> "str | None":
    """Find musl's version in the bytes of its libc: the one text ``X.Y.Z`` that a zero byte ends.

    What stands before it is another constant: zero bytes on most architectures, any number on i386, but not the rest of
    a longer word such as ``LINUX_2.6.39``.
    """
    if b"musl libc (" not in data:
        return None
    found = []
    for digit in b"123456789":
        start = data.find(b"%c." % digit)
        while start >= 0:
            text = version_at(data, start)
            if text and text not in found:
                found.append(text)
                if len(found) > 1:
                    return None
            start = data.find(b"%c." % digit, start + 1)
    return found[0] if found else None


def version_at(data: bytes, start: int) -> "str | None":
    """Read a text ``X.Y.Z`` or ``X.Y.Z-git...`` that begins here and ends with a zero byte."""
    end = data.find(b"\0", start, start + 64)
    before = data[start - 1 : start].decode("latin-1")
    if end < 0 or before.isalnum() or before in ("_", ".", "-", "/"):
        return None
    text = data[start:end].decode("ascii", "replace")
    numbers = text.split("-")[0].split(".")
    return text if len(numbers) == 3 and all(number.isdigit() for number in numbers) else None


def musl_version_by_running(path: str) -> "str | None":
    """Ask the loader itself, the last resort: it prints its version when it is given nothing to load."""
    name = os.path.basename(path)
    if not (name.startswith("ld-musl-") and name.endswith(".so.1")):
        return None
    import subprocess

    try:
        process = subprocess.Popen(  # noqa: S603 - a path that the running process was loaded by
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
    """Read what comes until it ends, is long enough, or takes too long."""
    import select
    import time

    deadline = time.monotonic() + timeout
    found = b""
    while len(found) < limit:
        if not select.select([descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
            break
        piece = os.read(descriptor, limit - len(found))
        if not piece:
            break
        found += piece
    return found
