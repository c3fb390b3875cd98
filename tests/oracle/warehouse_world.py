"""What Warehouse decides about file names: its own source if that is available, else a record.

``python -m tests.oracle.warehouse_world`` reads a checkout of Warehouse named by ``MANYTAGS_WAREHOUSE`` and writes
``data/warehouse.json`` again; ``nox -s warehouse`` fetches a checkout. Only the few assignments and functions that
decide about names are run, so Warehouse need not be installed. The record holds its verdicts, and the tags and names
that its tests list, but none of its source.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import packaging
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RECORD = Path(__file__).parent / "data" / "warehouse.json"
VARIABLE = "MANYTAGS_WAREHOUSE"
LEGACY, FORMS = "warehouse/forklift/legacy.py", "warehouse/forklift/forms.py"
TESTS = "tests/unit/forklift/test_legacy.py"
#: The packaging that Warehouse pins (requirements/main.txt), and reads file names with.
PACKAGING = "26.2"
GENERATED, GENERATED_NAMES = 5_000, 500

#: Parts of tags, by their letter in a form. One in eight is arbitrary.
_PARTS = {
    "n": [*map(str, range(31)), "999", "2026"],
    "v": ["10", "11", "12", "13", "14", "15", "16", "26", "27"],
    "l": ["x86_64", "i686", "aarch64", "armv6l", "armv7l", "ppc64", "ppc64le", "s390x", "riscv64", "loongarch64"],
    "m": [*("ppc", "ppc64", "i386", "x86_64", "arm64", "intel", "fat", "fat3", "fat64"), "universal", "universal2"],
    "i": ["arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator", "x86_64_iphoneos", "armv7_iphoneos"],
    "d": ["armeabi_v7a", "arm64_v8a", "x86", "x86_64"],
    "w": ["wasm32", "wasm32", "wasm64"],
}
_ODD = [
    "",
    "_",
    "x",
    "0",
    "00",
    "010",
    "-1",
    "1_1",
    "٣",
    "²",
    "X86_64",
    "x86_64_v3",
    "amd64",
    "armv8l",
    "fat32",
    "arm32",
]
_FORMS = [
    *("any", "win32", "win_amd64", "win_arm64", "win_ia64", "win_{m}", "linux_{l}", "linux", "{l}", "manylinux{n}_{l}"),
    *("manylinux1_{l}", "manylinux2010_{l}", "manylinux2014_{l}", "manylinux_{n}_{l}", "pyodide_{n}_{n}_{w}"),
    *("manylinux_{n}_{n}_{l}", "manylinux_2_{n}_{l}", "musllinux_{n}_{n}_{l}", "musllinux_1_{n}_{l}") * 3,
    *("macosx_{v}_{n}_{m}", "macosx_10_{n}_{m}", "macosx_{v}_0_{m}", "macosx_{n}_{m}", "macosx_{n}_0_{m}") * 2,
    *("ios_{n}_{n}_{i}", "ios_13_{n}_{i}", "android_{n}_{d}", "android_{n}_{n}_{d}", "pyemscripten_{n}_{n}_{w}") * 2,
    *("pyemscripten_2026_{n}_{w}", "emscripten_3_1_{n}_{w}", "freebsd_{n}_{n}_{l}", "{n}"),
]
_TAILS = [*[""] * 30, "_", "x", "1", "_x86_64", "0"]
_NAMES = [*["foo", "foo_bar"] * 5, "Foo", "foo.bar", "foo__bar", "_foo", "foo bar", "fo\u00f6", "", "foo1", "1"]
_VERSIONS = [
    *["1.0", "2.1.3"] * 5,
    "1",
    "1.0rc1",
    "1!2.0",
    "1.0.post1.dev2",
    "v1.0",
    "1.0+local.1",
    "1.x",
    "one",
    "",
    "1..0",
    "1.0_1",
]
_BUILDS = [*[""] * 8, "-1", "-2b", "-b2", "-", "-1-2", "-py3"]
_ENDS = [*[".whl"] * 16, ".WHL", ".zip", ".tar.gz", "", ".whl.asc", "\x7f.whl", "\n", "/.whl", "\\.whl"]


class _Numbers:
    """The same numbers on every Python: a linear congruential generator (Knuth's MMIX)."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def pick(self, items: list[str]) -> str:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return items[(self.state >> 33) % len(items)]


def generated_tags() -> list[str]:
    """Make distinct platform tags, about half of which PyPI takes."""
    numbers, made = _Numbers(3668), dict[str, None]()
    while len(made) < GENERATED:
        text = numbers.pick(_FORMS)
        while "{" in text:
            before, _, rest = text.partition("{")
            everything = [part for parts in (*_PARTS.values(), _ODD) for part in parts]
            odd = numbers.pick(list("12345678")) == "8"
            text = before + numbers.pick(everything if odd else _PARTS[rest[0]]) + rest[2:]
        made[(text + numbers.pick(_TAILS)).lower()] = None
    return list(made)


def generated_names() -> list[str]:
    """Make distinct file names, valid and invalid."""
    numbers, made = _Numbers(2012), dict[str, None]()
    tags = generated_tags()
    while len(made) < GENERATED_NAMES:
        platforms = ".".join(numbers.pick(["win32", numbers.pick(tags)]) for _ in range(len(made) % 3 + 1))
        abi = numbers.pick(["none", "none", "cp312", "abi3", ""])
        start = f"{numbers.pick(_NAMES)}-{numbers.pick(_VERSIONS)}{numbers.pick(_BUILDS)}"
        made[f"{start}-{numbers.pick(['py3', 'cp312', 'py2.py3', ''])}-{abi}-{platforms}{numbers.pick(_ENDS)}"] = None
    return list(made)


def digest(texts: Iterable[str]) -> str:
    """Return a digest that shows whether two lists are equal."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


class Warehouse:
    """The decisions of a checkout of Warehouse.

    :param folder: where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        space: dict[str, Any] = {
            "re": re,
            "HTTPBadRequest": None,
            "_exc_with_message": lambda _, message: _Refused(message),
        }
        for file, wanted in ((FORMS, {"_filetype_extension_mapping"}), (LEGACY, self._deciding())):
            text = (folder / file).read_text(encoding="utf-8")
            blocks = [block for block in _blocks(text) if _name(block) in wanted]
            assert {_name(block) for block in blocks} == wanted, file
            for block in blocks:
                exec(compile(block, file, "exec"), space)  # noqa: S102 - that is what the session is for
        self.takes: Callable[[str], bool] = space["_valid_platform_tag"]
        self._validate = space["_validate_filename"]

    @staticmethod
    def _deciding() -> set[str]:
        expressions = {f"_{name}_platform_re" for name in ("macosx", "ios", "android", "linux", "pyemscripten")}
        arches = {f"_{name}_arches" for name in ("macosx", "ios", "android", "jointlinux", "manylinux", "musllinux")}
        others = {"_allowed_platforms", "_macosx_major_versions", "_dist_file_re"}
        return {*expressions, *arches, *others, "_valid_platform_tag", "_validate_filename"}

    def complaint(self, name: str) -> str:
        """Return the message that refuses a wheel for its name alone; empty if the name is accepted."""
        try:
            self._validate(name, "bdist_wheel")
            _, _, _, tags = parse_wheel_filename(name)
        except _Refused as refusal:
            return str(refusal)
        except InvalidWheelFilename as error:
            return str(error)
        refused = sorted({tag.platform for tag in tags if not self.takes(tag.platform)})
        return f"unsupported: {' '.join(refused)}" if refused else ""

    def listed(self, function: str) -> list[Any]:
        """List the parameters of a test of Warehouse."""
        for node in ast.walk(ast.parse((self.folder / TESTS).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == function:
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.parametrize":
                        return list(ast.literal_eval(decorator.args[1]))
        raise LookupError(function)

    def commit(self) -> tuple[str, str]:
        """Return the commit of a checkout, and its day."""
        log = subprocess.run(
            ["git", "-C", self.folder, "log", "-1", "--format=%H %cs"],  # noqa: S607 - the person's own git
            capture_output=True,
            check=True,
            text=True,
        )
        commit, day = log.stdout.split()
        return commit, day


class _Refused(Exception):
    pass


def _blocks(text: str) -> list[str]:
    """Split a module's text into statements; as a whole it has syntax that only Python 3.14 reads."""
    return re.split(r"\n(?=[^\s)\]}#])", text)


def _name(block: str) -> str:
    match = re.match(r"(?:def )?(\w+)(?: = |\()", block)
    return match[1] if match else ""


def live() -> Warehouse | None:
    """Read the checkout that the environment names, if it names one."""
    folder = os.environ.get(VARIABLE)
    return Warehouse(Path(folder)) if folder else None


def recorded() -> dict[str, Any]:
    """Read the record."""
    return cast("dict[str, Any]", json.loads(RECORD.read_text(encoding="utf-8")))


def write(warehouse: Warehouse, corpus: list[str]) -> None:
    """Write the record.

    :param warehouse: whose answers they are.
    :param corpus: the platform tags of real wheels.
    """
    assert packaging.__version__ == PACKAGING, f"install packaging=={PACKAGING}, whose words these are"
    commit, day = warehouse.commit()
    tags, names = generated_tags(), generated_names()
    record = {
        "about": "Verdicts of Warehouse's own source, by tests/oracle/warehouse_world.py; see there.",
        "source": f"https://github.com/pypi/warehouse/tree/{commit}",
        "date": day,
        "tests": {
            "taken": warehouse.listed("test_upload_succeeds_with_wheel"),
            "refused": warehouse.listed("test_upload_fails_with_unsupported_wheel_plat"),
            "names": [list(case) for case in warehouse.listed("test_upload_fails_with_invalid_filename")],
            "spellings": [list(case) for case in warehouse.listed("test_upload_fails_pep427")],
        },
        "corpus": {"refused": [tag for tag in corpus if not warehouse.takes(tag)], "tags": len(corpus)},
        "generated": {"sha256": digest(tags), "taken": "".join("01"[warehouse.takes(tag)] for tag in tags)},
        "names": {"sha256": digest(names), "complaints": [warehouse.complaint(name) for name in names]},
    }
    generated = cast("dict[str, str]", record["generated"])
    generated["taken"] = f"{int('1' + generated['taken'], 2):x}"  # the leading 1 keeps zeros
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    from .test_warehouse import corpus_tags

    checkout = live()
    if checkout is None:
        sys.exit(f"{VARIABLE} names no checkout of Warehouse")
    write(checkout, corpus_tags())
