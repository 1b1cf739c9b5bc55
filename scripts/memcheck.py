"""Run tests of the installed package under valgrind's memcheck: ``nox -s memcheck``.

An access to memory that is not had, or a decision by memory that was never written, is an error wherever it is, but for
what tests/valgrind.supp names; memory that is lost is one where nano_ffi, or a module built with it, allocated it.
CPython itself loses the strings that it interned, when it ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPRESSIONS = ROOT / "tests" / "valgrind.supp"
FILES = ("test_call.py", "test_calling.py", "test_kinds.py", "test_model.py")
OPTIONS = ("--leak-check=full", "--show-leak-kinds=definite", "--num-callers=40", "--child-silent-after-fork=yes")
CONTROL = """
import ctypes
memory = ctypes.CDLL(None).malloc
memory.restype = ctypes.POINTER(ctypes.c_ubyte)
print("read beyond:", bytes(memory(10)[:11])[10] == 7)
"""
"""A program that memcheck must complain of."""


def main() -> int:
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        print("ERROR: there is no valgrind on PATH: install it (apt install valgrind, dnf install valgrind)")
        return 1
    if sys.hexversion < 0x30C0000:  # not version_info, which mypy takes for its own
        print(
            f"ERROR: CPython {sys.version.split()[0]} itself decides by memory that it never wrote (gh-102509): "
            "nox -s memcheck --force-python=3.13, or another one of 3.12 or later"
        )
        return 1
    # Measurements of memory are made of what CPython allocates ordinarily, and of thousands of calls.
    checks = ["-k", "not leak", "--machine-steps=3000", *(str(ROOT / "tests" / name) for name in FILES)]
    _, seen = run(valgrind, "-c", CONTROL)
    if not seen:
        print("ERROR: memcheck did not see an error that was made on purpose, so it would see no other")
        return 1
    pytest = (
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--rootdir={ROOT}",
        f"--config-file={ROOT}/pyproject.toml",
    )
    status, errors = run(valgrind, *pytest, *(sys.argv[1:] or checks))
    kinds = Counter(error.findtext("kind") for error in errors)
    ours = [error for error in errors if not str(error.findtext("kind")).startswith("Leak") or of_ours(error)]
    for error in ours:
        print("\n".join(shown(error)))
    print(f"valgrind: {len(ours)} errors; {kinds['Leak_DefinitelyLost']} places in CPython where memory is lost")
    return 1 if ours or status else 0


def run(valgrind: str, *arguments: str) -> tuple[int, list[ET.Element]]:
    """Python's exit status, and valgrind's errors."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [valgrind, *OPTIONS, "--xml=yes", f"--xml-file={report}", f"--suppressions={SUPPRESSIONS}"]
        # With malloc each object is memory of its own. Modules keep to instructions that valgrind knows.
        environment = {**os.environ, "PYTHONMALLOC": "malloc", "NANO_FFI_CPU": "baseline", "PYTHONSAFEPATH": "1"}
        done = subprocess.run([*command, sys.executable, *arguments], check=False, env=environment)
        return done.returncode, list(ET.parse(report).iter("error"))


def of_ours(error: ET.Element) -> bool:
    """Whether Zig code is among those that asked for the memory."""
    return any(
        "nano_ffi" in str(frame.findtext("obj")) or str(frame.findtext("file")).endswith(".zig")
        for frame in error.iter("frame")
    )


def shown(error: ET.Element) -> list[str]:
    what = error.findtext("what") or error.findtext("xwhat/text")
    frames = [
        f"  {frame.findtext('fn') or frame.findtext('ip')} ({frame.findtext('file') or frame.findtext('obj')}:"
        f"{frame.findtext('line') or '?'})"
        for frame in error.iter("frame")
    ]
    return [f"{error.findtext('kind')}: {what}", *frames[:12]]


if __name__ == "__main__":
    sys.exit(main())
