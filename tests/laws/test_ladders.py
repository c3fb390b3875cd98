"""How one ladder follows from another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import manytags
from manytags import Platform, TagOptions

from . import strategies

FLOORS = {"x86_64": 5, "i686": 5, "aarch64": 17, "armv7l": 17, "ppc64le": 17, "s390x": 17, "riscv64": 17}
LEGACY = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}


@given(st.sampled_from(sorted(FLOORS)), st.integers(2, 500), st.booleans())
def test_glibc_ladders_grow_by_their_own_rung(arch: str, minor: int, linux_first: bool) -> None:
    """A newer glibc takes one more tag, or two if the version has a legacy name, before all others of its kind."""
    options = TagOptions(linux_first=linux_first)
    older = list(manytags.target("3.12", Platform("linux", arch, glibc=(2, minor - 1)), options).platform_tags())
    newer = list(manytags.target("3.12", Platform("linux", arch, glibc=(2, minor)), options).platform_tags())
    rung = []
    if minor >= FLOORS[arch]:
        rung = [f"manylinux_2_{minor}_{arch}"] + [f"{LEGACY[minor]}_{arch}" for _ in range(minor in LEGACY)]
    place = 1 if linux_first else 0
    assert newer == older[:place] + rung + older[place:]


@given(st.sampled_from(["x86_64", "armv7l", "mips64"]), st.integers(1, 300))
def test_musl_ladders_grow_by_their_own_rung(arch: str, minor: int) -> None:
    """A newer musl takes one more tag too; on ARMv7 also the one for ARMv6, after all others."""
    older = [*manytags.target("3.12", Platform("linux", arch, musl=(1, minor - 1))).platform_tags()]
    newer = [*manytags.target("3.12", Platform("linux", arch, musl=(1, minor))).platform_tags()]
    rungs = {f"musllinux_1_{minor}_{arch}"} | ({f"musllinux_1_{minor}_armv6l"} if arch == "armv7l" else set())
    assert set(newer) - set(older) == rungs
    assert [tag for tag in newer if tag not in rungs] == older
    assert newer[:2] == [f"linux_{arch}", f"musllinux_1_{minor}_{arch}"]


@given(strategies.platforms, strategies.pythons)
def test_every_rung_is_a_tag_and_stands_once(platform: Platform, python: manytags.Python) -> None:
    """A tag that no wheel can have, or a tag that is listed twice, would make every rank after it wrong."""
    target = manytags.Target(python, platform)
    tags = target.platform_tags()
    assert len(set(tags)) == len(tags)
    assert all(str(manytags.parse_platform(tag)) == tag for tag in tags)
    triples = target.triples()
    assert len(set(triples)) == len(triples) == len(target.ranks)


@given(strategies.platforms, strategies.options)
def test_options_only_move_or_remove(platform: Platform, options: TagOptions) -> None:
    """Options move bare tags, and drop ARMv6 and refused tags; all other tags stay, in the same order."""
    plain = manytags.target("3.12", platform).platform_tags()
    changed = manytags.target("3.12", platform, options).platform_tags()
    assert set(changed) <= set(plain)
    for tag in set(plain) - set(changed):
        parsed = manytags.parse_platform(tag)
        refused = isinstance(parsed, manytags.Manylinux) and parsed.perennial in options.refused
        assert refused or (tag.endswith("_armv6l") and not options.armv6_on_armv7)
    assert not set(changed) & set(options.refused)
    kept = [tag for tag in plain if tag in changed and not tag.startswith("linux_")]
    assert [tag for tag in changed if not tag.startswith("linux_")] == kept
    bare = [tag for tag in changed if tag.startswith("linux_") and not tag.endswith("_armv6l")]
    if platform.system == "linux" and platform.arch != "armv6l":
        others = [tag for tag in changed if tag not in bare and not tag.endswith("_armv6l")]
        own = [*bare, *others] if options.linux_first else [*others, *bare]
        assert list(changed[: len(own)]) == own
