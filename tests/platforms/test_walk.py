"""Every family, every kind of tag and every architecture, through everything that manytags does with platform tags.

A newcomer who adds a family or an architecture sees here what was forgotten. ``HELD`` is where mypy holds each family
to the Protocol.
"""

from __future__ import annotations

import io
import json
import pickle
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped] # it has no types
import pytest
from packaging.markers import Marker
from packaging.version import Version

import manytags
from manytags import InvalidTarget, Platform, Python, Target
from manytags.platforms import android, emscripten, families, ios, linux, macos, other, windows
from manytags.platforms.linux.architectures import architectures
from manytags.platforms.parse import machines_of, parse_platform
from manytags.platforms.tag import PlatformTag
from manytags.tags import SYSTEMS

from ..audits.made_wheels import made_wheel
from ..hosts.machines import all_machines

if TYPE_CHECKING:
    from manytags.platforms import Family

HELD: dict[str, Family] = {
    "linux": linux,
    "macos": macos,
    "windows": windows,
    "ios": ios,
    "android": android,
    "emscripten": emscripten,
    "other": other,
}
SCHEMAS = Path(manytags.__file__ or "").parent / "schemas"
SCHEMA = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "target.schema.json").read_text(encoding="utf-8")))
PYTHON = Python("cpython", (3, 13), ("cp313",))

#: System and tag: the examples of every family, and three tags of every architecture.
EXAMPLES = [(system, text) for system, family in HELD.items() for text in family.EXAMPLES]
EXAMPLES += [
    ("linux", text)
    for row in architectures()
    for text in (f"linux_{row.name}", f"manylinux_2_40_{row.name}", f"musllinux_1_2_{row.name}")
]
EXAMPLES = list(dict.fromkeys(EXAMPLES))
TEXTS = [text for _, text in EXAMPLES]


def platform_or_none(tag: PlatformTag) -> Platform | None:
    """Describe the host that takes a tag, where there is one."""
    try:
        return tag.platform()
    except InvalidTarget:
        return None


@cache
def hosts() -> list[Target]:
    """Describe a target for every example that is some machine's."""
    platforms = dict.fromkeys(platform_or_none(parse_platform(text)) for text in TEXTS)
    return [Target(PYTHON, platform) for platform in platforms if platform is not None]


def kinds(base: type[PlatformTag] = PlatformTag) -> set[type[PlatformTag]]:
    """List the kinds of tags: the subclasses that can be made."""
    below = set().union(*(kinds(kind) for kind in base.__subclasses__()))
    return below | ({base} if "__init__" in vars(base) or base.__name__ == "AnyPlatform" or not below else set())


def test_every_family_is_held() -> None:
    """A family that is not listed here is not checked at all."""
    assert list(HELD) == [*SYSTEMS, "other"] == list(families())
    folder = Path(manytags.__file__ or "").parent / "platforms"
    files = {path.parent.name if path.stem == "__init__" else path.stem for path in folder.rglob("*.py")
             if re.search(r"^def ladder\(", path.read_text(encoding="utf-8"), re.MULTILINE)}  # fmt: skip
    assert files == set(HELD)


@pytest.mark.parametrize("system", HELD)
def test_a_family_is_whole(system: str) -> None:
    """Its names, its common machines and its examples agree with each other."""
    family = HELD[system]
    examples = [parse_platform(text) for text in family.EXAMPLES]
    assert family.TITLE
    assert examples
    assert set(family.COMMON) <= set(family.machines())
    assert not set(family.RETIRED) & set(family.machines())
    ours = [text for of, text in EXAMPLES if of == system]
    shown = {machine for text in ours for of, machine in machines_of(text) if of == system}
    assert {*family.machines(), *family.RETIRED} <= shown, "a machine without an example"
    for name, text in family.NAMES.items():
        assert manytags.platform_from_name(name).system == system
        assert manytags.platform_from_name(name) == parse_platform(text).platform()


@pytest.mark.parametrize("system", list(SYSTEMS))
def test_some_machine_of_a_family_was_seen(system: str) -> None:
    """Inference that was never given facts is a guess; a family needs a file in ``tests/hosts``."""
    sys_platform, _ = SYSTEMS[system]
    seen = [machine for machine in all_machines().values() if machine.facts.text("sys_platform") == sys_platform]
    assert seen
    assert {manytags.target_from_facts(machine.facts).platform.system for machine in seen} <= {system, "other"}
    assert system in {manytags.target_from_facts(machine.facts).platform.system for machine in seen}


def test_every_kind_of_tag_has_an_example_and_a_public_name() -> None:
    """A kind without an example is walked by no test; one without a name cannot be annotated."""
    shown = {type(parse_platform(text)) for text in TEXTS}
    assert shown == kinds()
    assert all(getattr(manytags, kind.__name__) is kind for kind in shown)


