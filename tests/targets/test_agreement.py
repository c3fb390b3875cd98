"""One machine, many descriptions: seen, written and read, named, a pex file, build-details.json, packaging there."""

from __future__ import annotations

import json

import pytest

import manytags
from manytags import Platform, TagOptions, Target, target_from_facts
from manytags.platforms.linux.architectures import architecture

from ..hosts.machines import Machine, all_machines
from ..oracle.known_differences import MACHINES_THAT_DIFFER

MACHINES = all_machines()
LINUXES = [name for name, machine in MACHINES.items() if target_from_facts(machine.facts).platform.system == "linux"]


def seen(name: str) -> tuple[Machine, Target]:
    """Find a machine, and the target that follows from its facts."""
    return MACHINES[name], target_from_facts(MACHINES[name].facts)


def name_of(platform: Platform) -> str:
    """Name a platform as a user would who knows the C library and the architecture."""
    if platform.glibc is not None and architecture(platform.arch).manylinux_floor:
        return f"manylinux_{platform.glibc[0]}_{platform.glibc[1]}_{platform.arch}"
    if platform.musl is not None:
        return f"musllinux_{platform.musl[0]}_{platform.musl[1]}_{platform.arch}"
    return f"linux_{platform.arch}"


def python_name(target: Target) -> str:
    """Name a Python as a user would."""
    python = target.python
    short = {"cpython": "cp", "pypy": "pp"}[python.implementation]
    return f"{short}{python.version[0]}{python.version[1]}-{python.abis[0]}"


def test_the_linux_hosts_are_here() -> None:
    """With no recorded Linux hosts, the tests below would pass without comparing anything."""
    assert len(LINUXES) >= 60
    assert {target_from_facts(MACHINES[name].facts).platform.arch for name in LINUXES} >= {
        *("x86_64", "i686", "aarch64", "armv5tel", "armv6l", "armv7l", "armv8l", "ppc64le", "s390x", "riscv64"),
        *("loongarch64", "mipsel", "mips64el"),
    }


@pytest.mark.parametrize("name", MACHINES)
def test_written_and_read_it_is_the_same(name: str) -> None:
    """A locker must be able to read the target of a machine that it never sees."""
    _, target = seen(name)
    again = Target.from_json(target.to_json())
    assert again == target
    assert again.evidence == target.evidence
    assert again.triples() == target.triples()
    assert again.build_tag() == target.build_tag()


@pytest.mark.parametrize("name", MACHINES)
def test_facts_written_and_read_are_the_same(name: str) -> None:
    """A bug report is one file of facts, so every reader must get the same target from it."""
    machine, target = seen(name)
    again = target_from_facts(manytags.Facts.from_json(machine.facts.to_json()))
    assert again == target
    assert again.evidence == target.evidence


@pytest.mark.parametrize("name", LINUXES)
def test_named_it_takes_the_same(name: str) -> None:
    """``target("cp311", "manylinux_2_36_x86_64")`` must take exactly what such a machine takes."""
    _, target = seen(name)
    platform = target.platform
    if platform.arch == "armv8l" and platform.glibc is not None:
        # People call it ARMv7. It calls itself armv8l, which adds one tag.
        named = manytags.target(python_name(target), f"manylinux_{platform.glibc[0]}_{platform.glibc[1]}_armv7l")
        tags = tuple(tag for tag in target.platform_tags() if tag != "linux_armv8l")
        assert named.platform_tags() == tags
        return
    named = manytags.target(python_name(target), name_of(platform), target.options)
    assert named.triples() == target.triples()


@pytest.mark.parametrize("name", MACHINES)
def test_as_a_pex_file_it_takes_the_same(name: str) -> None:
    """Complete platforms are hard to make for pex (pex #1977), so any observed machine must convert to one."""
    _, target = seen(name)
    again = manytags.target_from_pex(manytags.target_to_pex(target))
    assert again.triples() == target.triples()
    assert manytags.marker_environment(again) == manytags.marker_environment(target)


@pytest.mark.parametrize("name", LINUXES)
def test_as_a_pex_file_it_is_understood(name: str) -> None:
    """If a machine were read as a mere list of tags, options could no longer be applied to it."""
    _, target = seen(name)
    again = manytags.target_from_pex(manytags.target_to_pex(target))
    platform = target.platform
    if target.options != TagOptions():
        assert again.platform_tags() == target.platform_tags()  # some tags are refused, so only the list is known
    else:
        assert again.platform in {
            Platform("linux", platform.arch, platform.glibc, platform.musl),
            Platform("linux", platform.arch),  # where its glibc gives it no tags
        }
        assert again.options == target.options


@pytest.mark.parametrize("name", MACHINES)
def test_as_build_details_it_takes_the_same(name: str) -> None:
    """A user can describe a Python that cannot run here by its ``build-details.json`` and its platform."""
    _, target = seen(name)
    text = manytags.target_to_build_details(target, "/usr")
    assert manytags.target_from_build_details(text, target.platform).platform_tags() == platform_tags_without_options(
        target
    )
    alone = manytags.target_from_build_details(text)
    assert alone.python.version[:2] == target.python.version[:2]
    assert alone.python.abis == target.python.abis


def platform_tags_without_options(target: Target) -> tuple[str, ...]:
    """List the platform tags without the owner's options, which no file of Python has."""
    return Target(target.python, target.platform).platform_tags()


@pytest.mark.parametrize(
    "name",
    [name for name in LINUXES if MACHINES[name].packaging.get("platform_tags") and name not in MACHINES_THAT_DIFFER],
)
def test_packaging_in_that_interpreter_gave_the_same(name: str) -> None:
    """A machine described only by name must have the list that packaging gave on the real machine."""
    machine, target = seen(name)
    assert list(target.platform_tags()) == machine.packaging["platform_tags"]
    named = manytags.target(python_name(target), name_of(target.platform), target.options)
    assert list(named.platform_tags()) == machine.packaging["platform_tags"]
    assert len(named.triples()) == machine.packaging["triples"]
    assert list(named.triples()[: len(machine.packaging["first_triples"])]) == machine.packaging["first_triples"]


#: The machine that uname reports, which depends on the kernel and on ``linux32``. A target does not know it.
MACHINE_OF_ANOTHER_WIDTH = {("i686", "x86_64"), ("x86_64", "i686"), ("aarch64", "armv8l"), ("mips", "mips64")}


@pytest.mark.parametrize("name", LINUXES)
def test_markers_are_those_of_the_machine(name: str) -> None:
    """A marker must have the same value in the locker as on the machine (pip #11664)."""
    machine, target = seen(name)
    facts, markers = machine.facts, manytags.marker_environment(target)
    assert markers["implementation_name"] == facts.text("implementation")
    assert markers["python_full_version"] == facts.text("python_version")
    assert markers["os_name"] == facts.text("os_name")
    assert markers["sys_platform"] == facts.text("sys_platform")
    assert markers["platform_system"] == facts.text("system")
    machines = markers["platform_machine"], facts.text("machine")
    assert machines[0] == machines[1] or machines in MACHINE_OF_ANOTHER_WIDTH or facts.text("host_platform")
    if target.python.implementation == "cpython":
        assert markers["implementation_version"] == facts.text("implementation_version")


def test_the_records_are_read_as_they_are() -> None:
    """These tests must compare exactly what is in the files."""
    machine = MACHINES["trixie-amd64"]
    assert json.loads(machine.facts.to_json()) == machine.record["facts"]
