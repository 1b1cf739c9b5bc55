"""What an ELF file is with short symbols alone: the same, for whoever loads it, shows its lines or names its functions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

lief = pytest.importorskip("lief", reason="pip install 'nano-ffi[wheels]'")
pytest.importorskip("ziglang", reason="no Zig to compile with: pip install 'nano-ffi[zig]'")

from nano_ffi.elf import with_short_symbols, without_symbols

SOURCE = """\
static int table[3] = {1, 2, 3};
int *first = table;
__attribute__((noinline)) static int hidden(int number) { return number * table[number & 1]; }
__attribute__((noinline)) static int LONG(int number) { return number / table[number & 1]; }
int shown(int number) { return hidden(number) + LONG(number) + *first; }
""".replace("LONG", "long_" * 20)
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
    """What is in the file of each section but the tables of symbols."""
    tables = {".symtab", ".strtab"}
    file = lief.parse(list(data))
    return {
        section.name: bytes(section.content)
        for section in file.sections
        if section.name not in tables and section.type != lief.ELF.Section.TYPE.NOBITS
    }


def test_all_else_stays(binary: bytes) -> None:
    before, after = lief.parse(list(binary)), lief.parse(list(with_short_symbols(binary)))
    names = {symbol.name for symbol in before.symtab_symbols}
    assert {"hidden", "table", "long_" * 20} <= names
    functions = {symbol.name for symbol in before.symtab_symbols if symbol.type == lief.ELF.Symbol.TYPE.FUNC}
    assert {symbol.name for symbol in after.symtab_symbols} == {name for name in functions if len(name) <= 64} | {""}
    assert "hidden" in functions
    values = {symbol.name: (symbol.value, symbol.size) for symbol in before.symtab_symbols}
    assert all(values[symbol.name] == (symbol.value, symbol.size) for symbol in after.symtab_symbols if symbol.name)
    (table,) = (section for section in after.sections if section.name == ".symtab")
    is_local = [symbol.binding == lief.ELF.Symbol.BINDING.LOCAL for symbol in after.symtab_symbols]
    assert is_local == [True] * table.information + [False] * (len(is_local) - table.information)
    assert [section.name for section in before.sections] == [section.name for section in after.sections]
    assert parts(with_short_symbols(binary)) == parts(binary)
    assert ".debug_info" in parts(binary)
    assert {symbol.name for symbol in after.dynamic_symbols} >= {"shown", "first"}
    for one, other in zip(before.segments, after.segments, strict=True):
        assert (one.type, one.file_offset, one.virtual_address, one.physical_size, one.virtual_size) == (
            *(other.type, other.file_offset, other.virtual_address, other.physical_size, other.virtual_size),
        )
    for section, other in zip(before.sections, after.sections, strict=True):
        assert section.link == other.link


def test_it_has_no_more_to_lose(binary: bytes) -> None:
    short = with_short_symbols(binary)
    assert len(short) < len(binary)
    assert with_short_symbols(short) == short


def test_without_symbols_all_that_is_loaded_stays(binary: bytes) -> None:
    stripped = without_symbols(binary)
    before, after = lief.parse(list(binary)), lief.parse(list(stripped))
    names = [section.name for section in before.sections]
    tables = {".symtab", ".strtab"}
    assert tables < set(names)
    kept = [name for name in names if name not in tables and not name.startswith(".debug")]
    assert [section.name for section in after.sections] == kept
    assert {name: content for name, content in parts(binary).items() if name in kept} == parts(stripped)
    for one, other in zip(before.segments, after.segments, strict=True):
        assert (one.type, one.file_offset, one.virtual_address, one.physical_size, one.virtual_size) == (
            *(other.type, other.file_offset, other.virtual_address, other.physical_size, other.virtual_size),
        )
    linked = {section.name: names[section.link] for section in before.sections if section.name in kept}
    assert {section.name: kept[section.link] for section in after.sections} == linked
    assert without_symbols(stripped) == stripped
