"""Which bytes of an ELF file loaders map where, and whether all loaders see the same.

Loaders map whole pages, one segment after the other, and the segment that is mapped last wins. Some of them read a
table by its offset, others by its address. A layout that they could read in different ways, which no linker and no
patchelf writes, is an error.

Rule: System V ABI, chapter 5; glibc ``elf/dl-load.c``, ``elf/dl-map-segments.h``, ``elf/rtld.c``; musl
``ldso/dynlink.c``; Linux ``fs/binfmt_elf.c``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..platforms.linux.architectures import EM_486, EM_MIPS_RS3_LE, EM_S390_OLD
from ..platforms.linux.table import EM_MIPS
from .elf_image import (
    ET_DYN,
    ET_EXEC,
    PF_R,
    PF_W,
    PT_DYNAMIC,
    PT_GNU_PROPERTY,
    PT_GNU_RELRO,
    PT_GNU_STACK,
    PT_INTERP,
    PT_LOAD,
    PT_NOTE,
    PT_PHDR,
    PT_TLS,
    Image,
    Mapped,
    Segment,
)
from .elf_structs import numbers_of

#: PT_LOAD segments: linkers write four, and tools that change a file add one each time.
_MAX_LOADED = 128
#: The smallest page of any system, and the larger ones that some machines may have.
_PAGE = 4096
_LARGER_PAGES = (16384, 65536)
_LARGE_PAGE_MACHINES = frozenset(numbers_of("EM_", "AARCH64 ARM LOONGARCH MIPS PPC PPC64"))
#: Bytes of memory from the first segment to the last (2 GiB are what most code can address). Whether there is more
#: memory than this depends on the machine, and Linux refuses what it does not have.
_MAX_SPAN = 1 << 32
#: Alignment of a segment, and bytes of thread-local storage; 2 MiB and some kilobytes in real files.
_MAX_ALIGN, _MAX_TLS = 1 << 30, 1 << 30
#: OS ABIs that glibc takes: System V and GNU.
_OS_ABIS = frozenset({0, 3})
#: Numbers by which Linux runs programs and glibc loads no library.
_PROGRAMS_ONLY = frozenset({EM_486, EM_S390_OLD})
#: Program headers of tables that some loaders find by the address, and others by the offset.
_TABLES = frozenset({PT_INTERP, PT_TLS, PT_NOTE, PT_GNU_PROPERTY, PT_PHDR})
#: Program headers of which loaders take the first or the last, each as it likes.
_UNIQUE = {
    PT_DYNAMIC: "PT_DYNAMIC",
    PT_INTERP: "PT_INTERP",
    PT_PHDR: "PT_PHDR",
    PT_TLS: "PT_TLS",
    PT_GNU_STACK: "PT_GNU_STACK",
    PT_GNU_RELRO: "PT_GNU_RELRO",
    PT_GNU_PROPERTY: "PT_GNU_PROPERTY",
}


#: What glibc looks for in the memory of a program by PT_PHDR, and can only after it.
_FOUND_BY_HEADERS = frozenset({PT_PHDR, PT_LOAD, PT_INTERP, PT_DYNAMIC, PT_TLS})


def lay_out(image: Image) -> None:
    """Find what loaders map from a file, and check that all of them see the same.

    :raises InvalidBinary: they do not, or some do not load the file.
    """
    if image.type not in {ET_EXEC, ET_DYN}:
        return
    for kind, name in _UNIQUE.items():
        if sum(segment.kind == kind for segment in image.segments) > 1:
            raise image.error(f"more than one {name}")
    loaded = [segment for segment in image.segments if segment.kind == PT_LOAD]
    _check_loaded(image, loaded)
    _check_pages(image, loaded)
    image.mapped = tuple(_mapped(image, loaded))
    start, size = image.headers_at
    first = loaded[0].address - loaded[0].offset
    image.tables = [(first, first + image.layout("Elf_Ehdr").size), (first + start, first + start + size)]
    named = (segment for segment in image.segments if segment.kind in _TABLES - {PT_TLS} | {PT_DYNAMIC})
    image.tables += [(segment.address, segment.address + segment.file_size) for segment in named]


def is_debug_information(image: Image) -> bool:
    """Whether a file has debug information alone: loaders would see zeros where its tables or its code were."""
    dynamic = image.segment(PT_DYNAMIC)
    if dynamic is None:
        return image.type == ET_EXEC and _is_left_out(image, image.entry)
    return not dynamic.file_size and _is_left_out(image, dynamic.address)


def _is_left_out(image: Image, address: int) -> bool:
    loaded = [segment for segment in image.segments if segment.kind == PT_LOAD]
    in_memory = any(segment.address <= address < segment.end for segment in loaded)
    return in_memory and not any(start <= address < end for start, end, _ in image.mapped)


def _check_loaded(image: Image, loaded: list[Segment]) -> None:
    """Check segments by themselves, and that they are in order."""
    if not loaded:
        raise image.error("it loads nothing: there is no PT_LOAD among its program headers")
    if len(loaded) > _MAX_LOADED:
        raise image.error(f"it loads {len(loaded)} segments")
    end = 0
    for segment in loaded:
        where = f"the segment at address 0x{segment.address:x}"
        if segment.address < end:
            # The segment that is mapped last replaces what is there; glibc takes the first for the lowest.
            raise image.error(f"{where} is over the one before it, or before it")
        if segment.file_size > segment.memory_size:
            raise image.error(f"{where} is larger in the file than in memory")
        if (segment.address - segment.offset) % _PAGE:
            raise image.error(f"{where} has another place within its page than its bytes in the file")
        end = segment.end
        if end > 1 << image.bits or end - loaded[0].address > _MAX_SPAN:
            raise image.error(f"{where} ends where no process has memory")
        last = segment.offset + segment.file_size
        if segment.file_size and last > image.size:
            raise image.error(f"{where} ends outside the file: at {last} of {image.size} bytes")


def _check_pages(image: Image, loaded: list[Segment]) -> None:
    """Check that segments which share a page map the same part of the file there."""
    sizes = [_PAGE, *(_LARGER_PAGES if image.machine in _LARGE_PAGE_MACHINES else ())]
    for page in sizes:
        if any((segment.address - segment.offset) % page for segment in loaded):
            break  # systems with such pages do not load it
        for before, after in pairwise(loaded):
            shares_page = max(before.end - 1, before.address) // page == after.address // page
            if shares_page and before.address - before.offset != after.address - after.offset:
                # The segment that is mapped last replaces the whole page, with its own part of the file.
                raise image.error(f"the segment at address 0x{after.address:x} covers a page of the one before it")


def _mapped(image: Image, loaded: list[Segment]) -> Iterator[Mapped]:
    """List what is mapped from the file; parts that follow each other both in memory and in the file are one."""
    nexts = [*(segment.address for segment in loaded[1:]), 1 << 64]
    current: Mapped | None = None
    for segment, following in zip(loaded, nexts, strict=True):
        size = segment.file_size
        if size and size == segment.memory_size:
            # Whole pages are mapped, so bytes of the file that follow the segment are mapped as well.
            end = min((segment.address + size + _PAGE - 1) // _PAGE * _PAGE, following)
            size = max(size, min(end - segment.address, image.size - segment.offset))
        if not size:
            continue
        part = Mapped(segment.address, segment.address + size, segment.offset)
        if current and current.end == part.start and current.end - current.start == part.offset - current.offset:
            part = Mapped(current.start, part.end, current.offset)
        elif current:
            yield current
        current = part
    if current:
        yield current


def check_layout(image: Image) -> None:
    """Check that what loaders find by addresses is what others find by offsets, and that they load the file at all.

    :raises InvalidBinary: it is not.
    """
    if image.type not in {ET_EXEC, ET_DYN}:
        return
    _check_header(image)
    loaded = [segment for segment in image.segments if segment.kind == PT_LOAD]
    for segment in image.segments:
        if segment.kind == PT_LOAD:
            _check_load(image, segment)
        elif segment.kind in _TABLES:
            _check_table(image, segment)
    _check_interpreter(image)
    _check_dynamic(image, loaded)
    _check_relro(image, loaded)
    at, size = image.headers_at
    loading = sum(part.offset <= at < part.offset + part.file_size for part in loaded)
    if loading > 1 or (not loading and image.segment(PT_INTERP) is not None):
        raise image.error("program headers in two segments, of which Linux takes the last, or in none")
    headers = image.segment(PT_PHDR)
    if headers and (headers.offset, headers.file_size) != (at, size):
        raise image.error("PT_PHDR says another place than the header for the program headers")
    kinds = (segment.kind for segment in image.segments)
    if headers and next(kind for kind in kinds if kind in _FOUND_BY_HEADERS) != PT_PHDR:
        raise image.error("PT_PHDR is not the first of its program headers")
    if headers is None and image.type == ET_DYN and image.segment(PT_INTERP) is not None:
        raise image.error("a program for any address without PT_PHDR, by which loaders find its address")


def _check_load(image: Image, segment: Segment) -> None:
    where = f"the segment at address 0x{segment.address:x}"
    if segment.file_size < segment.memory_size and not segment.flags & PF_W:
        # glibc clears the rest of it; musl leaves what follows in the file.
        raise image.error(f"{where} cannot be written, and has zeros to write")
    if segment.align % _PAGE or (segment.align and (segment.address - segment.offset) % segment.align):
        raise image.error(f"{where} is not aligned as it says")  # glibc before 2.35 refuses it
    if segment.align > _MAX_ALIGN or not segment.flags & PF_R:
        raise image.error(f"{where} cannot be placed, or not be read")
    if segment.address % _PAGE and segment.offset > image.size:
        raise image.error(f"{where} shares a page with nothing in the file")


def _check_table(image: Image, segment: Segment) -> None:
    if segment.kind == PT_TLS:
        is_aligned = segment.align <= _MAX_ALIGN and not segment.align & (segment.align - 1)
        if not segment.file_size <= segment.memory_size <= _MAX_TLS or not is_aligned:
            raise image.error("PT_TLS is larger in the file than in memory, or than any thread has, or not aligned")
    elif segment.kind != PT_INTERP and segment.file_size != segment.memory_size:
        raise image.error("a table of another size in memory than in the file")
    if segment.file_size:
        _check_place(image, segment)


def _check_header(image: Image) -> None:
    """Check what glibc checks in the header of a library, and the kernel does not."""
    os_abi, abi_version, *padding = image.ident[7:]
    if os_abi not in _OS_ABIS or (abi_version and image.machine != EM_MIPS):
        raise image.error(f"OS ABI {os_abi}, version {abi_version}, which glibc does not load")
    if any(padding) or image.version != 1:
        raise image.error("a header of another ELF version")
    is_library = image.type == ET_DYN and image.segment(PT_INTERP) is None
    if (image.machine in _PROGRAMS_ONLY and is_library) or (image.machine == EM_MIPS_RS3_LE and not is_library):
        raise image.error(f"e_machine {image.machine}, which Linux and glibc do not both take")


def _check_place(image: Image, segment: Segment) -> None:
    """Check that the bytes at a segment's offset are those at its address."""
    name = _UNIQUE.get(segment.kind, "PT_NOTE")
    offset, _ = image.locate(segment.address, segment.file_size, name)
    if offset != segment.offset:
        raise image.error(f"{name} says offset {segment.offset}, but its address is loaded from {offset}")


