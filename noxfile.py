"""What a maintainer does: ``nox -s SESSION -- ARGUMENTS``, or on a machine with nothing but Python
``python3 noxfile.py -s SESSION -- ARGUMENTS``.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent

# The command `nox` has its own folder on the path, `python -m nox` the current one: neither need be this one.
sys.path.insert(0, str(ROOT))
from scripts import bootstrap, pythons

sys.path.remove(str(ROOT))

if __name__ == "__main__":
    bootstrap.run_nox(ROOT / "noxfile.py", sys.argv[1:])

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"  # nox alone is enough: see `pip_install`
nox.options.sessions = ["tests"]
nox.options.error_on_external_run = True

WHEELHOUSE = ROOT / "wheelhouse"
PYTHON_CODE = ("nano_ffi", "noxfile.py", "scripts", "tests", "benchmarks", "docs", "examples")
ZIG_CODE = ("build.zig", "src", "tests", "benchmarks", "examples")
LOCKS = {
    "nano_ffi/template/dot.github/publish.txt.in": ("--python-version=3.13", "--group=publish"),
    "nano_ffi/template/dot.github/wheels.txt.in": ("--python-version=3.11", "pyproject.toml", "--extra=wheels"),
    "scripts/nox.txt": ("--python-version=3.10", "--group=nox"),
}
"""Of the jobs that publish and that build, ours and users', and of scripts/bootstrap.py: what each is to hold."""
ZIG_TESTS = ("python", "-m", "ziglang", "build", "test", "--summary", "all")

# One cache of Zig's for all sessions, and all checkouts: the first compile for a target costs seconds, the next none.
os.environ.setdefault("ZIG_GLOBAL_CACHE_DIR", str(bootstrap.cache_folder() / "zig"))
# Compiles Zig's build runner unoptimised: a first `zig build` takes 19 s of CPU instead of 145 s.
os.environ.setdefault("ZIG_DEBUG_CMD", "1")
# Nobody's sitecustomize, user site or source folder gets into a session; sessions see what is installed in them.
os.environ |= {"PYTHONSAFEPATH": "1", "PYTHONNOUSERSITE": "1"}


def pip_install(session: nox.Session, *arguments: str) -> None:
    """``uv pip install``, by the session's own uv where nox found none."""
    need_uv(session)
    if session.venv_backend == "uv":
        session.install(*arguments)
    else:
        session.run_install("uv", "pip", "install", *arguments, silent=True)
    forget_uv_python(session)


def need_uv(session: nox.Session) -> None:
    if session.venv_backend != "uv":
        session.install(next(pin for pin in bootstrap.read_pins() if pin.startswith("uv==")))


def install(session: nox.Session, *groups: str, extras: tuple[str, ...] = ()) -> None:
    """Install dependency groups, and the requirements of the package's extras without the package."""
    requirements = [f"--group={group}" for group in groups] + [f"--extra={extra}" for extra in extras]
    pip_install(session, "-r", "pyproject.toml", *requirements)


def install_self(session: nox.Session) -> None:
    """Install the package from the source tree with its `wheels` extra, as a user does in his own project."""
    if sys.version_info < (3, 11):
        session.error(
            "cibuildwheel needs Python 3.11 or later: install one, and put it on PATH as python3.11 or the like"
        )
    # Threat: a compromised release of what the tools need. What makes the bytes is installed by its hash.
    pip_install(session, "--require-hashes", "-r", "nano_ffi/template/dot.github/wheels.txt.in")
    pip_install(session, "--no-build-isolation", "--no-deps", "--reinstall-package=nano-ffi", ".")


def run_beside_package(session: nox.Session, module: str) -> None:
    """Run a module of the tree that imports the installed package: the tree comes last on sys.path."""
    code = f"import runpy, sys; sys.path.append({str(ROOT)!r}); runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    session.run("python", "-P", "-c", code, *session.posargs)


def forget_uv_python(session: nox.Session) -> None:
    # Set by nox, it would overrule which environment cibuildwheel's own calls of uv are to install a wheel into.
    session.env.pop("UV_PYTHON", None)


