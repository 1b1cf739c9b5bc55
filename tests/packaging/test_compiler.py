"""`nano_ffi.compiler`: every kind of type for foreign machines, and what is said when it cannot be done."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
from packaging.tags import parse_tag

from nano_ffi.compiler import CompileError, Job, compile_module, libpython, tools_folder
from nano_ffi.switches import SettingsError
from nano_ffi.wheels import targets
from nano_ffi.zig import Zig, take

KINDS = Path(__file__).parent.parent / "extension" / "kinds.zig"


@pytest.mark.parametrize(
    # One of each: 64 and 32 bits, both byte orders, three object formats, the layouts of CPythons.
    "identifier",
    [
        "cp313-manylinux_s390x",
        "cp310-musllinux_armv7l",
        "cp314t-manylinux_aarch64",
        "cp315t-macosx_arm64",
        "cp311-win32",
        "cp314-win_arm64",
        "cp313-android_arm64_v8a",
        "cp315-android_x86_64",
    ],
)
def test_for_another_machine(identifier: str, tmp_path: Path) -> None:
    target = targets.parse(identifier)
    path = compile_module(KINDS, tmp_path, target=target, mode="debug")
    assert path.name == f"kinds{target.suffix}"
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("identifier", "why"),
    [
        (
            "cp314t-win_arm64",
            "CPython 3.14t has no stable ABI that serves: it begins with 3.12, and has no free threads",
        ),
        (
            "cp313-android_x86_64",
            "CPython 3.13 has no stable ABI that serves: "
            "on Android it needs libpython3.so, which not every app with a CPython has",
        ),
    ],
)
def test_no_stable_abi(identifier: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(CompileError) as caught:
        compile_module(KINDS, tmp_path, target=targets.parse(identifier), abi3=True)
    assert str(caught.value) == f"{why}; leave out `abi3`"


def test_c_on_android(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.nano-ffi]\nlink = ["z"]\n')
    source = tmp_path / "squeeze.zig"
    source.write_text("pub fn one() i64 {\n    return 1;\n}\n")
    with pytest.raises(CompileError) as caught:
        compile_module(source, tmp_path, target=targets.parse("cp313-android_x86_64"))
    assert str(caught.value) == (
        f"{source} cannot be compiled for android_x86_64: what [tool.nano-ffi] says of it with `link` and `c-sources` needs "
        "Android's C library, which Zig does not have; leave Android out, or those"
    )


def with_c(folder: Path, more: str = "") -> Path:
    """A module that calls a function of a C file, which the system's table makes return another number on Windows."""
    (folder / "pyproject.toml").write_text(
        '[tool.nano-ffi]\nc-sources = ["part.c"]\nlink = ["m"]\n[tool.nano-ffi.windows]\ncflags = ["-DWINDOWS"]\nlink = ["bcrypt"]\n'
        + more
    )
    (folder / "part.c").write_text(
        "#include <math.h>\n#include <stdlib.h>\n"
        "#ifdef WINDOWS\n#ifndef _WIN32\n#error not for Windows\n#endif\n#elif defined(_WIN32)\n#error for Windows\n#endif\n"
        # As a library's header says it of what it exports.
        '#ifdef _WIN32\n__declspec(dllexport)\n#else\n__attribute__((visibility("default")))\n#endif\n'
        "double part(double x) { double *p = malloc(sizeof x); *p = sqrt(x); double r = *p; free(p); return r; }\n"
    )
    source = folder / "uses_c.zig"
    source.write_text("extern fn part(f64) f64;\npub fn root(x: f64) f64 {\n    return part(x);\n}\n")
    return source


def problems_of(binary: Path, target: targets.Target) -> list[str]:
    """What `nano-ffi verify` says of it, and what it cannot decide."""
    from nano_ffi.wheels.claim import claim_of
    from nano_ffi.wheels.extension import check_binary

    found: list[str] = []

    def expect(holds: object, problem: str) -> bool:
        found.extend([] if holds else [problem])
        return bool(holds)

    notes = check_binary(binary.name, binary.read_bytes(), claim_of(parse_tag(target.tag)), frozenset(), expect)
    return [*found, *notes]


@pytest.mark.parametrize(
    "identifier",
    [
        "cp313-manylinux_x86_64",
        "cp313-musllinux_x86_64",
        "cp313-musllinux_armv7l",
        "cp313-manylinux_ppc64le",
        "cp313-macosx_arm64",
        "cp313-win_amd64",
        "cp313-win32",
    ],
)
@pytest.mark.parametrize("depends", [False, True], ids=["", "depends"])
def test_c_is_what_verify_takes(identifier: str, depends: bool, tmp_path: Path) -> None:
    pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')
    if depends and identifier not in {"cp313-musllinux_x86_64", "cp313-win_amd64"}:
        pytest.skip("one of each kind of file is enough")
    source = with_c(tmp_path)
    for name, text in DEPENDS.items() if depends else ():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    if depends:
        source.write_text(source.read_text() + 'pub const three = @import("parts").three;\n')
    target = targets.parse(identifier)
    assert problems_of(compile_module(source, tmp_path / "built", target=target, mode="small"), target) == []


