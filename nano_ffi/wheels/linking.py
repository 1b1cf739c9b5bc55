"""Whether a binary finds all that it needs on every system that its wheel is for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from nano_ffi.wheels.binary import Expect, Format, Image
from nano_ffi.wheels.claim import Claim

__all__ = ["LOADER", "PYTHON_DLL", "check_linking", "check_search", "some"]

GLIBC = re.compile(r"lib(?:c|m|dl|rt|pthread|util|nsl|resolv|crypt)\.so\.[0126]|ld-linux[\w.-]*\.so\.\d|ld64\.so\.[12]")
COMPILER = re.compile(r"libgcc_s\.so\.1|libstdc\+\+\.so\.6|libatomic\.so\.1")
"""On every manylinux system (PEP 600); auditwheel compares the versions of their symbols."""
MUSL = {"i686": ("x86",), "armv7l": ("armhf", "armv7")}
"""musl's names of an architecture where they differ."""

MACOS = re.compile(r"/usr/lib/[^/]+\.dylib|/System/Library/Frameworks/\w+\.framework/.+")
"""macOS' own; that each is as old as the wheel's tag is not checked."""

WINDOWS = frozenset(
    """
    advapi32 bcrypt bcryptprimitives cfgmgr32 combase comctl32 comdlg32 crypt32 cryptbase dbghelp dnsapi dwmapi dxgi
    gdi32 imm32 iphlpapi kernel32 kernelbase mpr msvcrt mswsock ncrypt netapi32 ntdll ole32 oleaut32 opengl32 pdh
    powrprof psapi rpcrt4 secur32 setupapi shell32 shlwapi synchronization ucrtbase user32 userenv uxtheme version
    winhttp wininet winmm wintrust ws2_32 wsock32 vcruntime140 vcruntime140_1
    """.split()
)
"""DLLs that Windows 10 has; the last two come with CPython."""

LOADER = frozenset({"__tls_get_addr", "___tls_get_addr", "__tls_get_offset"})
"""What the dynamic loader of an ELF process has itself, for thread-local variables (Drepper, "ELF Handling For
Thread-Local Storage"; the second name is i386's, the third s390's); no process that loads an extension is without it."""

PYTHON_DLL = re.compile(r"python3\d*t?(?:_d)?\.dll|(?:lib)?python\d[\d.]*t?\.(?:so[\d.]*|dylib)")


def check_linking(
    image: Image, folder: str, claim: Claim, members: frozenset[str], python_dll: str | None, expect: Expect
) -> None:
    """Compare the libraries, versions and search paths of `image`, in a wheel's `folder`, with the wheel's claim.

    `members` are the wheel's files, `python_dll` is what a Windows extension must import (None for another library).
    """
    if image.format is Format.ELF:
        _check_linux_libraries(image, claim, members, expect)
        _check_glibc(image, claim, expect)
    elif image.format is Format.MACHO:
        _check_macos_libraries(image, folder, members, expect)
        _check_macos_version(image, claim, expect)
    else:
        _check_windows_libraries(image, members, python_dll, expect)
        return
    check_search(image, folder, members, expect)
    for library in image.needed:
        expect(
            not PYTHON_DLL.fullmatch(posixpath.basename(library)),
            f"needs {library}, which not every interpreter has: do not link libpython, the interpreter has its symbols",
        )
    if image.format is Format.MACHO or all(GLIBC.fullmatch(library) for library in image.needed):
        # musl's symbols have no versions, so that these cannot be told from its own.
        lost = {i.name for i in image.imports if not i.weak and i.library is None and not re.match("_?Py", i.name)}
        lost -= LOADER
        expect(
            not lost,
            f"imports {some(lost)}, which no library that it needs has: define it, or link the library (-lc for libc)",
        )