def existing(*names: str) -> list[str]:
    return [name for name in names if (ROOT / name).exists()]


def run_all(session: nox.Session, *commands: tuple[str, ...]) -> list[str]:
    """Run every one of the commands, whatever comes of the others; those that failed."""
    failed = []
    for command in commands:
        try:
            session.run(*command)
        except CommandFailed:
            failed.append(" ".join(command[:4]))
    return failed


def run_lint(session: nox.Session) -> list[str]:
    """Needs the group `lint`, and for types the requirements of what is checked."""
    python = existing(*PYTHON_CODE)
    workflows = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(".github/workflows/*.yml"))]
    return run_all(
        session,
        ("ruff", "check", *python),
        ("ruff", "format", "--check", *python),
        ("python", "-m", "ziglang", "fmt", "--check", *existing(*ZIG_CODE)),
        ("validate-pyproject", "pyproject.toml"),
        ("zizmor", "--offline", "--pedantic", "--strict-collection", ".github"),
        ("check-jsonschema", "--builtin-schema=vendor.github-workflows", *workflows),
        ("check-jsonschema", "--builtin-schema=vendor.dependabot", ".github/dependabot.yml"),
        ("check-jsonschema", "--builtin-schema=vendor.citation-file-format", "CITATION.cff"),
        ("mypy", *existing("nano_ffi", "noxfile.py", "scripts", "tests", "benchmarks")),
        ("pyright",),
    )


def libraries() -> list[str]:
    """The groups of what arrays and event loops are tested with, on the CPythons that all of it has wheels for."""
    has_all = (3, 11) <= sys.version_info < (3, 14) and sysconfig.get_config_var("Py_GIL_DISABLED") != 1
    return ["arrays", "loops"] if has_all else []


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types and metadata. Changes nothing."""
    install(session, "lint", "test", "test-packaging", "mutants", *libraries(), extras=("wheels",))
    if failed := run_lint(session):
        session.error(f"see above: {', '.join(failed)}")


@nox.session
def format(session: nox.Session) -> None:
    """Make the style what `lint` wants."""
    install(session, "lint", extras=("zig",))
    python = existing(*PYTHON_CODE)
    session.run("ruff", "check", "--fix", *python)
    session.run("ruff", "format", *python)
    session.run("python", "-m", "ziglang", "fmt", *existing(*ZIG_CODE))


@nox.session(name="zig-tests")
def zig_tests(session: nox.Session) -> None:
    """Run the unit tests that stand beside the Zig code; they need no interpreter."""
    install(session, extras=("zig",))
    session.run(*ZIG_TESTS)


@nox.session
def tests(session: nox.Session) -> None:
    """Lint, Zig's units, and the suite on the wheel, built and installed with this Python. Arguments: pytest's, which are
    run first.
    """
    if missing := [name for name in session.posargs if ".py" in name and not (ROOT / name.partition("::")[0]).exists()]:
        session.error(f"there is no {missing[0]} in {ROOT}")
    groups, extras, suite = ["lint", "test", "test-packaging", "mutants"], ("wheels", "zig"), ["tests"]
    if sys.version_info < (3, 11):
        session.warn("lint and tests/packaging are left out: what builds wheels needs Python 3.11 or later")
        groups, extras, suite = ["lint", "test"], ("zig",), ["tests", "--ignore=tests/packaging"]
    complete = ["--complete"] if libraries() else []
    install(session, *groups, *libraries(), extras=extras)

    def checks() -> list[str]:
        return [*(run_lint(session) if "wheels" in extras else []), *run_all(session, ZIG_TESTS)]

    failed = [] if session.posargs else checks()
    wheel = build_wheel(session)
    pip_install(session, "--no-index", f"nano-ffi[{','.join(extras)}] @ {wheel.as_uri()}")
    calls = os.environ.get("NANO_FFI_FUZZ_CALLS", "1_000_000")  # elsewhere fewer: each CPython in turn runs the suite
    session.run("pytest", *pythons.PARALLEL, *complete, *(session.posargs or suite), env={"NANO_FFI_FUZZ_CALLS": calls})
    if session.posargs:
        failed = checks()
    if failed:
        session.error(f"the tests passed, but not this, see above: {', '.join(failed)}")


def build_wheel(session: nox.Session, source: str = ".", *options: str) -> Path:
    """Build the wheel for the session's Python as any `pip install` would; its path."""
    folder = session.cache_dir.resolve() / f"wheel-{session.name}"
    for old in folder.glob("*.whl"):
        old.unlink()
    session.run("uv", "build", "--wheel", "--python", f"{session.bin}/python", f"--out-dir={folder}", *options, source)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install_for_tests(session: nox.Session, *options: str) -> None:
    """The package as a wheel, built with these options, and what its tests need."""
    install(session, "test", extras=("zig",))
    wheel = build_wheel(session, ".", *options)
    pip_install(session, "--no-index", "--no-deps", "--reinstall-package=nano-ffi", f"nano-ffi @ {wheel.as_uri()}")


