"""The JSON Schemas in the package match what the readers accept, and today's files load forever."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import Facts, ManytagsError, Platform, Python, TagOptions, Target, target, target_from_facts
from manytags.documents import Document
from manytags.hosts.facts_json import FACTS_FORMAT, READERS
from manytags.hosts.probe import REQUIRED
from manytags.targets.formats import TARGET_FORMAT

from ..hosts.machines import all_machines

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS = Path(__file__).parents[1] / "data" / "forms"
MACHINES = all_machines()


def schema(name: str) -> dict[str, Any]:
    """Read a schema as a user does."""
    text = files("manytags").joinpath("schemas").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


@cache
def validator(name: str) -> Any:  # noqa: ANN401 - jsonschema has no types
    """Make a validator, and check that the schema itself is valid."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema(name))
    return jsonschema.Draft202012Validator(schema(name))


def problems(name: str, text: str) -> list[str]:
    """List what is wrong with a document according to a schema."""
    return [error.message for error in validator(name).iter_errors(json.loads(text))]


def test_schemas_say_what_they_are() -> None:
    """An editor shows these descriptions, so a field without one would be unexplained."""
    for name, form in (("target", TARGET_FORMAT), ("facts", FACTS_FORMAT)):
        document = schema(name)
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert document["$id"].endswith(f"/{name}-{form}.schema.json")
        assert document["properties"][f"manytags_{name}"]["const"] == form
        assert document["description"]
    for section in ("python", "platform", "options"):
        assert schema("target")["properties"][section]["description"]
        assert all(entry["description"] for entry in schema("target")["properties"][section]["properties"].values())
    assert all(entry["description"] for entry in schema("facts")["properties"]["facts"]["properties"].values())


def test_the_schema_of_facts_is_the_readers() -> None:
    """A fact that only the reader knows would be refused by anyone who validates with the schema."""
    facts = schema("facts")["properties"]["facts"]
    assert set(facts["properties"]) == set(READERS)
    assert facts["required"] == list(REQUIRED)
    assert facts["additionalProperties"] is False
    types = {"read_string": "text", "read_integer": "number", "read_strings": "list", "read_boolean": "flag"}
    for name, reader in READERS.items():
        kind = types[reader.__name__]
        prefix = "required_" if name in REQUIRED else ""
        assert facts["properties"][name]["$ref"] == f"#/$defs/{prefix}{kind}", name


def test_the_schema_of_targets_is_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for targets: the schema must have the reader's keys, and require the same ones."""
    taken: dict[str, set[str]] = {}
    needed: dict[str, set[str]] = {}
    take = Document.take

    def note_take(document: Document, key: str, read: Callable[[object], Any]) -> Any:  # noqa: ANN401 - as it is
        taken.setdefault(document.name, set()).add(key)
        needed.setdefault(document.name, set()).add(key)
        return take(document, key, read)

    def note_take_or(document: Document, key: str, read: Callable[[object], Any], default: Any) -> Any:  # noqa: ANN401
        taken.setdefault(document.name, set()).add(key)
        return take(document, key, read) if key in document.keys() else default  # noqa: SIM118 - not a dict

    monkeypatch.setattr(Document, "take", note_take)
    monkeypatch.setattr(Document, "take_or", note_take_or)
    Target.from_json((FORMS / "target-1.json").read_text(encoding="utf-8"))
    document_schema = schema("target")
    objects = {"target": document_schema, "evidence": document_schema["properties"]["evidence"]["items"]}
    objects |= {name: document_schema["properties"][name] for name in ("python", "platform", "options")}
    for name, described in objects.items():
        assert set(described["properties"]) == taken[name], name
        assert set(described.get("required", [])) == needed.get(name, set()), name
        assert described["additionalProperties"] is False


def test_the_schema_has_the_fields_of_the_values() -> None:
    """Every field of a value must be a key of the form."""
    properties = schema("target")["properties"]
    for name, kind in (("python", Python), ("platform", Platform), ("options", TagOptions)):
        assert list(properties[name]["properties"]) == list(kind._fields)
    assert list(properties["evidence"]["items"]["properties"]) == list(manytags.Evidence._fields)
    defaults = {name: option["default"] for name, option in properties["options"]["properties"].items()}
    written = json.loads(target("3.12", "linux").to_json())["options"]
    assert defaults == written


@pytest.mark.parametrize("name", MACHINES)
def test_what_is_written_of_a_machine_is_valid(name: str) -> None:
    """A schema that our own output does not match would be useless as documentation."""
    facts = MACHINES[name].facts
    assert problems("facts", facts.to_json()) == []
    assert problems("target", target_from_facts(facts).to_json()) == []


@pytest.mark.parametrize(
    "name",
    [
        *("linux", "windows", "macos", "alpine-3.20-armv7", "raspios-12-armv7l", "arm64-apple-ios", "any"),
        *("aarch64-linux-android", "wasm32-pyodide2025", "linux_armv5tel", "freebsd_14_1_release_amd64"),
    ],
)
@pytest.mark.parametrize("python", ["3.12", "3.13t", "3.14.2", "pypy3.10"])
def test_what_is_written_of_a_described_machine_is_valid(python: str, name: str) -> None:
    """The same for described machines, which were never observed."""
    assert problems("target", target(python, name).to_json()) == []


def test_options_are_valid() -> None:
    """A target with every option set must be valid too."""
    options = TagOptions(
        linux_first=False,
        armv6_on_armv7=False,
        refused=("manylinux2014_x86_64",),
        bare_linux="distribution",
        bare_linux_from=("debian",),
        manylinux=False,
        manylinux_ceiling=(2, 28),
        manylinux_floor=(2, 17),
        extra=("galaxy_1",),
    )
    text = target("3.12", "linux", options).to_json()
    assert problems("target", text) == []
    assert Target.from_json(text).options == options


