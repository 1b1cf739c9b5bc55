"""The compiler, linker and archiver of one target, called as a build system calls ``cc``, ``c++``, ``ar`` and so on.

`toolchain` writes the commands that run this file: ``driver.py SETTINGS.json TOOL ARGUMENTS``. What a build system says for
the machine that it runs on is left out or put right, and what the target needs is added; all else goes to Zig as it is.
Only the standard library is imported here, since a project's build calls it hundreds of times, with any environment.
"""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["compiler_arguments", "resource_arguments"]

SOURCE = re.compile(r"\.(?:c|cc|cpp|cxx|c\+\+|m|mm|s|S|i|ii)$")
OBJECT = re.compile(r"\.(?:o|obj|a|lib)$")
NO_LINK = frozenset({"-c", "-E", "-S", "-M", "-MM", "-fsyntax-only", "--version", "-dumpversion", "-dumpmachine"})

FOREIGN = re.compile(
    r"""
    -lpython[\d.]+t?            # the interpreter itself has Python's symbols; Windows' import library is added
    | -static-lib(?:gcc|stdc\+\+) | -stdlib=.* | -fuse-ld=.*  # Zig's own, always
    | -Wl,(?:--?rpath(?:-link)?[,=].* | --exclude-libs[,=].* | -z,(?:defs|nodlopen) | --no-undefined | --as-needed
        | --no-as-needed | --?soname[,=].* | -h,.* | --version-script[,=].* | -Bsymbolic.* | -x | -S
        | -dead_strip | -no_fixup_chains | -undefined,.* | @.* | -install_name,.* | --export-all-symbols | --strip-.* | -plugin.*
        | -(?:current|compatibility)_version,.* | -(?:un)?exported_symbols?(?:_list)?,.* | -bundle_loader,.* | -ld_classic
        | -no_warn_duplicate_libraries | -no_deduplicate | -(?:no_)?adhoc_codesign | -no_uuid | -bind_at_load | -no_data_const
        | -flat_namespace | --warn-(?:common|shared-textrel) | --no-copy-dt-needed-entries | --icf=.* | --(?:no-)?relax
        | -z,(?:no)?separate-code | --default-symver | --?dynamic-list[,=].* | --gdb-index | --package-metadata=.* | --no-keep-memory
        | -Map[,=].* | --cref | --threads.* | --enable-auto-import | --enable-runtime-pseudo-reloc.* | --kill-at | --output-def[,=].*
        | --no-insert-timestamp | --large-address-aware | --exclude-all-symbols)
    | -mmacosx-version-min=.* | -bundle | -dynamiclib | -fno-semantic-interposition | -specs=.* | -flto.* | -fno-lto
    | -g\d? | -ggdb\d? | -fprofile.* | -pipe | -fstack-clash-protection | -fcf-protection.* | -march=native | -mtune=native
    | -mcpu=native | -Werror
    | (?i:/nodefaultlib(?::.*)? | (?:ucrt|libucrt|vcruntime|libvcruntime|msvcrt|libcmt|msvcprt|libcpmt)d?\.lib)  # Microsoft's
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


LINKER_VALUES = frozenset(
    "-undefined -rpath --rpath -rpath-link --rpath-link -soname --soname -h -z -install_name -current_version "
    "-compatibility_version -exported_symbols_list -unexported_symbols_list -exported_symbol -unexported_symbol -bundle_loader "
    "--version-script --exclude-libs --out-implib --output-def -dynamic-list --dynamic-list -Map".split()
)
"""Of a linker's options those with a value behind them."""


def linker_options_apart(arguments: list[str]) -> list[str]:
    """The arguments with one option of the linker in each ``-Wl``, and its value: as `FOREIGN` has them."""
    given: list[str] = []
    option = ""
    rest = iter(arguments)
    for argument in rest:
        if argument == "-Xlinker":
            words = [next(rest, "")]
        elif argument.startswith("-Wl,"):
            words = argument.split(",")[1:]
        else:
            given.append(argument)
            continue
        for word in words:
            if not option and word in LINKER_VALUES:
                option = word
            else:
                given.append(f"-Wl,{option},{word}" if option else f"-Wl,{word}")
                option = ""
    return given


def compiler_arguments(settings: dict[str, Any], tool: str, arguments: list[str]) -> tuple[list[str], str | None]:
    """Zig's arguments for a call of the C or C++ compiler, and the shared library that comes out, if one does."""
    kept: list[str] = []
    shared = False
    skip = False
    for argument in linker_options_apart(arguments):
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
    if settings["system"] == "linux":
        # For musl Zig's own choice is that of programs, and a project that says nothing has a compiler that chooses so.
        common.append("-fPIC")
    if settings["system"] == "windows":
        common += ["-idirafter", settings["spellings"]]
        kept = library_names(kept)
    common += [f"-ffile-prefix-map={path}={name}" for path, name in settings["prefixes"].items()]
    if not links:
        return common + kept, None
    # Of programs, too, which build systems link to ask the compiler: with debug information Zig would compile libc++ twice.
    common.append("-Wl,-s")
    if not shared:
        return common + kept, None
    kept = [a for a in kept if a != "-shared"]
    output = next((kept[at + 1] for at, a in enumerate(kept[:-1]) if a == "-o"), "a.out")
    entries: set[str] = set()
    if settings["system"] != "linux" and is_extension(settings, output):
        folder = Path(f"{output}.inputs")
        kept = compile_sources(settings, tool, kept, folder)
        kept, entries = hide_exports(settings, kept, folder)
    return [*common, "-shared", *kept, *link_options(settings, tool, kept, output, entries)], output


def is_extension(settings: dict[str, Any], output: str) -> bool:
    return output.endswith(tuple(settings["suffixes"]))


def compile_sources(settings: dict[str, Any], tool: str, arguments: list[str], folder: Path) -> list[str]:
    """The arguments of a call that compiles and links, with objects in the place of sources. Exits where one is wrong."""
    sources = [argument for argument in arguments if SOURCE.search(argument) and not argument.startswith("-")]
    if not sources:
        return arguments
    folder.mkdir(exist_ok=True)
    output = arguments.index("-o") if "-o" in arguments else len(arguments)
    options = [
        argument
        for argument in arguments[:output] + arguments[output + 2 :]
        if not SOURCE.search(argument) and not OBJECT.search(argument) and not argument.startswith(("-Wl,", "-l"))
    ]
    objects = {source: str(folder / f"{number}.o") for number, source in enumerate(sources)}
    for source, made in objects.items():
        given, _ = compiler_arguments(settings, tool, [*options, "-c", source, "-o", made])
        if failed := subprocess.run([settings["zig"], tool, *given], check=False).returncode:
            shutil.rmtree(folder)
            sys.exit(failed)
    return [objects.get(argument, argument) for argument in arguments]


def hide_exports(settings: dict[str, Any], arguments: list[str], folder: Path) -> tuple[list[str], set[str]]:
    """The arguments with copies of the objects that export more than an extension should, and the entry functions' names."""
    hide = runpy.run_path(settings["hiding"])["hide"]
    folders = [Path(argument[2:]) for argument in arguments if argument.startswith("-L")]
    entries: set[str] = set()
    given = []
    for number, argument in enumerate(arguments):
        path = static_library(argument[2:], folders) if argument.startswith("-l") else Path(argument)
        if path and OBJECT.search(path.name) and path.is_file():
            data = path.read_bytes()
            hidden, named = hide(data)
            entries |= named
            if hidden != data:
                folder.mkdir(exist_ok=True)
                copy = folder / f"{number}-{path.name}"
                copy.write_bytes(hidden)
                argument = str(copy)
        given.append(argument)
    return given, entries


def library_names(arguments: list[str]) -> list[str]:
    """The arguments with ``-lWs2_32`` in small letters, as Zig has Windows' libraries, unless the project has one so called."""
    folders = [Path(argument[2:]) for argument in arguments if argument.startswith("-L")]

    def is_there(name: str) -> bool:
        names = (f"lib{name}.dll.a", f"lib{name}.a", f"{name}.lib", f"lib{name}.lib", f"{name}.dll")
        return any((folder / file).exists() for folder in folders for file in names)

    return [
        argument.lower() if re.match(r"-l[^:]", argument) and not is_there(argument[2:]) else argument
        for argument in arguments
    ]


def static_library(name: str, folders: list[Path]) -> Path | None:
    """What ``-lNAME`` links, where that is an archive in one of the folders."""
    for folder in folders:
        if any((folder / f"lib{name}{suffix}").exists() for suffix in (".so", ".dylib", ".tbd", ".dll.a")):
            return None
        for found in (folder / f"lib{name}.a", folder / f"{name}.lib", folder / f"lib{name}.lib"):
            if found.exists():
                return found
    return None


def link_options(settings: dict[str, Any], tool: str, given: list[str], output: str, entries: set[str]) -> list[str]:
    """What a shared library of the target is linked with, after all that the project says, which is `given`.

    Of an extension module nothing but its entry function is exported, those of `entries` that have its name, or ``PyInit_``
    and its name.
    """
    system, name = settings["system"], Path(output).name
    extension = is_extension(settings, output)
    options: list[str] = []
    if system == "windows":
        if extension:
            definition = Path(f"{output}.def")
            module = name.partition(".")[0]
            # PEP 489.
            encoded = f"_{module}" if module.isascii() else f"U_{module.encode('punycode').decode().replace('-', '_')}"
            names = sorted(entries & {f"PyInit{encoded}", f"PyModExport{encoded}"}) or [f"PyInit{encoded}"]
            definition.write_text("\n  ".join(["EXPORTS", *names]) + "\n", encoding="utf-8")
            options.append(str(definition))
            # Nothing links with an extension, and what lies beside it gets into the wheel: see `finish`. Where the project
            # names an import library, as Meson does, it wants it there.
            if not any(option.startswith("-Wl,--out-implib") for option in given):
                options.append(f"-Wl,--out-implib={output}.implib")
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
    """What is to be done when a shared library has been linked, or could not be."""
    shutil.rmtree(f"{library}.inputs", ignore_errors=True)
    if settings["musl"] and library.exists():
        name_libc = runpy.run_path(settings["name_libc"])["name_libc"]
        library.write_bytes(name_libc(library.read_bytes()))
    if settings["system"] == "windows" and is_extension(settings, str(library)):
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


def response_file(argument: str) -> list[str]:
    """The arguments that stand in the file that ``@FILE`` names."""
    path = Path(argument[1:])
    return shlex.split(path.read_text(encoding="utf-8")) if argument.startswith("@") and path.is_file() else [argument]


def main() -> int:
    path, tool, *arguments = sys.argv[1:]
    settings = json.loads(Path(path).read_text(encoding="utf-8"))
    library = None
    if tool in {"cc", "c++"}:
        arguments = [part for argument in arguments for part in response_file(argument)]
        arguments, library = compiler_arguments(settings, tool, arguments)
    elif tool == "ar" and arguments:
        # Of a thin archive `hiding` would not find the objects.
        operation, *arguments = [argument for argument in arguments if argument != "--thin"]
        arguments = [operation if operation.startswith("--") else operation.replace("T", ""), *arguments]
    elif tool == "windres":
        tool, arguments = "rc", resource_arguments(arguments)
    done = subprocess.run([settings["zig"], tool, *arguments], check=False).returncode
    if library:
        finish(settings, Path(library))
    return done


if __name__ == "__main__":
    sys.exit(main())