@pytest.mark.parametrize("platform", ["manylinux_x86_64", "musllinux_x86_64", "macosx_arm64", "win_amd64"])
def test_threads_are_what_verify_takes(platform: str, tmp_path: Path) -> None:
    pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')
    target = targets.parse(f"cp313-{platform}")
    source = KINDS.with_name("elsewhere.zig")
    assert problems_of(compile_module(source, tmp_path, target=target, mode="small"), target) == []


CPP = """\
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
extern "C" int total(int n) {
    std::vector<int> numbers;
    std::map<std::string, int> sums;
    for (int i = 0; i <= n; i++) numbers.push_back(i);
    try {
        if (n < 0) throw std::runtime_error("negative");
    } catch (const std::exception &) {
        return -1;
    }
    for (int number : numbers) sums["all"] += number;
    return sums["all"];
}
"""


# Linux has a list of what is exported, macOS' linker takes none.
@pytest.mark.parametrize("identifier", ["cp313-manylinux_x86_64", "cp313-macosx_arm64"])
def test_cpp_is_what_verify_takes(identifier: str, tmp_path: Path) -> None:
    pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')
    if not platform.python_version().startswith("3.13."):
        pytest.skip("libc++ takes minutes to compile, and every CPython makes the same")
    (tmp_path / "pyproject.toml").write_text('[tool.nano-ffi]\nc-sources = ["total.cpp"]\nlink = ["c++"]\n')
    (tmp_path / "total.cpp").write_text(CPP)
    source = tmp_path / "uses_cpp.zig"
    source.write_text("extern fn total(c_int) c_int;\npub fn sum(n: i32) i32 {\n    return total(n);\n}\n")
    target = targets.parse(identifier)
    assert problems_of(compile_module(source, tmp_path / "built", target=target), target) == []


def test_a_library_of_this_machine_is_in_no_wheel(tmp_path: Path) -> None:
    source = with_c(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.nano-ffi]\nlink = ["z", "m"]\n')
    with pytest.raises(CompileError) as caught:
        compile_module(source, tmp_path, target=targets.parse("cp313-win_amd64"))
    assert str(caught.value) == (
        f"{source}: [tool.nano-ffi] links z, and what is made for other machines uses no library of this one: compile the "
        "library's sources with `c-sources`, or say in `library-dirs` where it is for win_amd64 (in "
        "[tool.nano-ffi.windows], for that system alone)"
    )


def test_flags_for_this_machines_compiler_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CFLAGS", "-march=native")
    with pytest.raises(
        CompileError, match=r"^CFLAGS in the environment is for this machine's compiler, and would be left"
    ):
        compile_module(with_c(tmp_path), tmp_path, target=targets.parse("cp313-win_amd64"))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("[tool.nano-ffi.macos]\nlinks = []\n", "[tool.nano-ffi.macos] has no key 'links': did you mean 'link'?"),
        ("macos = 1\n", "has no key 'macos'"),
    ],
)
def test_a_wrong_table_of_a_system(more: str, message: str, tmp_path: Path) -> None:
    source = with_c(tmp_path, more)
    with pytest.raises(SettingsError, match=re.escape(message)):
        compile_module(source, tmp_path)


DEPENDS = {
    "parts/build.zig": """
        pub fn build(b: *@import("std").Build) void {
            _ = b.addModule("parts", .{ .root_source_file = b.path("parts.zig") });
        }
    """,
    "parts/build.zig.zon": '.{ .name = .parts, .version = "0.1.0", .fingerprint = 0x6940a7fe22c8ee24, .paths = .{""} }',
    "parts/parts.zig": "pub const three: i64 = 3;",
    "build.zig.zon": """.{
        .name = .user,
        .version = "0.1.0",
        .fingerprint = 0x8d93d6497546d42f,
        .dependencies = .{ .parts = .{ .path = "parts" } },
        .paths = .{""},
    }""",
    "depends.zig": 'pub fn three() i64 {\n    return @import("parts").three;\n}\n',
}


@pytest.mark.parametrize("depends", [False, True])
def test_android_binaries_need_libpython_alone(tmp_path: Path, depends: bool) -> None:
    pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')
    for name, text in DEPENDS.items() if depends else ():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    target = targets.parse("cp314-android_arm64_v8a")
    binary = compile_module(tmp_path / "depends.zig" if depends else KINDS, tmp_path / "built", target=target)
    assert problems_of(binary, target) == []


