"""The SBOM in a wheel: what it says, that it is valid CycloneDX, and that `nano-ffi verify` sees a wrong one."""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import json
import stat
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')

import nano_ffi._native
from nano_ffi.wheels import sbom

EPOCH = 1_700_000_000
INFO = "demo-1.0.dist-info"
OWN = f"{INFO}/sboms/demo.cdx.json"
EXTENSION = "demo/_native.so"
ZIG = sbom.Zig(version="0.17.1", sha256="ab" * 32)
BINARY = Path(nano_ffi._native.__file__).read_bytes()


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "demo-1.0-cp313-cp313-linux_x86_64.whl"
    metadata = b"Metadata-Version: 2.4\nName: Demo\nVersion: 1.0\nLicense-Expression: MIT\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {EXTENSION: BINARY, f"{INFO}/METADATA": metadata, f"{INFO}/RECORD": b"a,b,1\n"}.items():
            member = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return path


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def problems(files: dict[str, bytes]) -> list[str]:
    found: list[str] = []

    def expect(holds: object, problem: str) -> bool:
        found.extend([] if holds else [problem])
        return bool(holds)

    sbom.check(files, INFO, "demo", "1.0", expect)
    return found


def test_what_it_says(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    sbom.add(wheel, ZIG, EPOCH)
    files = contents(wheel)
    document = json.loads(files[OWN])
    assert document["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    assert document["metadata"]["component"]["purl"] == "pkg:pypi/demo@1.0"
    (compiler,) = document["metadata"]["tools"]["components"]
    assert (compiler["name"], compiler["version"], compiler["purl"]) == ("zig", "0.17.1", "pkg:pypi/ziglang@0.17.1")
    assert compiler["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    components = {component["bom-ref"]: component for component in document["components"]}
    assert components[EXTENSION]["hashes"][0]["content"] == hashlib.sha256(BINARY).hexdigest()
    assert components["zig-lib"]["properties"] == [{"name": "nano_ffi:linked", "value": "statically"}]
    assert document["dependencies"][0] == {"ref": "wheel", "dependsOn": [EXTENSION]}
    assert problems(files) == []


def test_it_is_in_record_and_the_wheel_is_the_same_each_time(wheel: Path) -> None:
    sbom.add(wheel, ZIG, EPOCH)
    once = wheel.read_bytes()
    files = contents(wheel)
    *_, own, record = files[f"{INFO}/RECORD"].decode().splitlines()
    assert own.startswith(f"{OWN},sha256=")
    assert own.endswith(f",{len(files[OWN])}")
    assert record == f"{INFO}/RECORD,,"
    assert list(files)[-1] == f"{INFO}/RECORD"
    with zipfile.ZipFile(wheel) as archive:
        assert {(entry.date_time, entry.external_attr) for entry in archive.infolist()} == {
            ((2020, 1, 1, 0, 0, 0), 0o100644 << 16)
        }
    sbom.add(wheel, ZIG, EPOCH)
    assert wheel.read_bytes() == once


def test_it_is_valid(wheel: Path) -> None:
    validation = pytest.importorskip(
        "cyclonedx.validation.json", reason='needs pip install "cyclonedx-python-lib[json-validation]"'
    )
    schema = pytest.importorskip("cyclonedx.schema")
    for zig in (ZIG, None):
        sbom.add(wheel, zig, EPOCH)
        text = contents(wheel)[OWN].decode()
        validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
        assert validator.validate_str(text) is None
        assert validator.validate_str(text.replace('"SHA-256"', '"SHA-255"')) is not None


def test_the_zig_that_is_installed() -> None:
    zig = sbom.find_zig(sys.executable)
    assert zig is not None
    assert zig.version == importlib.metadata.version("ziglang")
    executable = next(file for file in importlib.metadata.files("ziglang") or [] if file.name in {"zig", "zig.exe"})
    assert zig.sha256 == hashlib.sha256(Path(str(executable.locate())).read_bytes()).hexdigest()


Change = Callable[[dict[str, Any]], object]

WRONG: dict[str, tuple[Change, str]] = {
    "another version": (
        lambda d: d["metadata"]["component"].update(purl="pkg:pypi/demo@1.1"),
        "is about pkg:pypi/demo@1.1, expected pkg:pypi/demo@1.0",
    ),
    "a binary that is not listed": (
        lambda d: d["components"].pop(0),
        f"lists nothing, expected the binaries {EXTENSION}",
    ),
    "another hash": (
        lambda d: d["components"][0]["hashes"][0].update(content="0" * 64),
        f"has another hash of {EXTENSION} than the file, which has {hashlib.sha256(BINARY).hexdigest()}",
    ),
    "a library that is not linked": (
        lambda d: d["dependencies"][1]["dependsOn"].append("lib:libc.so.6"),
        f"says that {EXTENSION} links libc.so.6, expected nothing",
    ),
    "no compiler": (
        lambda d: d["metadata"].pop("tools"),
        "does not name the Zig that compiled what is linked",
    ),
    "no hash of the compiler": (
        lambda d: d["metadata"]["tools"]["components"][0]["hashes"].clear(),
        "does not give the version and the SHA-256 of Zig",
    ),
}


@pytest.mark.parametrize("way", WRONG)
def test_a_wrong_one_is_refused(wheel: Path, way: str) -> None:
    change, expected = WRONG[way]
    sbom.add(wheel, ZIG, EPOCH)
    files = contents(wheel)
    document = copy.deepcopy(json.loads(files[OWN]))
    change(document)
    found = problems({**files, OWN: json.dumps(document).encode()})
    assert f"{OWN}: {expected}: build the wheel again with `nano-ffi wheels`" in found


def test_one_that_is_missing_or_damaged_is_refused(wheel: Path) -> None:
    files = contents(wheel)
    again = "build the wheel again with `nano-ffi wheels`"
    assert problems(files) == [f"has no SBOM, expected {OWN}: {again}"]
    (problem,) = problems({**files, OWN: b"{"})
    assert problem.startswith(f"{OWN} is no SBOM that can be read (JSONDecodeError: ")
    other = {**files, EXTENSION: b"text"}
    assert problems(other) == []