@nox.session(default=False)
def shuffled(session: nox.Session) -> None:
    """Run each file of tests by itself, on a fresh cache and in random order. Arguments: files, --randomly-seed=NUMBER."""
    install(session, "test", "test-packaging", "mutants", "shuffled", "nox", extras=("wheels", "zig"))
    wheel = build_wheel(session)
    pip_install(session, "--no-index", "--no-deps", "--reinstall-package=nano-ffi", f"nano-ffi @ {wheel.as_uri()}")
    order = [argument for argument in session.posargs if not argument.endswith(".py")]
    named = [argument for argument in session.posargs if argument.endswith(".py")]
    failed = []
    for file in named or sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/**/test_*.py")):
        with tempfile.TemporaryDirectory() as cache:
            environment = {"NANO_FFI_CACHE": cache, "NANO_FFI_TEST_MODE": "Debug"}
            try:
                session.run("pytest", *order, file, env=environment)
            except CommandFailed:
                failed.append(file)
    if failed:
        session.error(f"see above: {', '.join(failed)}")


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """Make a million calls of each function, ten million random ones, and two million random operations on objects:
    nothing grows or fails. Arguments: pytest's.
    """
    install_for_tests(session)
    many = ("--soak=1_000_000", "--fuzz-calls=10_000_000", "--machine-steps=2_000_000", "--fuzz-seed=0")
    files = [f"tests/test_{name}.py" for name in ("leaks", "fuzz", "model")]
    session.run("pytest", *files, *(session.posargs or many))


@nox.session(default=False)
def memcheck(session: nox.Session) -> None:
    """Run tests under valgrind's memcheck. Arguments: pytest's."""
    install_for_tests(session)
    run_beside_package(session, "scripts.memcheck")


@nox.session(default=False)
def tsan(session: nox.Session) -> None:
    """Look for data races in 32 threads. Arguments: the CPython to use, --help."""
    install_for_tests(session)
    run_beside_package(session, "scripts.tsan")


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Change the code, one thing at a time, and print what no test notices. Arguments: files, --since COMMIT, --help."""
    install(session, "test", "test-packaging", "mutants", "nox", extras=("wheels", "zig"))
    wheel = build_wheel(session)
    pip_install(session, "--no-index", "--no-deps", "--reinstall-package=nano-ffi", f"nano-ffi @ {wheel.as_uri()}")
    run_beside_package(session, "scripts.mutants")


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Which lines and branches of nano_ffi/ and scripts/ the tests run: a map, in htmlcov/. Arguments: pytest's."""
    install(session, "test", "test-packaging", "mutants", "coverage", "nox", extras=("wheels", "zig"))
    wheel = build_wheel(session)
    pip_install(session, "--no-index", "--no-deps", "--reinstall-package=nano-ffi", f"nano-ffi @ {wheel.as_uri()}")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *(session.posargs or ["tests"]), success_codes=[0, 1])
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "html", "--quiet")
    session.run("coverage", "report", "--skip-covered", "--sort=cover")
    session.log(f"written: {ROOT / 'htmlcov' / 'index.html'}")


