"""What sexp.zig does, in pure Python: for the benchmark, and to compare results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Node", "Token", "format", "parse", "tokenize"]

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|;[^\n]*)
    | (?P<open>\()
    | (?P<close>\))
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![^ \t\r\n()"]))
    | (?P<symbol>[^ \t\r\n()"]+)""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
POINT_LIMIT = 99


@dataclass(slots=True)
class Token:
    kind: str
    text: str
    line: int
    column: int
    start: int


def tokenize(text: str) -> Iterator[Token]:
    line = 1
    line_start = 0
    offset = 0
    while offset < len(text):
        match = TOKEN.match(text, offset)
        if match is None:
            raise ValueError(f"line {line}, column {offset - line_start + 1}: the string has no end")
        found = match.group()
        kind = match.lastgroup
        if kind != "space":
            assert kind is not None
            yield Token(kind, found, line, offset - line_start + 1, offset)
        offset = match.end()
        if "\n" in found:
            line += found.count("\n")
            line_start = match.start() + found.rindex("\n") + 1


class Node:
    __slots__ = ("column", "items", "kind", "line", "text")

    def __init__(self, kind: str, text: str, line: int, column: int) -> None:
        self.kind = kind
        self.text = text
        self.line = line
        self.column = column
        self.items: list[Node] = []

    def head(self) -> str | None:
        return self.items[0].text if self.items and self.items[0].kind == "symbol" else None

    def find(self, name: str) -> Node | None:
        return next((item for item in self.items if item.head() == name), None)

    def find_all(self, name: str) -> list[Node]:
        return [item for item in self.items if item.head() == name]

    def number(self) -> float:
        if self.kind != "number":
            raise ValueError(f"line {self.line}, column {self.column}: expected a number, not {self.text}")
        return float(self.text)


def parse(text: str) -> Node:
    top = Node("list", "", 1, 1)
    starts = [0]
    open_lists = [top]
    for token in tokenize(text):
        if token.kind == "close":
            node = open_lists.pop()
            if not open_lists:
                raise ValueError(f"line {token.line}, column {token.column}: nothing is open here")
            node.text = text[starts.pop() : token.start + 1]
            continue
        node = Node(token.kind, token.text, token.line, token.column)
        open_lists[-1].items.append(node)
        if token.kind == "open":
            node.kind = "list"
            open_lists.append(node)
            starts.append(token.start)
        elif token.kind == "string":
            node.text = token.text[1:-1]
            if "\\" in node.text:
                node.text = ESCAPE.sub(lambda match: ESCAPED.get(match[1], match[1]), node.text)
    if len(open_lists) > 1 or len(top.items) != 1:
        raise ValueError("this is not one expression")
    return top.items[0]


def format(text: str) -> str:
    out: list[str] = []
    depth = column = 0
    last = ""
    in_point = list_was_point = False
    tokens = list(tokenize(text))
    for number, token in enumerate(tokens, 1):
        if token.kind == "open":
            in_point = number < len(tokens) and tokens[number].text == "xy"
            if in_point and last == "close" and list_was_point and column < POINT_LIMIT:
                out.append(" ")
                column += 1
            elif last:
                out.append("\n" + "\t" * depth)
                column = depth
            depth += 1
            last = "open"
        elif token.kind == "close":
            depth -= 1
            if last == "close":
                out.append("\n" + "\t" * depth)
                column = depth
            list_was_point = in_point
            in_point = False
            last = "close"
        else:
            if last not in {"", "open"}:
                out.append(" ")
                column += 1
            last = "atom"
        out.append(token.text)
        column += len(token.text)
    out.append("\n")
    return "".join(out)
