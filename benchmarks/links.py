"""What an installer gains: pip's ``evaluate_link`` over some 60,000 real links, with its own ``Wheel`` and with ours.

``python benchmarks/links.py --pages FOLDER`` reads the index pages that ``python -m tools.index_pages`` wrote there.
pip's ``LinkEvaluator`` runs unchanged, once with its own ``Wheel``, once with one of a dozen lines on
``parse_wheel_filename`` and ``rank``, and once with a subclass that ranks a link before it reads more of it. They take
turns in one process; the quickest round of each counts. See benchmarks/README.md for details.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import platform
import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

import manytags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TARGET = ("3.12", "manylinux_2_28_x86_64")
ROUNDS = 9
PIP, REPLACED, FIRST = "pip", "pip, manytags' Wheel", "pip, ranked first"
PARSE = "parse_wheel_filename(name).version"
#: Contender -> how many times pip's speed it must have, at least; of parsing, packaging's.
LIMITS = {REPLACED: 1.5, FIRST: 2.0, PARSE: 1.0}
#: The fewest links that say anything.
LEAST = 59_000

finder: Any = importlib.import_module("pip._internal.index.package_finder")
links: Any = importlib.import_module("pip._internal.models.link")
pythons: Any = importlib.import_module("pip._internal.models.target_python")
their_tags: Any = importlib.import_module("pip._vendor.packaging.tags")
their_utils: Any = importlib.import_module("pip._vendor.packaging.utils")
InvalidName: type[Exception] = importlib.import_module("pip._internal.exceptions").InvalidWheelFilename

target = manytags.target(*TARGET)


class Wheel:
    """What pip's code asks of a wheel's name, answered by manytags."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        try:
            self._parsed = manytags.parse_wheel_filename(filename)
        except manytags.InvalidWheelFilename as error:
            raise InvalidName(str(error)) from None
        self.name = self._parsed.name

    @property
    def version(self) -> str:
        """The version, normalized."""
        return str(self._parsed.version)

    def get_formatted_file_tags(self) -> list[str]:
        """Return the wheel's tags as a sorted list of texts."""
        return sorted({*map("-".join, self._parsed.tag_set.triples())})

    def supported(self, tags: Iterable[object]) -> bool:  # noqa: ARG002 - the target stands for pip's tags
        """Whether the target takes the wheel."""
        return manytags.rank(self._parsed, target) is not None


class RankedFirst(finder.LinkEvaluator):  # type: ignore[misc] # pip has no types here
    """pip's evaluator, with one question before all others."""

    def evaluate_link(self, link: Any) -> tuple[object, str]:  # noqa: ANN401 - pip's own
        """Refuse a wheel that does not fit without a look at the rest, and without a list of its tags."""
        name = link.filename
        if name.endswith(".whl"):
            try:
                if manytags.rank(name, target) is None:
                    return finder.LinkType.platform_mismatch, "none of the wheel's tags are compatible"
            except manytags.InvalidWheelFilename:
                return finder.LinkType.format_invalid, "invalid wheel filename"
        return super().evaluate_link(link)  # type: ignore[no-any-return]


class Contender(NamedTuple):
    """A way to evaluate links: a ``Wheel`` for pip's module, and an evaluator."""

    name: str
    wheel: Any
    evaluator: Any


CONTENDERS = (
    Contender(PIP, finder.Wheel, finder.LinkEvaluator),
    Contender(REPLACED, Wheel, finder.LinkEvaluator),
    Contender(FIRST, Wheel, RankedFirst),
)


def read_links(folder: str) -> dict[str, list[Any]]:
    """Read the links of each project's page as pip reads them."""
    pages = {}
    for path in sorted(Path(folder).glob("*.json")):
        page = json.loads(path.read_bytes())
        url = f"https://pypi.org/simple/{path.stem}/"
        pages[path.stem] = [links.Link.from_json(file, url) for file in page["files"]]
    return pages


def make_python() -> Any:  # noqa: ANN401 - pip's own
    """Return the target as pip describes one: with the same tags, which it need not make."""
    tags = [their_tags.Tag(*triple) for triple in target.ranks]
    python = pythons.TargetPython(py_version_info=(*target.python.version, 0, 0)[:3])
    python._valid_tags, python._valid_tags_set = tags, set(tags)  # noqa: SLF001 - else pip asks for this machine's
    return python