@nox.session(default=False)
def safe(session: nox.Session) -> None:
    """Run tests on an extension with all of Zig's checks, in which wrong memory is filled. Arguments: pytest's."""
    install_for_tests(session, "--config-setting=cmake.build-type=Debug")
    files = [
        f"tests/test_{name}.py" for name in ("call", "calling", "fuzz", "kinds", "leaks", "registration", "soundness")
    ]
    session.run("pytest", *(session.posargs or files))


@nox.session
def wheels(session: nox.Session) -> None:
    """Cross-compile the wheels for all platforms and CPythons into wheelhouse/. Arguments: `nano-ffi wheels --help`."""
    install_self(session)
    session.run("nano-ffi", "wheels", *session.posargs)


@nox.session
def verify(session: nox.Session) -> None:
    """Compare what each wheel claims with what its bytes say. Arguments: `nano-ffi verify --help`."""
    install_self(session)
    session.run("nano-ffi", "verify", *session.posargs)


@nox.session
def sdist(session: nox.Session) -> None:
    """Build the sdist into wheelhouse/, beside the wheels it is published with, and prove it by building from it."""
    install(session, extras=("wheels",))
    for old in WHEELHOUSE.glob("*.tar.gz"):
        old.unlink()
    session.run("python", "-m", "build", "--installer=uv", "--sdist", f"--outdir={WHEELHOUSE}", *session.posargs)
    (archive,) = WHEELHOUSE.glob("*.tar.gz")
    session.run("twine", "check", "--strict", str(archive))
    build_wheel(session, str(archive))
    session.run("python", "nano_ffi/wheels/checksums.py", str(WHEELHOUSE))
    session.log(f"written: {archive}")


@nox.session(name="test-all-pythons")
def test_all_pythons(session: nox.Session) -> None:
    """Run the suite with every CPython found, on its own wheel from wheelhouse/. Arguments: --require 3.13,3.14t …"""
    install(session, "nox", extras=("zig",))
    session.run("python", "-m", "scripts.test_all_pythons", *session.posargs, env={"PYTHONSAFEPATH": ""})


@nox.session(name="test-wheel")
def test_wheel(session: nox.Session) -> None:
    """Run the suite on wheels built elsewhere, with every CPython found. Builds nothing. Arguments: --require all …"""
    install(session, "nox", extras=("zig",))
    session.run(
        "python", "-m", "scripts.test_all_pythons", "--built-elsewhere", *session.posargs, env={"PYTHONSAFEPATH": ""}
    )


@nox.session(default=False)
def runtimes(session: nox.Session) -> None:
    """Bring CPythons of other machines and systems into a cache folder. Arguments: names (windows aarch64 …), --list."""
    install(session, "nox", "runtimes", extras=("wheels",))
    session.run("python", "-m", "scripts.runtimes", *session.posargs, env={"PYTHONSAFEPATH": ""})


@nox.session(name="run-wheels", default=False)
def run_wheels(session: nox.Session) -> None:
    """Install each wheel of wheelhouse/ into a runtime that fits, and run the suite there. Arguments: --help."""
    install(session, "nox", "runtimes")
    install_self(session)
    run_beside_package(session, "scripts.run_wheels")


@nox.session(default=False)
def reproduce(session: nox.Session) -> None:
    """Build everything twice, in different places, and compare every byte. Arguments: --build 'cp313-*', --help."""
    install(session, "nox")
    install_self(session)
    run_beside_package(session, "scripts.reproduce")


@nox.session(default=False)
def rebuild(session: nox.Session) -> None:
    """Compare published files with a build of their tag. Arguments: VERSION [--published URL|FOLDER]."""
    install(session, "nox")
    install_self(session)
    run_beside_package(session, "scripts.rebuild")


