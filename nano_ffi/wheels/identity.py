"""For which system, machine and CPython the binaries of a wheel are, by their first bytes and their names.

This is what no wheel gets its name without; `nano-ffi verify` looks at everything else, too.
"""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

from packaging.utils import parse_wheel_filename

from nano_ffi.wheels.binary import Format, recognise
from nano_ffi.wheels.claim import Claim
from nano_ffi.wheels.targets import Target

__all__ = ["MARKER", "differences", "is_extension", "machines_of", "module_name"]

MARKER = re.compile(rb"nano_ffi-abi:([\w.]+):")
"""What an extension of nano_ffi's says of itself: for which CPython it was built."""

PYTHON_DLLS = re.compile(rb"(?i)\bpython3\d*t?\.dll")

ELF_MACHINES = {3: "i686", 21: "ppc64le", 22: "s390x", 40: "armv7l", 62: "x86_64", 183: "aarch64", 243: "riscv64"}
MACHO_MACHINES = {0x01000007: "x86_64", 0x0100000C: "aarch64"}
PE_MACHINES = {0x14C: "i686", 0x8664: "x86_64", 0xAA64: "aarch64"}


def is_extension(member: str) -> bool:
    """Whether a wheel's member is named as an extension module, and not as a library that one needs."""
    folder, _, name = member.rpartition("/")
    if folder.endswith((".libs", ".dylibs")):
        return False
    return name.endswith(".pyd") or (name.endswith(".so") and not (name.startswith("lib") and name.count(".") == 1))


def module_name(member: str) -> str:
    """The module's last name: what is before the first dot of the file's name."""
    return member.rpartition("/")[2].partition(".")[0]


def machines_of(data: bytes) -> tuple[str, ...]:
    """As `Claim.machines`, sorted; of a binary for another machine its number. Empty for what is cut off."""
    try:
        if data.startswith(b"\x7fELF"):
            numbers = [struct.unpack_from("<H" if data[5] == 1 else ">H", data, 18)[0]]
            names = ELF_MACHINES
        elif data.startswith(b"MZ"):
            numbers = [struct.unpack_from("<H", data, struct.unpack_from("<I", data, 60)[0] + 4)[0]]
            names = PE_MACHINES
        elif data.startswith((b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")):
            size = 20 if data[3] == 0xBE else 32
            numbers = [struct.unpack_from(">I", data, 8 + size * index)[0] for index in range(min(data[7], 8))]
            names = MACHO_MACHINES
        else:
            numbers = [struct.unpack_from("<I", data, 4)[0]]
            names = MACHO_MACHINES
    except (struct.error, IndexError):
        return ()
    return tuple(sorted(names.get(number, f"machine {number:#x}") for number in numbers))


def differences(wheel: Path, target: Target) -> list[str]:
    """What of the wheel's extensions is not for `target`, for which its tags say that it is; empty where all is."""
    tags = parse_wheel_filename(wheel.name)[3]
    claim = Claim(
        platform=target.platform,
        python=target.python,
        stable=frozenset({tag.abi for tag in tags} & {"abi3", "abi3t"}),
        minimum=None,
    )
    for_cpython = any(tag.abi != "none" for tag in tags)
    with zipfile.ZipFile(wheel) as archive:
        return [
            f"{name} {problem}"
            for name in archive.namelist()
            if is_extension(name)
            for problem in _problem_of(name, archive.read(name), claim, for_cpython=for_cpython)
        ]


def _problem_of(member: str, data: bytes, claim: Claim, *, for_cpython: bool) -> list[str]:
    """The first that there is."""
    format, machines = recognise(data), machines_of(data)
    if format is None:
        return ["is neither ELF, Mach-O nor PE"]
    if (format, machines) != (claim.format, tuple(sorted(claim.machines))):
        return [
            f"is {format.value} for {' and '.join(machines) or 'no machine'}, and not {claim.format.value} for "
            f"{' and '.join(claim.machines)}"
        ]
    if not for_cpython:  # a library that ctypes loads
        return []
    suffix = member.rpartition("/")[2][len(module_name(member)) :]
    needed = {name.decode().lower() for name in PYTHON_DLLS.findall(data)}
    claim = claim.of_module(suffix, needed)
    if suffix not in claim.suffixes:
        return [f"has the suffix {suffix}, and not {claim.suffixes[0]}, by which the tag's CPython finds it"]
    if format is Format.PE and (dlls := needed - {claim.dll}):
        return [f"needs {' and '.join(sorted(dlls))}, and not {claim.dll}"]
    said = {match[1].decode() for match in MARKER.finditer(data)}
    if said - (claim.stable or {claim.python.abi_tag}):
        return [f"was built for {' and '.join(sorted(said))}, and not for {claim.python.abi_tag}"]
    return []
