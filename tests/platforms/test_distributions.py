"""Linux distributions by release, and the data file of their C libraries."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import InvalidTarget, Platform, platform_from_name
from manytags.platforms.linux.architectures import architectures as table
from manytags.platforms.linux.distributions import platform_from_distribution, releases
from manytags.tags import parse_libc_version

DATA: dict[str, Any] = json.loads(
    files("manytags.platforms.linux").joinpath("distributions.json").read_text(encoding="utf-8")
)
MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
RELEASES = [
    pytest.param(name, version, id=f"{name}-{version}")
    for name, about in DATA["distributions"].items()
    for version in about["releases"]
]

#: Copied by hand from the distributions' own pages, so that a mistake in the data file shows.
SAMPLES = {
    "debian-10-x86_64": Platform("linux", "x86_64", glibc=(2, 28), distribution="debian"),
    "debian-12-arm64": Platform("linux", "aarch64", glibc=(2, 36), distribution="debian"),
    "debian-13-riscv64": Platform("linux", "riscv64", glibc=(2, 41), distribution="debian"),
    "debian-12-armhf": Platform("linux", "armv7l", glibc=(2, 36), distribution="debian"),
    "debian-12-armel": Platform("linux", "armv5tel", distribution="debian"),
    "ubuntu-20.04-x86_64": Platform("linux", "x86_64", glibc=(2, 31), distribution="ubuntu"),
    "ubuntu-22.04-aarch64": Platform("linux", "aarch64", glibc=(2, 35), distribution="ubuntu"),
    "ubuntu-24.04-ppc64el": Platform("linux", "ppc64le", glibc=(2, 39), distribution="ubuntu"),
    "rhel-7-x86_64": Platform("linux", "x86_64", glibc=(2, 17), distribution="rhel"),
    "rhel-8-s390x": Platform("linux", "s390x", glibc=(2, 28), distribution="rhel"),
    "almalinux-9-x86_64": Platform("linux", "x86_64", glibc=(2, 34), distribution="almalinux"),
    "rocky-10-x86_64": Platform("linux", "x86_64", glibc=(2, 39), distribution="rocky"),
    "amazonlinux-2-x86_64": Platform("linux", "x86_64", glibc=(2, 26), distribution="amzn"),
    "amazonlinux-2023-aarch64": Platform("linux", "aarch64", glibc=(2, 34), distribution="amzn"),
    "fedora-40-x86_64": Platform("linux", "x86_64", glibc=(2, 39), distribution="fedora"),
    "opensuse-15.6-x86_64": Platform("linux", "x86_64", glibc=(2, 38), distribution="opensuse-leap"),
    "alpine-3.12-x86_64": Platform("linux", "x86_64", musl=(1, 1), distribution="alpine"),
    "alpine-3.20-x86_64": Platform("linux", "x86_64", musl=(1, 2), distribution="alpine"),
    "raspios-12-armv7l": Platform("linux", "armv7l", glibc=(2, 36), build_arch="armv6l", distribution="raspbian"),
    "raspios-12-armv6l": Platform("linux", "armv6l", glibc=(2, 36), distribution="raspbian"),
    "raspios-12-arm64": Platform("linux", "aarch64", glibc=(2, 36), distribution="debian"),
}

#: Other names of the same releases.
SAME = {
    "debian-bookworm-amd64": "debian-12-x86_64",
    "Debian-12-X86_64": "debian-12-x86_64",
    "debian-12.11-x86_64": "debian-12-x86_64",
    "ubuntu-jammy-arm64": "ubuntu-22.04-aarch64",
    "ubuntu-22.04.5-aarch64": "ubuntu-22.04-aarch64",
    "rhel-8.10-x86_64": "rhel-8-x86_64",
    "redhat-8-x86_64": "rhel-8-x86_64",
    "ubi-9.4-x86_64": "rhel-9-x86_64",
    "centos-7.9.2009-x86_64": "centos-7-x86_64",
    "centos-stream-9-x86_64": "centos-9-x86_64",
    "alma-9-x86_64": "almalinux-9-x86_64",
    "rockylinux-9-x86_64": "rocky-9-x86_64",
    "amzn-2023-x86_64": "amazonlinux-2023-x86_64",
    "opensuse-leap-15.6-x86_64": "opensuse-15.6-x86_64",
    "sles-15-sp6-x86_64": "sles-15.6-x86_64",
    "alpine-3.20.3-x86_64": "alpine-3.20-x86_64",
    "alpine-3.20-armhf": "alpine-3.20-armv6l",
    "alpine-3.20-armv7": "alpine-3.20-armv7l",
    "raspbian-bookworm-armhf": "raspios-12-armv7l",
    "debian-12": "debian-12-x86_64",
    "rhel-8.10": "rhel-8-x86_64",
    "alpine_aarch64": "alpine-aarch64",
    "alpine/arm64": "alpine-aarch64",
    "ubuntu-24.04-arm": "ubuntu-24.04-aarch64",
    "raspios": "raspios-armv7l",
    "aws-lambda-arm64": "amazonlinux-aarch64",
    "debian-stable": "debian-x86_64",
    "debian:12": "debian-12-x86_64",
    "ubuntu-slim": "ubuntu-x86_64",
    "ubuntu-latest": "ubuntu-x86_64",
}

WRONG = {
    "debian-12-riscv64": (
        "Debian 12 (bookworm) is not made for riscv64; "
        "known: x86_64, i686, aarch64, armv7l, armv5tel, ppc64le, s390x, mips64el"
    ),
    "ubunut-22.04-x86_64": (
        "unknown platform; the nearest names are ubuntu-22.04-x86_64, ubuntu-26.04-x86_64, ubuntu-25.04-x86_64"
    ),
    "debian-99-x86_64": ("unknown platform; the nearest names are debian-9-x86_64, debian-8-x86_64, debian-13-x86_64"),
    "almalinux-9.x-x86_64": (
        "unknown platform; the nearest names are almalinux-9-x86_64, almalinux-8-x86_64, almalinux-10-x86_64"
    ),
}


def test_the_file_is_dated_and_told_in_words() -> None:
    """A user who finds a wrong release must see how old the data is and what its fields mean."""
    assert set(DATA) == {"date", "about", "distributions"}
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", DATA["date"])
    assert len(RELEASES) == len(releases()) > 200


@pytest.mark.parametrize("name", DATA["distributions"])
def test_every_distribution_tells_its_sources(name: str) -> None:
    """A user who doubts a libc version must find its source."""
    about = DATA["distributions"][name]
    fields = {"title", "os_release_id", "aliases", "source", "verified", "architectures", "releases"}
    assert set(about) == fields
    assert about["title"]
    assert about["source"]
    assert isinstance(about["verified"], list)
    assert about["os_release_id"] is None or re.fullmatch(r"[A-Za-z0-9._-]+", about["os_release_id"])
    assert about["releases"]
    assert set(about["architectures"]) <= {row.name for row in table()}


@pytest.mark.parametrize(("name", "version"), RELEASES)
def test_every_release_is_well_formed(name: str, version: str) -> None:
    """A typing error in the file would make a ladder empty or far too long."""
    entry = DATA["distributions"][name]["releases"][version]
    known = {"python", "released", "glibc", "end_of_life", "architectures", "codename", "aliases", "musl"}
    assert set(entry) <= known
    assert ("glibc" in entry) != ("musl" in entry)
    text = entry.get("glibc") or entry.get("musl")
    libc = parse_libc_version(text)
    assert libc is not None
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", text)
    assert (2, 5) <= libc <= (2, 60) if "glibc" in entry else (1, 1) <= libc <= (1, 3)
    for month in ("released", "end_of_life"):
        assert entry.get(month) is None or MONTH.fullmatch(entry[month]), month
    assert entry.get("end_of_life") is None or entry["end_of_life"] > entry["released"]
    assert entry.get("python") is None or re.fullmatch(r"[23]\.\d+", entry["python"])
    architectures = entry.get("architectures", DATA["distributions"][name]["architectures"])
    assert architectures
    assert len(set(architectures)) == len(architectures)
    assert set(architectures) <= {row.name for row in table()}


@pytest.mark.parametrize("name", DATA["distributions"])
def test_newer_releases_have_no_older_libc(name: str) -> None:
    """A release with an older libc than the release before it is a mistake in the file."""
    versions = [parse_libc_version(entry.libc_version) for entry in releases() if entry.distribution == name]
    assert versions == sorted(versions, key=lambda version: version or (0, 0))


def test_names_are_unique() -> None:
    """If two releases shared a name, the libc would depend on their order in the file."""
    counted = Counter(name for release in releases() for name in release.names)
    assert [name for name, count in counted.items() if count > 1] == []
    assert all(name == name.lower() for name in counted)


@pytest.mark.parametrize(("name", "version"), RELEASES)
def test_every_name_describes_the_platform(name: str, version: str) -> None:
    """Every listed name, with every architecture that it is made for, must work as ``--target``."""
    (release,) = [
        candidate for candidate in releases() if (candidate.distribution, candidate.version) == (name, version)
    ]
    assert release.title.startswith(DATA["distributions"][name]["title"])
    for arch in release.architectures:
        platform = release.platform(arch)
        assert (platform.system, platform.arch) == ("linux", arch)
        for alias in release.names:
            assert platform_from_name(f"{alias}-{arch}") == platform
        tags = manytags.target("3.12", platform).platform_tags()
        assert tags[0] == f"linux_{arch}"
        libc = parse_libc_version(release.libc_version)
        assert arch == "armv5tel" or libc in {platform.glibc, platform.musl}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_release_has_this_libc(name: str) -> None:
    """With too new a version the wheel does not load; with too old a version it is built needlessly."""
    assert platform_from_name(name) == SAMPLES[name]


@pytest.mark.parametrize("name", SAME)
def test_other_names_are_the_same(name: str) -> None:
    """People write ``amd64``, code names and minor updates, and Alpine's armhf is ARMv6."""
    assert platform_from_name(name) == platform_from_name(SAME[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_name_says_what_is_near(name: str) -> None:
    """A user who misspells a distribution must see the nearest names."""
    with pytest.raises(InvalidTarget) as caught:
        platform_from_name(name)
    assert caught.value.reason == WRONG[name]


@pytest.mark.parametrize("name", [alias for about in DATA["distributions"].values() for alias in about["aliases"]])
def test_a_distribution_without_a_release_is_its_newest(name: str) -> None:
    """Who writes ``alpine`` means today's; the answer says which that was when the data was written."""
    distribution = next(of for of, about in DATA["distributions"].items() if name in about["aliases"])
    about = DATA["distributions"][distribution]
    last = list(about["releases"])[-1]
    entry = about["releases"][last]
    arch = entry.get("architectures", about["architectures"])[0]
    assert platform_from_name(name) == platform_from_name(f"{distribution}-{last}-{arch}")
    libc, architecture = manytags.target("3.13", name).evidence
    assert last in libc.because
    assert "newest" in libc.because
    assert (architecture.subject, architecture.conclusion) == ("architecture", arch)


def test_the_newest_release_is_one_for_the_machine() -> None:
    """Debian 13 is not made for 64-bit MIPS, and no later release of Debian will be."""
    assert platform_from_name("debian-mips64el") == platform_from_name("debian-12-mips64el")
    (libc,) = manytags.target("3.13", "debian-mips64el").evidence
    assert "Debian 12 (bookworm) is the newest that manytags knows" in libc.because
    (libc,) = manytags.target("3.13", "debian-arm64").evidence
    assert "Debian 13 (trixie) is the newest that is supported" in libc.because


def test_soft_floats_on_a_newer_kernel() -> None:
    """Debian's armel on an ARMv7 kernel calls itself ``linux_armv7l``, and takes no manylinux, which is hard-float."""
    there = manytags.target("3.11", "debian-12-armel-armv7l")
    assert there.platform_tags() == ("linux_armv7l",)
    assert there.platform.distribution == "debian"
    assert manytags.target("3.11", "debian-12-armel-armv8l").platform_tags() == ("linux_armv8l", "linux_armv7l")
    assert "kernel" in str(manytags.target("3.11", "debian-12-armel").evidence[0])


def test_what_raspberry_pi_os_builds_is_armv6() -> None:
    """A wheel built on a Pi 4 with the 32-bit system runs on a Pi Zero, and its tag must say so."""
    assert manytags.target("3.11", "raspios-12-armv7l").build_tag() == "linux_armv6l"
    assert manytags.target("3.11", "debian-12-armv7l").build_tag() == "linux_armv7l"


def test_every_name_that_is_listed_works() -> None:
    """``manytags targets`` must not list what ``--target`` refuses."""
    names = manytags.platform_names()
    assert len(names) == len(set(names)) > 900
    for name in names:
        assert manytags.target("3.12", name).platform_tags() or "pyodide" in name, name


@given(st.text(max_size=40))
def test_any_text_is_a_platform_or_one_clear_error(text: str) -> None:
    """Names come from configuration files and forms on the web."""
    try:
        platform = platform_from_name(text)
    except InvalidTarget as error:
        assert error.text == text
        assert len(str(error)) < 1_000
    else:
        assert platform.arch


@given(
    st.sampled_from([release.names[0] for release in releases()]),
    st.sampled_from(["", ".", ".1", ".1.2", "..1", ".x", "-1"]),
    st.sampled_from(["", "-", "-x86_64", "-arm64", "-vax", "-x86_64-x86_64"]),
)
def test_any_near_miss_is_its_release_or_one_clear_error(name: str, update: str, arch: str) -> None:
    """The number of an update may follow a name, but any other text must be an error."""
    try:
        platform = platform_from_distribution(f"{name}{update}{arch}")
    except InvalidTarget:
        return
    if platform is not None:
        assert update in {"", ".1", ".1.2"} or f"{name}{update}" in {
            alias for release in releases() for alias in release.names
        }
        assert arch in {"", "-x86_64", "-arm64"}
