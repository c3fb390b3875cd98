"""The audit of a single file: by its path, as a stream, in full or by its headers."""

from __future__ import annotations

import email
import io
import zipfile
from pathlib import Path

import pytest

import manytags
from manytags import WheelAudit, audit
from manytags.errors import InvalidBinary, InvalidWheel

from .wrong.wheels import INFO, binary, wheel

NAME = "foo-1.0-py3-none-manylinux1_x86_64.whl"
LIB = "foo/libfoo.so"


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(data)
    return path


def test_bytes_are_a_wheel() -> None:
    """What a server holds in memory can be audited as it is."""
    data = wheel(NAME, {LIB: binary("memcpy")})
    expected = audit(io.BytesIO(data), NAME)
    assert [audit(form(data), NAME) for form in (bytes, bytearray, memoryview)] == [expected] * 3


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (3, "of type int, not a path, bytes or a binary stream"),
        (None, "of type NoneType"),
        (io.StringIO("PK"), "the stream is not binary"),
        (b"PK", "not a ZIP archive"),
    ],
)
def test_what_is_no_source(source: object, reason: str) -> None:
    """A mistake of the caller must be our error at once, not a traceback from inside or a read of standard input."""
    with pytest.raises(InvalidWheel, match=reason):
        audit(source, NAME)  # type: ignore[arg-type] # that is the mistake


def test_a_closed_stream() -> None:
    """A stream that was closed too early must be named as the problem, not the wheel."""
    stream = io.BytesIO(b"")
    stream.close()
    with pytest.raises(InvalidWheel, match="the stream is closed"):
        audit(stream, NAME)


def test_a_path_and_a_stream_say_the_same(tmp_path: Path) -> None:
    """A wheel in memory can be audited without writing it to a disk."""
    data = wheel(NAME, {LIB: binary("memcpy")})
    path = put(tmp_path, NAME, data)
    by_path, as_stream = audit(path), audit(io.BytesIO(data), NAME)
    assert (by_path.name, by_path.path, as_stream.path) == (NAME, str(path), None)
    assert (by_path.claims, by_path.needs, by_path.remarks) == (as_stream.claims, as_stream.needs, as_stream.remarks)
    assert audit(str(path)) == by_path


def test_a_stream_is_read_from_its_beginning() -> None:
    """A stream that was just written is at its end, and must be read from its beginning."""
    stream = io.BytesIO()
    stream.write(wheel(NAME, {LIB: binary("plain")}))
    assert audit(stream, NAME).is_clean


def test_a_name_of_ones_own(tmp_path: Path) -> None:
    """The caller can name the wheel, since a downloaded file may have another name than on the index."""
    path = put(tmp_path, "download.tmp", wheel(NAME, {LIB: binary("plain")}))
    answer = audit(path, NAME)
    assert answer.is_clean
    (remark,) = audit(path).remarks
    assert (remark.file, str(remark.kind)) == ("download.tmp", "file name")
    assert {claim.where for claim in audit(path).claims} == {("WHEEL",)}


def test_states() -> None:
    """False, damaged and clean are separate answers, so that a caller can choose which of them to refuse."""
    for files, false, damaged, clean in (
        ({LIB: binary("plain")}, False, False, True),
        ({LIB: binary("memcpy")}, True, False, False),
        ({LIB: binary("plain")[:100]}, False, True, False),
        ({LIB: binary("rpath")}, False, False, False),
        ({"foo/a.py": b""}, False, False, False),  # any would be true too
    ):
        answer = audit(io.BytesIO(wheel(NAME, files)), NAME)
        assert (answer.is_false, answer.is_damaged, answer.is_clean) == (false, damaged, clean), files


def test_a_single_elf_file(tmp_path: Path) -> None:
    """A user can learn which tags a file allows before there is a wheel."""
    answer = audit(put(tmp_path, "libfoo.so", binary("memcpy")))
    assert (answer.claims, answer.true_tags) == ((), ("manylinux_2_17_x86_64",))
    assert [code.name for code in answer.needs] == ["libfoo.so"]
    assert audit(tmp_path / "libfoo.so", depth="header").true_tags == ()
    with pytest.raises(InvalidBinary, match=r"libfoo\.so"):
        audit(put(tmp_path, "libfoo.so", binary("memcpy")[:100]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a ZIP archive"),
        (b"MZ", "not a ZIP archive"),
        (wheel(NAME, {}, tags=[]), "lists no tag"),
    ],
)
def test_no_wheel(data: bytes, reason: str) -> None:
    """Every file that is not a wheel causes the same error, which says why."""
    with pytest.raises(InvalidWheel, match=reason) as caught:
        audit(io.BytesIO(data), NAME)
    assert str(caught.value).startswith(f"invalid wheel '{NAME}': ")
    assert isinstance(caught.value, manytags.ManytagsError)


def test_an_unknown_depth() -> None:
    """A mistyped depth must not mean the default."""
    with pytest.raises(ValueError, match="depth 'deep'"):
        audit(io.BytesIO(b""), depth="deep")  # type: ignore[arg-type] # what is tested