@pytest.mark.parametrize(
    ("identifier", "depends"),
    [
        ("cp313-musllinux_s390x", False),
        ("cp313-android_x86_64", False),
        ("cp311-win32", False),
        ("cp310-manylinux_armv7l", True),
        ("cp314-win_arm64", True),
    ],
)
def test_symbols_beside_a_binary_that_has_none(tmp_path: Path, identifier: str, depends: bool) -> None:
    pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')
    for name, text in DEPENDS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    body = "    var sum: f64 = 0;\n    for (values) |value| sum += value * STEP;\n    return sum;\n"
    step = '@import("parts").three' if depends else "3"
    (tmp_path / "depends.zig").write_text(f"pub fn total(values: []const f64) f64 {{\n{body}}}\n".replace("STEP", step))
    if not depends:
        (tmp_path / "build.zig.zon").unlink()
    target = targets.parse(identifier)
    symbols = tmp_path / "symbols"
    job = Job.of(tmp_path / "depends.zig", target=target, strip=True, symbols=symbols)
    binary = job.compile(tmp_path / "built").path
    (kept,) = (path for path in symbols.rglob("*") if path.is_file())
    assert kept.suffix == (".pdb" if job.windows else ".debug")
    assert b"depends.zig" in kept.read_bytes()
    assert b"depends.zig" not in binary.read_bytes()
    assert problems_of(binary, target) == []


ADD = """
const table = [_]i64{ 1, 2, 3 };
pub fn add(a: i64, b: i64) i64 {
    return a + b;
}
pub fn item(index: usize) i64 {
    return table[index];
}
pub fn whole(text: []const u8) !usize {
    return if (text.len == 0) error.Empty else text.len;
}
"""

USE = """
import sys
import android_add as a
assert a.add(3, 4) == 7 and a.whole("four") == 4 and a.item(2) == 3
for function, argument, name in (a.whole, "", "Empty"), (a.item, 3, "ZigPanic"):
    try:
        function(argument)
    except Exception as error:
        assert type(error).__name__ == name, error
    else:
        sys.exit(f"{name} is missing")
"""


@pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info < (3, 13) or platform.machine() not in {"x86_64", "aarch64"},
    reason="needs Linux on a machine of Android's, with a CPython that there is on Android",
)
@pytest.mark.skipif(targets.native().python.free_threaded, reason="no free-threaded CPython is on Android")
def test_an_android_binary_runs_in_linux(tmp_path: Path) -> None:
    # It needs no C library, so that a Linux CPython does for it, once there is a file of the name that it needs.
    abi = {"x86_64": "x86_64", "aarch64": "arm64_v8a"}[platform.machine()]
    target = targets.parse(f"{targets.native().python.abi_tag}-android_{abi}")
    (tmp_path / "android_add.zig").write_text(ADD)
    binary = compile_module(tmp_path / "android_add.zig", tmp_path, target=target)
    binary.rename(tmp_path / f"android_add{EXTENSION_SUFFIXES[0]}")
    shutil.copy(libpython(Zig.find(), target), tmp_path)
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", USE], check=True, env=environment)


@pytest.mark.skipif(sys.platform != "linux", reason="the names of functions are looked for in an ELF file")
def test_of_zigs_library_is_there_what_a_file_needs(tmp_path: Path) -> None:
    """Each edit waits for it in Debug: how threads are started, and std's own reader of debug information are some 1,500
    functions, and the runtime of C's sanitizer is a file that is compiled with each module.
    """
    names = {
        name: compile_module(write_source(tmp_path, name, text), tmp_path, mode="Debug").read_bytes()
        for name, text in {
            "plain": "pub fn double(number: i64) i64 {\n    return 2 * number;\n}\n",
            "threads": (
                'const std = @import("std");\npub fn wait(io: std.Io) !void {\n    try io.sleep(.zero, .awake);\n}\n'
            ),
        }.items()
    }
    assert b"Io.Threaded.dirOpenFile" in names["threads"]
    unneeded = {b"Io.Threaded.dirOpenFile", b"debug.Dwarf.", b"debug.SelfInfo.", b"__ubsan_handle"}
    assert {text for text in unneeded if text in names["plain"]} == set()


def write_source(folder: Path, name: str, text: str) -> Path:
    source = folder / f"{name}.zig"
    source.write_text(text)
    return source


def test_what_stands_around_a_file_is_written_into_an_empty_folder(tmp_path: Path) -> None:
    """As scripts/tsan.py has it, which compiles by itself."""
    source = tmp_path / "one.zig"
    source.write_text("pub fn one() i64 { return 1; }", encoding="ascii")
    Job.of(source).write_modules(Zig.find(), tmp_path)
    written = {"build_options.zig", "root.zig", "source.zig"}
    assert written <= {path.name for path in tmp_path.iterdir() if path.stat().st_size > 0}


