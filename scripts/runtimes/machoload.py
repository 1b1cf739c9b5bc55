"""Load a macOS extension module into a Linux CPython of the same CPU, and run its machine code.

``machoload.py -m MODULE | -c CODE | SCRIPT`` with arguments runs it where Mach-O files on sys.path can be imported. A file is mapped, rebased and bound as dyld does it, its
thread-locals and initialisers are set up, and ``PyInit_*`` is called. What runs is the extension's own code, with
Apple's calling convention, struct layouts and relocations; what it calls are Linux's interpreter and C library. So this
proves nothing of libSystem (values of errno, struct stat …), nor of dyld's own checks; thread-locals are one block for
the whole process. Names that Linux lacks are in macshim.c, as are variadic functions, whose arguments arm64 macOS
passes otherwise. A function that nobody has ends the process where it is called, by its name.

Sources: Apple's ``mach-o/loader.h`` and ``mach-o/nlist.h``; the opcodes of LC_DYLD_INFO are in ``loader.h``, too.
Only the standard library of CPython 3.10 is used.
"""

from __future__ import annotations

import ctypes
import os
import platform
import runpy
import struct
import sys
import types
from collections.abc import Iterator, Sequence
from ctypes import c_char_p, c_int, c_long, c_size_t, c_void_p
from dataclasses import dataclass, field
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import ClassVar

__all__ = ["Finder", "Image", "main"]

CPU = {"x86_64": 0x01000007, "aarch64": 0x0100000C}[platform.machine()]
MAGIC, FAT_MAGIC = b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"
PAGE = 0x4000
LC_SYMTAB, LC_SEGMENT_64, LC_DYLD_INFO, LC_DYLD_INFO_ONLY, LC_CHAINED_FIXUPS = 0x2, 0x19, 0x22, 0x80000022, 0x80000034
S_MOD_INIT_FUNC_POINTERS, S_THREAD_LOCAL_REGULAR, S_THREAD_LOCAL_ZEROFILL, S_THREAD_LOCAL_VARIABLES = (
    9,
    0x11,
    0x12,
    0x13,
)
WEAK_IMPORT = 1
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_PRIVATE_ANONYMOUS = 0x22

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = c_void_p
libc.mmap.argtypes = [c_void_p, c_size_t, c_int, c_int, c_int, c_long]
libc.mprotect.argtypes = [c_void_p, c_size_t, c_int]
libc.dlsym.restype = c_void_p
libc.dlsym.argtypes = [c_void_p, c_char_p]
libm = ctypes.CDLL("libm.so.6")
shim = ctypes.CDLL(str(Path(__file__).resolve().parent / "macshim.so"))


