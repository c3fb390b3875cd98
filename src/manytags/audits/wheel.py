"""The audit of one wheel: what its compiled files need, and whether its tags are true."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO, Literal

from ..binaries import HEADER_SIZE, is_binary, read_binary, read_binary_header
from ..errors import InvalidWheel
from .archive import Archive
from .beside import Beside
from .contents import Contents, is_relevant, read_contents
from .judge import Judge
from .needs import system_needs
from .remarks import binary_remarks, linking_remarks
from .remedies import remedies
from .report import WheelAudit

Depth = Literal["full", "header"]


def audit(
    source: str | os.PathLike[str] | BinaryIO,
    name: str | None = None,
    depth: Depth = "full",
    beside: Iterable[str | os.PathLike[str]] | Beside = (),
    exclude: Iterable[str] = (),
) -> WheelAudit:
    r"""Check what a wheel needs, and whether the tags that it carries are true.

    Nothing is unpacked, loaded or run, and time and memory are bounded whatever the file holds.

    :param source: path of a wheel or of a single ELF file, or a seekable binary stream of one.
    :param name: the wheel's file name, whose tags are judged; by default the last part of the path.
    :param depth: ``header`` reads only the headers of ELF files: the architecture, and the float ABI where the header
        says it. Then a tag that these do not contradict cannot be judged.
    :param beside: what is installed with the wheel: other wheels, and folders as ``site-packages``. A tag that is true
        only with their libraries is true *given* them.
    :param exclude: patterns of libraries that somebody else provides, such as ``libcuda.so.*``.
    :raises InvalidWheel: it cannot be read, is neither a wheel nor an ELF file, or readers would read it differently.
    :raises InvalidBinary: it is a single ELF file, and damaged.

    >>> import io, zipfile
    >>> stream = io.BytesIO()
    >>> with zipfile.ZipFile(stream, "w") as wheel:
    ...     wheel.writestr("foo-1.0.dist-info/WHEEL", "Root-Is-Purelib: true\nTag: py3-none-any\n")
    ...     wheel.writestr("foo-1.0.dist-info/RECORD", "")
    >>> answer = audit(stream, "foo-1.0-py3-none-any.whl")
    >>> answer.is_false, answer.true_tags
    (False, ('any',))

    Rule: :pep:`425`, :pep:`600`, :pep:`656`; the documentation explains what policies promise.
    """
    if depth not in {"full", "header"}:
        raise ValueError(f"depth {depth!r}: expected 'full' or 'header'")
    path = os.fspath(source) if isinstance(source, (str, os.PathLike)) else None
    shown = name or ("<stream>" if path is None else os.path.basename(path))
    around = (beside if isinstance(beside, Beside) else Beside(beside)), tuple(exclude)
    try:
        if not isinstance(source, (str, os.PathLike)):
            return _audit(source, shown, None, depth, around)
        # Opening a FIFO could block forever.
        if not os.path.isfile(source):
            raise InvalidWheel(shown, "it is not a file" if os.path.exists(source) else "there is no such file")
        with open(source, "rb") as stream:
            return _audit(stream, shown, path, depth, around)
    except OSError as error:
        raise InvalidWheel(shown, f"it cannot be read: {error.strerror or error}") from None


def _audit(
    stream: BinaryIO, name: str, path: str | None, depth: Depth, around: tuple[Beside, tuple[str, ...]] | None = None
) -> WheelAudit:
    stream.seek(0)
    head = stream.read(HEADER_SIZE)
    stream.seek(0)
    headers_only = depth == "header"
    # A self-extracting program can be a compiled file and a wheel at once. Installers go by the name.
    if is_binary(head) and not name.lower().endswith(".whl"):
        binary = read_binary_header(head, name) if headers_only else read_binary(stream, name, is_relevant)
        contents = Contents(None, None, None, (binary,), headers_only, tuple(binary_remarks(binary)))
    else:
        contents = read_contents(Archive(stream, name), name, headers_only)
    if around:
        contents = replace(contents, surroundings=around[0].surroundings(contents, around[1]))
    return audit_from_contents(contents, name, path)


def audit_from_contents(contents: Contents, name: str, path: str | None = None) -> WheelAudit:
    """Judge what was read of a wheel. Pure."""
    judge = Judge(contents)
    claims = judge.claims()
    platforms = [tag for tags in (contents.filename, contents.wheel) if tags for tag in tags.platforms]
    return WheelAudit(
        name=name,
        path=path,
        claims=claims,
        true_tags=judge.true_tags,
        remarks=(*contents.remarks, *linking_remarks(contents.linking, platforms)),
        # The claims name the symbols that matter.
        needs=tuple(replace(each, undefined=(), defined_versions=None, defined=()) for each in contents.binaries),
        bundled=tuple(sorted(contents.linking.names)),
        system_needs=system_needs(contents.binaries, contents.linking.names),
        remedies=remedies(contents, claims, name, path),
    )