def test_where_root_is_not() -> None:
    """The folders in ``*.data`` say where their files are installed."""
    name = "foo-1.0-py3-none-manylinux1_x86_64.whl"
    for path, false, remarks in (
        ("foo-1.0.data/platlib/libfoo.so", False, set()),
        ("foo-1.0.data/purelib/libfoo.so", False, {"purelib"}),
        ("foo.data", True, set()),
        (".data", True, set()),
    ):
        answer = audit(io.BytesIO(wheel(name, {path: binary("plain")}, purelib=True)), name)
        assert answer.is_false is false, path
        assert {str(remark.kind) for remark in answer.remarks} == remarks, path


def test_what_is_brought() -> None:
    """A host need not have the libraries that a wheel bundles, so a user must learn their names."""
    answer = audit(io.BytesIO(wheel(NAME, {LIB: binary("plain"), "foo.libs/a": binary("plain")})), NAME)
    assert answer.bundled == ("a", "libfoo.so")


def test_a_record_that_is_not_there() -> None:
    """Installers refuse a wheel without RECORD, or cannot uninstall it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"{INFO}/WHEEL", "Root-Is-Purelib: true\nTag: py3-none-any\n")
    answer = audit(stream, "foo-1.0-py3-none-any.whl")
    assert [str(remark) for remark in answer.remarks] == [f"{INFO}/RECORD: RECORD: there is none"]


def test_case_and_space_in_wheel_files() -> None:
    """Keys of WHEEL may be in any case, and values may have spaces around them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        text = "wheel-version: 1.0\r\nroot-is-purelib:  TRUE \r\ntag:   PY3-none-any \r\nTag: py2-none-any\r\n"
        archive.writestr(f"{INFO}/WHEEL", text)
        archive.writestr(f"{INFO}/RECORD", "")
        archive.writestr("foo/_c.abi3.so", binary("plain"))
    answer = audit(stream, "foo-1.0-py2.py3-none-any.whl")
    assert [(str(claim.kind), claim.tag, str(claim.verdict)) for claim in answer.claims if claim.is_false] == [
        ("ABI tag", "none", "claims too much"),
        ("platform tag", "any", "claims too much"),
        ("Root-Is-Purelib", "true", "claims too much"),
    ]
    assert {str(remark.kind) for remark in answer.remarks} == {"missing from RECORD", "WHEEL"}


def audit_of(wheel: bytes) -> WheelAudit:
    """Audit a pure wheel with these bytes as its ``WHEEL``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"{INFO}/WHEEL", wheel)
        archive.writestr(f"{INFO}/RECORD", "")
    return audit(stream, "foo-1.0-py3-none-any.whl")


HEAD = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"


@pytest.mark.parametrize(
    "wheel",
    [
        HEAD + b"Tag: py3-none-any\n\nTag: py2-none-any\n",
        HEAD + b"Tag: py3-none-any\rX: 1\r",
        b"From the builder\n" + HEAD + b"Tag:py3-none-any",
        HEAD + b"Root-Is-Purelib: false\nTag: py3-none-any\nTag: py3-none-any",
        HEAD + "Tag: py3-none-any\nGenerator: \N{SNOWMAN}\x0bTag: py2-none-any\x85Tag: x\n".encode(),
        HEAD + b"Tag:\n py3-none-any\n",
        HEAD + b"tAG:\tpy3-none-any\nno header\nTag: py2-none-any",
    ],
    ids=["a body", "CR", "From", "twice", "other line ends", "a continued line", "a line without a colon"],
)
def test_wheel_files_are_read_as_email_reads_them(wheel: bytes) -> None:
    """A tag that installers do not see must not be judged, and one that they see must be."""
    seen = [tag.strip() for tag in email.message_from_string(wheel.decode()).get_all("Tag", [])]
    assert set(seen) == {"py3-none-any"}
    answer = audit_of(wheel)
    assert (answer.is_clean, [claim.tag for claim in answer.claims]) == (True, ["py3", "none", "any"])


@pytest.mark.parametrize(
    ("wheel", "reason"),
    [
        (b"\n" + HEAD + b"Tag: py3-none-any\n", "it lists no tag"),
        ("\ufeff".encode() + HEAD + b"Tag: py3-none-any\n", "it lists no tag"),
        (HEAD + b"Tag: py3-none-any\nAuthor: J\xf6rg\n", "it is not UTF-8"),
    ],
    ids=["a blank first line", "a byte order mark", "Latin 1"],
)
def test_wheel_files_that_installers_cannot_read(wheel: bytes, reason: str) -> None:
    """pip refuses these: a wheel must not be called clean that cannot be installed."""
    with pytest.raises(InvalidWheel, match=reason):
        audit_of(wheel)


def test_more_tags_than_any_wheel_has() -> None:
    """A flood of tags costs little, is not judged as a whole, and is not taken for a damaged wheel."""
    answer = audit_of(HEAD + b"".join(b"Tag: py3-none-manylinux_2_%d_x86_64\n" % number for number in range(3000)))
    assert [str(remark.kind) for remark in answer.remarks] == ["not read", "tags disagree"]
    assert {str(claim.verdict) for claim in answer.claims} == {"cannot judge"}
    assert len(answer.claims) < 3000


def test_values_that_installers_disagree_on() -> None:
    """pip takes ``True`` for true, installer does not; a space at the end makes it false for pip, and not for uv."""
    for value in ("True", "true ", "yes", ""):
        answer = audit_of(f"Wheel-Version: 1.0\nRoot-Is-Purelib: {value}\nTag: py3-none-any\n".encode())
        assert [str(remark.kind) for remark in answer.remarks] == ["WHEEL"], value
