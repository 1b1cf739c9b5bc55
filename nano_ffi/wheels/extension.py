"""The comparison of one binary with what its wheel's tags promise."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from nano_ffi.wheels import baseline
from nano_ffi.wheels.android import check_android
from nano_ffi.wheels.binary import Expect, Format, Image, module_headers, read
from nano_ffi.wheels.claim import Claim
from nano_ffi.wheels.identity import MARKER, is_extension, module_name
from nano_ffi.wheels.linking import PYTHON_DLL, check_linking, some
from nano_ffi.wheels.symbols import cpython_symbols, stable_symbols
from nano_ffi.wheels.targets import Python

__all__ = ["check_binary", "own_path"]


def check_binary(member: str, data: bytes, claim: Claim, members: frozenset[str], expect: Expect) -> list[str]:
    """Compare the binary `data` with the claim of its wheel, whose files are `members`.

    Problems go to `expect`. Returned are notes on what could not be decided.
    """
    images = read(data, expect)
    formats = {image.format for image in images}
    if not expect(
        formats <= {claim.format},
        f"is {', '.join(sorted(f.value for f in formats))}, expected {claim.format.value} for the tag of "
        f"{claim.platform.name}: put the binary that was built for it into the wheel",
    ):
        return []
    machines = tuple(sorted(image.machine for image in images))
    if images and not expect(
        machines == tuple(sorted(claim.machines)),
        f"is for {' and '.join(machines)}, expected {' and '.join(claim.machines)} for the tag of "
        f"{claim.platform.name}: build with -target {' and '.join(triple.target for triple in claim.platform.triples)}",
    ):
        return []
    _check_paths(data, expect)
    folder, _, name = member.rpartition("/")
    suffix = name[len(module_name(member)) :]
    if is_extension(member):
        claim = claim.of_module(suffix, {library.lower() for image in images for library in image.needed})
    notes = []
    for image in images:
        if claim.platform.system == "android":
            check_android(image, folder, claim, members, claim.library if is_extension(member) else None, expect)
        else:
            check_linking(image, folder, claim, members, claim.dll if is_extension(member) else None, expect)
        _check_symbols(image, claim, expect)
        notes += _check_cpu(image, MARKER.search(data) is not None, expect)
        if is_extension(member):
            _check_exports(image, module_name(member), expect)
            notes += _check_threads(image, module_name(member), claim, expect)
    if is_extension(member):
        _check_suffix(suffix, claim, expect)
        _check_marker(data, claim, expect)
    return notes


def _check_suffix(suffix: str, claim: Claim, expect: Expect) -> None:
    trap = " (CPython 3.10 has the suffix of glibc on musl too)" if claim.musl and claim.python.minor == 10 else ""
    expect(
        suffix in claim.suffixes,
        f"its suffix is {suffix}, expected {claim.suffixes[0]}{trap}: "
        f"{_interpreter(claim)} finds only that; name the file so",
    )


def _interpreter(claim: Claim) -> str:
    if claim.stable:
        return f"CPython 3.{claim.python.minor} and later"
    return f"CPython {claim.python.version}"


BUILD_PATHS = re.compile(
    rb"(?:/home|/Users|/tmp|/private/tmp|/var/folders|/root|/github/workspace)/[\w.+-][\w.+/-]*"
    rb"|[A-Za-z]:[\\/]{1,2}(?:Users|a)[\\/]{1,2}[\w.+-][\w.+\\/-]*"
)


@functools.cache
def _own_paths() -> tuple[bytes, ...]:
    """The folders of this process and user, where a match can be no coincidence."""
    folders = {Path.home(), Path.cwd()}
    return tuple(f"{folder}/".encode() for folder in sorted(folders) if len(folder.parts) > 2)


def own_path(data: bytes) -> str:
    """A folder of this process or user that `data` names; empty if there is none."""
    return next((path.decode() for path in _own_paths() if path in data), "")


def _check_paths(data: bytes, expect: Expect) -> None:
    match = BUILD_PATHS.search(data)
    found = match[0].decode() if match else own_path(data)
    expect(
        not found,
        f"names a path of the machine that built it ({found}): build for release and strip (-fstrip), "
        "and keep @src().file and absolute paths out of messages",
    )


TOOLCHAIN_EXPORTS = frozenset("_mh_dylib_header _mh_bundle_header __dso_handle".split())
"""What Zig's linker of Mach-O files exports from every dylib; it can clash with nothing."""


def _check_exports(image: Image, module: str, expect: Expect) -> None:
    # PEP 489: a name beyond ASCII is spelled in punycode. PEP 793: CPython 3.15 looks for PyModExport first.
    encoded = f"_{module}" if module.isascii() else "U_" + module.encode("punycode").decode().replace("-", "_")
    own = {f"PyInit{encoded}", f"PyModExport{encoded}"}
    others = sorted(name for name in image.exports if name.startswith(("PyInit", "PyModExport")) and name not in own)
    expect(
        image.exports & own,
        f"exports {', '.join(others) or 'no PyInit function'}, expected PyInit{encoded}, by the file's name: "
        "name the function after the module, or the file after the function",
    )
    extra = sorted(image.exports - own - TOOLCHAIN_EXPORTS)
    expect(
        not extra or not image.exports & own,
        f"exports {some(extra)}, expected only PyInit{encoded}: do not `export` it, or give it hidden visibility",
    )