def some(names: Iterable[str], most: int = 3) -> str:
    """The first of the names."""
    names = sorted(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _check_linux_libraries(image: Image, claim: Claim, members: frozenset[str], expect: Expect) -> None:
    bundled = {posixpath.basename(name) for name in members}
    own = [f"libc.musl-{arch}.so.1" for arch in MUSL.get(image.machine, (image.machine,))]
    for library in image.needed:
        if library in bundled or PYTHON_DLL.fullmatch(library):
            continue
        if claim.musl:
            remedy = "build with -target …-linux-musl, and let `auditwheel repair` bundle other libraries"
            if library == "libc.so":
                remedy = f"`patchelf --replace-needed libc.so {own[0]}`"
            expect(
                library in own,
                f"needs {library}, expected nothing but {own[0]} for {claim.platform.name}: {remedy}",
            )
        else:
            remedy = "let `auditwheel repair` bundle it, or link it statically"
            if "musl" in library or library == "libc.so":
                remedy = "build with -target …-linux-gnu.VERSION"
            expect(
                GLIBC.fullmatch(library) or COMPILER.fullmatch(library),
                f"needs {library}, expected only the libraries of glibc for {claim.platform.name}: {remedy}",
            )


def _check_glibc(image: Image, claim: Claim, expect: Expect) -> None:
    # The loader of glibc 2.36 is the first to know DT_RELR.
    named = {version: version.replace("GLIBC_ABI_DT_RELR", "GLIBC_2.36") for version in image.versions}
    versions = sorted(
        (tuple(map(int, known[6:].split("."))), version)
        for version, known in named.items()
        if re.fullmatch(r"GLIBC_\d+(?:\.\d+)+", known)
    )
    if claim.musl:
        expect(
            not versions,
            "needs symbol versions of glibc (GLIBC_…) although it is for musl: build with -target …-linux-musl",
        )
        return
    assert claim.minimum is not None
    newest, name = versions[-1] if versions else ((0,), "")
    wanted = ".".join(map(str, claim.minimum))
    users = some(i.name for i in image.imports if i.library == name)
    expect(
        newest[:2] <= claim.minimum,
        f"needs {users or 'a loader'} of {name}, expected at most GLIBC_{wanted} for the tag: "
        f"build with -target …-linux-gnu.{wanted}, or retag the wheel",
    )
    expect(
        "GLIBC_PRIVATE" not in image.versions,
        "needs GLIBC_PRIVATE symbols, which change with every glibc: do not link glibc's internals",
    )


def _check_macos_libraries(image: Image, folder: str, members: frozenset[str], expect: Expect) -> None:
    for library in image.needed:
        expect(
            MACOS.fullmatch(library)
            or _inside(library, "@loader_path", folder) in members
            or PYTHON_DLL.fullmatch(posixpath.basename(library)),
            f"needs {library}, which is neither macOS' nor in the wheel: let the repair command put it there, "
            "or link it statically",
        )


def _check_macos_version(image: Image, claim: Claim, expect: Expect) -> None:
    assert claim.minimum is not None
    # No Mac with Apple silicon runs an older one, whatever the tag of a universal2 wheel says.
    wanted = max(claim.minimum, (11, 0)) if image.machine == "aarch64" else claim.minimum
    least, version = image.minimum_system, ".".join(map(str, wanted))
    expect(
        least is not None and least <= wanted,
        f"is for macOS {'.'.join(map(str, least or ('of no version',)))} and later, "
        f"expected {version} or older for the "
        f"tag: build with -target ARCH-macos.{version}, or retag the wheel",
    )


def _check_windows_libraries(image: Image, members: frozenset[str], python_dll: str | None, expect: Expect) -> None:
    bundled = {posixpath.basename(name).lower() for name in members}
    for library in image.needed:
        name = library.lower()
        system = name.startswith("api-ms-win-") or (name.endswith(".dll") and name[:-4] in WINDOWS)
        expect(
            system or PYTHON_DLL.fullmatch(name) or name in bundled,
            f"needs {library}, which is neither Windows' nor in the wheel: let `delvewheel repair` put it there, "
            "or link it statically",
        )
    if python_dll is not None:
        pythons = sorted(library.lower() for library in image.needed if PYTHON_DLL.fullmatch(library.lower()))
        expect(
            pythons == [python_dll],
            f"imports {' and '.join(pythons) or 'no Python DLL'}, expected {python_dll}: "
            f"link with the import library of {python_dll}",
        )


def check_search(image: Image, folder: str, members: frozenset[str], expect: Expect) -> None:
    """A search path is right only where a repair tool put libraries into the wheel."""
    kind, origin = ("LC_RPATH", "@loader_path") if image.format is Format.MACHO else ("RPATH or RUNPATH", "$ORIGIN")
    folders = {posixpath.dirname(name) for name in members if re.search(r"\.so\b|\.dylib$", name)}
    for path in image.search:
        expect(
            _inside(path.replace("${ORIGIN}", "$ORIGIN"), origin, folder) in folders,
            f"searches libraries in {path} ({kind}), expected none: link without -rpath",
        )


def _inside(path: str, origin: str, folder: str) -> str | None:
    """The path in the wheel that `path` means for a binary in `folder`; None where it is not relative to `origin`."""
    if path != origin and not path.startswith(f"{origin}/"):
        return None
    return posixpath.normpath(posixpath.join(folder, path[len(origin) :].lstrip("/")))
