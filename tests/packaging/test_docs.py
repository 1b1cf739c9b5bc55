"""Every block of code in the documentation runs, and gives what its comments say.

In Python, ``expression  # 7`` says that the expression has that ``repr``. A Zig block with a title is a file that the
page's Python imports. Commands are compared with what there is.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ziglang", reason="no Zig to compile the pages' files with: pip install 'nano-ffi[zig]'")

from nano_ffi import __main__
from nano_ffi.settings import read_table

ROOT = Path(__file__).resolve().parent.parent.parent
GENERATED = ROOT / "docs" / "reference" / "zig.md"
PAGES = sorted(set(ROOT.glob("docs/**/*.md")) - {GENERATED})
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

RUN = """
import ast, sys
sys.path.insert(0, "")
source = sys.stdin.read()
namespace = {"__name__": "__main__"}
lines = source.splitlines()
wrong = []
for node in ast.parse(source).body:
    line = lines[node.end_lineno - 1][node.end_col_offset:]
    expected = line.partition("#")[2].strip()
    if not isinstance(node, ast.Expr) or not expected:
        exec(compile(ast.Module([node], []), "page", "exec"), namespace)
        continue
    value = eval(compile(ast.Expression(node.value), "page", "eval"), namespace)
    if repr(value) != expected:
        wrong.append(f"{lines[node.end_lineno - 1]}\\n  gives {value!r}")
sys.exit("\\n".join(wrong) or None)
"""


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """(language, title, text) of each."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def name(page: Path) -> str:
    return page.relative_to(ROOT / "docs").as_posix()


def without_excerpts(found: list[tuple[str, str, str]], folder: Path, where: str) -> list[tuple[str, str, str]]:
    """The blocks but for those of Zig, which are parts of the example's files."""
    for language, title, text in found:
        if language == "zig":
            assert text in (folder / title).read_text(encoding="utf-8"), f"{where}: this is not in {title}:\n{text}"
    return [block for block in found if block[0] != "zig"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    found = blocks(page)
    folder, mode = tmp_path, "ReleaseSafe"
    if page.parent.name == "examples":
        folder, mode = ROOT / "examples" / page.stem, "Debug"
        found = without_excerpts(found, folder, name(page))
    python = "\n".join(text for language, _, text in found if language == "python")
    for library in ("numpy", "polars", "pyarrow"):
        if f"import {library}" in python:
            pytest.importorskip(library, reason=f"{library}, which the page imports, is not installed")
    for language, title, text in found:
        assert language in {"python", "zig", "console", "toml"}, f"{name(page)}: a block of {language} is not run"
        if title:
            (tmp_path / title).write_text(text, encoding="utf-8")
        if language == "zig":
            assert title, f"{name(page)}: a block of Zig needs a title, by which it is imported"
            imported = rf"\bimport {title.removesuffix('.zig')}\b|@import\(\"{title}\"\)"
            others = "".join(block[2] for block in found)
            assert re.search(imported, others), f"{name(page)}: nothing imports {title}"
        if language == "toml":
            assert title == "pyproject.toml"
            (tmp_path / title).unlink()  # what it names is not there
            check_table(text, tmp_path)
    if python:
        done = subprocess.run(
            [sys.executable, "-c", RUN],
            input=python,
            cwd=folder,
            env={**os.environ, "NANO_FFI_MODE": mode},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{name(page)}:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "console" in {block[0] for block in blocks(page)}], ids=name
)
def test_the_commands_of_a_page_are_there(page: Path) -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = set(re.findall(r"^def (\w+)\(session", noxfile, re.MULTILINE))
    extras = importlib.metadata.metadata("nano-ffi").get_all("Provides-Extra") or []
    for language, _, text in blocks(page):
        for line in text.splitlines() if language == "console" else []:
            if not line.startswith("$ "):
                continue
            command, *arguments = shlex.split(line[2:], comments=True)
            if command == "nox":
                assert arguments[0] == "-s"
                assert arguments[1].replace("-", "_") in sessions, f"{name(page)}: there is no session: {line}"
            elif command == "nano-ffi":
                check_arguments(arguments, f"{name(page)}: {line}")
            elif command == "pip":
                for extra in re.findall(r"\[(.*?)\]", line):
                    assert extra in extras, f"{name(page)}: there is no extra: {line}"
            else:
                assert command in {"git", "python", "cd", "pytest"}, (
                    f"{name(page)}: a command that is not checked: {line}"
                )


def check_table(text: str, folder: Path) -> None:
    """That `[tool.nano-ffi]` has these keys."""
    path = folder / "table" / "pyproject.toml"
    path.parent.mkdir(exist_ok=True)
    for file in re.findall(r'"([\w/-]+(?:\.\w+)?)"', text):
        place = path.parent / file
        place.parent.mkdir(parents=True, exist_ok=True)
        if "." in file:
            place.touch()
        else:
            place.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    read_table(path)


def check_arguments(arguments: list[str], where: str) -> None:
    assert arguments[0] in __main__.SUBCOMMANDS, f"{where}: there is no such command"
    options = [argument.partition("=")[0] for argument in arguments[1:] if argument.startswith("-")]
    if options:
        command = [sys.executable, "-P", "-m", "nano_ffi", arguments[0], "--help"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for option in options:
            assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", said), f"{where}: there is no {option}"


def test_the_navigation_has_every_page() -> None:
    listed = re.findall(r'= "([\w/-]+\.md)"', (ROOT / "zensical.toml").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted({*map(name, PAGES), "reference/zig.md"})


def test_every_public_name_of_zig_is_in_the_reference() -> None:
    from scripts import zig_reference

    page = zig_reference.page()
    source = (ROOT / "src" / "root.zig").read_text(encoding="utf-8")
    documented = re.findall(r"^## (\w+)$", page, re.MULTILINE)
    public = re.findall(r"^pub const (\w+)", source, re.MULTILINE)
    assert set(public) - set(documented) <= {"registry"}  # the other name of Registry
    assert documented == [name for name in public if name in documented]
