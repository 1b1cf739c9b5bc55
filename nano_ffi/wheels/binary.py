"""ELF, Mach-O and PE shared libraries, read into one kind of record, with what is wrong in them whatever they are for.

Reading is done with lief; what lief does not judge (page hashes of a Mach-O code signature, the PyModuleDef in the
data) is read from the bytes here.

Sources: System V ABI and its processor supplements (ELF), Apple's ``mach-o/loader.h`` and
``kern/cs_blobs.h`` (Mach-O), Microsoft's "PE Format" (PE).
"""

from __future__ import annotations

import enum
import hashlib
import re
import struct
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import lief

__all__ = [
    "Code",
    "Expect",
    "Format",
    "Image",
    "Import",
    "ModuleHeader",
    "Segment",
    "module_headers",
    "read",
    "recognise",
]

Expect = Callable[[object, str], bool]
"""Takes whether something holds, which it returns, and what is wrong and to be done if it does not."""

lief.logging.disable()


class Format(enum.Enum):
    """A format of shared libraries, and the system that loads it."""

    ELF = "Linux ELF"
    MACHO = "macOS Mach-O"
    PE = "Windows PE"


@dataclass(frozen=True, kw_only=True)
class Import:
    """A symbol that the loader must find."""

    name: str
    """As C spells it, with no Mach-O underscore."""
    library: str | None
    """Where the binary says it is; None where it does not say: whoever has it."""
    weak: bool = False


