"""What Zig says of a user's file, without what is not the user's: our own sources, and how Zig was called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["for_the_user"]

MESSAGE = re.compile(r"(.+?):\d+:\d+: (error|note): (.*)")
WRITTEN = {"root.zig", "source.zig", "build_options.zig"}
"""What `nano_ffi.compiler` writes where it calls Zig."""

REFERENCE = re.compile(r" +.+: (.+):\d+:\d+")
NOISE = re.compile(
    r"failed command: |Build Summary: |error: the following (?:build )?command |error: \d+ compilation errors?$"
    r"| *\d+ reference\(s\) hidden|install(?: transitive failure)?$|[+|` ]*(?:\+-|└─|├─) "
)
"""Lines of ``zig build``, and of Zig's count of what it does not show."""

OURS = "nano_ffi: "
"""How a message of our own sources begins."""

OUTSIDE = "import of file outside module path"

REMEDY = """\
a module is made of the Zig files in its own folder and below it: move the other file there, or make a file in the folder \
above both the module, with a line for each, as pub const part = @import("part/file.zig");"""


def for_the_user(text: str, ours: Sequence[str]) -> str:
    """Zig's messages about files whose paths do not begin as one of `ours`, with their lines and carets.

    Of our own sources only what they say to the user is left; what they do not mean to say is left whole.
    """
    said = "\n".join(_lines(text.splitlines(), tuple(ours))).rstrip() or text
    return f"{said}\n{REMEDY}" if OUTSIDE in said else said


def _lines(lines: Sequence[str], ours: tuple[str, ...]) -> Iterator[str]:
    # Before the first message stands what `zig build` says of itself.
    shown, references, told = not any(map(MESSAGE.fullmatch, lines)), False, False
    for line in lines:
        message, reference = MESSAGE.fullmatch(line), REFERENCE.fullmatch(line)
        if message is not None:
            place, kind, said = message.groups()
            own = place in WRITTEN or place.startswith(ours)
            references = told = False
            shown = not own or (kind == "error" and not said.startswith(OURS))
            yield from [line] if shown else [f"error: {said}"] if kind == "error" else []
        elif line == "referenced by:":
            references = True
        elif NOISE.match(line):
            continue
        elif references and reference is not None:
            if not reference[1].startswith(ours) and reference[1] not in WRITTEN:
                yield from [line] if told else ["referenced by:", line]
                told = True
        elif shown:
            references = False
            yield line