def form(name: str) -> str:
    """Read a stored file of the first form."""
    return (FORMS / name).read_text(encoding="utf-8")


def test_a_target_of_form_1_loads() -> None:
    """Lock files outlive versions of this library. This file is from version 0.1.0 and is never changed."""
    assert problems("target", form("target-1.json")) == []
    loaded = Target.from_json(form("target-1.json"))
    assert loaded.python == Python("cpython", (3, 13, 1), ("cp313t",), "3.13.1")
    assert loaded.platform == Platform("linux", "armv7l", glibc=(2, 36), build_arch="armv6l", distribution="raspbian")
    assert loaded.options == TagOptions(
        linux_first=False,
        refused=("manylinux_2_17_armv7l",),
        bare_linux="distribution",
        bare_linux_from=("raspbian",),
        manylinux_ceiling=(2, 31),
        manylinux_floor=(2, 17),
        extra=("piwheels_armv7l",),
    )
    assert [str(evidence) for evidence in loaded.evidence] == ["architecture: armv7l, hard float (as its maker says)"]
    assert loaded.platform_tags()[:3] == ("manylinux_2_31_armv7l", "manylinux_2_30_armv7l", "manylinux_2_29_armv7l")
    assert loaded.platform_tags()[-3:] == ("linux_armv7l", "linux_armv6l", "piwheels_armv7l")


def test_the_shortest_target_of_form_1_loads() -> None:
    """A file with only the required keys, as people write it by hand, must load."""
    assert problems("target", form("target-1-shortest.json")) == []
    loaded = Target.from_json(form("target-1-shortest.json"))
    assert loaded == target("3.12", "manylinux_2_28_x86_64")


def test_facts_of_form_1_load() -> None:
    """A recorded report of a machine must keep loading too."""
    assert problems("facts", form("facts-1.json")) == []
    facts = Facts.from_json(form("facts-1.json"))
    newer = {"macos_told", "proc_translated"}
    assert set(facts.names()) == set(READERS) - newer, "the file has every fact of form 1; newer ones are not in it"
    assert target_from_facts(facts).platform_tags()[:2] == ("linux_x86_64", "manylinux_2_36_x86_64")
    assert json.loads(facts.to_json()) == json.loads(form("facts-1.json"))


def test_the_shortest_facts_of_form_1_load() -> None:
    """A report of a probe that could observe almost nothing must load too."""
    assert problems("facts", form("facts-1-shortest.json")) == []
    facts = Facts.from_json(form("facts-1-shortest.json"))
    assert target_from_facts(facts).platform_tags() == ("win_amd64",)


def optional_places() -> list[tuple[str, ...]]:
    """List the keys of a target that may be missing."""
    document = schema("target")
    places: list[tuple[str, ...]] = [("evidence",)]
    for section in ("python", "platform", "options"):
        described = document["properties"][section]
        places += [(section, key) for key in described["properties"] if key not in described.get("required", [])]
    return places


@pytest.mark.parametrize("place", optional_places(), ids=".".join)
def test_a_key_that_may_be_missing_may(place: tuple[str, ...]) -> None:
    """An older file has fewer keys, and must keep its meaning."""
    document = json.loads(form("target-1.json"))
    section = document
    for key in place[:-1]:
        section = section[key]
    del section[place[-1]]
    assert problems("target", json.dumps(document)) == []
    assert Target.from_json(json.dumps(document)).platform_tags()


@given(st.data())
def test_schema_and_reader_refuse_the_same(data: st.DataObject) -> None:
    """A file that passes the schema must not be refused by the reader for its form."""
    document = json.loads(form("target-1.json"))
    section = data.draw(st.sampled_from([document, *(document[name] for name in ("python", "platform", "options"))]))
    key = data.draw(st.sampled_from(sorted(section)))
    value: object = data.draw(
        st.sampled_from([None, True, 1, -1, 1.5, "", "x", "a b", "é", [], [1], [2, 17], [2, "17"], ["x"], {}, [[]]])
    )
    section[key] = value
    text = json.dumps(document)
    valid = not problems("target", text)
    try:
        Target.from_json(text)
    except ManytagsError:
        # The schema cannot say which system needs which version, or that two versions belong together.
        beyond = {"system", "arch", "version", "full_version", "implementation", "glibc", "musl"}
        assert not valid or key in beyond, (key, value)
    else:
        assert valid, (key, value, problems("target", text))


def test_the_reference_tells_of_every_key() -> None:
    """Users cannot find a key that no document describes."""
    path = Path(__file__).parents[2] / "docs" / "reference" / "formats.md"
    text = path.read_text(encoding="utf-8")
    described: list[dict[str, Any]] = [schema("target"), schema("facts"), schema("facts")["properties"]["facts"]]
    described += [schema("target")["properties"][name] for name in ("python", "platform", "options")]
    described.append(schema("target")["properties"]["evidence"]["items"])
    for section in described:
        for key, about in section["properties"].items():
            required = "yes" if key in section.get("required", []) else "no"
            (row,) = [line for line in text.splitlines() if line.startswith(f"| `{key}` |") and about_in(about, line)]
            assert f" | {required} | " in row, key


def about_in(about: dict[str, Any], line: str) -> bool:
    """Whether a line of the reference says what the schema says. A key without a description there needs none here."""
    return about.get("description", "") in line


def test_schemas_are_laid_out_for_people() -> None:
    """People read schemas as documentation: every key appears once, and the indent is two spaces."""
    for name in ("target", "facts"):
        text = files("manytags").joinpath("schemas").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), indent=2) + "\n"
        pairs = json.loads(text, object_pairs_hook=lambda items: Counter(key for key, _ in items))
        assert max(pairs.values()) == 1