@nox.session
def headers(session: nox.Session) -> None:
    """Compare the hand-written declarations of CPython with the Python.h of every CPython on this machine."""
    install(session, "nox", extras=("zig",))
    session.run(
        "python", "-m", "scripts.test_all_pythons", "--headers-only", *session.posargs, env={"PYTHONSAFEPATH": ""}
    )


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/. A warning is an error. The tests run its code."""
    install(session, "docs")
    wheel = build_wheel(session)
    pip_install(session, "--no-index", "--no-deps", "--reinstall-package=nano-ffi", f"nano-ffi @ {wheel.as_uri()}")
    session.run("python", "-m", "scripts.zig_reference", "docs/reference/zig.md", env={"PYTHONSAFEPATH": ""})
    session.run("zensical", "build", "--clean", "--strict", *session.posargs)
    session.log(f"written: {ROOT / 'site'}")


@nox.session(default=False)
def bump(session: nox.Session) -> None:
    """Change the version, and head its section of the changelog. Argument: the version."""
    pip_install(session, "packaging>=26")
    session.run("python", "-m", "scripts.changelog", *session.posargs, env={"PYTHONSAFEPATH": ""})


@nox.session(name="check-tag", default=False)
def check_tag(session: nox.Session) -> None:
    """Check that a tag of HEAD may be released. Arguments: the tag, --write FOLDER for the release's notes."""
    pip_install(session, "packaging>=26")
    session.run("python", "-m", "scripts.tag", *session.posargs, env={"PYTHONSAFEPATH": ""})


@nox.session(default=False)
def publish(session: nox.Session) -> None:
    """Upload wheelhouse/ with twine, if all is as it should be. Arguments: --dry-run, --repository testpypi, --help."""
    install_self(session)
    run_beside_package(session, "scripts.publish")


@nox.session(default=False)
def rehearse(session: nox.Session) -> None:
    """Make a whole release on this machine, to an index on loopback, with its failures. Arguments: --without …"""
    install(session, "nox", "rehearse")
    session.run("python", "-m", "scripts.rehearse_release", *session.posargs, env={"PYTHONSAFEPATH": ""})


@nox.session(default=False)
def update(session: nox.Session) -> None:
    """Move every pin to the newest version, write the locks anew, run the tests of what the pins are for. --only NAME"""
    pip_install(session, "packaging>=26")
    need_uv(session)
    session.run("python", "-m", "scripts.update", *session.posargs, env={"PYTHONSAFEPATH": ""})
    write_locks(session)
    install(session, "test", "test-packaging", extras=("wheels", "zig"))
    pip_install(session, "--no-deps", ".")
    files = [f"tests/packaging/test_{name}.py" for name in ("pins", "seam", "targets", "verify")]
    session.run("pytest", *files)
    session.run("git", "diff", "--stat", external=True)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Write the locks of the jobs that build and publish, ours and users': tools and all that they need, with hashes."""
    need_uv(session)
    write_locks(session, *session.posargs)


def write_locks(session: nox.Session, *options: str) -> None:
    for path, what in LOCKS.items():
        session.run(
            *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate"),
            *(*what, f"--output-file={path}"),
            *options,
        )
        session.log(f"written: {ROOT / path}")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure calls beside ctypes, cffi, pybind11, nanobind, Cython, C … Arguments: --check, --pythons, --help."""
    install(session, "bench", extras=("zig",))
    wheel = build_wheel(session)
    pip_install(session, "--no-index", "--no-deps", "--reinstall-package=nano-ffi", f"nano-ffi @ {wheel.as_uri()}")
    session.run("python", "benchmarks", *session.posargs)


@nox.session(default=False)
def dev(session: nox.Session) -> None:
    """Install the package editable with every tool into .venv, for an editor and for `pytest` by hand."""
    need_uv(session)
    session.run("uv", "venv", "--allow-existing", ".venv")
    into = ("uv", "pip", "install", f"--python={ROOT / '.venv'}")
    session.run(
        *into, "-r", "pyproject.toml", "--extra=wheels", "--group=lint", "--group=test", "--group=test-packaging"
    )
    session.run(*into, "--no-deps", "--editable", ".")
    session.log(f"written: {ROOT / '.venv'}")


@nox.session(requires=["format", "tests"])
def local(session: nox.Session) -> None:
    """A developer's whole loop: format, then everything that `tests` does."""
