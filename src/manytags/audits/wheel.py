"""The audit of one wheel: what its compiled files need, and whether its tags are true."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import BinaryIO, Literal

from ..binaries import HEADER_SIZE, LINUX, read_binary, read_binary_header, system_of
from ..errors import InvalidBinary, InvalidWheel
from .archive import Archive
from .beside import Beside
from .contents import RELEVANT, Contents, read_contents, read_foreign_file
from .judge import Judge
from .needs import system_needs
from .remarks import (
    binary_remarks,
    debug_remarks,
    first_remarks,
    foreign_linking_remarks,
    foreign_remarks,
    linking_remarks,
    processor_remarks,
)
from .remedies import remedies
from .report import WheelAudit

Depth = Literal["full", "header"]
Source = str | os.PathLike[str] | BinaryIO | bytes | bytearray | memoryview


def audit(
    source: Source,
    name: str | None = None,
    depth: Depth = "full",
    beside: Iterable[str | os.PathLike[str]] | Beside = (),
    exclude: Iterable[str] = (),
) -> WheelAudit:
    r"""Check what a wheel needs, and whether the tags that it carries are true.

    Nothing is unpacked, loaded or run, and time and memory are bounded whatever the file holds.

    :param source: path of a wheel or of a single compiled file, or a seekable binary stream or the bytes of one.
    :param name: the wheel's file name, whose tags are judged; by default the last part of the path.
    :param depth: ``header`` reads only the headers of compiled files. Those of ELF files say the architecture, and the
        float ABI on most machines; those of Mach-O files the oldest system too, and whether there is a signature. Then
        a tag that these do not contradict cannot be judged.
    :param beside: what is installed with the wheel: wheels, folders of wheels, and folders as ``site-packages``. A tag
        that is true only with their libraries is true *given* them.
    :param exclude: patterns of libraries that somebody else provides, such as ``libcuda.so.*``.
    :raises InvalidWheel: it cannot be read, is neither a wheel nor a compiled file, or readers would read it
        differently.
    :raises InvalidBinary: it is a single compiled file, and damaged.

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
    shown = _shown(source, name)
    contents = contents_of(source, name, depth, beside, exclude)
    try:
        return audit_from_contents(contents, shown, path)
    except InvalidBinary as error:  # its libraries are too many to follow
        raise InvalidWheel(shown, error.reason) from None


def _shown(source: Source, name: str | None) -> str:
    return name or (os.path.basename(source) if isinstance(source, (str, os.PathLike)) else "<stream>")


def contents_of(
    source: Source,
    name: str | None = None,
    depth: Depth = "full",
    beside: Iterable[str | os.PathLike[str]] | Beside = (),
    exclude: Iterable[str] = (),
) -> Contents:
    """Read what an audit judges. Parameters and errors are those of :func:`audit`."""
    shown = _shown(source, name)
    around = beside if isinstance(beside, Beside) else Beside(beside)
    try:
        if not isinstance(source, (str, os.PathLike)):
            contents = _read(_stream(source, shown), shown, depth)
        elif not os.path.isfile(source):  # opening a FIFO could block forever
            raise InvalidWheel(shown, "it is not a file" if os.path.exists(source) else "there is no such file")
        else:
            with open(source, "rb") as stream:
                contents = _read(stream, shown, depth)
        surroundings = around.surroundings(contents, exclude)
        # What was found out about these contents is kept.
        return contents if surroundings == contents.surroundings else replace(contents, surroundings=surroundings)
    except OSError as error:
        raise InvalidWheel(shown, f"it cannot be read: {error.strerror or error}") from None


def _stream(source: BinaryIO | bytes | bytearray | memoryview, name: str) -> BinaryIO:
    """Make a stream of bytes, and refuse what is neither."""
    stream = io.BytesIO(source) if isinstance(source, (bytes, bytearray, memoryview)) else source
    if not all(hasattr(stream, method) for method in ("read", "seek")):
        raise InvalidWheel(name, f"it is of type {type(source).__name__}, not a path, bytes or a binary stream")
    if getattr(stream, "closed", False):
        raise InvalidWheel(name, "it cannot be read: the stream is closed")
    if not isinstance(stream.read(0), bytes):
        raise InvalidWheel(name, "it cannot be read: the stream is not binary")
    return stream


def _read(stream: BinaryIO, name: str, depth: Depth) -> Contents:
    stream.seek(0)
    head = stream.read(HEADER_SIZE)
    stream.seek(0)
    headers_only = depth == "header"
    # A self-extracting program can be a compiled file and a wheel at once. Installers go by the name.
    system = system_of(head)
    if system is None or name.lower().endswith(".whl"):
        return read_contents(Archive(stream, name), name, headers_only)
    if system != LINUX:
        file = read_foreign_file(stream, name, system, not headers_only)
        return Contents(None, None, None, (), headers_only, tuple(foreign_remarks([file])), (file,))
    binary = read_binary_header(head, name) if headers_only else read_binary(stream, name, RELEVANT)
    return Contents(None, None, None, (binary,), headers_only, tuple(binary_remarks(binary)))


def audit_from_contents(contents: Contents, name: str, path: str | None = None) -> WheelAudit:
    """Judge what was read of a wheel. Pure."""
    judge = Judge(contents)
    claims = judge.claims()
    files = chain(contents.binaries, chain.from_iterable(file.slices for file in contents.foreign))
    platforms = [tag for tags in (contents.filename, contents.wheel) if tags for tag in tags.platforms]
    remarks = chain(contents.remarks, linking_remarks(contents.linking, platforms))
    linking = contents.foreign_linking
    remarks = chain(
        remarks,
        foreign_linking_remarks(linking),
        processor_remarks(contents.binaries, contents.foreign, platforms, linking),
    )
    remarks = chain(remarks, debug_remarks(judge.modules))
    return WheelAudit(
        name=name,
        path=path,
        claims=claims,
        true_tags=judge.true_tags,
        remarks=tuple(first_remarks(remarks, name)),
        # The claims name the symbols that matter.
        needs=tuple(replace(each, undefined=(), defined_versions=None, defined=()) for each in files),
        bundled=tuple(sorted(contents.linking.names)),
        system_needs=system_needs(contents.binaries, contents.linking.names),
        remedies=remedies(contents, claims, name, path),
    )
