"""Emscripten: Pyodide's ABIs (:pep:`783`), their older name, and the compiler's. Each version takes itself alone."""

from __future__ import annotations

from ..errors import InvalidTag, InvalidTarget
from ..tags.text import parse_number
from . import Evidence, Platform, family, tag_text
from .tag import Miss, Need, PlatformTag, Takers
from .versions import describe_with_version, no_facts, no_platform_from_markers
from .words import no_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import ReadsFacts
    from .tag import Index

TITLE = "Emscripten"
NAMES = {f"wasm32-pyodide{year}": f"pyemscripten_{year}_0_wasm32" for year in (2024, 2025, 2026)}
COMMON: tuple[str, ...] = ()
RETIRED: tuple[str, ...] = ()
EXAMPLES = (
    *("pyemscripten_2026_0_wasm32", "pyodide_2024_0_wasm32", "pyodide_2026_0_wasm32", "emscripten_3_1_58_wasm32"),
    *("pyemscripten_2026_0_wasm64",),
)

#: Pyodide's ABIs of this year and before had a name of their own; :pep:`783` gave them all ``pyemscripten``.
LAST_PYODIDE_YEAR = 2025
#: The first pip that takes ``pyemscripten``. It never had to know the older names: interpreters call themselves so.
FIRST_PIP = "26.1"


class Pyemscripten(PlatformTag):
    """``pyemscripten_YEAR_PATCH_wasm32`` (:pep:`783`): one version of one ABI, taken by that version alone.

    :param version: year and patch.
    :param arch: ``wasm32``.
    """

    __slots__ = ("arch", "version")
    _fields = ("version", "arch")
    _kind = 8
    _name = "pyemscripten"
    system = "emscripten"

    version: tuple[int, ...]
    arch: str

    def __init__(self, version: tuple[int, ...], arch: str) -> None:
        self._assign(version=version, arch=arch)

    def __str__(self) -> str:
        return "_".join([self._name, *map(str, self.version), self.arch])

    @property
    def machine(self) -> str:
        """The architecture."""
        return self.arch

    @property
    def need(self) -> Need | None:
        """The version of the ABI."""
        return Need("pyemscripten", self.version, f"PyEmscripten {'.'.join(map(str, self.version))}")

    def why_unclaimed(self) -> str:
        """Pyodide runs on one architecture."""
        return "" if self.arch == "wasm32" else "Pyodide runs wasm32 code alone"

    def platform(self) -> Platform:
        """Describe the interpreter of just this ABI."""
        return Platform("emscripten", "wasm32", version=self.version)

    def misses(self, platform: Platform, evidence: tuple[Evidence, ...]) -> list[Miss]:
        """Say which versions wheel and interpreter are."""
        del evidence
        has = next(iter(family(platform.system).ladder(platform)), "none")
        sentence = f"the wheel is for {self}, and runs there alone; the target is {has}"
        return [Miss("system_version", str(self), has, sentence, ("Pyodide ABI",))]

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> str | None:
        """Return the first pip that knows :pep:`783`."""
        del platform, evidence
        return FIRST_PIP


class Emscripten(Pyemscripten):
    """``emscripten_X_Y_Z_wasm32``: what an interpreter calls the compiler it was built with.

    :param version: the Emscripten version.
    :param arch: ``wasm32``.
    """

    __slots__ = ()
    _name = "emscripten"

    is_bare = True

    @property
    def need(self) -> None:
        """Nothing that an index could know."""
        return

    def platform(self) -> Platform:
        """Describe an interpreter that has this tag alone."""
        return Platform("emscripten", str(self))

    def instead(self, index: Index) -> str:
        """Name an ABI: the compiler's version says little."""
        example = NAMES[max(NAMES)]
        if not index.takes(example):
            return ""
        return f"the ABI of Pyodide that it was built for, such as {example} (PEP 783)"

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> None:
        """Every pip takes what the interpreter calls itself."""
        del platform, evidence


