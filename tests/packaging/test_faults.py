"""What may go wrong while wheels are built, for real: after each fault the next run gives the right and complete set,
and whatever the fault left under the name of a wheel is a whole one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("cibuildwheel", reason='needs pip install "nano-ffi[wheels]"')

from nano_ffi.wheels import checksums

# Compiles with Zig, once for each wheel: a real compiler, and a real cache.
BACKEND = """
import base64, hashlib, os, subprocess, sys, zipfile

def get_requires_for_build_wheel(config_settings=None):
    return []

def build_wheel(folder, config_settings=None, metadata_directory=None):
    identifier, tag = os.environ["CIBUILDWHEEL_BUILD_IDENTIFIER"], os.environ["SKBUILD_WHEEL_TAGS"]
    binary = os.path.abspath(os.path.join("build", "ext" + os.environ["SETUPTOOLS_EXT_SUFFIX"]))
    os.makedirs("build", exist_ok=True)
    command = [sys.executable, "-m", "ziglang", "build-lib", "-dynamic", "-OReleaseFast", "-fstrip", "ext.zig"]
    target = {"x": "x86_64-linux-gnu.2.17", "a": "aarch64-linux-gnu.2.17"}[identifier.partition("linux_")[2][0]]
    subprocess.run([*command, "-target", target, "--name", "ext", "-femit-bin=" + binary], check=True)
    data = open(binary, "rb").read()
    files = {
        "demo/ext" + os.environ["SETUPTOOLS_EXT_SUFFIX"]: data,
        "demo-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: false\\nTag: %s\\n" % tag.encode(),
        "demo-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n",
    }
    rows = [
        "%s,sha256=%s,%d\\n" % (n, base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b"=").decode(), len(d))
        for n, d in files.items()
    ]
    files["demo-1.0.dist-info/RECORD"] = ("".join(rows) + "demo-1.0.dist-info/RECORD,,\\n").encode()
    with zipfile.ZipFile(os.path.join(folder, f"demo-1.0-{tag}.whl"), "w") as wheel:
        for name, data in files.items():
            wheel.writestr(zipfile.ZipInfo(name), data)
    return f"demo-1.0-{tag}.whl"
"""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "demo"
version = "1.0"
requires-python = ">=3.10"

[tool.nano-ffi]  # the project is compiled with Zig

[tool.cibuildwheel]
build = "cp313-manylinux_* cp314-manylinux_*"
build-frontend = "build[uv]"
dependency-versions = "latest"
repair-wheel-command = ""
linux.archs = ["x86_64", "aarch64"]
"""

WHEELS = [
    f"demo-1.0-{cp}-{cp}-manylinux_2_17_{arch}.whl" for cp in ("cp313", "cp314") for arch in ("aarch64", "x86_64")
]


