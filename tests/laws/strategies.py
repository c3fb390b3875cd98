"""Generated tags, names, machines and Pythons, and texts that are almost valid."""

from __future__ import annotations

from hypothesis import strategies as st

from manytags import Platform, Python, TagOptions

ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789"
#: What breaks parsers: separators, case, digits outside ASCII, look-alikes, control characters, lone surrogates.
SPICE = "._- AZ+!\x00\n\t/\\'\"²٣é\u0131\u017f\u212a\uff41\u2010\u200b\U0001f40d\ud800"

numbers = st.one_of(st.integers(0, 60), st.integers(0, 999_999_999))
words = st.text(ALPHANUMERIC, min_size=1, max_size=6)
architectures = st.one_of(
    st.sampled_from(
        [
            "x86_64",
            "i686",
            "aarch64",
            "armv6l",
            "armv7l",
            "armv8l",
            "ppc64",
            "ppc64le",
            "riscv64",
            "s390x",
            "loongarch64",
        ]
    ),
    st.text(ALPHANUMERIC + "_", min_size=1, max_size=8),
)
libc_versions = st.tuples(numbers, numbers)


def _joined(*parts: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda fields: "_".join(map(str, fields)))


platform_texts = {
    "Manylinux": st.one_of(
        _joined(st.just("manylinux"), numbers, numbers, architectures),
        _joined(st.sampled_from(["manylinux1", "manylinux2010", "manylinux2014"]), architectures),
    ),
    "Musllinux": _joined(st.just("musllinux"), numbers, numbers, architectures),
    "Linux": _joined(st.just("linux"), architectures),
    "MacOS": _joined(
        st.just("macosx"),
        st.one_of(st.just(10), numbers),
        numbers,
        st.sampled_from(["x86_64", "arm64", "i386", "ppc", "ppc64", "intel", "fat", "fat3", "fat64", "universal2"]),
    ),
    "IOS": _joined(st.just("ios"), numbers, numbers, st.sampled_from(["arm64_iphoneos", "x86_64_iphonesimulator"])),
    "Android": _joined(st.just("android"), numbers, st.sampled_from(["arm64_v8a", "armeabi_v7a", "x86", "x86_64"])),
    "Windows": st.sampled_from(["win32", "win_amd64", "win_arm64", "win_arm32", "win_ia64"]),
    "Pyemscripten": _joined(st.just("pyemscripten"), numbers, numbers, st.just("wasm32")),
    "Pyodide": _joined(st.just("pyodide"), numbers, numbers, st.just("wasm32")),
    "Emscripten": _joined(st.just("emscripten"), numbers, numbers, numbers, st.just("wasm32")),
    "AnyPlatform": st.just("any"),
    "OtherPlatform": st.one_of(
        st.sampled_from(["freebsd_14_1_release_amd64", "cygwin_3_4_10_x86_64", "aix_7_2_0_ppc64", "linux", "win_9x"]),
        words.map(lambda word: f"other_{word}"),
    ),
}
any_platform_text = st.one_of(*platform_texts.values())

python_texts = st.one_of(
    st.tuples(st.sampled_from(["cp", "py", "pp", "ip", "jy", "graalpy"]), st.sampled_from([2, 3]), numbers).map(
        lambda fields: f"{fields[0]}{fields[1]}{fields[2]}"
    ),
    st.sampled_from(["py2", "py3", "cp3", "pp3"]),
    st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8),
)
abi_texts = st.one_of(
    st.sampled_from(["none", "abi3", "abi3t", "cp27mu", "cp312d", "cp313t", "cp313td", "pypy310_pp73"]),
    st.tuples(numbers, st.sampled_from(["", "t", "d", "td", "m", "dm", "mu"])).map(lambda of: f"cp3{of[0]}{of[1]}"),
    numbers.map(lambda number: f"graalpy{number}_311_native"),
    st.text(ALPHANUMERIC + "_", min_size=1, max_size=8),
)


def members(texts: st.SearchStrategy[str], most: int = 4) -> st.SearchStrategy[list[str]]:
    """Some distinct members of one field of a tag set."""
    return st.lists(texts, min_size=1, max_size=most, unique=True)


tag_set_fields = st.tuples(members(python_texts), members(abi_texts), members(any_platform_text))
tag_sets = tag_set_fields.map(lambda fields: "-".join(".".join(field) for field in fields))

project_names = st.lists(st.text(ALPHANUMERIC + "ABC", min_size=1, max_size=6), min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from(["_", "."]).map(lambda separator: separator.join(parts))
)

_suffix_numbers = st.one_of(st.just(""), st.integers(0, 30).map(str))
_separators = st.sampled_from(["", ".", "_", "-"])


