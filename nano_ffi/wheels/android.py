"""Whether Android loads a binary, and finds all that it needs: nothing but CPython's library.

Sources: PEP 738 (the library by name), Android's bionic/android-changes-for-ndk-developers.md (which Android knows what),
developer.android.com, "Support 16 KB page sizes".
"""

from __future__ import annotations

import posixpath

from nano_ffi.wheels.binary import Expect, Image
from nano_ffi.wheels.claim import Claim
from nano_ffi.wheels.linking import LOADER, PYTHON_DLL, check_search, some

__all__ = ["check_android"]

PAGE_SIZES = (65536, 16384, 4096)

SINCE = {
    "PT_TLS, thread-local variables,": 29,
    "DT_RELR": 30,
    "DT_ANDROID_RELR": 28,
    "DT_ANDROID_REL": 23,
    "DT_ANDROID_RELA": 23,
}
"""What not every Android's loader knows → the first API level whose loader does."""


def check_android(
    image: Image, folder: str, claim: Claim, members: frozenset[str], python_library: str | None, expect: Expect
) -> None:
    """Compare the libraries, layout and search paths of `image`, in a wheel's `folder`, with the wheel's claim.

    `members` are the wheel's files, `python_library` is what an extension must need (None for another library).
    """
    _check_libraries(image, claim, members, python_library, expect)
    _check_pages(image, claim, expect)
    _check_loader(image, claim, expect)
    check_search(image, folder, members, expect)


def _check_libraries(
    image: Image, claim: Claim, members: frozenset[str], python_library: str | None, expect: Expect
) -> None:
    bundled = {posixpath.basename(name) for name in members}
    if python_library is not None:
        pythons = sorted(library for library in image.needed if PYTHON_DLL.fullmatch(library))
        expect(
            pythons == [python_library],
            f"needs {' and '.join(pythons) or 'no libpython'}, expected {python_library}: link with {python_library}, "
            "without which Android's loader does not show it the interpreter's symbols",
        )
    others = sorted(name for name in image.needed if name not in bundled and not PYTHON_DLL.fullmatch(name))
    expect(
        not others,
        f"needs {some(others)}, expected nothing but {python_library or claim.library} for {claim.platform.name}: link it "
        "statically, or leave it out (which Android has which function of its C library is not known here)",
    )
    if all(PYTHON_DLL.fullmatch(name) for name in image.needed):
        lost = {i.name for i in image.imports if not i.weak and not i.name.startswith(("Py", "_Py"))} - LOADER
        expect(not lost, f"imports {some(lost)}, which no library that it needs has: define it")


def _check_pages(image: Image, claim: Claim, expect: Expect) -> None:
    largest = next((size for size in PAGE_SIZES if _fits(image, size)), 0)
    expect(
        largest >= claim.platform.page_size,
        f"is laid out for memory pages of {largest // 1024} KiB at most, expected {claim.platform.page_size // 1024} KiB, "
        f"which Android 15 can have: link with `-z max-page-size={claim.platform.page_size}`",
    )


def _fits(image: Image, page: int) -> bool:
    """Whether each segment can be mapped with its own rights, where memory comes in pages of so many bytes."""
    loads = sorted((s for s in image.segments if s.kind == "LOAD" and s.size), key=lambda s: s.address)
    if any(s.alignment % page or (s.address - s.offset) % page for s in loads):
        return False
    ends = [-(-(s.address + s.size) // page) for s in loads]
    if any(after.address // page < end for end, after in zip(ends, loads[1:], strict=False)):
        return False
    # The loader takes the right to write from whole pages.
    for relro in (s for s in image.segments if s.kind == "GNU_RELRO"):
        end = relro.address + relro.size
        after = [max(s.address, end) for s in loads if s.writable and s.address + s.size > end]
        if after and min(after) < -(-end // page) * page:
            return False
    return True


def _check_loader(image: Image, claim: Claim, expect: Expect) -> None:
    assert claim.minimum is not None
    level, _ = claim.minimum
    kinds = {f"PT_{s.kind}" for s in image.segments} | {f"DT_{name}" for name in image.dynamic}
    for name, since in SINCE.items():
        known = name.partition(",")[0] not in kinds or since <= level
        expect(
            known,
            f"has {name} which Android knows since API level {since}, expected at most {level} for the tag: "
            f"build with -target …-linux-android.{level}, or retag the wheel",
        )
    expect(
        ".dynamic" in image.sections,
        "has no section header of .dynamic, without which Android does not load it: strip it with a tool that keeps "
        "section headers",
    )
