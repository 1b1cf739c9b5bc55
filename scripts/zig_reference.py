"""The reference of ``@import("nano_ffi")`` out of the doc comments in src/: ``python -m scripts.zig_reference PAGE``."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["page"]

SRC = Path(__file__).resolve().parent.parent / "src"

WIDTH = 80
"""Longer lines of code are broken up."""

HEAD = """\
# Zig

What a Zig file gets by `@import("nano_ffi")`. It needs the import only for these; plain types cross without.

"""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """A public declaration: its first line, its doc comment, and the public ones in it."""

    name: str
    line: str
    doc: str
    members: tuple[Declaration, ...]


def page() -> str:
    """The page in Markdown."""
    source = (SRC / "root.zig").read_text(encoding="utf-8")
    imports = dict(re.findall(r'^const (\w+) = @import\("([\w/.]+)"\);', source, re.MULTILINE))
    entries = []
    for declaration in declarations(source):
        target = re.search(r"= (?:@import\(\"([\w/.]+)\"\)|(\w+))\.(\w+);", declaration.line)
        found = declaration
        if target and (file := target[1] or imports.get(target[2])):
            found = find(declarations((SRC / file).read_text(encoding="utf-8")), target[3]) or declaration
        doc = "\n\n".join(dict.fromkeys(filter(None, [declaration.doc, found.doc])))
        if doc:
            entries.append(entry(declaration.name, found, doc))
    return HEAD + "\n".join(entries)


def declarations(source: str) -> list[Declaration]:
    """The public declarations of a source text, by its indentation, which `zig fmt` keeps."""
    lines = source.splitlines()
    result = []
    for number, line in enumerate(lines):
        match = re.match(r"pub (?:inline )?(?:const|fn|var) (@?[\w\"]+)", line)
        if match is None:
            continue
        first = number
        while first and lines[first - 1].startswith("///"):
            first -= 1
        end = next((n for n in range(number + 1, len(lines)) if lines[n].startswith(("}", ")"))), number)
        inner = lines[number + 1 : end] if line.endswith("{") else []
        depth = min((len(text) - len(text.lstrip()) for text in inner if text.strip()), default=0)
        nested = "\n".join(text[depth:] for text in inner)
        if returned := re.search(r"^return (?:extern |packed )?struct \{\n(.*)^\};", nested, re.MULTILINE | re.DOTALL):
            nested = "\n".join(text[4:] for text in returned[1].splitlines())
        header = line if not line.endswith("(") else " ".join(text.strip() for text in lines[number : end + 1])
        result.append(
            Declaration(
                name=match[1],
                line=header.removesuffix("{").rstrip(),
                doc="\n".join(text[3:].removeprefix(" ") for text in lines[first:number]),
                members=tuple(declarations(nested)) if nested else (),
            )
        )
    return result


def find(found: list[Declaration], name: str) -> Declaration | None:
    return next((declaration for declaration in found if declaration.name == name), None)


def entry(name: str, declaration: Declaration, doc: str) -> str:
    members = [member for member in declaration.members if member.doc]
    lines = [f"## {name}", "", "```zig", *code(name, declaration), "```", "", doc, ""]
    for member in members:
        lines += [f"`{member.line.removeprefix('pub ')}`", f":   {' '.join(member.doc.split())}", ""]
    return "\n".join(lines)


def code(name: str, declaration: Declaration) -> list[str]:
    """The declaration's first line as `root.zig` names it, a parameter a line where it is long."""
    line = re.sub(r"^(pub (?:inline )?(?:const|fn|var)) \w+", rf"\1 {name}", declaration.line)
    line = re.sub(r"^(pub const \w+) = .*\($|^(pub const \w+) = .*\(struct$", r"\1\2", line)
    if line.endswith(("struct", "union(enum)", "enum")):
        line += " { … };"
    if len(line) <= WIDTH or "(" not in line:
        return [line]
    head, _, rest = line.partition("(")
    parameters, _, result = rest.rpartition(")")
    return [
        f"{head}(",
        *(f"    {parameter.strip()}," for parameter in parameters.rstrip(", ").split(",")),
        f"){result}",
    ]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
