"""``nano-ffi new``, ``build``, ``stubs``, ``explain``, ``test``, ``doctor``, and pytest's plugin."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from nano_ffi import watching
from nano_ffi.__main__ import SUBCOMMANDS, main
from nano_ffi.switches import SWITCHES
from nano_ffi.wheels import targets
from nano_ffi.zig import CompileError, Zig

TESTS = """\
const std = @import("std");
const nano_ffi = @import("nano_ffi");

pub fn add(a: i64, b: i64) i64 {
    return a + b;
}
test "adds" {
    try std.testing.expectEqual(3, add(1, 2));
}
test add {
    const memory = try nano_ffi.allocator.alloc(u8, 3); // Python's memory
    defer nano_ffi.allocator.free(memory);
}
test "skips" {
    return error.SkipZigTest;
}
"""

BAD = """\
test "fails" {
    try std.testing.expectEqual(4, add(1, 2));
}
test "leaks" {
    _ = try std.testing.allocator.alloc(u8, 3);
}
test "panics" {
    var x: u8 = 255;
    _ = &x;
    x += 1;
}
test "after a panic" {}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zig_cache: Path) -> Path:
    for name in SWITCHES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NANO_FFI_CACHE", str(zig_cache))
    monkeypatch.setenv("NANO_FFI_MODE", "Debug")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", [name for name in SUBCOMMANDS if SUBCOMMANDS[name].extra == "zig"])
