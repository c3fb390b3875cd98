"""How the verdicts on one wheel follow from those on another."""

from __future__ import annotations

import io
import pickle
from functools import cache

from hypothesis import assume, given
from hypothesis import strategies as st

from manytags import audit, parse_platform
from manytags.audits.claims import Claim, ClaimKind, Verdict
from manytags.audits.contents import RELEVANT, Contents
from manytags.audits.judge import Judge
from manytags.audits.wheel import audit_from_contents
from manytags.binaries.binary import Binary
from manytags.binaries.elf import read_elf
from manytags.platforms.linux.policies import KINDS, policies
from manytags.tags.filename import parse_tag_set

from ..audits.wrong.build import BINARIES
from ..audits.wrong.wheels import binary, wheel

MUCH = Verdict.TOO_MUCH
ARCHITECTURES = ("x86_64", "aarch64", "armv7l", "armv6l", "riscv64")
MODULES = ("cpython-312-x86_64-linux-gnu", "cpython-313t-x86_64-linux-gnu", "abi3", "")

#: A binary, and the kind of module in its name. Every module has a name of its own, which no other file needs.
files = st.lists(st.tuples(st.sampled_from(sorted(BINARIES)), st.sampled_from(MODULES)), max_size=5)
#: Files for a single machine, so that some tag can be true of them.
alike = st.lists(
    st.tuples(
        st.sampled_from(["plain", "module", "memcpy", "glibc-2.43", "glibcxx", "static", "execstack"]),
        st.sampled_from(MODULES),
    ),
    max_size=4,
)
platforms = st.one_of(
    st.sampled_from(["any", "manylinux1_x86_64", "manylinux2014_x86_64", "win_amd64", "macosx_11_0_arm64"]),
    st.builds("linux_{}".format, st.sampled_from(ARCHITECTURES)),
    st.builds("manylinux_2_{}_{}".format, st.integers(4, 60), st.sampled_from(ARCHITECTURES)),
    st.builds("musllinux_1_{}_{}".format, st.integers(0, 4), st.sampled_from(ARCHITECTURES)),
)
tags = st.builds(
    "{}-{}-{}".format,
    st.sampled_from(["py3", "cp39", "cp312", "cp313"]),
    st.sampled_from(["none", "abi3", "cp312", "cp313", "cp313t"]),
    st.lists(platforms, min_size=1, max_size=3, unique=True).map(".".join),
)


@cache
def needs(name: str, called: str) -> Binary:
    """Rename a binary."""
    return read_elf(io.BytesIO(binary(name)), called, RELEVANT)


def contents(found: list[tuple[str, str]], tag_set: str) -> Contents:
    """Make a wheel with these files and tags."""
    parsed = parse_tag_set(tag_set)
    named = [
        (name, f"foo/_{place}.{kind}.so" if kind else f"foo/lib{place}.so") for place, (name, kind) in enumerate(found)
    ]
    return Contents(parsed, parsed, False, tuple(needs(*item) for item in named))


def verdicts(claims: tuple[Claim, ...]) -> dict[tuple[ClaimKind, str], Verdict]:
    """Return the verdict on each tag."""
    return {(claim.kind, claim.tag): claim.verdict for claim in claims}


@given(files, files, tags)
def test_more_files_make_no_claim_truer(first: list[tuple[str, str]], more: list[tuple[str, str]], tag: str) -> None:
    """A claim that a file contradicts stays false if files are added, unless they are libraries that the file needs."""
    few, many = (verdicts(Judge(contents(item, tag)).claims()) for item in (first, first + more))
    assert {claim for claim in few if few[claim] == MUCH} <= {claim for claim in many if many[claim] == MUCH}