def uleb(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number at `at`, and where it ends."""
    result = shift = 0
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return result, at


def sleb(data: bytes, at: int) -> tuple[int, int]:
    """A signed LEB128 number at `at`, and where it ends."""
    start = at
    result, at = uleb(data, at)
    bits = 7 * (at - start)
    return (result - (1 << bits) if data[at - 1] & 0x40 else result), at


def text(data: bytes, at: int) -> tuple[str, int]:
    """A zero-terminated name at `at`, and where it ends."""
    end = data.index(0, at)
    return data[at:end].decode(), end + 1


def address_of(name: str) -> int:
    """Where a symbol of macOS is: in the shim, else in the interpreter, glibc or libm; 0 if nowhere."""
    plain = name.removeprefix("_")
    for library, symbol in ((shim, f"mac_{plain.replace('$', '_')}"), (libm, plain)):
        if library is libm and (found := libc.dlsym(None, plain.partition("$")[0].encode())):
            return int(found)
        try:
            return ctypes.cast(getattr(library, symbol), c_void_p).value or 0
        except AttributeError:
            continue
    return 0


@dataclass(frozen=True)
class Segment:
    address: int
    size: int
    offset: int
    file_size: int
    protection: int


@dataclass
class Image:
    """A Mach-O file in memory."""

    path: str
    data: bytes
    slide: int = 0
    """What is added to the file's addresses."""
    segments: list[Segment] = field(default_factory=list)
    sections: list[tuple[int, int, int]] = field(default_factory=list)
    """Type, address, size."""
    dyld_info: Sequence[int] = ()
    symbols: Sequence[int] = ()
    missing: list[str] = field(default_factory=list)
    """What nobody has."""
    exports: dict[str, int] = field(default_factory=dict)
    keep: list[object] = field(default_factory=list)
    found: dict[str, int] = field(default_factory=dict)

    def load(self) -> None:
        """Raises ImportError for a file that is not for this CPU, or of a kind that is not supported."""
        self.parse()
        self.map()
        rebase, rebase_size, bind, bind_size, _, _, lazy, lazy_size = self.dyld_info[:8]
        self.rebase(self.data[rebase : rebase + rebase_size])
        self.bind(self.data[bind : bind + bind_size], lazy=False)
        self.bind(self.data[lazy : lazy + lazy_size], lazy=True)
        self.read_exports()
        self.make_thread_locals()
        for segment in self.segments:
            size = -(-segment.size // 0x1000) * 0x1000
            libc.mprotect(self.slide + segment.address, size, segment.protection or PROT_READ)
        for kind, address, size in self.sections:
            if kind == S_MOD_INIT_FUNC_POINTERS:
                for at in range(address, address + size, 8):
                    ctypes.CFUNCTYPE(None)(self.read(at))()

    def parse(self) -> None:
        if self.data[:4] == FAT_MAGIC:
            count = struct.unpack_from(">I", self.data, 4)[0]
            slices = [struct.unpack_from(">5I", self.data, 8 + 20 * index) for index in range(count)]
            offset, size = next(((o, s) for cpu, _, o, s, _ in slices if cpu == CPU), (0, 0))
            self.data = self.data[offset : offset + size]
        if len(self.data) < 32 or struct.unpack_from("<4sI", self.data) != (MAGIC, CPU):
            raise ImportError(f"{self.path} is no Mach-O file for {platform.machine()}")
        at = 32
        for _ in range(struct.unpack_from("<I", self.data, 16)[0]):
            command, size = struct.unpack_from("<2I", self.data, at)
            if command == LC_SEGMENT_64:
                self.parse_segment(at)
            elif command in (LC_DYLD_INFO, LC_DYLD_INFO_ONLY):
                self.dyld_info = struct.unpack_from("<10I", self.data, at + 8)
            elif command == LC_SYMTAB:
                self.symbols = struct.unpack_from("<4I", self.data, at + 8)
            elif command == LC_CHAINED_FIXUPS:
                raise ImportError(f"{self.path} has chained fixups, which this loader does not know")
            at += size
        if not self.dyld_info:
            raise ImportError(f"{self.path} has no LC_DYLD_INFO")

    def parse_segment(self, at: int) -> None:
        address, size, offset, file_size, _, protection, count = struct.unpack_from("<4Q3I", self.data, at + 24)
        self.segments.append(Segment(address, size, offset, file_size, protection))
        for index in range(count):
            start, length, _, _, _, _, flags = struct.unpack_from("<2Q5I", self.data, at + 72 + 80 * index + 32)
            self.sections.append((flags & 0xFF, start, length))

    def map(self) -> None:
        low = min(segment.address for segment in self.segments)
        high = max(segment.address + segment.size for segment in self.segments)
        raw = libc.mmap(None, high - low + 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0)
        if raw in (None, 2**64 - 1):
            raise MemoryError(f"no memory for {self.path}")
        self.slide = -(-raw // PAGE) * PAGE - low
        for segment in self.segments:
            content = self.data[segment.offset : segment.offset + segment.file_size]
            ctypes.memmove(self.slide + segment.address, content, len(content))

    def read(self, address: int) -> int:
        return ctypes.c_uint64.from_address(self.slide + address).value

    def write(self, address: int, value: int) -> None:
        ctypes.c_uint64.from_address(self.slide + address).value = value & (2**64 - 1)

    def rebase(self, opcodes: bytes) -> None:
        at = address = 0
        while at < len(opcodes):
            opcode, immediate = opcodes[at] & 0xF0, opcodes[at] & 0xF
            at += 1
            count, step = 0, 8
            if opcode == 0x00:
                return
            if opcode == 0x20:
                offset, at = uleb(opcodes, at)
                address = self.segments[immediate].address + offset
            elif opcode == 0x30:
                offset, at = uleb(opcodes, at)
                address += offset
            elif opcode == 0x40:
                address += 8 * immediate
            elif opcode == 0x50:
                count = immediate
            elif opcode == 0x60:
                count, at = uleb(opcodes, at)
            elif opcode == 0x70:
                offset, at = uleb(opcodes, at)
                count, step = 1, 8 + offset
            elif opcode == 0x80:
                count, at = uleb(opcodes, at)
                skip, at = uleb(opcodes, at)
                step = 8 + skip
            for _ in range(count):
                self.write(address, self.read(address) + self.slide)
                address += step

    def bind(self, opcodes: bytes, *, lazy: bool) -> None:
        at = address = addend = flags = 0
        name = ""
        while at < len(opcodes):
            opcode, immediate = opcodes[at] & 0xF0, opcodes[at] & 0xF
            at += 1
            count, step = 0, 8
            if opcode == 0x00 and not lazy:
                return
            if opcode == 0x20:
                _, at = uleb(opcodes, at)
            elif opcode == 0x40:
                name, at = text(opcodes, at)
                flags = immediate
            elif opcode == 0x60:
                addend, at = sleb(opcodes, at)
            elif opcode == 0x70:
                offset, at = uleb(opcodes, at)
                address = self.segments[immediate].address + offset
            elif opcode == 0x80:
                offset, at = uleb(opcodes, at)
                address = (address + offset) % 2**64
            elif opcode == 0x90:
                count = 1
            elif opcode == 0xA0:
                offset, at = uleb(opcodes, at)
                count, step = 1, 8 + offset
            elif opcode == 0xB0:
                count, step = 1, 8 + 8 * immediate
            elif opcode == 0xC0:
                count, at = uleb(opcodes, at)
                skip, at = uleb(opcodes, at)
                step = 8 + skip
            for _ in range(count):
                target = self.symbol(name, weak=bool(flags & WEAK_IMPORT))
                self.write(address, target + addend if target else 0)
                address = (address + step) % 2**64

    def symbol(self, name: str, *, weak: bool) -> int:
        if name not in self.found:
            address = address_of(name)
            if not address and not weak:
                self.missing.append(name)

                def trap() -> None:
                    os.write(2, f"{self.path} calls {name}, which is neither in Linux nor in macshim.c\n".encode())
                    os.abort()

                callback = ctypes.CFUNCTYPE(None)(trap)
                self.keep.append(callback)
                address = ctypes.cast(callback, c_void_p).value or 0
            self.found[name] = address
        return self.found[name]

    def read_exports(self) -> None:
        table, count, strings, _ = self.symbols or (0, 0, 0, 0)
        for index in range(count):
            name, kind, _, _, value = struct.unpack_from("<IBBHQ", self.data, table + 16 * index)
            if kind & 0xE0 == 0 and kind & 0x0F == 0x0F:  # N_SECT, N_EXT, and not for debuggers
                self.exports[text(self.data, strings + name)[0]] = value + self.slide

    def make_thread_locals(self) -> None:
        """Descriptors, (function, key, offset), get a function that adds the offset to one block of memory."""
        variables = [(a, s) for kind, a, s in self.sections if kind == S_THREAD_LOCAL_VARIABLES]
        if not variables:
            return
        kinds = (S_THREAD_LOCAL_REGULAR, S_THREAD_LOCAL_ZEROFILL)
        content = [(kind, a, s) for kind, a, s in self.sections if kind in kinds]
        first = min(address for _, address, _ in content)
        size = max(address + length for _, address, length in content) - first
        block = ctypes.create_string_buffer(size + 64)
        self.keep.append(block)
        start = -(-ctypes.addressof(block) // 64) * 64
        for kind, address, length in content:
            if kind == S_THREAD_LOCAL_REGULAR:
                ctypes.memmove(start + address - first, self.slide + address, length)
        function = ctypes.cast(shim.mac_tlv_thunk, c_void_p).value or 0
        for address, length in variables:
            for at in range(address, address + length, 24):
                self.write(at, function)
                self.write(at + 8, start)


class Finder(Loader):
    """Finds Mach-O extension modules, by the suffixes that macOS' interpreters look for."""

    abi = "".join(map(str, sys.version_info[:2])) + sys.abiflags
    suffixes = (f".cpython-{abi}-darwin.so", ".abi3.so", ".so")
    images: ClassVar[dict[str, Image]] = {}
    """By path: as by dlopen, a file is loaded once."""

    @classmethod
    def candidates(cls, name: str, path: Sequence[str] | None) -> Iterator[Path]:
        for folder in sys.path if path is None else path:
            for suffix in cls.suffixes:
                yield Path(folder, name.rpartition(".")[2] + suffix)

    @classmethod
    def find_spec(cls, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        for file in cls.candidates(name, path):
            if file.is_file() and file.read_bytes()[:4] in (MAGIC, FAT_MAGIC):
                spec = ModuleSpec(name, cls(), origin=str(file))
                spec.has_location = True
                return spec
        return None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        assert spec.origin is not None
        image = self.images.get(spec.origin)
        if image is None:
            image = Image(spec.origin, Path(spec.origin).read_bytes())
            image.load()
            self.images[spec.origin] = image
        function = image.exports[f"_PyInit_{spec.name.rpartition('.')[2]}"]
        definition = ctypes.PYFUNCTYPE(ctypes.py_object)(function)()
        api = ctypes.pythonapi
        # Multi-phase initialisation (PEP 489): what came back is a PyModuleDef, a borrowed reference.
        api.Py_IncRef(ctypes.py_object(definition))
        api.PyModule_FromDefAndSpec2.restype = ctypes.py_object
        api.PyModule_FromDefAndSpec2.argtypes = [ctypes.py_object, ctypes.py_object, c_int]
        module: types.ModuleType = api.PyModule_FromDefAndSpec2(definition, spec, 1013)
        module.__dict__["__macho__"] = image
        self.definition = definition
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        api = ctypes.pythonapi
        api.PyModule_ExecDef.argtypes = [ctypes.py_object, ctypes.py_object]
        api.PyModule_ExecDef(module, self.definition)


def main() -> None:
    """Run what the command line says, with the loader before all others."""
    sys.meta_path.insert(0, Finder)
    if Path(sys.path[0]).resolve() == Path(sys.argv[0]).resolve().parent:
        del sys.path[0]
    del sys.argv[0]
    if sys.argv[:1] == ["-m"]:
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    elif sys.argv[:1] == ["-c"]:
        exec(compile(sys.argv.pop(1), "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
