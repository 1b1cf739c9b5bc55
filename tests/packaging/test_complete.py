"""`nano-ffi verify --complete`: a set of wheels is what pyproject.toml selects."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("cibuildwheel", reason='needs pip install "nano-ffi[wheels]"')

from nano_ffi.wheels.complete import check_complete

PYPROJECT = """
[project]
name = "demo"
version = "1.0"
requires-python = ">=3.10"

[tool.cibuildwheel]
build = "cp31{2,3,4t}-*"
linux.archs = ["x86_64"]
macos.archs = ["arm64"]
windows.archs = ["AMD64"]
android.archs = ["x86_64", "arm64_v8a"]
"""
PLATFORMS = ("manylinux2014_x86_64.manylinux_2_17_x86_64", "musllinux_1_2_x86_64", "macosx_11_0_arm64", "win_amd64")
PER_CPYTHON = [
    f"demo-1.0-{tag}-{name}.whl" for tag in ("cp312-cp312", "cp313-cp313", "cp314-cp314t") for name in PLATFORMS
]
STABLE = [f"demo-1.0-{tag}-{name}.whl" for tag in ("cp312-abi3", "cp314-cp314t") for name in PLATFORMS]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    monkeypatch.chdir(tmp_path)


def problems(names: list[str], *, all_archs: bool = False) -> list[str]:
    return check_complete([Path("wheelhouse", name) for name in names], all_archs=all_archs)


@pytest.mark.parametrize("names", [PER_CPYTHON, STABLE])
def test_a_complete_set(names: list[str]) -> None:
    assert problems(names) == []


def test_what_is_missing_is_named() -> None:
    expected = "expected one for each of the 12 build identifiers: `nano-ffi wheels` builds what is missing"
    assert problems(PER_CPYTHON[1:]) == [f"wheels: none is for cp312-manylinux_x86_64, {expected}"]
    assert problems(PER_CPYTHON[:4]) == [
        "wheels: none is for cp313-manylinux_x86_64, cp314t-manylinux_x86_64, cp313-musllinux_x86_64 and 5 more, "
        + expected
    ]
    assert len(problems(PER_CPYTHON, all_archs=True)) == 1


def test_what_is_too_many_is_named() -> None:
    more = "demo-1.0-cp311-cp311-win_amd64.whl"
    assert problems([*PER_CPYTHON, more]) == [
        f"{more}: file: pyproject.toml selects no wheel of its tags: take it out of the folder"
    ]


def test_android_belongs_to_the_set_where_one_wheel_is_for_it() -> None:
    android = [f"demo-1.0-cp313-cp313-android_29_{abi}.whl" for abi in ("arm64_v8a", "x86_64")]
    assert problems([*PER_CPYTHON, *android]) == []
    assert problems([*PER_CPYTHON, android[0]]) == [
        "wheels: none is for cp313-android_x86_64, expected one for each of the 14 build identifiers: "
        "`nano-ffi wheels` builds what is missing"
    ]


def test_wheels_are_of_one_release() -> None:
    other = PER_CPYTHON[-1].replace("1.0", "0.9")
    assert problems([*PER_CPYTHON[:-1], other]) == [
        "wheels: they are of demo-0.9 and demo-1.0, expected one release: take the others away"
    ]


def test_a_configuration_that_is_refused_is_told() -> None:
    Path("pyproject.toml").write_text(PYPROJECT + "nonsense = 1\n")
    assert problems(PER_CPYTHON) == [
        "wheels: [tool.cibuildwheel] in pyproject.toml is refused for linux: see `nano-ffi wheels`"
    ]
