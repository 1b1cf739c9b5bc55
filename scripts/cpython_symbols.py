"""Write nano_ffi/wheels/cpython_symbols.txt: which CPython exports which symbol, read from interpreters.

    python scripts/cpython_symbols.py /path/to/python3.10 … /path/to/python3.15t

Every interpreter must be a Linux one that runs on this machine; the dynamic symbols of its executable and
of the libpython that it needs are read with lief. Of several patch releases of one minor version the
intersection is written, because a wheel must work with all of them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import abi3info
import lief

OUTPUT = Path(__file__).parent.parent / "nano_ffi/wheels/cpython_symbols.txt"

HEADER = """\
# The symbols beginning with Py or _Py that CPython exports: name, builds, and the only system if there is one.
# No builds: all of them. Written by scripts/cpython_symbols.py from these interpreters on Linux:
#   {interpreters}
# Of several patch releases of a minor version this is the intersection. What only Windows or only POSIX has is
# from the stable ABI's manifest (the abi3info package); no Windows or macOS build was read.
# builds: {builds}
"""

PROBE = """
import json, sys, sysconfig
v = sysconfig.get_config_vars()
print(json.dumps([sys.version.split()[0], sys.version_info[1], bool(v.get("Py_GIL_DISABLED")), sys.executable,
                  str(v["LIBDIR"]) + "/" + str(v["INSTSONAME"])]))
"""


def read(interpreter: str) -> tuple[str, tuple[int, bool], set[str]]:
    """Full version, (minor, free-threaded) and exported symbols of an interpreter."""
    answer = subprocess.run([interpreter, "-I", "-c", PROBE], check=True, capture_output=True, text=True)
    version, minor, free_threaded, executable, library = json.loads(answer.stdout)
    names: set[str] = set()
    for file in (executable, library):
        binary = lief.ELF.parse(file) if Path(file).is_file() and not file.endswith(".a") else None
        if binary is not None:
            names |= {str(s.name) for s in binary.exported_symbols}
    names = {name for name in names if re.match(r"_?Py(?!Init_)", name)}
    if len(names) < 1000:
        raise SystemExit(
            f"{interpreter}: only {len(names)} symbols: neither {executable} nor {library} exports the C API"
        )
    return f"{version}{'t' * free_threaded}", (minor, free_threaded), names


def ranges(builds: Iterable[tuple[int, bool]], every: list[tuple[int, bool]]) -> str:
    """``3.12-3.15 3.14t-3.15t``; empty where `builds` is all there is."""
    builds = sorted(builds)
    if builds == sorted(every):
        return ""
    parts: list[str] = []
    for free_threaded in (False, True):
        known = sorted(minor for minor, t in every if t is free_threaded)
        runs: list[list[int]] = []
        for minor in (minor for minor in known if (minor, free_threaded) in builds):
            if runs and known.index(runs[-1][-1]) + 1 == known.index(minor):
                runs[-1].append(minor)
            else:
                runs.append([minor])
        t = "t" * free_threaded
        parts += [f"3.{run[0]}{t}" + (f"-3.{run[-1]}{t}" if len(run) > 1 else "") for run in runs]
    return ",".join(parts)


def main() -> None:
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    versions: list[str] = []
    builds: dict[tuple[int, bool], set[str]] = {}
    for interpreter in sys.argv[1:]:
        version, build, names = read(interpreter)
        print(f"{version}: {len(names)} symbols")
        versions.append(version)
        builds[build] = builds[build] & names if build in builds else names
    every = sorted(builds)
    system: dict[str, str] = {}
    for entry in [*abi3info.FUNCTIONS.values(), *abi3info.DATAS.values()]:
        only = {"MS_WINDOWS": "windows", "HAVE_FORK": "posix"}.get(entry.ifdef.name if entry.ifdef else "")
        if only is not None:
            system[entry.symbol.name] = only
            if only == "windows":
                since = entry.added.minor
                for build in every:
                    if build[0] >= since:
                        builds[build].add(entry.symbol.name)
    lines = []
    for name in sorted(set().union(*builds.values())):
        parts = (name, ranges((build for build in every if name in builds[build]), every), system.get(name, ""))
        lines.append(" ".join(part for part in parts if part))
    header = HEADER.format(
        interpreters=", ".join(versions), builds=" ".join(f"3.{minor}{'t' * t}" for minor, t in every)
    )
    OUTPUT.write_text(header + "\n".join(lines) + "\n", encoding="ascii")
    print(f"{OUTPUT}: {len(lines)} symbols")


if __name__ == "__main__":
    main()
