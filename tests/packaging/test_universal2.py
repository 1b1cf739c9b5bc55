"""The universal2 file, read by another library than the one that wrote it."""

from __future__ import annotations

import struct

import lief
import pytest

from nano_ffi.wheels import universal2

X86_64, ARM64 = 0x01000007, 0x0100000C


def thin(cputype: int, size: int) -> bytes:
    """A Mach-O dylib header with no load commands, and `size` bytes behind it."""
    return struct.pack("<IIIIIIII", 0xFEEDFACF, cputype, 0, 6, 0, 0, 0, 0) + bytes(range(256)) * (size // 256)


def test_the_slices_are_found_again() -> None:
    slices = [thin(X86_64, 4096), thin(ARM64, 70_000)]
    fat = universal2.merge(slices)
    binary = lief.MachO.parse(list(fat))
    assert binary is not None
    assert [slice_.header.cpu_type.value for slice_ in binary] == [X86_64, ARM64]
    for slice_, data in zip(binary, slices, strict=True):
        assert slice_.fat_offset % 2**14 == 0
        assert fat[slice_.fat_offset :][: len(data)] == data
    assert [struct.unpack_from(">I", fat, 8 + 20 * number + 16) for number in range(2)] == [(14,), (14,)]


@pytest.mark.parametrize(
    ("slices", "text"),
    [
        ([b"\x7fELF" + bytes(60)], "not a thin 64-bit Mach-O file"),
        ([b""], "not a thin 64-bit Mach-O file"),
        ([thin(ARM64, 256), thin(ARM64, 512)], "two files for the same architecture"),
    ],
)
def test_what_cannot_be_merged_is_refused(slices: list[bytes], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        universal2.merge(slices)
