"""docs/reference/options.md has every option of `nano_ffi_options`, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def source(name: str) -> str:
    return (ROOT / "src" / name).read_text(encoding="utf-8")


def in_the_source() -> set[str]:
    """Of functions, of classes and fields by their lists, and of what looks for one by its name."""
    functions = re.search(r"\nfn Options\(.*?return struct \{(.*?)\n    \};", source("exports.zig"), re.DOTALL)
    assert functions is not None
    names = set(re.findall(r"^        (\w+):", functions[1], re.MULTILINE))
    lists = re.findall(r"pub const (?:own_|field_)?options = \.\{(.*?)\};", source("classes.zig"))
    assert len(lists) == 3
    names |= {name for text in lists for name in re.findall(r'"(\w+)"', text)}
    for file in ("declarations.zig", "exceptions.zig", "signature.zig", "untagged.zig"):
        found = re.findall(r'@hasField\((?:@TypeOf\(given\)|Options), "(\w+)"\)', source(file))
        assert found, file
        names |= set(found)
    return names | {"skip", "only"}


def test_the_page_has_every_option() -> None:
    page = (ROOT / "docs/reference/options.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `.")]
    shown = {name for row in rows for name in re.findall(r"`\.(\w+) =", row)}
    assert shown == in_the_source()
    assert len(shown) > 25
