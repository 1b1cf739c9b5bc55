"""Rows that are a statement, over the classes and functions of a column's module. Only the standard library."""

from __future__ import annotations

import ast
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.timing import CALLS, Loop

__all__ = ["Statement"]

Names = Mapping[str, Any]

SOURCE = """\
def loop({parameters}):
    begin = clock()
    for _ in turns:
{body}
    return clock() - begin
"""

SOURCE_WITH_BEFORE = """\
def loop({parameters}):
    seconds = 0.0
    for _ in turns:
{before}
        begin = clock()
{body}
        seconds += clock() - begin
    return seconds
"""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement, what it needs, and what must come of it."""

    name: str = ""
    """By default the code."""
    code: str
    setup: str = ""
    """Is run once, with the module's names, before the loop is made."""
    before: str = ""
    """Is run before each statement, and not measured."""
    check: str = ""
    """An expression that must be true after the statement; `r` is what came of it."""
    once: bool = False
    """Whether it stands in a turn of the loop only once, as it takes microseconds."""
    heavy: bool = False
    """Whether it takes milliseconds: there is one in a turn, and it is not run in all rounds."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.code)

    @property
    def goal(self) -> float:
        """The largest ratio to hand-written C that nano_ffi may have."""
        return 1.0

    @property
    def calls(self) -> int:
        """How often it stands in a turn of the loop."""
        return 1 if self.heavy or self.once or self.before else CALLS

    def prepared(self, names: Names) -> dict[str, Any]:
        """The module's names, and those of the setup."""
        namespace = {name: value for name, value in names.items() if not name.startswith("__")}
        exec(self.setup, namespace)  # noqa: S102
        return namespace

    def test(self, names: Names) -> None:
        """Raises AssertionError where the statement does not do what it should."""
        namespace = self.prepared(names)
        exec(self.before, namespace)  # noqa: S102
        try:
            namespace["r"] = eval(self.code, namespace)
        except SyntaxError:
            exec(self.code, namespace)  # noqa: S102
        if self.check and not eval(self.check, namespace):
            raise AssertionError(f"{self.name}: not so: {self.check}; got {namespace.get('r')!r}")

    def loop(self, names: Names | None, *, empty: bool = False) -> Loop:
        """The loop over the names of a module; the empty one has no statement, and needs names only for `before`."""
        namespace: dict[str, Any] = {"clock": time.perf_counter} | (self.prepared(names) if names is not None else {})
        code = ["pass"] if empty else [self.code] * self.calls
        used = {
            node.id
            for node in ast.walk(ast.parse("\n".join([*code, self.before])))
            if isinstance(node, ast.Name) and node.id in namespace
        }
        # Defaults of parameters: what the loop reads are local variables.
        parameters = ", ".join(["turns", "clock=clock", *(f"{name}={name}" for name in sorted(used - {"clock"}))])
        source = (SOURCE_WITH_BEFORE if self.before else SOURCE).format(
            parameters=parameters, body=indented(*code), before=indented(self.before)
        )
        exec(compile(source, f"<{self.name}>", "exec"), namespace)  # noqa: S102 - a loop of its own code object
        made: Loop = namespace["loop"]
        return made


def indented(*lines: str) -> str:
    return "\n".join(" " * 8 + line for text in lines for line in text.splitlines())