class Project:
    """A project with four wheels, and a Zig cache of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.house = root / "wheelhouse"
        self.cache = root / ".cache"
        (root / "backend.py").write_text(BACKEND)
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "ext.zig").write_text('export fn PyInit_ext() usize {\n    return "some text".len;\n}\n')

    def start(self) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CIBW_", "GITHUB_"))}
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "nano_ffi", "wheels", "--platform=linux"],
            cwd=self.root,
            env={**environment, "ZIG_GLOBAL_CACHE_DIR": str(self.cache), "SOURCE_DATE_EPOCH": "1700000000"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, code: int = 0) -> str:
        with self.start() as process:
            output, _ = process.communicate()
        assert process.returncode == code, output
        return output

    def wheels(self) -> dict[str, bytes]:
        """What has the name of a wheel: each one is whole, with the bytes that its RECORD says."""
        found = {}
        for path in sorted(self.house.glob("*.whl")):
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
                names = set(archive.namelist())
            assert {"demo-1.0.dist-info/RECORD", "demo-1.0.dist-info/sboms/demo.cdx.json"} < names
            found[path.name] = path.read_bytes()
        return found

    def check(self, right: dict[str, bytes]) -> None:
        """After a fault: nothing bad has a wheel's name, and another run makes all of it right."""
        assert self.wheels().items() <= right.items()
        self.run()
        assert self.wheels() == right
        assert checksums.differences(self.house) == []
        assert sorted(path.name for path in self.house.iterdir()) == sorted([*right, "SHA256SUMS"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project, built once without a fault."""
    project = Project(tmp_path_factory.mktemp("right"))
    project.run()
    return project


@pytest.fixture
def right(built: Project) -> dict[str, bytes]:
    """The wheels as they must be."""
    wheels = built.wheels()
    assert sorted(wheels) == WHEELS
    return wheels


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """The same project elsewhere, nothing built."""
    root = tmp_path / "project"
    root.mkdir()
    fresh = Project(root)
    fresh.cache = built.cache
    return fresh


def processes(folder: Path) -> Iterator[tuple[int, str]]:
    """The processes whose working directory is `folder`, and their command lines."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder.resolve():
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


@pytest.mark.skipif(sys.platform != "linux", reason="finds the compiler in /proc")
def test_the_compiler_is_killed(project: Project, right: dict[str, bytes]) -> None:
    with project.start() as run:
        killed = 0
        while run.poll() is None and not killed:
            for process, command in processes(project.root):
                if "ziglang/zig build-lib" in command:
                    os.kill(process, signal.SIGKILL)
                    killed += 1
            time.sleep(0.005)
        output, _ = run.communicate()
    assert killed
    assert run.returncode == 1, output
    assert "wheels failed, the others are in wheelhouse:" in output
    project.check(right)


def test_the_disk_is_full(project: Project, right: dict[str, bytes]) -> None:
    project.house.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(project.house)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a file system of 64 kB cannot be mounted: that needs root, and a system that lets root do it")
    try:
        (project.house / "filler").write_bytes(bytes(60_000))
        output = project.run(code=1)
        assert "No space left on device" in output
        assert project.wheels() == {}
        (project.house / "filler").unlink()
        subprocess.run(["mount", "-o", "remount,size=10m", str(project.house)], check=True)
        project.check(right)
    finally:
        subprocess.run(["umount", str(project.house)], check=True)


def test_a_wheel_in_the_output_folder_is_truncated(project: Project, right: dict[str, bytes]) -> None:
    project.run()
    path = project.house / WHEELS[0]
    path.write_bytes(path.read_bytes()[:-50])
    output = project.run()
    assert "(1 built, 3 up to date)" in output
    assert project.wheels() == right


def test_zigs_cache_is_damaged(project: Project, right: dict[str, bytes], tmp_path: Path) -> None:
    project.cache = tmp_path / "cache"
    project.run()
    for path in [*project.cache.rglob("*"), *project.root.glob(".zig-cache/**/*")]:
        if path.is_file():
            path.write_bytes(path.read_bytes()[:7])
    shutil.rmtree(project.house)
    with project.start() as run:
        output, _ = run.communicate()
    assert project.wheels().items() <= right.items(), output
    if run.returncode:  # Zig says what is wrong with its cache; a new one is the remedy
        shutil.rmtree(project.cache)
        shutil.rmtree(project.root / ".zig-cache", ignore_errors=True)
    project.check(right)


def test_it_is_interrupted_at_any_moment(project: Project, right: dict[str, bytes]) -> None:
    moments = random.Random(4)
    for _ in range(4):
        shutil.rmtree(project.house, ignore_errors=True)
        with project.start() as run:
            time.sleep(moments.uniform(0.2, 4))
            run.send_signal(signal.SIGINT)
            run.communicate(timeout=60)
        # An interpreter that is interrupted before it is initialised aborts.
        assert run.returncode in {0, 130, -signal.SIGINT, -signal.SIGABRT}
        if project.house.exists():
            assert project.wheels().items() <= right.items()
    project.check(right)


def test_two_runs_at_once(project: Project, right: dict[str, bytes]) -> None:
    with project.start() as first, project.start() as second:
        outputs = [first.communicate()[0], second.communicate()[0]]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert sum("Another run is at work in wheelhouse: waiting until it is done." in output for output in outputs) == 1
    assert sorted(output.count(" built, 0 up to date)") for output in outputs) == [0, 1]
    project.check(right)
