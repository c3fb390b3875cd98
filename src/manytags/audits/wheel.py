"""The audit of one wheel: what its compiled files need, and whether its tags are true."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace

from ..binaries import HEADER_SIZE, is_binary, read_binary, read_binary_header
from ..documents import json_value
from ..errors import InvalidWheel
from .archive import Archive
from .claims import Claim, Verdict
from .contents import Contents, Remark, RemarkKind, binary_remarks, read_contents, without_irrelevant_symbols
from .judge import Judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Literal

    from ..binaries.binary import Binary

    Depth = Literal["full", "header"]


@dataclass(frozen=True, slots=True)
class WheelAudit:
    """What a wheel needs, and whether its tags are true.

    :param name: its file name.
    :param path: where it was read; ``None`` for a stream.
    :param claims: a verdict on every tag in its file name and in ``WHEEL``; none for a single compiled file.
    :param true_tags: the most widely installable platform tags that are true, one for each libc and architecture.
    :param remarks: what else its maker would want to know.
    :param needs: what its compiled files need, in the order of the archive.
    :param bundled: names of the libraries that it bundles.
    """

    name: str
    path: str | None
    claims: tuple[Claim, ...]
    true_tags: tuple[str, ...]
    remarks: tuple[Remark, ...]
    needs: tuple[Binary, ...] = field(repr=False)
    bundled: tuple[str, ...] = field(repr=False)

    @property
    def is_false(self) -> bool:
        """Whether the wheel contradicts a tag that it carries."""
        return any(claim.is_false for claim in self.claims)

    @property
    def is_damaged(self) -> bool:
        """Whether some of its compiled files cannot be read."""
        return any(remark.kind is RemarkKind.DAMAGED for remark in self.remarks)

    @property
    def is_clean(self) -> bool:
        """Whether all its tags are true and there are no remarks."""
        return all(claim.verdict is Verdict.TRUE for claim in self.claims) and not self.remarks

    def to_data(self) -> dict[str, object]:
        """Return it as values that JSON can hold; ``schemas/audit.schema.json`` describes them."""
        return {
            "manytags_audit": 1,
            "is_false": self.is_false,
            **json_value(replace(self, needs=())),
            "needs": [binary.to_data() for binary in self.needs],
        }

    def to_json(self, indent: int | None = None) -> str:
        """Write it as JSON."""
        return json.dumps(self.to_data(), indent=indent)

    def __str__(self) -> str:
        from .report import report

        return report(self)


def audit(source: str | os.PathLike[str] | BinaryIO, name: str | None = None, depth: Depth = "full") -> WheelAudit:
    r"""Find out what a wheel needs, and whether the tags that it carries are true.

    Nothing is unpacked, loaded or run, and time and memory are bounded whatever the file holds.

    :param source: path of a wheel or of a single ELF file, or a seekable binary stream of one.
    :param name: the wheel's file name, whose tags are judged; by default the last part of the path.
    :param depth: ``header`` reads only the headers of ELF files: the architecture, and the float ABI where the header
        says it. Tags that these do not contradict cannot be judged then.
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
    try:
        if not isinstance(source, (str, os.PathLike)):
            return _audit(source, shown, None, depth)
        # Opening a FIFO could wait for ever.
        if not os.path.isfile(source):
            raise InvalidWheel(shown, "it is not a file" if os.path.exists(source) else "there is no such file")
        with open(source, "rb") as stream:
            return _audit(stream, shown, path, depth)
    except OSError as error:
        raise InvalidWheel(shown, f"it cannot be read: {error.strerror or error}") from None


def _audit(stream: BinaryIO, name: str, path: str | None, depth: Depth) -> WheelAudit:
    stream.seek(0)
    head = stream.read(HEADER_SIZE)
    stream.seek(0)
    headers_only = depth == "header"
    # A self-extracting program can be a compiled file and a wheel at once; installers go by the name.
    if is_binary(head) and not name.lower().endswith(".whl"):
        if headers_only:
            binary = read_binary_header(head, name)
        else:
            binary = without_irrelevant_symbols(read_binary(stream, name))
        contents = Contents(None, None, None, (binary,), headers_only, tuple(binary_remarks(binary)))
    else:
        contents = read_contents(Archive(stream, name), name, headers_only)
    return audit_from_contents(contents, name, path)


def audit_from_contents(contents: Contents, name: str, path: str | None = None) -> WheelAudit:
    """Judge what was read of a wheel. Pure."""
    judge = Judge(contents)
    return WheelAudit(
        name=name,
        path=path,
        claims=judge.claims(),
        true_tags=judge.true_tags,
        remarks=contents.remarks,
        # The claims name the symbols that matter.
        needs=tuple(replace(binary, undefined=()) if binary.undefined else binary for binary in contents.binaries),
        bundled=tuple(sorted(contents.bundled)),
    )
