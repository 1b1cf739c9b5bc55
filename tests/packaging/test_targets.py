"""The table of targets against what others know: cibuildwheel, this interpreter, CPython's own rules."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES

import pytest
from packaging.tags import sys_tags

from nano_ffi.wheels import targets


def cibuildwheel_identifiers(*arguments: str) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CIBW_")}
    done = subprocess.run(
        [sys.executable, "-m", "nano_ffi", "wheels", "--print-build-identifiers", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout.split()


def test_the_default_matrix_is_64_wheels() -> None:
    identifiers = cibuildwheel_identifiers()
    assert len(identifiers) == len(set(identifiers)) == 64
    pythons = {targets.parse(identifier).python.version for identifier in identifiers}
    assert pythons == {"3.10", "3.11", "3.12", "3.13", "3.14", "3.14t", "3.15", "3.15t"}
    assert len({targets.parse(identifier).platform.name for identifier in identifiers}) == 8


def test_all_archs_are_160_wheels_with_android_166_and_every_row_of_the_table() -> None:
    identifiers = cibuildwheel_identifiers("--all-archs")
    assert len(identifiers) == len(set(identifiers)) == 160
    identifiers += cibuildwheel_identifiers("--all-archs", "--platform=android")
    assert len(identifiers) == len(set(identifiers)) == 166
    assert {targets.parse(identifier).platform.name for identifier in identifiers} == set(targets.PLATFORMS)
    assert all(targets.parse(identifier).identifier == identifier for identifier in identifiers)


def test_the_native_target_is_this_interpreter() -> None:
    native = targets.native()
    assert native.suffix == EXTENSION_SUFFIXES[0] == sysconfig.get_config_var("EXT_SUFFIX")
    assert native.tag in {str(tag) for tag in sys_tags()}


@pytest.mark.parametrize(
    ("identifier", "suffix"),
    [
        # Read off published wheels of other projects, made by stock cibuildwheel.
        ("cp310-musllinux_x86_64", ".cpython-310-x86_64-linux-gnu.so"),
        ("cp310-musllinux_i686", ".cpython-310-i386-linux-gnu.so"),
        ("cp311-musllinux_x86_64", ".cpython-311-x86_64-linux-musl.so"),
        ("cp312-musllinux_armv7l", ".cpython-312-arm-linux-musleabihf.so"),
        ("cp312-musllinux_ppc64le", ".cpython-312-powerpc64le-linux-musl.so"),
        ("cp312-musllinux_riscv64", ".cpython-312-riscv64-linux-musl.so"),
        ("cp314t-manylinux_aarch64", ".cpython-314t-aarch64-linux-gnu.so"),
        ("cp313-macosx_universal2", ".cpython-313-darwin.so"),
        ("cp314t-win_arm64", ".cp314t-win_arm64.pyd"),
        ("cp313-win32", ".cp313-win32.pyd"),
        # PEP 738.
        ("cp313-android_arm64_v8a", ".cpython-313-aarch64-linux-android.so"),
        ("cp315-android_x86_64", ".cpython-315-x86_64-linux-android.so"),
    ],
)
def test_suffixes(identifier: str, suffix: str) -> None:
    assert targets.parse(identifier).suffix == suffix


@pytest.mark.parametrize("identifier", ["cp39-win32", "cp313-win_ia64", "pp310-win_amd64", "cp313", ""])
def test_what_is_no_target_is_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match="no target"):
        targets.parse(identifier)


@pytest.mark.parametrize("python", ["cp312", "cp314t"])
def test_a_cpython_that_android_does_not_have_is_refused(python: str) -> None:
    version = targets.parse(f"{python}-win32").python.version
    expected = (
        f"no target '{python}-android_x86_64': CPython {version} is not made for android_x86_64, "
        "only 3.13 and later, not free-threaded"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        targets.parse(f"{python}-android_x86_64")


@pytest.mark.skipif(sys.version_info < (3, 13), reason="no CPython of Android's")
def test_the_target_on_android(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_variable(_name: str) -> None:
        return None

    monkeypatch.setattr(sysconfig, "get_platform", lambda: "android-24-arm64_v8a")
    monkeypatch.setattr(sysconfig, "get_config_var", no_variable)
    assert targets.native().identifier == f"cp3{sys.version_info.minor}-android_arm64_v8a"