def test_a_mistake_is_shown_with_its_place(tmp_path: Path) -> None:
    source = tmp_path / "broken.zig"
    source.write_text('pub fn answer() i64 {\n    return "42";\n}\n')
    with pytest.raises(CompileError, match=r"broken\.zig:2:12: error: expected type 'i64', found") as caught:
        compile_module(source, tmp_path)
    assert "^~~~" in str(caught.value)
    assert isinstance(caught.value, ImportError)
    assert [source] == list(tmp_path.iterdir())


def test_a_binary_of_another_cpython_refuses_to_be_loaded(tmp_path: Path) -> None:
    """A wheel's tags keep it away, but a file can be copied: it asks the interpreter before anything of it is touched."""
    own = targets.native()
    minor = next(minor for minor in ((14, 15) if own.python.free_threaded else (12, 13)) if minor != own.python.minor)
    other = targets.Target(
        python=targets.Python(minor=minor, free_threaded=own.python.free_threaded), platform=own.platform
    )
    source = tmp_path / "foreign.zig"
    source.write_text("pub const one: i64 = 1;\n")
    built = compile_module(source, tmp_path / "built", target=other, mode="debug")
    built.rename(tmp_path / f"foreign{own.suffix}")
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv[1]); import foreign", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1:] == [
        f"ImportError: foreign was built for CPython 3.{minor}{'t (free-threaded)' * own.python.free_threaded}, and this "
        f"is CPython {' '.join(sys.version.splitlines())}: install the wheel that was made for it"
    ]
    assert done.returncode == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match=r"^there is no file .*missing\.zig$"):
        compile_module(tmp_path / "missing.zig", tmp_path)


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ziglang", None)
    with pytest.raises(CompileError, match=r'it is a Python package: pip install "nano-ffi\[zig\]"'):
        compile_module(KINDS, tmp_path)


def test_each_zig_has_tools_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    zig = Zig.find()
    folders = {tools_folder(zig)}
    monkeypatch.setattr("nano_ffi.compiler.version_of", lambda _executable: "0.0.0")
    folders.add(tools_folder(zig))
    assert len(folders) == 2


def test_a_file_that_is_in_use_is_replaced_and_not_written_into(tmp_path: Path) -> None:
    built, place = tmp_path / "built", tmp_path / "place"
    place.write_bytes(b"before")
    built.write_bytes(b"now")
    with place.open("rb") as in_use:
        take(built, place)
        assert (in_use.read(), place.read_bytes()) == (b"before", b"now")


def test_threads_write_the_same_file(tmp_path: Path) -> None:
    """Two threads that compile may make what neither of them has found."""
    built, place = tmp_path / "built", tmp_path / "place"
    built.write_bytes(bytes(2**20))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: take(built, place), range(200)))
    assert sorted(tmp_path.iterdir()) == [built, place]
    assert place.read_bytes() == built.read_bytes()


def test_a_program_can_be_run_at_once(tmp_path: Path) -> None:
    """Another thread that starts processes: one has the files of this process until it is another program."""
    built = tmp_path / "built"
    shutil.copy(sys.executable, built)
    with built.open("ab") as file:
        file.write(bytes(2**25))  # copying takes its time
    done = threading.Event()

    def start() -> None:
        while not done.is_set():
            subprocess.run([sys.executable, "-c", ""], check=True, preexec_fn=int)

    with ThreadPoolExecutor(2) as pool:
        started = [pool.submit(start) for _ in range(2)]
        try:
            for number in range(30):
                place = tmp_path / f"place{number}"
                take(built, place)
                # It may not find its library, and is run.
                subprocess.run([place, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        finally:
            done.set()
        for each in started:
            each.result()


def test_no_register_is_used_that_a_variable_of_a_thread_may_cost(tmp_path: Path) -> None:
    """See Job.cpu_of: AVX-512 has registers that LLVM takes for kept where they are not."""
    pytest.importorskip("lief", reason='needs pip install "nano-ffi[wheels]"')
    target = targets.parse("cp313-manylinux_x86_64")
    source = Path(__file__).parents[1] / "extension" / "objects_kept.zig"
    binary = compile_module(source, tmp_path, target=target, cpu="x86_64_v4", mode="ReleaseSafe")
    found = "\n".join(problems_of(binary, target))
    assert "AVX" in found  # what is asked for is there
    assert "AVX512" not in found
    job = Job.of(source, cpu="x86_64_v4")
    (triple,) = target.platform.triples
    assert "-Dcpu=x86_64_v4-avx512f-avx10_1" in job.package_source(triple, tmp_path)
    assert [Job.of(source, cpu=cpu).cpu_of(triple) for cpu in ("", "baseline")] == [
        "native-avx512f-avx10_1",
        "baseline",
    ]
    (other,) = targets.parse("cp313-manylinux_aarch64").platform.triples
    assert job.cpu_of(other) == "x86_64_v4"
