"""The table of runtimes, and the report on the wheels that were run."""

from __future__ import annotations

import re
import shutil
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]

pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')

from nano_ffi.wheels import targets

with pytest.MonkeyPatch.context() as patch:
    patch.setattr(sys, "path", [*sys.path, str(ROOT)])
    from scripts import report_wheels, run_wheels
    from scripts.runtimes import __main__ as command
    from scripts.runtimes import pins, place, table

FIRST_TIER = ("manylinux", "musllinux")


def test_each_row_runs_wheels_that_there_are() -> None:
    for runtime in table.RUNTIMES.values():
        assert all(targets.parse(identifier) for identifier in runtime.identifiers)
        assert all(name in table.RUNTIMES for name in runtime.needs)


def test_most_wheels_can_be_run() -> None:
    can = {identifier for runtime in table.RUNTIMES.values() for identifier in runtime.identifiers}
    pythons = "cp310 cp311 cp312 cp313 cp314 cp314t cp315 cp315t".split()
    platforms = "x86_64 aarch64".split()
    first = {f"{p}-{libc}_{arch}" for p in pythons for libc in FIRST_TIER for arch in platforms}
    first |= {f"{p}-{name}" for p in pythons for name in "macosx_x86_64 macosx_arm64 win_amd64 win_arm64".split()}
    assert len(first) == 64
    assert len(first & can) >= 48
    machines = {identifier.partition("_")[2] for identifier in can if "-manylinux_" in identifier}
    assert machines == {"x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x", "riscv64"}


def test_names_are_found_by_their_parts_with_what_they_need() -> None:
    assert [runtime.name for runtime in table.find(["windows"])] == ["windows-amd64"]
    assert [runtime.name for runtime in table.find(["s390x"])] == ["linux-x86_64", "linux-s390x"]
    order = [runtime.name for runtime in table.find([])]
    assert sorted(order) == sorted(table.RUNTIMES)
    assert all(
        order.index(need) < order.index(runtime.name) for runtime in table.RUNTIMES.values() for need in runtime.needs
    )
    with pytest.raises(ValueError, match=r"^no runtime is called 'amiga', there are: linux-x86_64, .*a part of a name"):
        table.find(["amiga"])


def test_launchers_have_the_names_of_wheels_too(tmp_path: Path) -> None:
    folder = place.Place(root=tmp_path)
    folder.bin.mkdir()
    runtime = table.RUNTIMES["windows-amd64"]
    runtime.launcher(folder, "3.13").write_text("x")
    for _ in range(2):
        runtime.name_launchers(folder)
        assert sorted(path.name for path in folder.bin.iterdir()) == ["cp313-win_amd64", "python3.13-windows-amd64"]
        assert (folder.bin / "cp313-win_amd64").read_text() == "x"


def test_what_is_downloaded_is_compared_with_its_checksum(tmp_path: Path) -> None:
    known = place.known_checksums()
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in known.values())
    assert list(known) == sorted(known)
    assert f"pyodide-{pins.PYODIDE_LIBRARIES['3.12']}.tgz" in known
    here = place.Place(root=tmp_path)
    name = next(iter(known))
    wrong = tmp_path / name
    wrong.write_text("something else")
    with pytest.raises(place.RuntimesError, match=f"^{re.escape(name)} has the SHA-256 .*: it was deleted; run again$"):
        here.check(wrong)
    assert not wrong.exists()
    new = tmp_path / "newer_1.0.deb"
    new.touch()
    assert here.check(new) == new
    assert (tmp_path / "unpinned.txt").read_text().endswith("  newer_1.0.deb\n")


def test_a_folder_with_white_space_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUNTIMES_DIR", str(tmp_path / "my runtimes"))
    with pytest.raises(place.RuntimesError, match=r"my runtimes must not contain white space: set RUNTIMES_DIR"):
        place.Place.find()


def test_too_little_space_is_said_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert command.bring(place.Place(root=tmp_path), table.find(["s390x"])) == ["linux-x86_64", "linux-s390x"]
    out, err = capsys.readouterr()
    assert re.match(r"2 runtimes go into .*: about 1\.6 GB \(0 GB are free\) and 1 minutes on two cores\. ", out)
    assert err == "That is more than there is: free some space, name fewer runtimes, or set RUNTIMES_DIR.\n"
    assert list(tmp_path.iterdir()) == []


