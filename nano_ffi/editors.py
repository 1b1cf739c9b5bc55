"""``nano-ffi editor``: what editors, the language server ZLS and debuggers need to know of a project."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from nano_ffi.builds import module_name
from nano_ffi.compiler import ALWAYS_THERE, ROOT, SOURCES, Job, build_options, imported
from nano_ffi.packages import has_dependencies
from nano_ffi.switches import SettingsError, write_whole
from nano_ffi.zig import Zig

__all__ = ["files_of", "write_files"]

MADE = (
    "// Made by `nano-ffi editor` for this machine: editors read it, and `zig build check`. nano_ffi builds without it."
)

BUILD = """\
{made}
const std = @import("std");
const zig = "{sources}";

pub fn build(b: *std.Build) void {{
    const target = b.standardTargetOptions(.{{}});
    const check = b.step("check", "Compile all modules, and keep nothing of it");
    b.default_step = check;
    const written = b.addWriteFiles();
    const describe = b.addExecutable(.{{
        .name = "describe",
        .root_module = b.createModule(.{{
            .root_source_file = b.graph.cwdRelativePath(zig ++ "/source.zig"),
            .target = b.graph.host,
        }}),
    }});
{modules}}}
{dependencies}"""

MODULE = """\
    {{
        const nano_ffi = b.createModule(.{{
            .root_source_file = b.graph.cwdRelativePath(zig ++ "/root.zig"),
        }});
        nano_ffi.addAnonymousImport("build_options", .{{
            .root_source_file = written.add("{name}/build_options.zig",
{options}
            ),
        }});
        const user = b.addModule("{name}", .{{
            .root_source_file = b.graph.cwdRelativePath("{source}"),
            .target = target,
            .link_libc = target.result.os.tag != .windows,
        }});
        user.addImport("nano_ffi", nano_ffi);
{more}        const described = b.addRunArtifact(describe);
        described.addFileArg(user.root_source_file.?);
        const source = described.addOutputFileArg("source.zig");
        described.addArg("{std}");
        described.has_side_effects = true; // it reads what the file imports
        const root = b.createModule(.{{
            .root_source_file = written.add("{name}/root.zig",
{root}
            ),
            .target = target,
        }});
        root.addImport("nano_ffi", nano_ffi);
        root.addImport("module", user);
        root.addAnonymousImport("module_source", .{{ .root_source_file = source }});
        check.dependOn(&b.addObject(.{{ .name = "{name}", .root_module = root }}).step);
    }}
"""

DEPENDENCIES = """
fn addDependencies(b: *std.Build, user: *std.Build.Module, target: std.Build.ResolvedTarget) void {
    const dependencies = @import("build.zig.zon").dependencies;
    inline for (@typeInfo(@TypeOf(dependencies)).@"struct".field_names) |name| {
        const modules = b.dependency(name, .{ .target = target }).builder.modules;
        for (modules.keys(), modules.values()) |own, module| user.addImport(own, module);
        if (modules.count() == 1) user.addImport(name, modules.values()[0]);
    }
}
"""


def files_of(folder: Path, sources: list[Path]) -> dict[str, str]:
    """The texts of the files by their paths in the project's `folder`, whose modules are `sources`."""
    zig = Zig.find()
    modules = "".join(module_text(zig, folder, source) for source in sources)
    uses = DEPENDENCIES if "addDependencies(" in modules else ""
    build = BUILD.format(made=MADE, sources=quoted(SOURCES), modules=modules, dependencies=uses)
    return {
        "build.zig": build,
        "zls.json": shown_json(
            {"zig_exe_path": zig.executable, "enable_build_on_save": True, "build_on_save_args": ["check"]}
        ),
        ".vscode/launch.json": shown_json({"version": "0.2.0", "configurations": launches()}),
    }


def module_text(zig: Zig, folder: Path, source: Path) -> str:
    job = Job.of(source, name=module_name(str(source)), mode="Debug")
    more = [f'user.addIncludePath(b.graph.cwdRelativePath("{quoted(path)}"));' for path in job.table.include]
    package = folder / "build.zig.zon"
    if package.is_file() and has_dependencies(str(package)) and not imported(source) <= ALWAYS_THERE:
        more.append("addDependencies(b, user, target);")
    return MODULE.format(
        name=job.name,
        source=quoted(source),
        std=quoted(zig.standard_library),
        more="".join(f"        {line}\n" for line in more),
        options=zig_lines(build_options(job.target, abi3=False, places=False, linked=None)),
        root=zig_lines(ROOT.format(salt="for an editor", name=json.dumps(job.name))),
    )


def quoted(path: str | Path) -> str:
    """A path inside of a string of Zig's."""
    return json.dumps(str(path).replace(os.sep, "/"), ensure_ascii=False)[1:-1]


def zig_lines(text: str) -> str:
    """A text of several lines as Zig has it."""
    return "".join(f"                \\\\{line}\n" for line in text.splitlines()).rstrip("\n")


def launches() -> list[dict[str, object]]:
    """Launch configurations: Python's debugger, and one of machine code, which stops in Zig files."""
    common: dict[str, object] = {"request": "launch", "program": sys.executable, "args": ["${file}"]}
    # gdb finds no lines in what Zig's own backend makes of a file in Debug: only its functions.
    environment = {"NANO_FFI_MODE": "ReleaseSafe"}
    return [
        {"name": "Python: this file", "type": "debugpy", "request": "launch", "program": "${file}", "env": environment},
        {
            "name": "Zig in Python: this file (gdb)",
            "type": "cppdbg",
            **common,
            "cwd": "${workspaceFolder}",
            "MIMode": "gdb",
            "environment": [{"name": name, "value": value} for name, value in environment.items()],
            "setupCommands": [{"text": "set breakpoint pending on"}],
        },
        {
            "name": "Zig in Python: this file (lldb)",
            "type": "lldb",
            **common,
            "cwd": "${workspaceFolder}",
            "env": environment,
        },
    ]


def shown_json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def write_files(folder: Path, sources: list[Path]) -> list[Path]:
    """Write what is missing, and a build.zig that this wrote before; return what was written.

    Raises SettingsError where the project has a build.zig of its own: then nothing is written.
    """
    place = folder / "build.zig"
    if place.exists() and not place.read_text(encoding="utf-8").startswith(MADE):
        raise SettingsError(f"{place} is the project's own: move it elsewhere, or give it the step `check` by hand")
    written: list[Path] = []
    for name, text in files_of(folder, sources).items():
        path = folder / name
        if path.exists() and path != place:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
        written.append(path)
    return written
