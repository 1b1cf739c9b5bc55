"""``nox -s reproduce``: build everything twice, in different places, and compare every byte.

The two builds have another folder, home, umask, time zone, locale, hash seed and number of cores; the first one uses
Zig's caches as they are, the second one begins with empty ones.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.compare import compare_folders, published

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What must not matter."""

    name: str
    folder: str
    umask: int
    environment: Mapping[str, str]
    cores: int
    """0: all of them."""
    cold: bool


BUILDS = (
    Circumstances(
        name="the first build",
        folder="a",
        umask=0o022,
        environment={"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
        cores=0,
        cold=False,
    ),
    Circumstances(
        name="the second build",
        folder="a second, deeper/folder",
        umask=0o077,
        environment={"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4711", "USER": "somebody"},
        cores=1,
        cold=True,
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s reproduce --", description=__doc__)
    parser.add_argument("--build", help="which wheels: cibuildwheel's CIBW_BUILD, 'cp313-* cp314t-*' (default: all)")
    parser.add_argument("--no-sdist", action="store_true", help="leave the sdist out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reproduce-") as temporary:
        folders = []
        for circumstances in BUILDS:
            started = time.monotonic()
            output = build(Path(temporary), circumstances, options)
            print(
                f"{circumstances.name}: {len(published(output))} files in {time.monotonic() - started:.0f} s",
                flush=True,
            )
            folders.append(published(output))
        wrong = compare_folders(*folders, names=(BUILDS[0].name, BUILDS[1].name))
    total = len({*folders[0], *folders[1]})
    print(f"{total - len(wrong)} of {total} files are identical" + (f", not: {', '.join(wrong)}" if wrong else ""))
    return 1 if wrong or not total else 0


def build(temporary: Path, circumstances: Circumstances, options: argparse.Namespace) -> Path:
    """Copy the sources, and build from them; the folder of what came out."""
    place = temporary / circumstances.folder
    project, output, home = place / "project", place / "output", place / "home"
    home.mkdir(parents=True)
    copy_sources(project, circumstances.umask)
    environment = {**os.environ, **circumstances.environment, "HOME": str(home), "CIBW_TEST_COMMAND": ""}
    environment.setdefault("SOURCE_DATE_EPOCH", commit_time())
    if options.build:
        environment["CIBW_BUILD"] = options.build
    if circumstances.cold:
        environment["ZIG_GLOBAL_CACHE_DIR"] = str(place / "zig-cache")
        environment["XDG_CACHE_HOME"] = str(place / "cache")

    def prepare() -> None:
        os.umask(circumstances.umask)
        if circumstances.cores:
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: circumstances.cores])

    def run(*command: str) -> None:
        log = place / "log"
        with log.open("ab") as file:
            done = subprocess.run(
                [sys.executable, "-P", "-m", *command],
                check=False,
                cwd=project,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=prepare,
            )
        if done.returncode:
            print("\n".join(log.read_text(errors="replace").splitlines()[-40:]), file=sys.stderr)
            sys.exit(
                f"{circumstances.name} failed with {done.returncode}: {' '.join(command)}; its last lines are above"
            )

    run("nano_ffi", "wheels", f"--output-dir={output}")
    if not options.no_sdist:
        run("build", "--installer=uv", "--sdist", f"--outdir={output}")
    return output


def copy_sources(destination: Path, umask: int) -> None:
    """What git tracks or would, as files that somebody with this umask has."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.split(b"\0")
    for name in filter(None, names):
        source, target = ROOT / os.fsdecode(name), destination / os.fsdecode(name)
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            executable = os.access(source, os.X_OK)
            target.chmod((0o777 if executable else 0o666) & ~umask)


def commit_time() -> str:
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