@dataclass(frozen=True, kw_only=True)
class Code:
    """A run of machine code."""

    address: int
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A program header of an ELF file."""

    kind: str
    """``LOAD TLS GNU_RELRO`` …, empty for one that has no name here."""
    writable: bool
    offset: int
    address: int
    size: int
    """In memory."""
    alignment: int


@dataclass(frozen=True, kw_only=True)
class Image:
    """One binary for one machine; a universal Mach-O file has one for each slice."""

    format: Format
    machine: str
    """``x86_64 i686 aarch64 armv7l ppc64le s390x riscv64``, or a text that names another machine."""
    pointer: str
    """`struct` format of a pointer: ``<Q >Q <I``."""
    needed: tuple[str, ...]
    search: tuple[str, ...]
    """RPATH, RUNPATH or LC_RPATH entries."""
    imports: tuple[Import, ...]
    exports: frozenset[str]
    versions: frozenset[str]
    """ELF only: the symbol versions that it needs, ``GLIBC_2.17``."""
    code: tuple[Code, ...]
    minimum_system: tuple[int, int] | None
    """Mach-O only: the oldest macOS that it is for."""
    pointers: Mapping[int, int]
    """Address of each relocated pointer → what it points to."""
    memory: Callable[[int, int], bytes]
    """(address, size) → the bytes that are loaded there, before relocation; fewer where there are fewer."""
    entries: frozenset[int] = frozenset()
    """ELF only: addresses of the exported functions; of Thumb code they are odd."""
    segments: tuple[Segment, ...] = ()
    """ELF only."""
    sections: frozenset[str] = frozenset()
    """ELF only: their names."""
    dynamic: frozenset[str] = frozenset()
    """ELF only: the tags in its dynamic section, ``NEEDED RELR`` …"""


MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"\x7fELF", Format.ELF),
    (b"\xcf\xfa\xed\xfe", Format.MACHO),
    (b"\xce\xfa\xed\xfe", Format.MACHO),
    (b"\xfe\xed\xfa\xcf", Format.MACHO),
    (b"\xfe\xed\xfa\xce", Format.MACHO),
    (b"\xca\xfe\xba\xbe", Format.MACHO),
    (b"\xca\xfe\xba\xbf", Format.MACHO),
    (b"MZ", Format.PE),
)


def recognise(data: bytes) -> Format | None:
    """The format by the first bytes; None for what is no binary of these."""
    return next((format for magic, format in MAGIC if data.startswith(magic)), None)


def read(data: bytes, expect: Expect) -> list[Image]:
    """The images in a file, one or, of a universal Mach-O file, one for each slice.

    What is wrong with them whatever they are for (hardening, debug information, a broken signature) is said to
    `expect`. Empty where the file cannot be read, which is said to `expect` too.
    """
    format = recognise(data)
    images: list[Image] = []
    # The image of a fat file's slice lives as long as the file.
    parsed: object = None
    try:
        with warnings.catch_warnings():
            # lief warns of numbers that it has no name for.
            warnings.simplefilter("ignore", RuntimeWarning)
            if format is Format.ELF and isinstance(parsed := lief.ELF.parse(data), lief.ELF.Binary):
                images.append(_elf(parsed, data, expect))
            elif format is Format.MACHO and isinstance(parsed := lief.MachO.parse(data), lief.MachO.FatBinary):
                images.extend(_macho(part, data, expect) for part in parsed)
            elif format is Format.PE and isinstance(parsed := lief.PE.parse(data), lief.PE.Binary):
                images.append(_pe(parsed, data, expect))
    except (struct.error, IndexError, ValueError):
        images.clear()
    what = format.value if format else "ELF, Mach-O or PE"
    expect(images, f"cannot be read as {what}: it is truncated or damaged; build it again")
    return images


ELF_MACHINES = {
    (62, 2, "<"): "x86_64",
    (3, 1, "<"): "i686",
    (183, 2, "<"): "aarch64",
    (40, 1, "<"): "armv7l",
    (21, 2, "<"): "ppc64le",
    (22, 2, ">"): "s390x",
    (243, 2, "<"): "riscv64",
}
"""e_machine, EI_CLASS, byte order."""

ELF_FLAGS = {
    "armv7l": (0xFF000600, 0x05000400, "EABI 5 with hard float, target …-gnueabihf or …-musleabihf"),
    "riscv64": (0x0000001E, 0x00000004, "the double-precision float ABI lp64d, CPU baseline_rv64"),
    "ppc64le": (0x00000003, 0x00000002, "the ABI ELFv2"),
}
"""machine → mask of e_flags, the masked value, and what it means."""

LINKER_DEFINED = {
    "_init",
    "_fini",
    "_edata",
    "_end",
    "__bss_start",
    "__bss_start__",
    "__bss_end__",
    "__end__",
    "_bss_end__",
}
"""Exported by older linkers from every library, and no part of its interface."""

WEAK_BY_CONVENTION = {"__cxa_finalize", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable", "__gmon_start__"}


def _elf(elf: lief.ELF.Binary, data: bytes, expect: Expect) -> Image:
    order = "<" if data[5] == 1 else ">"
    kind, number = struct.unpack_from(order + "HH", data, 16)
    (flags,) = struct.unpack_from(order + "I", data, 48 if data[4] == 2 else 36)
    machine = ELF_MACHINES.get(
        (number, data[4], order),
        f"ELF machine {number} ({32 * data[4]} bit, {'little' if order == '<' else 'big'} endian)",
    )
    expect(kind == 3, f"ELF type is {kind}, expected 3, a shared library: build with -dynamic")
    if machine in ELF_FLAGS:
        mask, value, meaning = ELF_FLAGS[machine]
        # A ppc64le object that makes no difference between the ABIs says 0.
        right = flags & mask in ({0, value} if machine == "ppc64le" else {value, value | 1})
        expect(right, f"ELF flags are {flags:#x}, expected {value:#x} under the mask {mask:#x}: {meaning}")

    dynamic = {entry.tag: int(entry.value) for entry in elf.dynamic_entries}
    search = tuple(
        path
        for entry in elf.dynamic_entries
        if isinstance(entry, lief.ELF.DynamicEntryRpath | lief.ELF.DynamicEntryRunPath)
        for path in str(entry.rpath if isinstance(entry, lief.ELF.DynamicEntryRpath) else entry.runpath).split(":")
    )
    _check_elf_hardening(elf, dynamic, expect)

    imports: list[Import] = []
    exports: set[str] = set()
    entries: set[int] = set()
    defined_kinds = {lief.ELF.Symbol.BINDING.GLOBAL, lief.ELF.Symbol.BINDING.WEAK, lief.ELF.Symbol.BINDING.GNU_UNIQUE}
    for symbol in elf.dynamic_symbols:
        name = str(symbol.name)
        if not name or symbol.binding not in defined_kinds:
            continue
        if symbol.shndx == 0:
            version = symbol.symbol_version
            source = None
            if version is not None and version.has_auxiliary_version and version.symbol_version_auxiliary is not None:
                source = str(version.symbol_version_auxiliary.name)
            weak = symbol.binding == lief.ELF.Symbol.BINDING.WEAK or name in WEAK_BY_CONVENTION
            imports.append(Import(name=name, library=source, weak=weak))
        elif name not in LINKER_DEFINED and int(symbol.other) & 3 in {0, 3}:  # STV_DEFAULT, STV_PROTECTED
            if symbol.type == lief.ELF.Symbol.TYPE.FUNC:
                entries.add(int(symbol.value))
            exports.add(name)

    segments, sections = list(elf.segments), list(elf.sections)
    pointer = order + ("Q" if data[4] == 2 else "I")
    size = struct.calcsize(pointer)
    memory = _memory(
        [
            (int(s.virtual_address), data[int(s.file_offset) : int(s.file_offset) + int(s.physical_size)])
            for s in segments
            if s.type == lief.ELF.Segment.TYPE.LOAD
        ]
    )
    pointers: dict[int, int] = {}
    for relocation in elf.dynamic_relocations:
        if "RELATIVE" in getattr(relocation.type, "name", ""):
            address = int(relocation.address)
            addend = int(relocation.addend)
            if not relocation.is_rela:
                content = memory(address, size)
                addend = struct.unpack(pointer, content)[0] if len(content) == size else 0
            pointers[address] = addend

    versions = {
        str(auxiliary.name) for need in elf.symbols_version_requirement for auxiliary in need.get_auxiliary_symbols()
    }
    code = [
        Code(address=int(s.virtual_address), data=bytes(s.content))
        for s in sections
        if int(s.flags) & 4
        and s.type == lief.ELF.Section.TYPE.PROGBITS
        # Each slot in the PLT of s390x ends in a word of data, and is written by the linker anyway.
        and not (machine == "s390x" and str(s.name) == ".plt")
    ]
    if not code:
        code = [
            Code(address=int(s.virtual_address), data=memory(int(s.virtual_address), int(s.physical_size)))
            for s in segments
            if s.type == lief.ELF.Segment.TYPE.LOAD and int(s.flags) & 1  # PF_X
        ]
    return Image(
        format=Format.ELF,
        machine=machine,
        pointer=pointer,
        needed=tuple(str(library) for library in elf.libraries),
        search=search,
        imports=tuple(imports),
        exports=frozenset(exports),
        versions=frozenset(versions),
        code=tuple(code),
        entries=frozenset(entries),
        minimum_system=None,
        pointers=pointers,
        memory=memory,
        segments=tuple(
            Segment(
                kind=getattr(s.type, "name", ""),
                writable=bool(int(s.flags) & 2),  # PF_W
                offset=int(s.file_offset),
                address=int(s.virtual_address),
                size=int(s.virtual_size),
                alignment=int(s.alignment),
            )
            for s in segments
        ),
        sections=frozenset(str(s.name) for s in sections),
        dynamic=frozenset(getattr(tag, "name", "") for tag in dynamic),
    )


def _check_elf_hardening(
    elf: lief.ELF.Binary, dynamic: Mapping[lief.ELF.DynamicEntry.TAG, int], expect: Expect
) -> None:
    tag = lief.ELF.DynamicEntry.TAG
    segments = list(elf.segments)
    stack = [segment for segment in segments if segment.type == lief.ELF.Segment.TYPE.GNU_STACK]
    executable, writable = 1, 2
    expect(
        stack and not any(int(segment.flags) & executable for segment in stack),
        "its stack is executable (no PT_GNU_STACK without PF_X): link with `-z noexecstack`",
    )
    expect(
        not any(
            s.type == lief.ELF.Segment.TYPE.LOAD and int(s.flags) & executable and int(s.flags) & writable
            for s in segments
        ),
        "a segment is writable and executable: link without `-z rwx` or linker scripts",
    )
    expect(
        any(segment.type == lief.ELF.Segment.TYPE.GNU_RELRO for segment in segments),
        "no PT_GNU_RELRO, relocated data stay writable: link with `-z relro`",
    )
    expect(
        tag.BIND_NOW in dynamic or dynamic.get(tag.FLAGS, 0) & 8 or dynamic.get(tag.FLAGS_1, 0) & 1,
        "binds lazily, so that RELRO does not cover its import table: link with `-z now`",
    )
    expect(
        tag.TEXTREL not in dynamic and not dynamic.get(tag.FLAGS, 0) & 4,
        "has text relocations (DT_TEXTREL): compile as position-independent code (-fPIC)",
    )
    sections = list(elf.sections)
    debug = sorted({str(s.name) for s in sections if str(s.name).startswith((".debug_", ".zdebug_", ".stab"))})
    expect(not debug, f"holds debug information ({', '.join(debug)}): build for release and strip (-fstrip)")
    expect(
        not any(s.type == lief.ELF.Section.TYPE.SYMTAB for s in sections),
        "holds a symbol table (.symtab): strip it (-fstrip)",
    )


MACHO_MACHINES = {0x01000007: "x86_64", 0x0100000C: "aarch64"}
DYNAMIC_LOOKUP = (0, 0xFE, 0xFF)
"""Library ordinals of ``n_desc`` that name no library: this image, whoever has it, the executable."""


def _macho(macho: lief.MachO.Binary, data: bytes, expect: Expect) -> Image:
    start = int(macho.fat_offset)
    cpu, _, kind = struct.unpack_from("<III", data, start + 4)
    machine = MACHO_MACHINES.get(cpu, f"Mach-O CPU type {cpu:#x}")
    expect(kind in {6, 8}, f"Mach-O file type is {kind}, expected a dylib (6) or a bundle (8): build with -dynamic")

    minimum = None
    for command in macho.commands:
        if isinstance(command, lief.MachO.BuildVersion):
            mac = command.platform == lief.MachO.BuildVersion.PLATFORMS.MACOS
            expect(
                mac,
                f"is for {getattr(command.platform, 'name', 'an unknown system')}, expected MACOS: "
                "build with -target ARCH-macos.VERSION",
            )
            minimum = (int(command.minos[0]), int(command.minos[1]))
        elif (
            isinstance(command, lief.MachO.VersionMin)
            and command.command == lief.MachO.LoadCommand.TYPE.VERSION_MIN_MACOSX
        ):
            minimum = (int(command.version[0]), int(command.version[1]))

    imports: list[Import] = []
    libraries = [
        str(command.name)
        for command in macho.commands
        if isinstance(command, lief.MachO.DylibCommand) and command.command != lief.MachO.LoadCommand.TYPE.ID_DYLIB
    ]
    stabs = False
    for symbol in macho.symbols:
        raw, name = int(symbol.raw_type), str(symbol.name).removeprefix("_")
        stabs = stabs or bool(raw & 0xE0)
        if raw & 0xE0 == 0 and raw & 0x0E == 0 and raw & 1 and name:
            ordinal = int(symbol.description) >> 8 & 0xFF
            known = ordinal not in DYNAMIC_LOOKUP and ordinal <= len(libraries)
            library = libraries[ordinal - 1] if known else None
            imports.append(Import(name=name, library=library, weak=bool(int(symbol.description) & 0x40)))
    exports = {str(symbol.name).removeprefix("_") for symbol in macho.exported_symbols}
    expect(
        not stabs and not any(str(s.name) == "__DWARF" for s in macho.segments),
        "holds debug information: build for release and strip (-fstrip)",
    )
    (flags,) = struct.unpack_from("<I", data, start + 24)
    expect(
        not flags & 0x20000,
        "its stack is executable (MH_ALLOW_STACK_EXECUTION): link without -allow_stack_execute",
    )
    writable, executable = 2, 4
    expect(
        not any(int(s.init_protection) & writable and int(s.init_protection) & executable for s in macho.segments),
        "a segment is writable and executable: link without -segprot",
    )
    for command in macho.commands:
        if isinstance(command, lief.MachO.DylibCommand) and command.command == lief.MachO.LoadCommand.TYPE.ID_DYLIB:
            expect(
                not str(command.name).startswith("/"),
                f"calls itself {command.name}, expected a name without a folder: "
                "link with a relative -femit-bin or with -install_name",
            )
    if machine == "aarch64":
        # Apple silicon kills a process that maps a page which does not have the hash that is signed.
        _check_signature(macho, data[start:], expect)

    memory = _memory([(int(s.virtual_address), bytes(s.content)) for s in macho.segments if int(s.file_size)])
    pointers: dict[int, int] = {}
    for relocation in macho.relocations:
        address = int(relocation.address)
        if isinstance(relocation, lief.MachO.RelocationFixup):
            pointers[address] = int(relocation.target)
        elif isinstance(relocation, lief.MachO.RelocationDyld):
            content = memory(address, 8)
            if len(content) == 8:
                pointers[address] = int(struct.unpack("<Q", content)[0])
    in_code = [(int(d.offset), int(d.length)) for d in macho.data_in_code.entries] if macho.data_in_code else []
    code = []
    for section in macho.sections:
        # S_ATTR_PURE_INSTRUCTIONS, S_ATTR_SOME_INSTRUCTIONS
        if int(section.flags) & 0x80000400:
            content, offset = bytes(section.content), int(section.offset)
            marks = sorted(
                (max(at - offset, 0), at - offset + size)
                for at, size in in_code
                if offset <= at < offset + len(content)
            )
            position = 0
            for begin, end in [*marks, (len(content), len(content))]:
                if begin > position:
                    code.append(Code(address=int(section.virtual_address) + position, data=content[position:begin]))
                position = max(position, end)
    return Image(
        format=Format.MACHO,
        machine=machine,
        pointer="<Q",
        needed=tuple(libraries),
        search=tuple(str(c.path) for c in macho.commands if isinstance(c, lief.MachO.RPathCommand)),
        imports=tuple(imports),
        exports=frozenset(exports),
        versions=frozenset(),
        code=tuple(code),
        minimum_system=minimum,
        pointers=pointers,
        memory=memory,
    )


def _check_signature(macho: lief.MachO.Binary, data: bytes, expect: Expect) -> None:
    """The hashes of the CodeDirectory (``cs_blobs.h``, all big endian) against the pages of the slice `data`."""
    remedy = "link with Zig, or sign again after whatever changed it"
    signature = macho.code_signature
    if (
        not expect(signature is not None, f"has no code signature, which arm64 macOS requires: {remedy}")
        or signature is None
    ):
        return
    offset = int(signature.data_offset)
    blob = data[offset : offset + int(signature.data_size)]
    try:
        magic, _, count = struct.unpack_from(">III", blob)
        if magic != 0xFADE0CC0:
            raise ValueError(f"magic is {magic:#x}")
        indices = [struct.unpack_from(">II", blob, 12 + 8 * i) for i in range(count)]
        # 0 is the CodeDirectory, 0x1000… are alternates with other hashes, of which the kernel takes the best.
        directories = [at for slot, at in indices if slot == 0 or 0x1000 <= slot < 0x1005]
        hashed = [_wrong_page(blob[at:], data) for at in directories]
    except (struct.error, ValueError) as error:
        expect(False, f"its code signature cannot be read ({error}): {remedy}")
        return
    known = [pages for pages in hashed if pages is not None]
    expect(known, f"its code signature has no CodeDirectory with SHA-256: {remedy}")
    for pages in known:
        wrong = ", ".join(map(str, pages[:3]))
        expect(not pages, f"its code signature is broken, the hash of page {wrong} does not fit: {remedy}")


def _wrong_page(directory: bytes, data: bytes) -> list[int] | None:
    """The pages whose SHA-256 is not the signed one (-1: pages are missing); None for a directory with other hashes."""
    magic, _, _, _, hash_offset, _, _, slots, limit = struct.unpack_from(">9I", directory)
    hash_size, hash_type, _, page_shift = struct.unpack_from("4B", directory, 36)
    if magic != 0xFADE0C02:
        raise ValueError(f"CodeDirectory magic is {magic:#x}")
    if (hash_size, hash_type) != (32, 2):
        return None
    page = 1 << page_shift
    if slots != -(-limit // page):
        return [-1]
    return [
        index
        for index in range(slots)
        if hashlib.sha256(data[index * page : min((index + 1) * page, limit)]).digest()
        != directory[hash_offset + 32 * index : hash_offset + 32 * index + 32]
    ]


PE_MACHINES = {0x8664: "x86_64", 0x14C: "i686", 0xAA64: "aarch64"}


def _pe(pe: lief.PE.Binary, data: bytes, expect: Expect) -> Image:
    (header,) = struct.unpack_from("<I", data, 0x3C)
    (number,) = struct.unpack_from("<H", data, header + 4)
    machine = PE_MACHINES.get(number, f"PE machine {number:#x}")
    wide = struct.unpack_from("<H", data, header + 24)[0] == 0x20B
    characteristics = int(pe.optional_header.dll_characteristics)
    (file_characteristics,) = struct.unpack_from("<H", data, header + 22)
    expect(file_characteristics & 0x2000, "is no DLL (IMAGE_FILE_DLL is not set): build with -dynamic")
    wanted = {"DYNAMIC_BASE": 0x40, "NX_COMPAT": 0x100, **({"HIGH_ENTROPY_VA": 0x20} if wide else {})}
    for name, bit in wanted.items():
        expect(
            characteristics & bit,
            f"DllCharacteristics lacks {name}: link with `--{name.lower().replace('_', '-')}` as Zig does",
        )
    expect(
        pe.has_relocations or not characteristics & 0x40,
        "has no relocations although it says DYNAMIC_BASE: link without stripping .reloc",
    )
    expect(
        not any(int(s.characteristics) & 0x20000000 and int(s.characteristics) & 0x80000000 for s in pe.sections),
        "a section is writable and executable: link without merging .text and .data",
    )
    path = ""
    for entry in pe.debug:
        if isinstance(entry, lief.PE.CodeViewPDB):
            path = str(entry.filename)
    # Symbol stores know it by its GUID, and so the name says nothing of the machine that built it.
    expect(
        not re.search(r"[/\\]", path),
        f"names a PDB file by its path ({path}): strip it (-fstrip), or link with -PDBALTPATH:NAME.pdb",
    )
    debug = sorted({str(s.name) for s in pe.sections if str(s.name).startswith((".debug", "/"))})
    expect(not debug, f"holds debug information ({', '.join(debug)}): build for release and strip (-fstrip)")

    imports, needed = [], []
    for library in [*pe.imports, *pe.delay_imports]:
        needed.append(str(library.name))
        for symbol in library.entries:
            name = f"#{symbol.ordinal}" if symbol.is_ordinal else str(symbol.name)
            imports.append(Import(name=name, library=str(library.name)))
    base = int(pe.imagebase)
    export = pe.get_export()
    entries = list(export.entries) if export is not None else []

    memory = _memory([(base + int(s.virtual_address), bytes(s.content)) for s in pe.sections])
    pointer = "<Q" if wide else "<I"
    size = struct.calcsize(pointer)
    pointers: dict[int, int] = {}
    for block in pe.relocations:
        for item in block.entries:
            address = base + int(item.address)
            content = memory(address, size)
            # IMAGE_REL_BASED_HIGHLOW, IMAGE_REL_BASED_DIR64
            if int(item.type.value) & 0xF in {3, 10} and len(content) == size:
                pointers[address] = int(struct.unpack(pointer, content)[0])
    return Image(
        format=Format.PE,
        machine=machine,
        pointer=pointer,
        needed=tuple(needed),
        search=(),
        imports=tuple(imports),
        exports=frozenset(str(e.name) or f"#{e.ordinal}" for e in entries),
        versions=frozenset(),
        code=tuple(
            Code(address=base + int(s.virtual_address), data=bytes(s.content)[: int(s.virtual_size) or None])
            for s in pe.sections
            if int(s.characteristics) & 0x20000000
        ),
        minimum_system=None,
        pointers=pointers,
        memory=memory,
    )


def _memory(regions: list[tuple[int, bytes]]) -> Callable[[int, int], bytes]:
    def read(address: int, size: int) -> bytes:
        for start, content in regions:
            if start <= address < start + len(content):
                return content[address - start : address - start + size]
        return b""

    return read


@dataclass(frozen=True, kw_only=True)
class ModuleHeader:
    """The first word of a PyModuleDef that was found in an image's data."""

    free_threaded: bool
    reference_count: int
    """GIL builds: ob_refcnt. Free-threaded builds: ob_flags."""


