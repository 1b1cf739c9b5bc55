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


# README, "Wheels": the oldest system and CPU of each platform. What is newer here runs on fewer machines, what is older
# promises what was not compiled.
PROMISED = {
    "manylinux_x86_64": ("manylinux_2_17_x86_64", "x86_64-linux-gnu.2.17 baseline"),
    "musllinux_x86_64": ("musllinux_1_2_x86_64", "x86_64-linux-musl baseline"),
    "manylinux_aarch64": ("manylinux_2_17_aarch64", "aarch64-linux-gnu.2.17 baseline"),
    "musllinux_aarch64": ("musllinux_1_2_aarch64", "aarch64-linux-musl baseline"),
    "manylinux_i686": ("manylinux_2_17_i686", "x86-linux-gnu.2.17 baseline"),
    "musllinux_i686": ("musllinux_1_2_i686", "x86-linux-musl baseline"),
    "manylinux_armv7l": ("manylinux_2_17_armv7l", "arm-linux-gnueabihf.2.17 generic+v7a+vfp3d16-neon-d32"),
    "musllinux_armv7l": ("musllinux_1_2_armv7l", "arm-linux-musleabihf generic+v7a+vfp3d16-neon-d32"),
    "manylinux_ppc64le": ("manylinux_2_19_ppc64le", "powerpc64le-linux-gnu.2.19 baseline"),
    "musllinux_ppc64le": ("musllinux_1_2_ppc64le", "powerpc64le-linux-musl baseline"),
    "manylinux_s390x": ("manylinux_2_17_s390x", "s390x-linux-gnu.2.17 z196"),
    "musllinux_s390x": ("musllinux_1_2_s390x", "s390x-linux-musl z196"),
    "manylinux_riscv64": ("manylinux_2_31_riscv64", "riscv64-linux-gnu.2.31 baseline"),
    "musllinux_riscv64": ("musllinux_1_2_riscv64", "riscv64-linux-musl baseline"),
    "macosx_x86_64": ("macosx_11_0_x86_64", "x86_64-macos.11.0 baseline"),
    "macosx_arm64": ("macosx_11_0_arm64", "aarch64-macos.11.0 baseline"),
    "macosx_universal2": ("macosx_11_0_universal2", "x86_64-macos.11.0 baseline aarch64-macos.11.0 baseline"),
    "win_amd64": ("win_amd64", "x86_64-windows-gnu baseline"),
    "win_arm64": ("win_arm64", "aarch64-windows-gnu baseline"),
    "win32": ("win32", "x86-windows-gnu baseline"),
    "android_arm64_v8a": ("android_29_arm64_v8a", "aarch64-linux-android.29 baseline"),
    "android_x86_64": ("android_29_x86_64", "x86_64-linux-android.29 baseline"),
}


def test_what_each_platform_promises() -> None:
    assert {
        name: (row.wheel_tag, " ".join(f"{triple.target} {triple.cpu}" for triple in row.triples))
        for name, row in targets.PLATFORMS.items()
    } == PROMISED


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("cp310-musllinux_aarch64", "3.10;.cpython-310-aarch64-linux-gnu.so;aarch64-linux-musl;baseline"),
        ("cp314t-manylinux_s390x", "3.14t;.cpython-314t-s390x-linux-gnu.so;s390x-linux-gnu.2.17;z196"),
        (
            "cp313-macosx_universal2",
            "3.13;.cpython-313-darwin.so;x86_64-macos.11.0;baseline;aarch64-macos.11.0;baseline",
        ),
        ("cp39-win32", ""),
    ],
)
def test_what_cmake_is_told(identifier: str, expected: str) -> None:
    """As CMakeLists.txt runs it: a file, in an environment where nothing is installed."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", targets.__file__],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CIBUILDWHEEL_BUILD_IDENTIFIER": identifier},
    )
    assert (done.stdout.strip(), done.returncode != 0) == (expected, not expected), done.stderr


@pytest.mark.parametrize(
    ("platform", "bits", "expected"),
    [
        ("linux-x86_64", 64, "manylinux_x86_64"),
        ("linux-x86_64", 32, "manylinux_i686"),
        ("linux-aarch64", 64, "manylinux_aarch64"),
        ("linux-aarch64", 32, "manylinux_armv7l"),
        ("linux-armv8l", 32, "manylinux_armv7l"),
        ("linux-riscv64", 64, "manylinux_riscv64"),
        ("win-arm64", 64, "win_arm64"),
        ("win32", 32, "win32"),
    ],
)
def test_the_target_of_an_interpreter(platform: str, bits: int, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the interpreter, and not of the kernel that it runs on."""
    monkeypatch.setattr(sysconfig, "get_platform", lambda: platform)
    monkeypatch.setattr("platform.libc_ver", lambda: ("glibc", "2.17"))
    monkeypatch.setattr(sys, "maxsize", 2 ** (bits - 1) - 1)
    assert targets.native().platform.name == expected


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
