"""Runs in a runtime: checks that it is the one that the wheel is for, and that the wheel is what is imported; then pytest.

``inside.py IDENTIFIER TARGETS_PY INSTALLED REPORT PYTEST_ARGUMENT...``
"""

from __future__ import annotations

import importlib.machinery
import runpy
import sys
from pathlib import Path


def main() -> int:
    identifier, targets_py, installed, report, *arguments = sys.argv[1:]
    targets = runpy.run_path(targets_py)
    target = targets["parse"](identifier)
    machinery: list[str] = list(importlib.machinery.EXTENSION_SUFFIXES)
    for finder in sys.meta_path:  # the loader of Mach-O files looks for macOS' suffixes
        machinery += getattr(finder, "suffixes", ())
    if target.suffix not in machinery:
        print(f"this runtime looks for {', '.join(machinery)}, the wheel has {target.suffix}")
        return 90
    if target.platform.system != "macos":
        here = targets["native"]().identifier
        if here != identifier:
            print(f"this runtime is {here}, the wheel is for {identifier}")
            return 91
        from packaging.tags import sys_tags

        try:
            tags = {str(tag) for tag in sys_tags()}
        except OSError:  # under an emulator, musl's loader cannot be asked for its version
            tags = {target.tag}
        if target.tag not in tags:
            print(f"this runtime does not install {target.tag}, but {', '.join(sorted(tags)[:5])} …")
            return 92
    import nano_ffi._native

    where = Path(nano_ffi._native.__file__ or "").resolve()
    if not where.is_relative_to(Path(installed).resolve()):
        print(f"{where} was imported, which is not in {installed}")
        return 93
    assert nano_ffi.call("add", 3, 4) == 7

    import pytest

    return int(pytest.main([f"--junitxml={report}", *arguments]))


if __name__ == "__main__":
    sys.exit(main())
