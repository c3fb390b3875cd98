"""Choices that other tools get wrong or cannot make. The tests expect the mistake, so that we notice when it is fixed.

Each test says what is right, by a specification, and that manytags does it. A peer that is not installed is skipped,
by name; ``pip install --group peers`` installs all of them.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any
from unittest.mock import MagicMock

import pytest
from packaging.utils import parse_wheel_filename
from packaging.version import Version

import manytags
from manytags import target

from ..test_corpus import names

SERVER = target("3.12", "manylinux_2_28_x86_64")

#: Files of a release for the same Python: build 3 replaces the broken first build, which has no build tag.
TORCH = ("torch-2.10.0-cp312-cp312-manylinux_2_28_x86_64.whl", "torch-2.10.0-3-cp312-cp312-manylinux_2_28_x86_64.whl")


def peer(module: str, needs: str = "0") -> Any:  # noqa: ANN401 - each is another
    """Import a peer, or skip the test and name the peer."""
    project = module.partition(".")[0]
    imported = pytest.importorskip(module, reason=f"{project} is not installed; nothing is compared")
    if Version(metadata.version(project)) < Version(needs):
        pytest.skip(f"{project} {metadata.version(project)} is older than {needs}; nothing is compared")
    return imported


def test_the_case_is_real() -> None:
    """Both files of torch 2.10.0 are on PyPI."""
    assert {*TORCH} <= {*names()}


@pytest.mark.parametrize("order", [1, -1], ids=["listed", "reversed"])
def test_build_tags_decide_here(order: int) -> None:
    """:pep:`427`: of two wheels that are alike the higher build tag is the one to install."""
    assert manytags.best(TORCH[::order], SERVER) == TORCH[1]


def test_packagings_selector_ignores_build_tags() -> None:
    """packaging's selector takes the file that an index lists first."""
    select = peer("packaging.tags", "26.1").create_compatible_tags_selector(SERVER.tags())
    for listed in (TORCH, TORCH[::-1]):
        assert next(select((name, parse_wheel_filename(name)[-1]) for name in listed)) == listed[0]


def test_packagings_pylock_ignores_build_tags() -> None:
    """packaging installs the broken build if a lock file lists it first."""
    wheels = [{"name": name, "url": f"https://example.org/{name}", "hashes": {"sha256": "0" * 64}} for name in TORCH]
    document = {
        "lock-version": "1.0",
        "created-by": "test",
        "packages": [{"name": "torch", "version": "2.10.0", "wheels": wheels}],
    }
    lock = peer("packaging.pylock", "26.1").Pylock.from_dict(document)
    environment = {**manytags.marker_environment(SERVER), "extra": ""}
    ((_, chosen),) = lock.select(tags=SERVER.tags(), environment=environment)
    assert chosen.filename == TORCH[0]


@pytest.mark.parametrize("platform", ["manylinux_2_34_x86_64", "musllinux_1_2_aarch64"])
def test_pips_platform_option_takes_one_tag(platform: str) -> None:
    """pip #10760: ``--platform`` gets no wheels for older systems, though the target can run them."""
    tags = peer("pip._internal.utils.compatibility_tags", "24.1").get_supported(
        version="312", platforms=[platform], impl="cp", abis=["cp312"]
    )
    older = {"manylinux_2_34_x86_64": "manylinux_2_28_x86_64", "musllinux_1_2_aarch64": "musllinux_1_1_aarch64"}
    takes = {str(tag) for tag in tags}
    assert f"cp312-cp312-{platform}" in takes
    assert f"cp312-cp312-{older[platform]}" not in takes
    assert manytags.rank(f"cp312-cp312-{older[platform]}", target("3.12", platform)) is not None


def test_poetry_puts_the_build_tag_over_the_tag() -> None:
    """A pure wheel with a build tag beats the wheel compiled for the machine; pip's order is the other way round."""
    chooser = peer("poetry.installation.chooser").Chooser
    environment = peer("poetry.utils.env").MockEnv(supported_tags=list(SERVER.tags()))
    link = peer("poetry.core.packages.utils.link").Link
    package = peer("poetry.core.packages.package").Package("demo", "1.0")
    made = chooser(MagicMock(), environment, MagicMock())
    files = ["demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "demo-1.0-1-py3-none-any.whl"]
    theirs = max(files, key=lambda name: made._sort_key(package, link(f"https://example.org/{name}")))
    assert theirs == files[1]
    assert manytags.best(files, SERVER) == files[0]


@pytest.mark.parametrize(
    ("tag", "platform", "theirs"),
    [
        ("cp312-cp312-manylinux_2_17_i686", "manylinux_2_28_i686", False),
        ("cp312-cp312-manylinux_2_17_x86", "manylinux_2_28_i686", True),
        ("cp312-cp312d-manylinux_2_17_x86_64", "manylinux_2_28_x86_64", True),
        ("cp312-cp312-manylinux_2_36_loongarch64", "manylinux_2_41_loongarch64", False),
    ],
)
def test_dep_logics_tags(tag: str, platform: str, theirs: bool) -> None:
    """dep-logic calls i686 ``x86``, gives LoongArch no manylinux, and gives a release build debug wheels."""
    environment = peer("dep_logic.tags").EnvSpec.from_spec("==3.12.4", platform, "cpython")
    name = f"demo-1.0-{tag}.whl"
    assert (environment.wheel_compatibility(name) is not None) is theirs
    assert (manytags.rank(name, target("3.12", platform)) is not None) is not theirs


def test_dep_logic_prefers_the_older_musllinux() -> None:
    """dep-logic sorts musllinux tags in ascending order, so the wheel for the older musl wins."""
    environment = peer("dep_logic.tags").EnvSpec.from_spec("==3.12.4", "musllinux_1_2_x86_64", "cpython")
    files = [f"demo-1.0-cp312-cp312-musllinux_1_{minor}_x86_64.whl" for minor in (1, 2)]
    assert max(files, key=environment.wheel_compatibility) == files[0]
    assert manytags.best(files, target("3.12", "musllinux_1_2_x86_64")) == files[1]


def test_dep_logic_ignores_build_tags() -> None:
    """dep-logic gives both builds of torch the same weight."""
    environment = peer("dep_logic.tags").EnvSpec.from_spec("==3.12.4", "manylinux_2_28_x86_64", "cpython")
    assert len({environment.wheel_compatibility(name) for name in TORCH}) == 1