def seconds(contender: Contender, pages: dict[str, list[Any]], python: object) -> tuple[float, list[Any]]:
    """Time one round over all links: processor time, since the machine may do other things too."""
    finder.Wheel = contender.wheel
    formats = frozenset({"binary", "source"})
    answers = []
    gc.collect()
    gc.disable()
    start = process_time()
    for project, page in pages.items():
        evaluate = contender.evaluator(
            project, their_utils.canonicalize_name(project), formats, python, True
        ).evaluate_link
        answers += [evaluate(link) for link in page]
    taken = process_time() - start
    gc.enable()
    return taken, answers


def parse_seconds(names: list[str], parse: Callable[[str], object]) -> float:
    """Time reading all names, of which most begin and end like others."""
    gc.collect()
    gc.disable()
    start = process_time()
    for name in names:
        parse(name)
    taken = process_time() - start
    gc.enable()
    return taken


def compare_parsing(pages: dict[str, list[Any]]) -> float:
    """Return how many times packaging's speed we have at reading a name and making its version."""
    names = [link.filename for page in pages.values() for link in page if link.is_wheel]
    names = [name for name in names if is_valid(name)]
    theirs: Any = importlib.import_module("packaging.utils").parse_wheel_filename
    pairs = [
        (parse_seconds(names, theirs), parse_seconds(names, lambda name: manytags.parse_wheel_filename(name).version))
        for _ in range(ROUNDS)
    ]
    return min(pair[0] for pair in pairs) / min(pair[1] for pair in pairs)


def is_valid(name: str) -> bool:
    """Whether both parsers take a name."""
    try:
        their_utils.parse_wheel_filename(name)
        manytags.parse_wheel_filename(name)
    except ValueError:
        return False
    return True


def candidates(answers: list[Any]) -> list[object]:
    """List the versions of the links that are candidates, and nothing for the others."""
    return [detail if kind is finder.LinkType.candidate else None for kind, detail in answers]


def main() -> int:
    """Measure and print. The status is 1 if a limit does not hold, 2 if there are too few links."""
    parser = argparse.ArgumentParser(description="What pip's evaluate_link costs, with its own tags and with manytags.")
    parser.add_argument("--pages", metavar="FOLDER", required=True, help="what python -m tools.index_pages wrote")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    arguments = parser.parse_args()
    pages, python = read_links(arguments.pages), make_python()
    count = sum(map(len, pages.values()))
    if count < LEAST:
        print(f"links.py: needs {LEAST:,} links, got {count:,}", file=sys.stderr)
        return 2
    times: dict[str, float] = {}
    answers: dict[str, list[Any]] = {}
    for _ in range(ROUNDS):
        for contender in CONTENDERS:
            taken, answers[contender.name] = seconds(contender, pages, python)
            times[contender.name] = min(taken, times.get(contender.name, taken))
    ratios = {name: times[PIP] / taken for name, taken in times.items()}
    pip_version = importlib.import_module("pip").__version__
    print(f"pip {pip_version}, CPython {platform.python_version()}: {count:,} links of {len(pages)} projects\n")
    print(f"{'':24}{'us a link':>12}{'pip speed x':>14}")
    for name, taken in times.items():
        print(f"{name:24}{taken / count * 1e6:>12.2f}{ratios[name]:>14.2f}")
    ratios[PARSE] = compare_parsing(pages)
    print(f"\n{PARSE}: {ratios[PARSE]:.2f} times the speed of packaging's parse_wheel_filename(name)")
    failures = [f"LIMIT: {name} has {ratios[name]:.2f} times the speed; at least {least:g}"
                for name, least in LIMITS.items() if ratios[name] < least]  # fmt: skip
    failures += [f"LIMIT: {name} has other candidates than pip"
                 for name in answers if candidates(answers[name]) != candidates(answers[PIP])]  # fmt: skip
    if answers[REPLACED] != answers[PIP]:
        failures.append(f"LIMIT: {REPLACED} says other things than pip")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps({"times": times, "links": count}, indent=2) + "\n", encoding="utf-8")
    print("\n".join(["", *failures]) if failures else "\nall limits hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