def module_headers(image: Image, module: str) -> set[ModuleHeader]:
    """The headers of all PyModuleDef structs for the module whose last name is `module`; empty if none was found.

    Searched are pointers to the module's name behind what can only be the header of one build or the other
    (CPython's ``Include/moduleobject.h``, ``object.h``). P being the size of a pointer, PyModuleDef.m_name is behind

    - GIL: ob_refcnt (P bytes, never 0), ob_type, m_init, m_index, m_copy (P each, all 0)
    - free-threaded: ob_tid (P, 0), ob_flags (2), ob_mutex and ob_gc_bits (1 each, 0), ob_ref_local (4, all ones),
      ob_ref_shared, ob_type, m_init, m_index, m_copy (P each, 0)
    """
    size = struct.calcsize(image.pointer)
    order = image.pointer[0]
    found: set[ModuleHeader] = set()
    for address, target in image.pointers.items():
        text = re.match(rb"([\w.]+)\0", image.memory(target, 256))
        if text is None or text[1].rpartition(b".")[2] != module.encode():
            continue
        header = image.memory(address - 5 * size, 5 * size)
        # m_size is -1, 0 or a size; m_doc is a pointer or 0, as all behind it.
        state = image.memory(address + 2 * size, size)
        if len(header) < 5 * size or len(state) < size or any(header[size:]):
            continue
        (m_size,) = struct.unpack(order + ("q" if size == 8 else "i"), state)
        if any(address - n * size in image.pointers for n in range(1, 6)) or not -1 <= m_size < 1 << 30:
            continue
        (before,) = struct.unpack(image.pointer, header[:size])
        if before:
            found.add(ModuleHeader(free_threaded=False, reference_count=before))
            continue
        # At the very start of a segment there is no room for this longer header.
        longer = image.memory(address - 6 * size - 8, size + 8)
        if len(longer) == size + 8:
            flags, zero, local = struct.unpack(order + "HHI", longer[size:])
            if not any(longer[:size]) and zero == 0 and local == 0xFFFFFFFF:
                found.add(ModuleHeader(free_threaded=True, reference_count=flags))
    return found