def _check_symbols(image: Image, claim: Claim, expect: Expect) -> None:
    windows = image.format is Format.PE
    used = {
        i.name
        for i in image.imports
        if i.name.startswith(("Py", "_Py")) and (not windows or PYTHON_DLL.fullmatch((i.library or "").lower()))
    }
    if claim.stable:
        since = stable_symbols(windows)
        floor = claim.python.minor
        foreign = sorted(name for name in used if name not in since)
        late = sorted(f"{name} (since 3.{since[name]})" for name in used if since.get(name, 0) > floor)
        expect(
            not foreign,
            f"imports {some(foreign)}, which the stable ABI does not have: do not use it with abi3",
        )
        expect(
            not late,
            f"imports {some(late)}, expected only what the stable ABI of CPython 3.{floor} has, by the tag: "
            "do not use it, or raise the tag",
        )
        return
    try:
        exported = cpython_symbols(claim.python, windows)
    except ValueError as error:
        expect(False, str(error))
        return
    unknown = sorted(used - exported)
    expect(
        not unknown,
        f"imports {some(unknown)}, which CPython {claim.python.version} does not export: build for this CPython, "
        "and use only what it has",
    )


def _own_header(python: Python, bits: int) -> int:
    """What ``PyModuleDef_HEAD_INIT`` of a CPython has for `ModuleHeader.reference_count` (``Include/object.h``)."""
    if python.free_threaded:
        return 4 if python.minor >= 14 else 0
    if python.minor <= 12:
        return 1
    if python.minor == 13:
        return 0xFFFFFFFF if bits == 64 else 0x3FFFFFFF
    return 3 << 30 | 5 << 48 if bits == 64 else 7 << 28


def _check_threads(image: Image, module: str, claim: Claim, expect: Expect) -> list[str]:
    """The module definition's object header: of a build with the GIL or a free-threaded one, and of which version."""
    if claim.free_threaded is None:
        return []
    headers = module_headers(image, module)
    if not headers:
        kind = _kind(claim.free_threaded)
        return [f"has no static PyModuleDef named {module}, which would prove that it was compiled for a {kind}"]
    right = expect(
        {header.free_threaded for header in headers} == {claim.free_threaded},
        f"its module definition has the object header of a {_kind(not claim.free_threaded)}, expected that of a "
        f"{_kind(claim.free_threaded)} for {_interpreter(claim)}: build with the Python of the tag "
        f"(-Dpython={claim.python.version})",
    )
    if right and not claim.stable:
        bits = 64 if image.pointer[-1] == "Q" else 32
        own = _own_header(claim.python, bits)
        versions = [Python(minor=minor, free_threaded=claim.python.free_threaded) for minor in range(10, 16)]
        # What is not written by a C compiler has 0 or 1 for every version.
        others = {_own_header(python, bits) for python in versions} - {own, 0, 1}
        wrong = {header.reference_count for header in headers} & others
        expect(
            not wrong,
            f"its module definition has the object header {some(map(hex, wrong))} of another CPython, expected "
            f"{own:#x} of CPython {claim.python.version}: build with the Python of the tag",
        )
    return []


def _kind(free_threaded: bool) -> str:
    return "free-threaded build" if free_threaded else "build with the GIL"


def _check_cpu(image: Image, ours: bool, expect: Expect) -> list[str]:
    """Where the binary is not `ours`, it may have functions for several CPUs, and choose among them when it runs."""
    if baseline.thumb(image):
        return ["is Thumb code, in which data cannot be told from instructions: its CPU is not checked"]
    try:
        excesses = baseline.beyond_baseline(image)
    except KeyError:
        return [f"no CPU baseline is known for {image.machine} {image.format.value}: its CPU is not checked"]
    problem = ""
    if excesses and not ours and baseline.asks_the_cpu(image):
        features = ", ".join(f"{excess.feature} ({excess.count})" for excess in excesses)
        return [f"uses {features}, and asks the CPU what it has: that it does so first is not checked"]
    if excesses:
        first, *others = excesses
        more = f" and {first.count - 1} more of it" if first.count > 1 else ""
        also = f", also {', '.join(f'{other.feature} ({other.count})' for other in others)}" if others else ""
        problem = (
            f"`{first.instruction}` at {first.address:#x} is {first.feature}{more}{also}, expected nothing beyond "
            f"{baseline.baseline_name(image)}: compile for the baseline (-mcpu or -Dcpu, see "
            "nano_ffi/wheels/targets.py)"
        )
    expect(not excesses, problem)
    return []


def _check_marker(data: bytes, claim: Claim, expect: Expect) -> None:
    """What an extension of nano_ffi's says of itself.

    It proves nothing, but a wrong one tells that binaries were mixed up, where two CPythons differ in nothing that can
    be seen from outside.
    """
    said = {match[1].decode() for match in MARKER.finditer(data)}
    wanted = sorted(claim.stable) or [claim.python.abi_tag]
    expect(
        said <= set(wanted),
        f"says that it was built for {some(said)}, expected {' and '.join(wanted)} for the tag: "
        "put the binary that was built for it into the wheel",
    )
