"""The folder of ``detect(cache=folder)``: what is in it decides what is installed, and other users may write it."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

import manytags
from manytags import InvalidInput
from manytags.hosts.remembered import _is_own

pytestmark = pytest.mark.skipif(os.name != "posix", reason="about owners and modes of files")
OLDER = "2.5"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a forged answer for this interpreter: of a much older glibc."""
    made = tmp_path / "cache"
    remember(made)
    (entry,) = made.iterdir()
    document = json.loads(entry.read_text())
    document["facts"]["facts"]["glibc"] = {"value": OLDER, "seen": "forged"}
    entry.write_text(json.dumps(document))
    return made


def remember(folder: object) -> str:
    """Ask this interpreter as a new process would; return the glibc of the answer."""
    manytags.clear_cache()
    platform = manytags.detect(sys.executable, cache=folder).platform  # type: ignore[arg-type] # some are wrong
    return "none" if platform.glibc is None else "{}.{}".format(*platform.glibc)


@pytest.fixture(autouse=True)
def _forget() -> None:
    manytags.clear_cache()
    if manytags.detect().platform.glibc is None:
        pytest.skip("no glibc here")


def names(folder: Path) -> list[str]:
    """List a folder."""
    return sorted(os.listdir(folder))


def test_the_forged_answer_is_believed_where_only_this_user_could_write_it(folder: Path) -> None:
    """Otherwise the tests below would show nothing."""
    assert remember(folder) == OLDER


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770, 0o720, 0o702])
def test_a_folder_that_others_may_write(folder: Path, mode: int) -> None:
    """In a shared folder any user of the machine could decide what all others install."""
    folder.chmod(mode)
    before = names(folder)
    assert remember(folder) != OLDER
    assert names(folder) == before


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
def test_an_entry_that_others_may_write(folder: Path, mode: int) -> None:
    """What others may change is not an answer of this user."""
    (entry,) = folder.iterdir()
    entry.chmod(mode)
    assert remember(folder) != OLDER
    assert entry.stat().st_mode & 0o777 == 0o600  # it is replaced


@pytest.mark.parametrize("what", ["folder", "entry"])
def test_what_another_user_owns(folder: Path, what: str) -> None:
    """An entry of a foreign user was believed for ever."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    (entry,) = folder.iterdir()
    os.chown(folder if what == "folder" else entry, 12345, 12345)
    assert remember(folder) != OLDER


def test_owners() -> None:
    """The rule for owners, for those who cannot give files away."""
    status = list(os.stat_result((0o100600, 0, 0, 1, os.geteuid(), 0, 0, 0, 0, 0)))
    assert _is_own(os.stat_result(status))
    status[4] += 1
    assert not _is_own(os.stat_result(status))


def test_an_entry_of_fewer_files(folder: Path) -> None:
    """An entry that names no files would be believed whatever changes."""
    (entry,) = folder.iterdir()
    document = json.loads(entry.read_text())
    entry.write_text(json.dumps({**document, "files": {}}))
    assert remember(folder) != OLDER


def test_a_pipe_as_entry_is_not_waited_for(folder: Path) -> None:
    """Opening a FIFO waits for a writer: the installer would hang."""
    (entry,) = folder.iterdir()
    entry.unlink()
    os.mkfifo(entry)
    assert remember(folder) != OLDER
    assert remember(folder) != OLDER


@pytest.mark.parametrize("target", ["forged", "missing", "/dev/zero", "itself"])
def test_a_link_as_entry(folder: Path, target: str) -> None:
    """A link may lead anywhere, to what never ends too."""
    (entry,) = folder.iterdir()
    entry.rename(folder.parent / "forged")
    entry.symlink_to(entry if target == "itself" else folder.parent / target)
    assert remember(folder) != OLDER
    assert not entry.is_symlink()


def test_a_folder_as_entry_leaves_nothing_behind(folder: Path) -> None:
    """Each call left a temporary file behind."""
    (entry,) = folder.iterdir()
    entry.unlink()
    entry.mkdir()
    for _ in range(3):
        assert remember(folder) != OLDER
        assert names(folder) == [entry.name]


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the answer is written must not litter the folder."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        remember(tmp_path / "cache")
    assert names(tmp_path / "cache") == []


def test_a_long_entry_is_not_read(folder: Path) -> None:
    """A gigabyte of blanks before the answer is not held in memory."""
    (entry,) = folder.iterdir()
    content = entry.read_bytes()
    with entry.open("wb") as stream:
        stream.truncate(1 << 40)  # a sparse file
        stream.seek(0, os.SEEK_END)
        stream.write(content)
    assert remember(folder) != OLDER


@pytest.mark.parametrize("folder", ["\0", "a\0b", b"\0", 3, object(), ["x"], 1.5], ids=repr)
def test_what_is_not_a_folder(folder: object) -> None:
    """A wrong argument is one error of ours, before the interpreter is asked."""
    with pytest.raises(InvalidInput) as caught:
        remember(folder)
    assert caught.value.reason.startswith(("a folder is a path", "no folder has such a path"))


@pytest.mark.parametrize("name", ["x" * 5_000, "\udcff", "a/" * 5_000], ids=["long", "no text", "deep"])
def test_folders_that_cannot_be_made(name: str, tmp_path: Path) -> None:
    """A folder that cannot be made is not an error: the interpreter is asked again."""
    assert remember(os.path.join(tmp_path, name)) == remember(tmp_path / "other")


def test_a_folder_of_bytes(tmp_path: Path) -> None:
    """A path may be bytes, as for every function of ``os``."""
    remember(os.fsencode(tmp_path / "cache"))
    assert len(names(tmp_path / "cache")) == 1


def test_many_writers_at_once(tmp_path: Path) -> None:
    """Sixteen workers that start together must all get the answer, and leave one entry."""
    answers: list[str] = []
    expected = "{}.{}".format(*(manytags.detect().platform.glibc or ()))

    def work() -> None:
        for _ in range(2):
            manytags.clear_cache()
            platform = manytags.detect(sys.executable, cache=tmp_path / "cache").platform
            answers.append("{}.{}".format(*(platform.glibc or ())))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 32
    assert len(names(tmp_path / "cache")) == 1
