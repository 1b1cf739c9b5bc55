"""What an ELF file is without its table of symbols: the same, for whoever loads it or shows its lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

lief = pytest.importorskip("lief", reason="pip install 'nano-ffi[wheels]'")
pytest.importorskip("ziglang", reason="no Zig to compile with: pip install 'nano-ffi[zig]'")

from nano_ffi.elf import without_symbols

SOURCE = """\
static int table[3] = {1, 2, 3};
int *first = table;
__attribute__((noinline)) static int hidden(int number) { return number * table[number & 1]; }
int shown(int number) { return hidden(number) + *first; }
"""
TARGETS = ("x86_64-linux-gnu", "arm-linux-gnueabihf", "s390x-linux-musl")
"""64 bits, 32 bits, and the other order of bytes."""


@pytest.fixture(scope="module", params=TARGETS)
def binary(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("elf")
    (folder / "shown.c").write_text(SOURCE, encoding="utf-8")
    compiler = (sys.executable, "-m", "ziglang", "cc", "-target", request.param)
    options = ("-g", "-O1", "-shared", "-nostdlib", "-Wl,--build-id=sha1")
    subprocess.run([*compiler, *options, "shown.c", "-o", "shown.so"], cwd=folder, check=True)
    return Path(folder, "shown.so").read_bytes()


def parts(data: bytes) -> dict[str, bytes]:
    file = lief.parse(list(data))
    names = {section.name for section in file.sections} - {"", ".symtab", ".strtab", ".shstrtab"}
    return {name: bytes(file.get_section(name).content) for name in names}


def test_all_else_stays(binary: bytes) -> None:
    before, after = lief.parse(list(binary)), lief.parse(list(without_symbols(binary)))
    assert "hidden" in {symbol.name for symbol in before.symtab_symbols}
    assert not list(after.symtab_symbols)
    assert {section.name for section in before.sections} - {section.name for section in after.sections} == {
        ".symtab",
        ".strtab",
    }
    assert parts(without_symbols(binary)) == parts(binary)
    assert ".debug_info" in parts(binary)
    assert {symbol.name for symbol in after.dynamic_symbols} >= {"shown", "first"}
    for one, other in zip(before.segments, after.segments, strict=True):
        assert (one.type, one.file_offset, one.virtual_address, one.physical_size, one.virtual_size) == (
            *(other.type, other.file_offset, other.virtual_address, other.physical_size, other.virtual_size),
        )
    for section in after.sections:
        linked = before.get_section(section.name).link
        name = list(before.sections)[linked].name
        assert list(after.sections)[section.link].name == name


def test_it_has_no_more_to_lose(binary: bytes) -> None:
    short = without_symbols(binary)
    assert len(short) < len(binary)
    assert without_symbols(short) == short