@given(files, tags, st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_matter(found: list[tuple[str, str]], tag: str, chosen: object) -> None:
    """The order of an archive must not change the verdict on its files."""
    straight = contents(found, tag)
    mixed = list(straight.binaries)
    chosen.shuffle(mixed)  # type: ignore[attr-defined] # a random.Random
    other = Contents(straight.filename, straight.wheel, False, tuple(mixed))
    one, two = (Judge(item).claims() for item in (straight, other))
    assert verdicts(one) == verdicts(two)
    assert [set(claim.reasons) for claim in one] == [set(claim.reasons) for claim in two]
    assert set(Judge(straight).true_tags) == set(Judge(other).true_tags)


@given(st.one_of(files, alike), st.sampled_from(KINDS), st.sampled_from(ARCHITECTURES), st.data())
def test_what_is_true_stays_true_for_newer_policies(
    found: list[tuple[str, str]], kind: str, architecture: str, data: st.DataObject
) -> None:
    """A system that meets a later policy has everything that earlier policies promise."""
    listed = [item.version for item in policies(kind).of(architecture)]
    assume(listed)
    major = listed[0][0]
    old = data.draw(st.integers(0, 60))
    new = data.draw(st.integers(old, 61))
    older, newer = (f"{kind}_{major}_{minor}_{architecture}" for minor in (old, new))
    said = {
        claim.tag: claim.verdict
        for claim in Judge(contents(found, f"py3-none-{older}.{newer}")).claims()
        if claim.kind is ClaimKind.PLATFORM_TAG
    }
    assert said[older] == MUCH or said[newer] != MUCH


@given(st.one_of(files, alike))
def test_honest_tags_are_true(found: list[tuple[str, str]]) -> None:
    """An audit must not suggest a tag that it would call false."""
    honest = Judge(contents(found, "py3-none-any")).true_tags
    for tag in honest:
        claims = Judge(contents(found, f"py3-none-{tag}")).claims()
        (claim,) = (item for item in claims if item.kind is ClaimKind.PLATFORM_TAG)
        assert claim.verdict is Verdict.TRUE, claim
        # and nothing that is more widely installable is
        for kind, version, arch in older(tag):
            (less,) = (
                item
                for item in Judge(contents(found, f"py3-none-{kind}_{version[0]}_{version[1]}_{arch}")).claims()
                if item.kind is ClaimKind.PLATFORM_TAG
            )
            assert less.verdict == MUCH, (less, tag)


def older(tag: str) -> list[tuple[str, tuple[int, int], str]]:
    """List the policies before a tag."""
    parsed = parse_platform(tag)
    version = getattr(parsed, "glibc", None) or getattr(parsed, "musl", None)
    if version is None:
        return []
    kind = tag.partition("_")[0]
    arch: str = parsed.arch  # type: ignore[attr-defined] # those with a libc's version have it
    return [(kind, item.version, arch) for item in policies(kind).of(arch) if item.version < version]


@given(files, tags)
def test_honest_answers_of_claims_are_true(found: list[tuple[str, str]], tag: str) -> None:
    """A wheel with the tags after 'true would be' has true tags."""
    for claim in Judge(contents(found, tag)).claims():
        if claim.kind is ClaimKind.PLATFORM_TAG:
            for honest in claim.true_tags:
                again = Judge(contents(found, f"py3-none-{honest}")).claims()
                assert {item.verdict for item in again if item.kind is ClaimKind.PLATFORM_TAG} == {Verdict.TRUE}
        if claim.kind is ClaimKind.ABI_TAG:
            for honest in claim.true_tags:
                again = Judge(contents(found, f"py3-{honest}-any")).claims()
                assert not any(item.is_false for item in again if item.kind is ClaimKind.ABI_TAG)


@given(files, tags)
def test_audits_pickle(found: list[tuple[str, str]], tag: str) -> None:
    """Results come from other processes and machines."""
    result = audit_from_contents(contents(found, tag), "foo.whl")
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - our own
    assert hash(result) == hash(pickle.loads(pickle.dumps(result)))  # noqa: S301 - the same
    assert result.is_false == any(claim.is_false for claim in result.claims)
    if result.is_clean:
        assert not result.is_false


@given(files, st.sampled_from([0, 8]), tags)
def test_a_wheel_says_what_its_files_say(found: list[tuple[str, str]], method: int, tag: str) -> None:
    """An audit depends on the files in an archive, not on how they are packed."""
    expected = contents(found, tag)
    name = f"foo-1.0-{tag}.whl"
    packed = {item.name: binary(which) for item, (which, _) in zip(expected.binaries, found, strict=True)}
    data = wheel(name, {"foo/a.py": b"pass", **packed, "foo/b.py": b""}, compression=method)
    result = audit(io.BytesIO(data), name)
    assert result.claims == Judge(expected).claims()
    assert result.true_tags == Judge(expected).true_tags
    assert {str(item.kind) for item in result.remarks} <= {"search path", "libpython", "chosen at run time"}
