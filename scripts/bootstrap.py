"""Run nox on a machine that has nothing but Python: ``python3 noxfile.py -s SESSION`` ends up here.

The nox and uv that pyproject.toml pins (dependency group ``nox``) are put into a virtual environment below the
user's cache folder, once per pin and Python, and nox runs there. Only the standard library of CPython 3.10 is used.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

__all__ = ["cache_folder", "run_nox"]

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "scripts" / "nox.txt"
OLDEST = (3, 11)
"""cibuildwheel, which builds the wheels, needs it; the package itself runs on older ones."""
NEWEST_MINOR = 15


def cache_folder() -> Path:
    """Where everything is kept that is worth keeping between two runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nano-ffi"


def run_nox(noxfile: Path, arguments: list[str]) -> NoReturn:
    """Replace this process by the pinned nox, installed first where it is missing."""
    pins = read_pins()
    if all(is_installed(pin) for pin in pins):
        become(sys.executable, noxfile, arguments)
    python = suitable_python()
    become(environment(python, pins), noxfile, arguments)


def become(python: str | Path, noxfile: Path, arguments: list[str]) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    command = [str(python), "-m", "nox", "--noxfile", str(noxfile), *arguments]
    if os.name == "nt":  # there exec ends this process at once, and whoever waits for it gets no exit code
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(python, command)


def read_pins() -> list[str]:
    """The dependency group ``nox``: exact versions in one line, because there is no TOML parser before Python 3.11."""
    line = re.search(r"^nox = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    pins = re.findall(r'"([\w-]+==[\w.]+)"', line[1]) if line else []
    if not pins:
        die('pyproject.toml, [dependency-groups]: expected a line nox = ["nox==…", "uv==…"] with exact versions')
    return pins


def is_installed(pin: str) -> bool:
    name, version = pin.split("==")
    try:
        return importlib.metadata.version(name) == version
    except importlib.metadata.PackageNotFoundError:
        return False


def suitable_python() -> str:
    """This interpreter if it is new enough, else the newest one on PATH that runs and can make a virtual environment."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in range(NEWEST_MINOR, OLDEST[1] - 1, -1):
        python = shutil.which(f"python3.{minor}")
        # A version manager's shim lies on PATH for versions that are not active, and fails when it is run.
        if python and quietly(python, "-c", "import venv, ensurepip"):
            say(f"{sys.executable} is Python {version_text()}, too old for the build tools; using {python}")
            return python
    say(
        f"{sys.executable} is Python {version_text()}, and no python3.11 or later is on PATH: "
        "the session 'wheels' will not work, because cibuildwheel needs Python 3.11"
    )
    return sys.executable


def environment(python: str, pins: list[str]) -> Path:
    """The interpreter of the virtual environment that holds `pins`, made now if need be."""
    identity = subprocess.run(
        [python, "-c", "import sys; print(sys.version, sys.prefix, sys.base_prefix)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    key = hashlib.sha256("\n".join([identity, LOCK.read_text(encoding="utf-8")]).encode()).hexdigest()[:16]
    folder = cache_folder() / "nox" / key
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # It runs no longer after an upgrade of the Python that it was made from.
    if interpreter.exists() and quietly(interpreter, "-c", "import nox, uv"):
        return interpreter
    if not quietly(python, "-c", "import venv, ensurepip"):
        die_without_venv(python)
    say(f"installing {' and '.join(pins)} into {folder}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there, so that an interrupted run leaves nothing that looks complete.
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as temporary:
        new = Path(temporary) / "venv"
        new_python = new / interpreter.relative_to(folder)
        if subprocess.run([python, "-m", "venv", new], check=False).returncode:
            die(f"{python} -m venv {new} failed, see above")
        pip = [str(new_python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Threat: a compromised release of what nox needs. `nox -s lock` writes the hashes.
        if subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=False).returncode:
            die(f"pip could not install {' and '.join(pins)}, see above; is a package index reachable?")
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        try:
            new.rename(folder)
        except OSError:
            # Another run was faster; its environment is as good.
            if not interpreter.exists():
                raise
    return interpreter


def die_without_venv(python: str) -> NoReturn:
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True).stdout.strip()
    die(
        f"{python} cannot make virtual environments, its modules venv and ensurepip are missing.\n"
        f"  Debian, Ubuntu: apt-get install python{version}-venv (or python3-venv)\n"
        "  elsewhere:      install the complete Python, or put another python3.11 or later first on PATH"
    )


def quietly(*command: str | Path) -> bool:
    try:
        result = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return result.returncode == 0


def version_text() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def say(message: str) -> None:
    print(f"noxfile.py: {message}", file=sys.stderr, flush=True)


def die(message: str) -> NoReturn:
    say(message)
    sys.exit(1)