def _part(spellings: list[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.just(""),
        st.tuples(_separators, st.sampled_from(spellings), _separators, _suffix_numbers).map("".join),
    )


#: Versions by the grammar of :pep:`440`, appendix B, in all its spellings.
versions = st.tuples(
    st.sampled_from(["", "v", "V"]),
    st.one_of(st.just(""), st.integers(0, 99).map(lambda epoch: f"{epoch}!")),
    st.lists(st.integers(0, 2030).map(str), min_size=1, max_size=5).map(".".join),
    _part(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "A", "RC", "Alpha"]),
    st.one_of(_part(["post", "rev", "r", "POST"]), st.integers(0, 9).map(lambda number: f"-{number}")),
    _part(["dev", "DEV"]),
    st.one_of(
        st.just(""),
        st.lists(st.text(ALPHANUMERIC + "X", min_size=1, max_size=4), min_size=1, max_size=3).flatmap(
            lambda parts: st.sampled_from(["+" + separator.join(parts) for separator in "._-"])
        ),
    ),
).map("".join)
#: Versions that a file name can contain.
filename_versions = versions.filter(lambda text: "-" not in text)

builds = st.one_of(
    st.just(""),
    st.tuples(st.integers(0, 10**18 - 1), st.sampled_from(["", "a", "_b.2", "local"])).map(
        lambda of: f"{of[0]}{of[1]}"
    ),
)


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """Draw a text and damage it in up to three places."""
    text = draw(texts)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        removed = draw(st.integers(0, 2))
        put = draw(st.one_of(st.text(SPICE, max_size=2), st.text(max_size=1), st.sampled_from(["-", "--", ".", ".."])))
        text = text[:place] + put + text[place + removed :]
    return text


@st.composite
def recased(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """Draw a text and put some of its letters into upper case."""
    text = draw(texts)
    upper = draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    return "".join(letter.upper() if up else letter for letter, up in zip(text, upper, strict=True))


pythons = st.one_of(
    st.builds(
        lambda minor, flags: Python("cpython", (3, minor), tuple(f"cp3{minor}{flag}" for flag in flags)),
        st.integers(0, 20),
        st.sampled_from([("",), ("d", ""), ("t",), ("td", "t"), ()]),
    ),
    st.builds(
        lambda minor, name: Python(name, (3, minor), (f"{name}3{minor}_x",)),
        st.integers(6, 13),
        st.sampled_from(["pypy", "graalpy", "pyston"]),
    ),
    st.just(Python("cpython", (2, 7), ("cp27mu",))),
    st.just(Python("cpython", (3, 12, 4), ("cp312",), "3.12.4rc1+")),
)

_known_architectures = st.sampled_from(
    [
        *(
            "x86_64",
            "i686",
            "aarch64",
            "armv5tel",
            "armv6l",
            "armv7l",
            "armv8l",
            "ppc64",
            "ppc64le",
            "riscv64",
            "s390x",
        ),
        *("loongarch64", "mips64"),
    ]
)
platforms = st.one_of(
    st.builds(lambda arch: Platform("linux", arch), _known_architectures),
    st.builds(
        lambda arch, glibc: Platform("linux", arch, glibc=glibc),
        _known_architectures,
        st.tuples(st.sampled_from([2, 2, 2, 3]), st.integers(0, 60)),
    ),
    st.builds(
        lambda arch, musl: Platform("linux", arch, musl=musl),
        _known_architectures,
        st.tuples(st.integers(1, 2), st.integers(0, 4)),
    ),
    st.builds(
        lambda arch, version: Platform("macos", arch, version=version),
        st.sampled_from(["x86_64", "arm64", "i386", "ppc", "ppc64"]),
        st.one_of(st.tuples(st.just(10), st.integers(0, 17)), st.tuples(st.integers(9, 27), st.integers(0, 6))),
    ),
    st.builds(
        lambda multiarch, version: Platform("ios", multiarch, version=version),
        st.sampled_from(["arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator"]),
        st.tuples(st.integers(11, 27), st.integers(0, 12)),
    ),
    st.builds(
        lambda abi, level: Platform("android", abi, version=(level,)),
        st.sampled_from(["arm64_v8a", "armeabi_v7a", "x86", "x86_64"]),
        st.integers(14, 37),
    ),
    st.builds(lambda tag: Platform("windows", tag), platform_texts["Windows"]),
    st.builds(
        lambda arch, version: Platform("emscripten", arch, version=version),
        st.sampled_from(["wasm32", "emscripten_5_0_3_wasm32", "emscripten_3_1_58_wasm32"]),
        st.sampled_from([None, (2025, 0), (2026, 0)]),
    ),
    st.builds(lambda tag: Platform("other", tag), st.sampled_from(["freebsd_14_1_release_amd64", "any", "aix_7_2"])),
)
options = st.builds(
    TagOptions,
    linux_first=st.booleans(),
    armv6_on_armv7=st.booleans(),
    refused=st.lists(
        st.builds(
            lambda minor, arch: f"manylinux_2_{minor}_{arch}",
            st.integers(5, 60),
            st.sampled_from(["x86_64", "armv7l", "aarch64"]),
        ),
        max_size=5,
    ).map(tuple),
)