class Pyodide(Pyemscripten):
    """``pyodide_YEAR_PATCH_wasm32``: the older name of Pyodide's ABIs until 2025, which wheels of that time have.

    Whatever takes it takes ``pyemscripten`` of the same version too.

    :param version: year and patch.
    :param arch: ``wasm32``.
    """

    __slots__ = ()
    _name = "pyodide"

    @property
    def claimed(self) -> bool:
        """Whether any interpreter takes it: those of newer ABIs have the newer name alone."""
        return self.arch == "wasm32" and self.version[0] <= LAST_PYODIDE_YEAR

    @property
    def need(self) -> None:
        """Nothing that an index could know."""
        return

    def takers(self) -> Takers:
        """The hosts that take the newer name."""
        return Pyemscripten(self.version, self.arch).takers() if self.claimed else super().takers()

    def platform(self) -> Platform:
        """Describe the interpreter of just this ABI."""
        if not self.claimed:
            newer = Pyemscripten(self.version, self.arch)
            raise InvalidTarget(str(self), f"no interpreter claims it; use {newer}")
        return super().platform()

    def instead(self, index: Index) -> str:
        """Name the same ABI by its newer name."""
        newer = f"pyemscripten_{'_'.join(map(str, self.version))}_wasm32"
        return f"the newer name of this ABI: {newer} (PEP 783)" if index.takes(newer) else ""

    def why_unclaimed(self) -> str:
        """Look at the year: newer ABIs have the newer name alone."""
        if self.version[0] > LAST_PYODIDE_YEAR:
            return f"the name is pyemscripten since {LAST_PYODIDE_YEAR + 1}"
        return super().why_unclaimed()

    def oldest_pip(self, platform: Platform | None = None, evidence: tuple[Evidence, ...] = ()) -> None:
        """Every pip takes what the interpreter calls itself."""
        del platform, evidence


#: What tags begin with -> their class, and how many numbers they have.
_KINDS: dict[str, tuple[type[Pyemscripten], int]] = {
    "pyemscripten": (Pyemscripten, 2),
    "pyodide": (Pyodide, 2),
    "emscripten": (Emscripten, 3),
}


def parse(text: str) -> Pyemscripten | None:
    """Read a tag of any of the three names."""
    name, *fields = text.split("_")
    if name not in _KINDS:
        return None
    kind, length = _KINDS[name]
    version = [parse_number(field) for field in fields[:length]]
    if len(fields) != length + 1 or None in version:
        raise InvalidTag(text, f"expected {name}, {length} plain numbers and an architecture")
    return kind(tuple(number for number in version if number is not None), fields[-1])


def ladder(platform: Platform) -> list[str]:
    """Pyodide's ABI, where it has one, its older name until 2025, then the compiler's name."""
    version = platform.version or ()
    names = ["pyemscripten"] if version else []
    if len(version) == 2 and version[0] <= LAST_PYODIDE_YEAR:
        names.append("pyodide")
    tags = ["_".join([name, *map(str, version), "wasm32"]) for name in names]
    return [*tags, platform.arch] if platform.arch.startswith("emscripten_") else tags


describe = describe_with_version


def infer(facts: ReadsFacts, evidence: list[Evidence]) -> Platform:
    """Conclude the ABI of Pyodide. Its ``confstr`` says glibc, because Emscripten copied the answer; it is not."""
    arch = tag_text(facts.text("sysconfig_platform"))
    text = facts.text("pyemscripten_version")
    fields = text.split("_")
    usable = len(fields) < 6 and all(field.isascii() and field.isdigit() and len(field) < 5 for field in fields)
    version = tuple(map(int, fields)) if usable else None
    evidence.append(Evidence("architecture", arch, facts.seen("sysconfig_platform")))
    if version:
        evidence.append(Evidence("Pyodide ABI", text, facts.seen("pyemscripten_version")))
    return Platform("emscripten", arch, version=version)


def sysconfig_platform(platform: Platform) -> str:
    """Write a text such as ``emscripten-3.1.58-wasm32``, if the compiler's version is known."""
    name, _, rest = platform.arch.partition("_")
    numbers, _, machine = rest.rpartition("_")
    return "-".join(filter(None, [name, numbers.replace("_", "."), machine]))


facts_from_sysconfig = no_facts


def machines() -> tuple[str, ...]:
    """List the one architecture."""
    return ("wasm32",)


def markers(platform: Platform) -> tuple[str, str, str, tuple[str, ...]]:
    """``platform_machine`` is the architecture, whatever the ABI."""
    del platform
    return "posix", "emscripten", "Emscripten", ("wasm32",)


from_markers = no_platform_from_markers
from_name = no_name
