"""The audit of one wheel: what its ELF files need, and whether its tags are true."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace

from ..errors import InvalidWheel
from .archive import Archive
from .claims import Claim, claims_from_contents, honest_tags
from .contents import Contents, Remark, condensed, elf_remarks, read_contents
from .elf import ElfNeeds, read_elf, read_elf_header
from .elf_image import MAGIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Literal

    Depth = Literal["full", "header"]

_HEADER = 64


@dataclass(frozen=True, slots=True)
class WheelAudit:
    """What a wheel needs, and whether its tags are true.

    :param name: its file name.
    :param path: where it was read; ``None`` for a stream.
    :param claims: a verdict on every tag in its file name and in ``WHEEL``; none for what is no wheel.
    :param honest_tags: the most widely installable platform tags that are true, one for each libc and architecture.
    :param remarks: what else its maker would want to know.
    :param needs: what its ELF files need, in the order of the archive.
    :param brought: names of the libraries that it brings itself.
    """

    name: str
    path: str | None
    claims: tuple[Claim, ...]
    honest_tags: tuple[str, ...]
    remarks: tuple[Remark, ...]
    needs: tuple[ElfNeeds, ...] = field(repr=False)
    brought: tuple[str, ...] = field(repr=False)

    @property
    def false(self) -> bool:
        """Whether the wheel contradicts a tag that it carries."""
        return any(claim.false for claim in self.claims)

    @property
    def damaged(self) -> bool:
        """Whether some of its ELF files cannot be read."""
        return any(remark.what == "damaged ELF file" for remark in self.remarks)

    @property
    def clean(self) -> bool:
        """Whether all its tags are true and there is nothing to remark."""
        return all(claim.verdict == "true" for claim in self.claims) and not self.remarks

    def to_data(self) -> dict[str, object]:
        """Give it as what JSON can say; ``schemas/audit.schema.json`` describes it."""
        return {
            "manytags_audit": 1,
            "name": self.name,
            "path": self.path,
            "false": self.false,
            "honest_tags": list(self.honest_tags),
            "claims": [
                {**claim._asdict(), "reasons": [reason._asdict() for reason in claim.reasons]} for claim in self.claims
            ],
            "remarks": [remark._asdict() for remark in self.remarks],
            "brought": list(self.brought),
            "needs": [each.to_data() for each in self.needs],
        }

    def to_json(self, indent: int | None = None) -> str:
        """Write it as JSON."""
        return json.dumps(self.to_data(), indent=indent)

    def __str__(self) -> str:
        from .report import report

        return report(self)


def audit(source: str | os.PathLike[str] | BinaryIO, name: str | None = None, depth: Depth = "full") -> WheelAudit:
    r"""Tell what a wheel really needs, and whether the tags that it carries are true.

    Nothing is unpacked, loaded or run, and time and memory are bounded whatever the file holds.

    :param source: path of a wheel or of a single ELF file, or a seekable binary stream of one.
    :param name: the wheel's file name, whose tags are judged; by default the last part of the path.
    :param depth: ``header`` reads no more than the headers of ELF files: architecture, and the float ABI where the
        header says it. What these do not contradict cannot be judged then.
    :raises InvalidWheel: it cannot be read, is no wheel and no ELF file, or readers would read it differently.
    :raises InvalidElf: it is a single ELF file, and damaged.

    >>> import io, zipfile
    >>> stream = io.BytesIO()
    >>> with zipfile.ZipFile(stream, "w") as wheel:
    ...     wheel.writestr("foo-1.0.dist-info/WHEEL", "Root-Is-Purelib: true\nTag: py3-none-any\n")
    ...     wheel.writestr("foo-1.0.dist-info/RECORD", "")
    >>> found = audit(stream, "foo-1.0-py3-none-any.whl")
    >>> found.false, found.honest_tags
    (False, ('any',))

    Rule: :pep:`425`, :pep:`600`, :pep:`656`; what policies promise is told in the documentation.
    """
    if depth not in {"full", "header"}:
        raise ValueError(f"depth {depth!r}: expected 'full' or 'header'")
    path = os.fspath(source) if isinstance(source, (str, os.PathLike)) else None
    shown = name or ("<stream>" if path is None else os.path.basename(path))
    try:
        if not isinstance(source, (str, os.PathLike)):
            return _audit(source, shown, None, depth)
        # A FIFO would wait for somebody who never writes.
        if not os.path.isfile(source):
            raise InvalidWheel(shown, "it is no file" if os.path.exists(source) else "there is no such file")
        with open(source, "rb") as stream:
            return _audit(stream, shown, path, depth)
    except OSError as error:
        raise InvalidWheel(shown, f"it cannot be read: {error.strerror or error}") from None


def _audit(stream: BinaryIO, name: str, path: str | None, depth: Depth) -> WheelAudit:
    stream.seek(0)
    head = stream.read(_HEADER)
    stream.seek(0)
    headers_only = depth == "header"
    # Who appends a wheel to a program has both; by that name installers take the wheel.
    if head[:4] == MAGIC and not name.lower().endswith(".whl"):
        needs = read_elf_header(head, name) if headers_only else condensed(read_elf(stream, name))
        contents = Contents(None, None, None, (needs,), headers_only, tuple(elf_remarks(needs)))
    else:
        contents = read_contents(Archive(stream, name), name, headers_only)
    return audit_from_contents(contents, name, path)


def audit_from_contents(contents: Contents, name: str, path: str | None = None) -> WheelAudit:
    """Judge what was read of a wheel. Pure."""
    honest = honest_tags(contents)
    return WheelAudit(
        name=name,
        path=path,
        claims=claims_from_contents(contents, honest),
        honest_tags=honest,
        remarks=contents.remarks,
        # What symbols there were to say something of stands in the claims.
        needs=tuple(replace(each, undefined=()) if each.undefined else each for each in contents.needs),
        brought=tuple(sorted(contents.brought)),
    )
