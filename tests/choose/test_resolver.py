"""The resolver that ``docs/how-to/embed.md`` shows: one version of each project for five machines."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from manytags import target

pytest.importorskip("resolvelib", reason="resolvelib is not installed: the group 'test' has it")

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "embed.md"
SERVER, ALPINE, MAC, WINDOWS, PI = MACHINES = [
    target("3.12", "debian-12-x86_64"),
    target("3.12", "alpine-3.20-x86_64"),
    target("3.13", "macosx_14_0_arm64"),
    target("3.11", "win_amd64"),
    target("3.11", "debian-12-armv7l"),
]
EVERYWHERE = ("manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "macosx_11_0_arm64", "win_amd64", "linux_armv7l")


@cache
def shown() -> dict[str, Any]:
    """Run the code of the guide, and return its names."""
    (code,) = re.findall(
        r"^```python\n(import resolvelib.*?|from .*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    names: dict[str, Any] = {"__name__": "guide"}
    exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102 - our own guide
    return names


def pure(project: str, *versions: str) -> list[str]:
    """Name pure wheels."""
    return [f"{project}-{version}-py3-none-any.whl" for version in versions]


def compiled(project: str, version: str, platforms: tuple[str, ...] = EVERYWHERE) -> list[str]:
    """Name wheels for platforms."""
    return [f"{project}-{version}-py3-none-{platform}.whl" for platform in platforms]


#: Project -> its files, and version -> requirements.
WORLD: dict[str, tuple[list[str], dict[str, list[str]]]] = {
    "app": (pure("app", "1.0"), {"1.0": ["fast>=1", "Shell.Colors; sys_platform == 'win32'", "web"]}),
    # The newest release has no wheel for Alpine.
    "fast": ([*compiled("fast", "1.0"), *compiled("fast", "2.0"), *compiled("fast", "2.1", EVERYWHERE[:1])], {}),
    "shell-colors": (compiled("shell_colors", "3.0", ("win_amd64",)), {}),
    # The newest release needs a release of base that is not there, the next one an old base.
    "web": (pure("web", "4.0", "3.0"), {"4.0": ["base>=9"], "3.0": ["base<2; python_version >= '3.11'"]}),
    "base": (pure("base", "1.0", "1.5", "2.0", "1.6rc1"), {}),
}


def provider(world: dict[str, tuple[list[str], dict[str, list[str]]]]) -> Any:  # noqa: ANN401 - a class of the guide
    """Make the guide's provider for a world."""

    def requires(file: str) -> list[str]:
        name, version = file.split("-")[:2]
        return world[name.replace("_", "-")][1].get(version, [])

    return shown()["Provider"]({project: files for project, (files, _) in world.items()}, requires)


def test_a_lock_for_five_machines() -> None:
    """The shown provider takes versions that all machines can install, and asks each marker of each machine."""
    found = shown()["resolve"](provider(WORLD), ["app"], MACHINES)
    assert {name: str(pinned.version) for name, pinned in found.items()} == {
        "app": "1.0",
        "fast": "2.0",
        "shell-colors": "3.0",
        "web": "3.0",
        "base": "1.5",
    }
    assert found["shell-colors"].files == {WINDOWS: "shell_colors-3.0-py3-none-win_amd64.whl"}
    assert {**found["fast"].files} == dict(zip(MACHINES, compiled("fast", "2.0"), strict=True))


def test_what_no_version_serves() -> None:
    """A lock that some machine cannot install must not come out."""
    world: dict[str, tuple[list[str], dict[str, list[str]]]] = {"app": (compiled("app", "1.0", EVERYWHERE[:4]), {})}
    with pytest.raises(shown()["resolvelib"].ResolutionImpossible):
        shown()["resolve"](provider(world), ["app"], MACHINES)
    assert shown()["resolve"](provider(world), ["app"], MACHINES[:4])