@dataclass
class Result:
    identifier: str
    how: str = "static"
    runtime: str = ""
    passed: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    part: str = "whole"


def test_a_wheel_that_was_not_run_is_never_shown_as_run() -> None:
    results = [
        Result("cp313-manylinux_x86_64", "natively", "linux-x86_64", 100, 3, [], 2.4),
        Result("cp313-macosx_arm64", "loaded into Linux, emulated", "macos-arm64", 90, 0, [], 8),
        Result("cp313-win_arm64"),
        Result("cp313-win_amd64", "natively, under Wine", "windows-amd64", 5, 0, ["ended with 1"], 3),
        Result("cp313-manylinux_s390x", "emulated (qemu-user)", "linux-s390x", 7, 0, [], 3, "slow"),
        Result("cp313-macosx_universal2"),
    ]
    text = report_wheels.markdown(results)
    assert (
        "2 of 4 wheels were run, 190 tests passed: binaries of 2 systems (Linux, macOS), 1 C library (glibc), " in text
    )
    assert "## Built with `--all-archs`\n\n1 of 2 wheels were run, 7 tests passed: " in text
    assert "| cp313-manylinux_x86_64 | natively | whole | 100 | 3 | 2 |\n" in text
    assert "| cp313-manylinux_s390x | emulated (qemu-user) | part | 7 | 0 | 3 |\n" in text
    assert "| cp313-win_arm64 | no, checked statically |  |  |  |  |\n" in text
    assert "| cp313-win_amd64 | natively, under Wine: FAILED | whole | 5 | 0 | 3 |\n" in text
    assert "cp313-win_amd64: ERROR: ended with 1" in report_wheels.terminal(results)


REPORT = '<testsuite><testcase classname="a" name="b"/></testsuite>'


def the_runtime(tmp_path: Path, script: str) -> SimpleNamespace:
    launcher = tmp_path / "launcher"
    launcher.write_text(f"#!/bin/sh\n{script}\n")
    launcher.chmod(0o755)
    return SimpleNamespace(
        name="linux-x86_64",
        how=table.How.NATIVE,
        there=lambda _place: ["3.13"],
        launcher=lambda _place, _version: launcher,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="its launcher is a script of sh")
@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (f"echo '{REPORT}' > $5", ""),
        (f"echo '{REPORT}' > $5; echo it crashed; exit 3", "ended with 3: it crashed ("),
        ("echo nothing ran", "ended with 0: nothing ran ("),
    ],
)
def test_a_suite_that_fails_is_a_problem_and_is_run_again(
    script: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = the_runtime(tmp_path, f"echo >> {tmp_path / 'runs'}\n{script}")
    monkeypatch.setattr(run_wheels, "ROOT", tmp_path)
    monkeypatch.setattr(run_wheels, "STATE", tmp_path / "state")
    monkeypatch.setattr(run_wheels, "MODULES", tmp_path / "modules")
    monkeypatch.setattr(run_wheels, "suitable", lambda _target: [runtime])
    monkeypatch.setattr(run_wheels, "verify_wheel", lambda *_, **__: SimpleNamespace(problems=[]))
    wheel = tmp_path / "x.whl"
    target = targets.parse("cp313-manylinux_x86_64")

    def one(text: str = "1", suite: str = "suite", *, fresh: bool = False) -> list[str]:
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(zipfile.ZipInfo("x", (2020, 1, 1, 0, 0, 0)), text)
        here = place.Place(root=tmp_path)
        return run_wheels.one(here, tmp_path, suite, target, wheel, fresh=fresh, part=False).problems

    def runs() -> int:
        return len((tmp_path / "runs").read_text())

    found = one()
    assert [text.startswith(problem) for text in found] == [True] * bool(problem)
    # What went well is not done again, unless the wheel or the suite is another one, or it is asked for.
    one()
    assert runs() == (2 if problem else 1)
    before = runs()
    one(text="2")
    one(text="2", suite="other")
    one(text="2", suite="other", fresh=True)
    assert runs() == before + 3
