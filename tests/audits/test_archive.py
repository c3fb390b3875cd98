"""Archives that zipfile writes. Archives with false data are in ``tests/hostile/test_wheels.py``."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manytags.audits.archive import Archive
from manytags.errors import InvalidWheel

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LETTERS = "abcXYZ019._- é\u4e2d"

parts = st.text(LETTERS, min_size=1, max_size=8).filter(lambda part: part not in {".", ".."})
names = st.lists(parts, min_size=1, max_size=3).map("/".join)
files = st.dictionaries(names, st.tuples(st.binary(max_size=3000), st.sampled_from(METHODS)), max_size=8)


def written(members: dict[str, tuple[bytes, int]], comment: bytes = b"", folders: bool = False) -> io.BytesIO:
    """Write an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.comment = comment
        for name, (data, method) in members.items():
            if folders and "/" in name:
                folder = name.rpartition("/")[0] + "/"
                if folder not in archive.namelist():
                    archive.writestr(folder, b"")
            archive.writestr(name, data, method)
    return stream


@given(files, st.sampled_from([b"", b"hello", b"x" * 65535]), st.booleans())
def test_what_zipfile_writes_reads_back(members: dict[str, tuple[bytes, int]], comment: bytes, folders: bool) -> None:
    """A correct archive must be read, whatever its names, its methods and its comment are."""
    if any(name.startswith(other + "/") for name in members for other in members) or any(
        name[1:2] == ":" for name in members
    ):
        return  # a file that is a folder too
    archive = Archive(written(members, comment, folders), "a.whl")
    assert [member.name for member in archive.members] == list(members)
    heads = {member.name: head for member, head in archive.heads(64)}
    assert heads == {name: data[:64] for name, (data, _) in members.items()}
    for member in archive.members:
        assert archive.read(member, 3000) == members[member.name][0]
    assert {member.name: stream.read() for member, stream in archive.files()} == {
        name: data for name, (data, _) in members.items()
    }


class Pipe(io.BytesIO):
    """A stream that cannot seek, such as a pipe or a socket."""

    def seekable(self) -> bool:
        """Say no."""
        return False


def test_an_archive_that_was_written_to_a_pipe() -> None:
    """A wheel written to a pipe, whose sizes follow the members, must be read too."""
    stream = Pipe()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a", "w") as member:
            member.write(b"x" * 1000)
        archive.writestr("b", b"y" * 1000)
    read = Archive(io.BytesIO(stream.getvalue()), "a.whl")
    assert [read.read(member, 1000) for member in read.members] == [b"x" * 1000, b"y" * 1000]


def test_an_archive_with_fields_of_64_bits() -> None:
    """A wheel whose writer did not know the sizes, and left room for large ones, must be read too."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a", "w", force_zip64=True) as member,
    ):
        member.write(b"x" * 1000)
    read = Archive(stream, "a.whl")
    assert read.read(read.members[0], 1000) == b"x" * 1000


def test_more_than_is_plenty() -> None:
    """A huge member that is read as a whole must not fill the memory."""
    archive = Archive(written({"a": (b"x" * 1000, 8)}), "a.whl")
    with pytest.raises(InvalidWheel) as caught:
        archive.read(archive.members[0], 999)
    assert str(caught.value) == "invalid wheel 'a.whl': 'a': it has 1000 bytes; at most 999 are read"


def test_no_archive() -> None:
    """A user must learn which file is wrong, and what is wrong with it."""
    with pytest.raises(InvalidWheel) as caught:
        Archive(io.BytesIO(b"<html>404</html>"), "a.whl")
    assert str(caught.value) == "invalid wheel 'a.whl': it is not a ZIP archive: it has no end of a central directory"