def _check_interpreter(image: Image) -> None:
    path = image.interpreter()
    if path is not None and not path.endswith(b"\0"):
        raise image.error("PT_INTERP does not end in a zero byte")
    if path is None and image.type != ET_EXEC:
        return  # a library, or a program that relocates itself
    # The C library itself has an interpreter, and can be run as a program.
    if not image.is_code(image.entry) and (image.entry or path is None):
        raise image.error(f"it begins at address 0x{image.entry:x}, where it has no code")


def _check_dynamic(image: Image, loaded: list[Segment]) -> None:
    dynamic = image.segment(PT_DYNAMIC)
    if dynamic is None:
        if image.segment(PT_INTERP) is not None:
            raise image.error("a program for a loader, without PT_DYNAMIC")
        return
    _check_place(image, dynamic)
    end = dynamic.address + dynamic.file_size
    around = [part for part in loaded if part.address <= dynamic.address and end <= part.address + part.file_size]
    if not around:
        raise image.error("PT_DYNAMIC is not inside of one loaded segment")
    if dynamic.flags & PF_W and not around[0].flags & PF_W:
        raise image.error("PT_DYNAMIC says that loaders may write to it, and its segment cannot be written")


def _check_relro(image: Image, loaded: list[Segment]) -> None:
    relro = image.segment(PT_GNU_RELRO)
    if relro is None or not relro.memory_size:
        return
    for segment in loaded:
        end = (segment.end + _PAGE - 1) // _PAGE * _PAGE
        if segment.address <= relro.address and relro.end <= end and segment.flags & PF_W:
            return
    raise image.error("PT_GNU_RELRO is not inside of one segment that is written")