def test_help_and_wrong_arguments(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: nano-ffi {name} [-h]")
    with pytest.raises(SystemExit) as end:
        main([name, "--nonsense"])
    assert end.value.code == 2


def test_a_new_project_builds_tests_and_type_checks(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "my-vec"]) == 0
    said = capsys.readouterr().out
    assert f"written: {Path('my-vec', 'src', 'my_vec', 'fast.zig')}\n" in said
    project = here / "my-vec"
    # As an editable install lets Python find it.
    found = {"PYTHONPATH": str(project / "src"), "PYTHONSAFEPATH": ""}
    start = "import nano_ffi.importer, pytest; raise SystemExit(pytest.main(['-q', '-p', 'no:cacheprovider']))"
    done = subprocess.run(
        [sys.executable, "-c", start],
        cwd=project,
        env={**os.environ, **found},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout
    checked = run(
        "mypy", "--cache-dir=/dev/null" if os.name == "posix" else "--cache-dir=nul", "src", "tests", folder=project
    )
    assert (checked.returncode, checked.stdout) == (0, "Success: no issues found in 3 source files\n"), checked.stdout
    style = run("ruff", "format", "--isolated", "--check", "src", "tests", folder=project)
    assert style.returncode == 0, style.stdout
    os.chdir(project)
    assert main(["stubs", "--check"]) == 0
    assert main(["test"]) == 0
    assert main(["explain"]) == 0
    assert capsys.readouterr().out.endswith("2 passed, 0 failed, 0 skipped\nfast: nothing is left out\n")


@pytest.mark.parametrize(
    "name", ["1st", "json", "my vec", "class", "-x", "über", "test", "CON", "nano-ffi", "numpy", "pytest"]
)
def test_wrong_names_of_projects(name: str, here: Path) -> None:
    with pytest.raises(SystemExit) as end:
        main(["new", "--", name])
    assert end.value.code == 2
    assert list(here.glob("*")) == []


def test_a_project_is_not_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mine").mkdir()
    with pytest.raises(SystemExit) as end:
        main(["new", "mine"])
    assert end.value.code == 2
    assert "there is a mine here already: take another name, or go elsewhere" in capsys.readouterr().err


def test_build(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mathx.zig").write_text(TESTS)
    assert main(["build", "mathx.zig"]) == 0
    suffix = targets.native().suffix
    assert capsys.readouterr().out.startswith(f"written: mathx{suffix} (")
    assert (here / "mathx.pyi").is_file()
    code = "import sys; sys.path.insert(0, ''); sys.modules['nano_ffi'] = None; import mathx; print(mathx.add(3, 4))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "7\n"
    assert (
        main(["build", "mathx.zig", "-o", "out", "--target", "cp313-win_amd64", "--target", "cp314t-macosx_arm64"]) == 0
    )
    assert sorted(path.name for path in (here / "out").iterdir()) == [
        "mathx.cp313-win_amd64.pyd",
        "mathx.cpython-314t-darwin.so",
        "mathx.pyi",
    ]
    (here / "mathx.zig").write_text("pub fn one() i64 { return x; }")
    assert main(["build", "mathx.zig"]) == 1
    assert "mathx.zig:1:27: error: use of undeclared identifier 'x'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["build", "mathx.zig", "--target", "cp313-amiga"])


def test_which_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build"]) == 1
    assert capsys.readouterr().err.startswith("there is no pyproject.toml here that says which Zig files to take: ")
    (here / "pyproject.toml").write_text("[project]\n")
    assert main(["stubs"]) == 1
    assert "[tool.nano-ffi] says no modules: say which Zig files to compile" in capsys.readouterr().err
    (here / "pyproject.toml").write_text('[tool.nano-ffi]\nmodules = ["none.zig"]')
    assert main(["test"]) == 1
    assert capsys.readouterr().err.endswith("none.zig, and there is no such file\n")


def test_stubs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mathx.zig").write_text(TESTS)
    assert main(["stubs", "--check", "mathx.zig"]) == 1
    assert not (here / "mathx.pyi").exists() or "1 stubs are not up to date" in capsys.readouterr().err
    assert main(["stubs", "mathx.zig"]) == 0
    text = (here / "mathx.pyi").read_text()
    assert "def add(a: SupportsIndex, b: SupportsIndex) -> int: ...\n" in text
    assert main(["stubs", "--check", "mathx.zig"]) == 0
    (here / "mathx.pyi").write_text(text.replace("-> int", "-> str"))
    capsys.readouterr()
    assert main(["stubs", "--check", "mathx.zig"]) == 1
    captured = capsys.readouterr()
    assert "-def add(a: SupportsIndex, b: SupportsIndex) -> str: ...\n" in captured.out
    assert captured.err == "1 stubs are not up to date: nano-ffi stubs\n"
    assert "-> str" in (here / "mathx.pyi").read_text()


def test_tests(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "good.zig").write_text(TESTS)
    assert main(["test", "good.zig"]) == 0
    assert capsys.readouterr().out == textwrap.dedent(
        """\
        good.zig
          passed  adds
          passed  add
          skipped skips
        2 passed, 0 failed, 1 skipped
        """
    )
    (here / "bad.zig").write_text(TESTS + BAD)
    assert main(["test", "bad.zig"]) == 1
    said = capsys.readouterr().out
    for line in (
        "  failed  fails\n      expected 4, found 3\n",
        "  leaked  leaks\n",
        "  crashed panics\n",
        "  passed  after a panic\n",
    ):
        assert line in said
    assert said.endswith("\n3 passed, 3 failed, 1 skipped\n")
    if sys.platform == "linux":
        assert f"{here / 'bad.zig'}:18:5: " in said
        assert "panic: integer overflow\n" in said
    assert main(["test", "bad.zig", "--filter", "adds", "--filter", "after"]) == 0
    assert capsys.readouterr().out.endswith("2 passed, 0 failed, 0 skipped\n")
    (here / "none.zig").write_text("pub fn test_it() void {}")
    assert main(["test", "none.zig"]) == 1
    assert capsys.readouterr().err == "no tests: give Zig files with `test` blocks\n"


def test_tests_of_a_file_that_imports_a_package(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "parts").mkdir()
    (here / "parts" / "build.zig").write_text(
        """const std = @import("std");
pub fn build(b: *std.Build) void {
    _ = b.addModule("parts", .{ .root_source_file = b.path("parts.zig") });
}
"""
    )
    package = '.{{ .name = .{}, .version = "0.1.0", .fingerprint = 0x{}, .paths = .{{""}}{} }}'
    (here / "parts" / "build.zig.zon").write_text(package.format("parts", "6940a7fe22c8ee24", ""))
    (here / "parts" / "parts.zig").write_text("pub const three: i64 = 3;")
    dependencies = ', .dependencies = .{ .parts = .{ .path = "parts" } }'
    (here / "build.zig.zon").write_text(package.format("user", "8d93d6497546d42f", dependencies))
    (here / "pyproject.toml").write_text('[tool.nano-ffi]\nc-sources = ["two.c"]\ninclude = ["."]\n')
    (here / "two.h").write_text("#define TWO 2")
    (here / "two.c").write_text('#include "two.h"\nint two(void) { return TWO; }')
    (here / "depends.zig").write_text(
        """const parts = @import("parts");
extern fn two() c_int;
pub fn number() i64 {
    return parts.three + two();
}
test number {
    try @import("std").testing.expectEqual(5, number());
}
test "wrong" {
    return error.Wrong;
}
"""
    )
    assert main(["test", "depends.zig", "--filter", "number"]) == 0
    assert capsys.readouterr().out.endswith("  passed  number\n1 passed, 0 failed, 0 skipped\n")
    assert main(["test", "depends.zig"]) == 1
    assert "  failed  wrong\n      error: Wrong\n" in capsys.readouterr().out


def test_pytest_runs_them(here: Path) -> None:
    (here / "good.zig").write_text(TESTS)
    (here / "bad.zig").write_text(TESTS + BAD)
    (here / "wrong.zig").write_text("test {\n    x();\n}\n")
    pytest_ = ("pytest", "-q", "-p", "no:cacheprovider", "--no-header", "-rA")
    assert run(*pytest_, folder=here).returncode == 5  # only where it is asked for
    good = run(*pytest_, "good.zig", folder=here)
    assert good.returncode == 0, good.stdout
    assert "PASSED good.zig::adds" in good.stdout
    assert "2 passed, 1 skipped" in good.stdout
    both = run(*pytest_, "--zig", folder=here)
    assert both.returncode == 2
    assert "wrong.zig:2:5: error: use of undeclared identifier 'x'" in both.stdout
    bad = run(*pytest_, "--zig", "--ignore=wrong.zig", folder=here)
    assert bad.returncode == 1
    assert "3 failed, 5 passed, 2 skipped" in bad.stdout
    assert "FAILED bad.zig::panics" in bad.stdout
    assert "expected 4, found 3" in bad.stdout


def test_cache(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANO_FFI_CACHE", str(here / "kept"))
    old = time.time() - 10 * 24 * 60 * 60
    for name, age in {
        "modules/a-1/x/a.so": 0,
        "modules/b-2/x/b.so": old,
        "zig/o/1/a": old,
        "zig/h/1": 0,
        "nox/x": old,
    }.items():
        path = here / "kept" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(10**6))
        if age:
            os.utime(path, (age, age))
    assert main(["cache"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == str(here / "kept")
    assert said[1].split() == ["modules", "2", "2.0", "MB", "extension", "modules", "of", "Zig", "files"]
    assert said[-1] == "together: 4.0 MB"
    assert main(["cache", "--clean", "--older-than", "5"]) == 0
    assert capsys.readouterr().out.endswith("removed: 1.0 MB\n")
    assert [path.name for path in (here / "kept" / "modules").iterdir()] == ["a-1"]
    assert main(["cache", "--clean"]) == 0
    assert capsys.readouterr().out.endswith("removed: 3.0 MB\n")
    assert sorted(path.name for path in (here / "kept").iterdir()) == ["modules", "nox"]
    for wrong in (["--older-than", "5"], ["--clean", "--older-than", "-1"]):
        with pytest.raises(SystemExit) as end:
            main(["cache", *wrong])
        assert end.value.code == 2


def test_watch(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "kept.zig").write_text("pub fn one() i64 {\n    return 1;\n}\n")

    def interrupted(seconds: float) -> None:
        if seconds == watching.INTERVAL:
            raise KeyboardInterrupt

    monkeypatch.setattr("nano_ffi.watching.time.sleep", interrupted)
    assert main(["watch", "kept.zig"]) == 0
    assert re.fullmatch(r"kept\.zig: up to date \(\d+\.\d s\)\n", capsys.readouterr().out)
    assert main(["watch", "missing.zig"]) == 1
    assert capsys.readouterr().err == "there is no file missing.zig\n"


def test_doctor(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert f"ok: modules are built for {targets.native().identifier}\n" in said
    assert "ok: a module of one line is built in " in said
    assert "note: NANO_FFI_MODE=Debug\n" in said
    (here / "pyproject.toml").write_text('[tool.nano-ffi]\nlnik = ["m"]')
    monkeypatch.setenv("NANO_FFI_BUILD", "maybe")
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "MISSING: NANO_FFI_BUILD is 'maybe', and must be one of changed, never, always\n" in said
    assert "[tool.nano-ffi] has no key 'lnik': did you mean 'link'?\n" in said


@pytest.mark.parametrize(
    ("identifier", "abi3", "name"),
    [
        ("cp313-win_amd64", False, "my_vec-0.1.0-cp313-cp313-win_amd64.whl"),
        ("cp314t-macosx_universal2", True, "my_vec-0.1.0-cp314-cp314t-macosx_11_0_universal2.whl"),
        ("cp314-manylinux_aarch64", True, "my_vec-0.1.0-cp312-abi3-manylinux_2_17_aarch64.whl"),
    ],
)
def test_a_wheel_of_a_users_project(identifier: str, abi3: bool, name: str, here: Path) -> None:
    assert main(["new", "my-vec"]) == 0
    project = here / "my-vec"
    if abi3:
        pyproject = project / "pyproject.toml"
        pyproject.write_text(pyproject.read_text().replace("[tool.nano-ffi]\n", "[tool.nano-ffi]\nabi3 = true\n"))
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    environment = {**os.environ, "CIBUILDWHEEL_BUILD_IDENTIFIER": identifier}
    done = subprocess.run(
        [sys.executable, "-c", code, str(here)],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == name, done.stderr
    members = zipfile.ZipFile(here / name).namelist()
    suffix = ".abi3.so" if "abi3" in name else targets.parse(identifier).suffix
    assert {"my_vec/__init__.py", f"my_vec/fast{suffix}", "my_vec/fast.pyi", "my_vec/py.typed"} <= set(members)
    assert not [member for member in members if member.endswith(".zig")]


def test_a_wheel_for_this_interpreter_is_for_the_baseline(here: Path) -> None:
    """`pip wheel .` gives no identifier, and what it builds goes to other machines all the same."""
    assert main(["new", "my-vec"]) == 0
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    given = ("CIBUILDWHEEL_BUILD_IDENTIFIER", "NANO_FFI_CPU")
    environment = {name: value for name, value in os.environ.items() if name not in given}
    done = subprocess.run(
        [sys.executable, "-c", code, str(here)],
        cwd=here / "my-vec",
        env={**environment, "NANO_FFI_MODE": "Debug", "NANO_FFI_VERBOSE": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    name = done.stdout.strip()
    assert f"-{targets.native().python.abi_tag}-" in name, done.stderr
    assert f"my_vec/fast{targets.native().suffix}" in zipfile.ZipFile(here / name).namelist()
    (command,) = (line for line in done.stderr.splitlines() if " build-lib " in line and "my_vec/fast.zig" in line)
    assert set(re.findall(r"-mcpu=\S+", command)) == {"-mcpu=baseline"}


def test_an_editable_install_builds_at_the_import(here: Path) -> None:
    assert main(["new", "my-vec"]) == 0
    code = "import sys; from hatchling.build import build_editable; print(build_editable(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(here)], cwd=here / "my-vec", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    wheel = zipfile.ZipFile(here / done.stdout.strip())
    assert "nano_ffi.importer" in wheel.read("_my_vec_zig.pth").decode()
    (metadata,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    assert "Requires-Dist: nano-ffi[zig]==" in wheel.read(metadata).decode()


def test_what_editors_need(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`zig build check` compiles what nano_ffi does, and says what is wrong with it; a debugger stops in Zig's lines."""
    source = here / "shown.zig"
    source.write_text(
        'const nano_ffi = @import("nano_ffi");\npub fn one() nano_ffi.Owned([]u8) {\n    unreachable;\n}\n'
    )
    assert main(["editor", "shown.zig"]) == 0
    files = ["build.zig", "zls.json", str(Path(".vscode", "launch.json"))]
    assert capsys.readouterr().out == "".join(f"written: {name}\n" for name in files)
    assert json.loads((here / "zls.json").read_text())["build_on_save_args"] == ["check"]
    launches = json.loads((here / ".vscode" / "launch.json").read_text())["configurations"]
    assert [launch["type"] for launch in launches] == ["debugpy", "cppdbg", "lldb"]
    zig = Zig.find()
    assert zig.run("fmt", "--check", "build.zig", cwd=here) == ""
    zig.run("build", "check", cwd=here)
    source.write_text("pub fn one() u8 {\n    return 256;\n}\n")
    with pytest.raises(CompileError, match=r"shown\.zig:2:12: error: type 'u8' cannot represent integer value '256'"):
        zig.run("build", "check", cwd=here)
    # It writes its own anew, and nothing over what is somebody else's.
    (here / "zls.json").write_text("{}")
    assert main(["editor", "shown.zig"]) == 0
    assert capsys.readouterr().out == "written: build.zig\n"
    (here / "build.zig").write_text("// mine\n")
    assert main(["editor", "shown.zig"]) == 1
    assert "build.zig is the project's own" in capsys.readouterr().err
    assert (here / "build.zig").read_text() == "// mine\n"


@pytest.mark.skipif(shutil.which("gdb") is None or platform.machine() != "x86_64", reason="there is no gdb")
def test_gdb_stops_in_a_line_of_zig(here: Path) -> None:
    text = "pub fn twice(n: i64) !i64 {\n    if (n > 9) return error.Big;\n    return 2 * n;\n}\n"
    (here / "halts.zig").write_text(text)
    commands = (
        "set debuginfod enabled off",
        "set breakpoint pending on",
        "break halts.zig:2",
        "run",
        "bt 1",
        "bt -5",
        "continue",
    )
    code = "import nano_ffi; print(nano_ffi.load('halts.zig').twice(4))"
    done = subprocess.run(
        [
            *("gdb", "-q", "-nx", "-batch"),
            *(f"--ex={command}" for command in commands),
            "--args",
            sys.executable,
            "-c",
            code,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NANO_FFI_MODE": "ReleaseSafe"},
    )
    assert re.search(r"Breakpoint 1, halts\.twice \(n=4\) at \S*halts\.zig:2\n2\t    if \(n > 9\)", done.stdout), done
    assert re.search(r"#\d\d? .* in (Py_RunMain|main|__libc_start_main\w*|_start) ?\(", done.stdout), done
    assert "\n8\n" in done.stdout
