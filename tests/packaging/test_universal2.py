"""The universal2 file, read by another library than the one that wrote it."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from pathlib import Path

import lief
import pytest

from nano_ffi.wheels import universal2

X86_64, ARM64 = 0x01000007, 0x0100000C
NOT_THIN = "not a thin 64-bit Mach-O file: build it with one -Dtarget=…-macos"


def thin(cputype: int, size: int) -> bytes:
    """A Mach-O dylib header with no load commands, and `size` bytes behind it."""
    return struct.pack("<IIIIIIII", 0xFEEDFACF, cputype, 3, 6, 0, 0, 0, 0) + bytes(range(256)) * (size // 256)


def test_the_slices_are_found_again() -> None:
    slices = [thin(X86_64, 4096), thin(ARM64, 70_000)]
    fat = universal2.merge(slices)
    binary = lief.MachO.parse(list(fat))
    assert binary is not None
    assert [slice_.header.cpu_type.value for slice_ in binary] == [X86_64, ARM64]
    for slice_, data in zip(binary, slices, strict=True):
        assert fat[slice_.fat_offset :][: len(data)] == data
    # Each begins on the first page of 16 KiB that is free.
    index = [struct.unpack_from(">IIIII", fat, 8 + 20 * number) for number in range(2)]
    assert index == [(X86_64, 3, 2**14, len(slices[0]), 14), (ARM64, 3, 2**15, len(slices[1]), 14)]
    assert not any(fat[48 : 2**14])
    assert len(fat) == 2**15 + len(slices[1])


@pytest.mark.parametrize(
    ("slices", "text"),
    [
        ([b"\x7fELF" + bytes(60)], NOT_THIN),
        ([b""], NOT_THIN),
        ([thin(ARM64, 0)[:31]], NOT_THIN),
        ([thin(ARM64, 256), thin(ARM64, 512)], "two files for the same architecture, cputype 0x100000c"),
    ],
)
def test_what_cannot_be_merged_is_refused(slices: list[bytes], text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        universal2.merge(slices)


def test_a_header_is_enough() -> None:
    assert universal2.merge([thin(ARM64, 0)])[2**14 :] == thin(ARM64, 0)


def test_cmake_runs_it_as_a_script(tmp_path: Path) -> None:
    files = {tmp_path / "x86_64": thin(X86_64, 512), tmp_path / "arm64": thin(ARM64, 256)}
    for path, data in files.items():
        path.write_bytes(data)
    command = [sys.executable, "-I", "-S", universal2.__file__, *map(str, files), str(tmp_path / "fat")]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stderr == ""
    assert (tmp_path / "fat").read_bytes() == universal2.merge(list(files.values()))