@pytest.mark.parametrize(("system", "text"), EXAMPLES, ids=TEXTS)
class TestOneTag:
    """One example, through every public function that takes a platform tag."""

    def test_it_parses_and_prints(self, system: str, text: str) -> None:
        """It is read by its own family, prints as it came, and is a value."""
        tag = parse_platform(text)
        assert str(tag) == text
        assert tag == HELD[system].parse(text) or text in HELD["other"].EXAMPLES
        assert tag.system == ("any" if text == "any" else system)
        assert parse_platform(text.upper()) == tag == pickle.loads(pickle.dumps(tag))  # noqa: S301 - written here
        assert hash(tag) == hash(parse_platform(text))
        assert parse_platform(tag.perennial) == tag
        assert tag.alias is None or parse_platform(tag.alias) == tag

    def test_it_has_its_place_among_all(self, system: str, text: str) -> None:
        """The order is one, ``compare`` says the same, and sorting agrees with both."""
        del system
        tag = parse_platform(text)
        for another in map(parse_platform, TEXTS):
            less, more = tag <= another, another <= tag
            assert (less and more) == (tag == another)
            assert tag.compare(another) == {(True, True): 0, (True, False): -1, (False, True): 1}.get((less, more))
            if less and not more:
                assert tag.sort_key < another.sort_key

    def test_its_host_is_described(self, system: str, text: str) -> None:
        """The host's ladder has the tag; its words, its JSON and its markers are there."""
        platform = platform_or_none(parse_platform(text))
        if platform is None:
            return
        target = Target(PYTHON, platform)
        assert platform.system == ("other" if text == "any" else system)
        assert text == "any" or not machines_of(text) or text in target.platform_tags()
        assert HELD[platform.system].TITLE in str(platform) or platform.system == "other"
        assert Target.from_json(target.to_json()) == target
        SCHEMA.validate(json.loads(target.to_json()))
        assert manytags.platform_from_name(text) == platform
        environment = manytags.marker_environment(target)
        expected = SYSTEMS[system][0] if system in SYSTEMS else platform.arch.partition("_")[0]
        assert environment["sys_platform"] == expected
        assert environment["platform_machine"]
        assert manytags.target_from_markers(environment, platform).platform == platform
        assert manytags.target_from_pex(manytags.target_to_pex(target)).triples() == target.triples()
        details = json.loads(manytags.target_to_build_details(target, "/usr"))
        assert details["platform"] == HELD[platform.system].sysconfig_platform(platform)
        if platform.system not in {"linux", "emscripten"}:  # whose texts have no libc, and no ABI of Pyodide's
            assert manytags.target_from_build_details(json.dumps(details)).platform == platform

    def test_it_is_explained_to_every_host(self, system: str, text: str) -> None:
        """A tag is taken, or there is a sentence why not that names both sides."""
        del system
        wheel = f"foo-1.0-cp313-cp313-{text}.whl"
        for target in hosts():
            explanation = manytags.explain(wheel, target)
            assert explanation.compatible == (manytags.rank(wheel, target) is not None)
            assert explanation.to_data()["compatible"] == explanation.compatible
            for reason in explanation.reasons:
                assert str(reason)
                if "needs" in reason.values:
                    assert reason.values["needs"] != reason.values["found"]

    def test_its_marker_is_true_where_it_is_taken(self, system: str, text: str) -> None:
        """And the environments that the marker describes are covered by the wheel, except for other machines."""
        del system
        wheel = f"foo-1.0-cp313-cp313-{text}.whl"
        marker = manytags.marker_from_wheel(wheel)
        for target in hosts():
            if manytags.rank(wheel, target) is not None:
                assert Marker(marker).evaluate(manytags.marker_environment(target))
        coverage = manytags.check_coverage([wheel], marker)
        covered = {(environment.system, environment.arch) for environment in coverage.served}
        assert covered <= machines_of(text)
        claimed = {machine for machine in machines_of(text) if machine[0] in SYSTEMS}
        retired = {(system, arch) for system, family in HELD.items() for arch in family.RETIRED}
        assert claimed - retired <= covered

    def test_pips_indexes_and_censuses_know_it(self, system: str, text: str) -> None:
        """pip has an age, PyPI an answer, and a census a line of its own for the system."""
        wheel = f"foo-1.0-cp313-cp313-{text}.whl"
        pip = manytags.oldest_pip(text)
        assert pip is None or Version("8.1") <= Version(pip) < Version("30")
        problems = manytags.check_upload(wheel, "strict")
        assert problems or machines_of(text) or text == "any", "an index that is strict lets in what no machine takes"
        assert all(problem.message for problem in problems)
        counts = manytags.census([wheel]).counts("system")
        assert set(counts) == {"any" if text == "any" else system}

    def test_it_is_kept_where_it_is_wanted(self, system: str, text: str) -> None:
        """Mirrors and locks keep a wheel that some machine of the system takes, and no other."""
        wheel = f"foo-1.0-cp313-cp313-{text}.whl"
        assert list(manytags.relevant([wheel], systems=[system])) == ([wheel] if machines_of(text) else [])
        takers = [target for target in hosts() if manytags.rank(wheel, target) is not None]
        covered = manytags.cover([wheel], hosts())
        assert set(covered.chosen) == set(takers)

    def test_it_is_judged(self, system: str, text: str) -> None:
        """An audit of a wheel without code says something of the tag."""
        del system
        wheel = f"demo-1.0-py3-none-{text}.whl"
        audit = manytags.audit(io.BytesIO(made_wheel(wheel, {"demo.py": b""})), wheel)
        assert text in {claim.tag for claim in audit.claims}
