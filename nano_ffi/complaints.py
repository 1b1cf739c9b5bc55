"""What Zig says of a user's file, without what is not the user's: our own sources, and how Zig was called."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["for_the_user", "unusable"]

MESSAGE = re.compile(r"(.+?):(\d+):\d+: (error|note): (.*)")
WRITTEN = {"root.zig", "source.zig", "build_options.zig"}
"""What `nano_ffi.compiler` writes where it calls Zig."""

REFERENCE = re.compile(r" +.+: (.+):(\d+):\d+")
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


def unusable(text: str, folder: str, ours: Sequence[str]) -> dict[tuple[str, int], str]:
    """Which places nano_ffi need not have looked at, each with what Zig says there: of each error the outermost one that
    is in no file of ours. Empty where there is an error without one. Paths are relative to `folder`, where Zig ran."""
    found: dict[tuple[str, int], str] = {}
    places: list[tuple[str, int]] = []
    said, referenced = "", False

    def take() -> bool:
        if said and places:
            found[places[-1]] = said
        return not said or bool(places)

    for line in text.splitlines():
        message, reference = MESSAGE.fullmatch(line), REFERENCE.fullmatch(line)
        place: tuple[str, int] | None = None
        if message is not None and message[3] == "error":
            if not take():
                return {}
            said, places, referenced = message[4], [], False
            place = os.path.normpath(Path(folder, message[1])), int(message[2])
        elif message is not None and message[4].startswith("called "):  # inline, or while compiling
            place = os.path.normpath(Path(folder, message[1])), int(message[2])
        elif line.startswith("error: ") and not NOISE.match(line):
            return {}
        elif line == "referenced by:":
            referenced = True
        elif referenced and reference is not None:
            place = os.path.normpath(Path(folder, reference[1])), int(reference[2])
        if place is not None and not place[0].startswith(tuple(ours)):
            places.append(place)
    return found if take() else {}


def _lines(lines: Sequence[str], ours: tuple[str, ...]) -> Iterator[str]:
    # Before the first message stands what `zig build` says of itself.
    shown, references, told = not any(map(MESSAGE.fullmatch, lines)), False, False
    for line in lines:
        message, reference = MESSAGE.fullmatch(line), REFERENCE.fullmatch(line)
        if message is not None:
            place, _, kind, said = message.groups()
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
