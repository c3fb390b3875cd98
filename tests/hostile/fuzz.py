"""Every entrance for strangers' bytes: each gives a value or an error of ours, whatever comes.

``python -m tests.hostile.fuzz ENTRANCE -max_total_time=300`` searches by coverage (atheris, libFuzzer); ``nox -s fuzz``
does it for all. What it finds is kept in ``corpus/ENTRANCE``, and ``test_fuzz.py`` reads it at each run of the tests.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import manytags
from manytags import Census, Facts, ManytagsError, Target
from manytags.loaders.ld_cache import Code, LdCache

if TYPE_CHECKING:
    from collections.abc import Callable

    Entrance = Callable[[bytes], object]

CORPUS = Path(__file__).parent / "corpus"
TARGET = manytags.target("cp312", "manylinux_2_28_x86_64")
#: Longest input that is searched, in bytes; seconds and megabytes that one may take.
LONGEST, SECONDS, MEGABYTES = 65_536, 2, 200


def _text(use: Callable[[str], object]) -> Entrance:
    return lambda data: use(data.decode("utf-8", "surrogateescape"))


def _lines(use: Callable[[list[str]], object]) -> Entrance:
    return _text(lambda text: use(text.split("\n")))


def _relevant(text: str) -> object:
    requires, _, rest = text.partition("\n")
    return list(manytags.relevant(rest.split("\n"), requires_python=requires, on_invalid="ignore"))


#: Name -> what reads the bytes.
ENTRANCES: dict[str, Entrance] = {
    "tag": _text(manytags.parse_tag),
    "platform": _text(manytags.parse_platform),
    "python_tag": _text(manytags.parse_python_tag),
    "abi": _text(manytags.parse_abi),
    "wheel_filename": _text(manytags.parse_wheel_filename),
    "rank": _text(lambda text: manytags.rank(text, TARGET)),
    "explain": _text(lambda text: str(manytags.explain(text, TARGET))),
    "sort": _lines(lambda names: manytags.sort(names, TARGET, on_invalid="ignore")),
    "relevant": _text(_relevant),
    "marker": _text(manytags.marker_from_wheel),
    "coverage": _lines(lambda lines: manytags.check_coverage(lines[1:], lines[0])),
    "target_name": _text(lambda text: manytags.target("3.12", text)),
    "target_python": _text(lambda text: manytags.target(text, "win32")),
    "facts": _text(lambda text: manytags.target_from_facts(Facts.from_json(text))),
    "target": _text(Target.from_json),
    "pex": _text(manytags.target_from_pex),
    "build_details": _text(manytags.target_from_build_details),
    "profile": _text(manytags.parse_profile),
    "census": _lines(lambda names: manytags.census(names).to_text()),
    "census_json": _text(Census.from_json),
    "lock": _text(lambda text: manytags.select_from_lock(text, TARGET)),
    "upload": _text(manytags.check_upload),
    "hook": _text(manytags.manylinux_hook),
    "wheel": lambda data: str(manytags.audit(data, "a-1-cp312-cp312-manylinux_2_17_x86_64.whl")),
    "binary": lambda data: str(manytags.audit(data, "a.so")),
    "ld_cache": lambda data: LdCache(data, Code(64, "little", 62, 0)).find("libc.so.6"),
}


def check(entrance: str, data: bytes) -> None:
    """Use an entrance; an error that is not of ours passes through."""
    try:
        ENTRANCES[entrance](data)
    except ManytagsError as error:
        assert len(str(error)) < 100_000
        json.dumps(str(error))


def main() -> None:
    """Search for inputs, with the options of libFuzzer."""
    atheris = import_module("atheris")
    entrance, *options = sys.argv[1:]
    atheris.instrument_all()
    folder = CORPUS / entrance
    folder.mkdir(parents=True, exist_ok=True)
    bounds = [
        f"-max_len={LONGEST}",
        f"-timeout={SECONDS}",
        f"-rss_limit_mb={MEGABYTES + 100}",
        f"-artifact_prefix={folder}/",
    ]
    atheris.Setup([sys.argv[0], str(folder), *bounds, *options], partial(check, entrance))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
