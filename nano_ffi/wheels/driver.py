"""The compiler, linker and archiver of one target, called as a build system calls ``cc``, ``c++``, ``ar`` and so on.

`toolchain` writes the commands that run this file: ``driver.py SETTINGS.json TOOL ARGUMENTS``. What a build system says for
the machine that it runs on is left out or put right, and what the target needs is added; all else goes to Zig as it is.
Only the standard library is imported here, since a project's build calls it hundreds of times, with any environment.
"""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["compiler_arguments", "resource_arguments"]

SOURCE = re.compile(r"\.(?:c|cc|cpp|cxx|c\+\+|m|mm|s|S|i|ii)$")
NO_LINK = frozenset({"-c", "-E", "-S", "-M", "-MM", "-fsyntax-only", "--version", "-dumpversion", "-dumpmachine"})

FOREIGN = re.compile(
    r"""
    -lpython[\d.]+t?            # the interpreter itself has Python's symbols; Windows' import library is added
    | -static-lib(?:gcc|stdc\+\+) | -stdlib=.* | -fuse-ld=.*  # Zig's own, always
    | -Wl,(?:-rpath(?:-link)?[,=].* | --exclude-libs[,=].* | -z,(?:defs|nodlopen) | --no-undefined | --as-needed
        | --no-as-needed | --out-implib[,=].* | -soname[,=].* | -h,.* | --version-script[,=].* | -Bsymbolic.* | -x | -S
        | -dead_strip | -no_fixup_chains | -undefined,.* | @.* | -install_name,.* | --export-all-symbols | --strip-.* | -plugin.*)
    | -mmacosx-version-min=.* | -bundle | -dynamiclib | -fno-semantic-interposition | -specs=.* | -flto.* | -fno-lto
    | -g\d? | -ggdb\d? | -fprofile.* | -pipe | -fstack-clash-protection | -fcf-protection.* | -march=native | -mtune=native
    | -mcpu=native | -Werror
    """,
    re.VERBOSE,
)
"""What is of this machine, of another linker, or that Zig does in any case; no warning of another compiler is an error."""

WITH_VALUE = frozenset(
    "-arch -isysroot -install_name -undefined -rpath -current_version -compatibility_version -exported_symbols_list "
    "-unexported_symbols_list -bundle_loader".split()
)
"""Of macOS' own compiler, left out with the argument behind them."""

IN_LIBC = {
    "windows": frozenset("-lm -ldl -lrt -lpthread -lutil -lc".split()),
    "macos": frozenset("-lm -ldl -lrt -lpthread -lutil -lc".split()),
}
"""Libraries of Linux that are a part of another system's."""


def compiler_arguments(settings: dict[str, Any], tool: str, arguments: list[str]) -> tuple[list[str], str | None]:
    """Zig's arguments for a call of the C or C++ compiler, and the shared library that comes out, if one does."""
    kept: list[str] = []
    shared = False
    skip = False
    for argument in arguments:
        if skip:
            skip = False
            continue
        shared = shared or argument in {"-shared", "-bundle", "-dynamiclib"}
        if argument in WITH_VALUE:
            skip = True
        elif not FOREIGN.fullmatch(argument) and argument not in IN_LIBC.get(settings["system"], ()):
            kept.append(argument)
    links = not NO_LINK & set(arguments) and any(not a.startswith("-") for a in kept)
    # Before any other folder of Python.h, which a build system takes from the interpreter that it runs.
    common = ["-target", settings["target"], f"-mcpu={settings['cpu']}", "-fno-sanitize=undefined"]
    common += [f"-I{settings['include']}"]
    if settings["system"] == "macos":
        # Zig's linker of Mach-O files takes no list of what is exported; a project's own -fvisibility comes later.
        common.append("-fvisibility=hidden")
    if settings["system"] == "linux":
        # For musl Zig's own choice is that of programs, and a project that says nothing has a compiler that chooses so.
        common.append("-fPIC")
    common += [f"-ffile-prefix-map={path}={name}" for path, name in settings["prefixes"].items()]
    if not links:
        return common + kept, None
    # Of programs, too, which build systems link to ask the compiler: with debug information Zig would compile libc++ twice.
    common.append("-Wl,-s")
    if not shared:
        return common + kept, None
    kept = [a for a in kept if a != "-shared"]
    output = next((kept[at + 1] for at, a in enumerate(kept[:-1]) if a == "-o"), "a.out")
    return [*common, "-shared", *kept, *link_options(settings, tool, output)], output


def link_options(settings: dict[str, Any], tool: str, output: str) -> list[str]:
    """What a shared library of the target is linked with, after all that the project says.

    Of an extension module nothing but its ``PyInit_`` function is exported.
    """
    system, name = settings["system"], Path(output).name
    extension = name.endswith(tuple(settings["suffixes"]))
    options: list[str] = []
    if system == "windows":
        if extension:
            definition = Path(f"{output}.def")
            definition.write_text(f"EXPORTS\n  PyInit_{name.partition('.')[0]}\n", encoding="utf-8")
            # Nothing links with an extension, and what lies beside it gets into the wheel: see `finish`.
            options += [str(definition), f"-Wl,--out-implib={output}.implib"]
        # Without CPython's version in its name it keeps to the stable ABI, which is another DLL's.
        own = not extension or name.endswith(settings["suffixes"][0])
        return [*options, *settings["libraries"][:: 1 if own else -1]]
    if system == "macos":
        # Those of libc++abi are exported whatever is said.
        operators = settings["operators"] if tool == "c++" else []
        return ["-Wl,-undefined,dynamic_lookup", f"-Wl,-install_name,@rpath/{name}", *operators]
    options.append(f"-Wl,-soname,{settings['musl'] or name}")
    if extension:
        options.append(f"-Wl,--version-script={settings['exports']}")
    return options


def finish(settings: dict[str, Any], library: Path) -> None:
    """What is to be done when a shared library has been linked."""
    if settings["musl"]:
        name_libc = runpy.run_path(settings["name_libc"])["name_libc"]
        library.write_bytes(name_libc(library.read_bytes()))
    if settings["system"] == "windows" and library.name.endswith(tuple(settings["suffixes"])):
        for suffix in (".def", ".implib"):
            library.with_name(library.name + suffix).unlink(missing_ok=True)


def resource_arguments(arguments: list[str]) -> list[str]:
    """``zig rc``'s arguments for a call of ``windres``."""
    options: list[str] = []
    files: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument in {"-O", "-J", "--output-format", "--input-format"}:
            next(rest)
        elif argument in {"-o", "-i"}:
            files.append(next(rest))
        elif argument[:2] in {"-D", "-I"}:
            options += [f"/{argument[1].lower()}", argument[2:] or next(rest)]
        elif not argument.startswith("-"):
            files.append(argument)
    source, output = files[0], files[1] if len(files) > 1 else f"{files[0]}.obj"
    return ["/:output-format", "coff", *options, "/fo", output, "--", source]


def main() -> int:
    path, tool, *arguments = sys.argv[1:]
    settings = json.loads(Path(path).read_text(encoding="utf-8"))
    library = None
    if tool in {"cc", "c++"}:
        arguments, library = compiler_arguments(settings, tool, arguments)
    elif tool == "windres":
        tool, arguments = "rc", resource_arguments(arguments)
    done = subprocess.run([settings["zig"], tool, *arguments], check=False).returncode
    if library and not done:
        finish(settings, Path(library))
    return done


if __name__ == "__main__":
    sys.exit(main())
