"""Change one thing of the code at a time, and see whether a test fails: ``nox -s mutants -- FILES``.

A change that no test notices is a promise without a test (write the test), code without a promise (delete it), or no change
of what the code does: such ones are in tests/equivalent_mutants.toml, with the reason.

The changes are made in the installed package and in a copy of the tree, one after the other; the tree itself stays as it is.
Those of Python are cosmic-ray's, and changed texts; those of Zig are of its tokens. Each is compiled and tested by itself.
"""

from __future__ import annotations

import argparse
import contextlib
import enum
import importlib.util
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import tomllib

__all__ = [
    "TESTS",
    "Bench",
    "Mutant",
    "Place",
    "Verdict",
    "changed_lines",
    "equivalents",
    "examine",
    "mutant",
    "places",
    "tests_of",
]

ROOT = Path(__file__).resolve().parent.parent
EQUIVALENT = "tests/equivalent_mutants.toml"

TESTS: dict[str, str] = {
    "nano_ffi/__init__.py": "test_call test_registration",
    "nano_ffi/__main__.py": "packaging/test_commands",
    "nano_ffi/cache.py": "packaging/test_commands test_importer",
    "nano_ffi/commands.py": "packaging/test_commands",
    "nano_ffi/compiler.py": "packaging/test_compiler test_importer",
    "nano_ffi/complaints.py": "packaging/test_faults test_importer packaging/test_commands",
    "nano_ffi/description.py": "packaging/test_stubs",
    "nano_ffi/editors.py": "packaging/test_commands",
    "nano_ffi/errors.py": "test_errors test_call",
    "nano_ffi/explaining.py": "test_real_zig packaging/test_commands",
    "nano_ffi/elf.py": "packaging/test_elf",
    "nano_ffi/functions.py": "test_call test_registration",
    "nano_ffi/hatch_hook.py": "packaging/test_commands packaging/test_user_project",
    "nano_ffi/ipython.py": "packaging/test_ipython",
    "nano_ffi/project.py": "packaging/test_commands packaging/test_user_project",
    "nano_ffi/pyi.py": "packaging/test_stubs",
    "nano_ffi/pytest_plugin.py": "packaging/test_commands",
    "nano_ffi/registration.py": "test_registration",
    "nano_ffi/stubs.py": "packaging/test_stubs packaging/test_commands",
    "nano_ffi/zig_tests.py": "packaging/test_commands",
    "nano_ffi/wheels/__init__.py": "packaging/test_seam",
    "nano_ffi/wheels/android.py": "packaging/test_targets packaging/test_wheels_command",
    "nano_ffi/wheels/baseline.py": "packaging/test_verify",
    "nano_ffi/wheels/binary.py": "packaging/test_verify",
    "nano_ffi/wheels/checksums.py": "packaging/test_checksums",
    "nano_ffi/wheels/claim.py": "packaging/test_verify",
    "nano_ffi/wheels/complete.py": "packaging/test_complete",
    "nano_ffi/wheels/extension.py": "packaging/test_verify",
    "nano_ffi/wheels/identity.py": "packaging/test_verify",
    "nano_ffi/wheels/linking.py": "packaging/test_verify",
    "nano_ffi/wheels/musl.py": "packaging/test_toolchain packaging/test_targets",
    "nano_ffi/wheels/sbom.py": "packaging/test_sbom",
    "nano_ffi/wheels/symbols.py": "packaging/test_verify",
    "nano_ffi/wheels/targets.py": "packaging/test_targets",
    "nano_ffi/wheels/toolchain.py": "packaging/test_toolchain",
    "nano_ffi/wheels/universal2.py": "packaging/test_universal2",
    "nano_ffi/wheels/verify.py": "packaging/test_verify",
    "nano_ffi/wheels/*.py": "packaging/test_wheels_command",
    "nano_ffi/*.py": "test_importer",
    "scripts/changelog.py": "packaging/test_changelog",
    "scripts/compare.py": "packaging/test_compare",
    "scripts/publish.py": "packaging/test_publish",
    "scripts/pythons.py": "packaging/test_pythons",
    "scripts/rebuild.py": "packaging/test_compare",
    "scripts/rehearse_release.py": "packaging/test_rehearsal",
    "scripts/reproduce.py": "packaging/test_compare",
    "scripts/run_wheels.py": "packaging/test_runtimes",
    "scripts/runtimes/*.py": "packaging/test_runtimes",
    "scripts/tag.py": "packaging/test_publish",
    "scripts/test_all_pythons.py": "packaging/test_pythons",
    "src/python/arrow.zig": "test_columns test_arrays",
    "src/python/buffers.zig": "test_ndarrays test_kinds",
    "src/python/columns.zig": "test_columns",
    "src/python/convert.zig": "test_kinds test_integers test_untagged",
    "src/python/errors.zig": "test_errors test_call",
    "src/python/sharing.zig": "test_sharing",
    "src/python/objects/list.zig": "test_lists",
    "src/python/objects/map.zig": "test_maps",
    "src/python/objects/*.zig": "test_classes test_objects_values test_objects_links test_objects_results",
    "src/python/*.zig": "test_call test_kinds test_errors test_references",
    "src/*.zig": "test_call test_kinds",
}
"""Who is to notice a change of a file, the first pattern that fits: tests of tests/. Zig's own units are run before."""


class Verdict(enum.Enum):
    KILLED = "killed"
    SURVIVED = "survived"
    INVALID = "do not compile"
    EQUIVALENT = "are known to change nothing"


def tests_of(file: str) -> list[str]:
    """The test files that are to notice a change of this one."""
    for pattern, names in TESTS.items():
        if fnmatchcase(file, pattern):
            return [f"tests/{name}.py" for name in names.split()]
    sys.exit(f"{file}: say in TESTS of scripts/mutants.py which tests are to notice a change of it, or give --tests")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something can be changed; `change` makes the whole file's new text."""

    line: int
    change: Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change: the lines it replaces and those it brings, each without indentation, and the whole file's new text."""

    file: str
    line: int
    before: str
    after: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.file, self.before, self.after

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  ->  {self.after or 'nothing'}"


def mutant(file: str, old: str, new: str) -> Mutant:
    before, after = old.splitlines(), new.splitlines()
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    same = next((i for i, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(after))
    gone, come = (" ".join(line.strip() for line in lines[same:]) for lines in (before, after))
    return Mutant(file=file, line=same + 1, before=gone, after=come, text=new)


OPERATORS = """
    AddNot ReplaceUnaryOperator_Delete_Not ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd
    ReplaceComparisonOperator_Eq_NotEq ReplaceComparisonOperator_NotEq_Eq ReplaceComparisonOperator_Is_IsNot
    ReplaceComparisonOperator_IsNot_Is ReplaceComparisonOperator_Lt_LtE ReplaceComparisonOperator_LtE_Lt
    ReplaceComparisonOperator_Gt_GtE ReplaceComparisonOperator_GtE_Gt ReplaceBinaryOperator_Add_Sub
    ReplaceBinaryOperator_Sub_Add ReplaceBinaryOperator_Mul_Div ReplaceBinaryOperator_BitAnd_BitOr NumberReplacer
    ZeroIterationForLoop ReplaceBreakWithContinue ReplaceContinueWithBreak ExceptionReplacer
""".split()
"""Of cosmic-ray's: one for each kind of mistake. The others change the same places once more, or annotations."""

COMPARED = re.compile(r" (?:[=!]=|[<>]=?|is|and|or|not) ")
"""What is changed by itself: the condition it stands in is not turned round, too."""

UNTESTED_TEXTS = {"help", "description", "metavar", "epilog"}
"""Arguments whose texts are for readers of --help."""


def python_places(text: str) -> Iterator[Place]:
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    def by_operator(name: str, occurrence: int) -> Callable[[], str]:
        return lambda: str(mutate_code(text, get_operator(name)(), occurrence))

    lines = text.splitlines()
    nodes = list(ast_nodes(get_ast(text)))
    for operator in OPERATORS:
        positions = [at for node in nodes for at in get_operator(f"core/{operator}")().mutation_positions(node)]
        for occurrence, ((line, _), _) in enumerate(positions):
            if operator != "AddNot" or not COMPARED.search(lines[line - 1]):
                yield Place(line=line, change=by_operator(f"core/{operator}", occurrence))
    starts = line_starts(text)
    for node in nodes:
        if node.type == "string" and not is_for_readers(node):
            line, column = node.start_pos
            quote = re.match(r"""\w*(?:\"{3}|'{3}|"|')""", node.value)
            assert quote is not None
            at = starts[line - 1] + column + quote.end()
            yield Place(line=line, change=splice(text, at, at, "XX"))


def is_for_readers(node: object) -> bool:
    """A docstring, a name in `__all__`, a text of --help."""
    parent = getattr(node, "parent", None)
    kinds = []
    while parent is not None and parent.type not in ("simple_stmt", "suite", "file_input", "funcdef", "classdef"):
        kinds.append(parent)
        parent = parent.parent
    if not kinds:
        return True
    words = [getattr(kind.children[0], "value", "") for kind in kinds]
    return words[-1] == "__all__" or any(
        kind.type == "argument" and word in UNTESTED_TEXTS for kind, word in zip(kinds, words, strict=True)
    )


def line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def splice(text: str, start: int, end: int, new: str) -> Callable[[], str]:
    return lambda: text[:start] + new + text[end:]


ZIG_WORDS = dict(
    pair.split("|")
    for pair in "==|!= !=|== <|<= <=|< >|>= >=|> +|- -|+ *|+ and|or or|and true|false false|true".split()
)
ZIG_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|\\\\[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|@"[^"]*")
    |(?P<unit>^test\b.*?^}$)
    |(?P<call>^[ ]+(?:(?:try|defer|errdefer)[ ])?[\w.@]+\([^\n]*\);$)
    |(?P<if>\bif[ ]\()
    |(?<=[\w)\]}][ ])(?P<operator>==|!=|<=|>=|<|>|\+|-|\*)(?=[ ])
    |\b(?P<word>and|or|true|false)\b
    |(?<![\w.:])(?P<number>\d+)(?![\w.])""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


def zig_places(text: str) -> Iterator[Place]:
    """By token: comparisons, sums, conditions, constants, and calls left out. Not in comments, texts and units."""
    at = 0
    while found := ZIG_TOKEN.search(text, at):
        kind, start, end = found.lastgroup, found.start(), found.end()
        line = text.count("\n", 0, start) + 1
        at = end
        if kind == "call":
            yield Place(line=line, change=splice(text, start, end, ""))
            at = start + len(found[0]) - len(found[0].lstrip())
            at = text.index("(", at)  # what is in the call is changed, too
        elif kind == "if":
            close = closing(text, end - 1)
            condition = text[end:close]
            if not text[close + 1 :].lstrip().startswith("|") and not COMPARED.search(condition):
                yield Place(line=line, change=splice(text, end, close, f"!({condition})"))
        elif kind in ("operator", "word"):
            yield Place(line=line, change=splice(text, start, end, ZIG_WORDS[found[0]]))
        elif kind == "number":
            yield Place(line=line, change=splice(text, start, end, str(int(found[0]) + 1)))


def closing(text: str, start: int) -> int:
    """Where the parenthesis is closed that is open at `start`."""
    depth = 0
    for found in re.finditer(r"""[()]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", text[start:]):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return start + found.start()
    raise ValueError(f"nothing closes the parenthesis in {text[start : start + 40]!r}")


def places(file: str, text: str) -> list[Place]:
    return sorted((python_places if file.endswith(".py") else zig_places)(text), key=lambda place: place.line)


def changed_lines(since: str) -> dict[str, set[int]]:
    """By file, the lines that are other ones since a commit."""
    command = ["git", "diff", "--unified=0", "--no-color", "--no-ext-diff", "--diff-filter=d", since, "--", *FOLDERS]
    changed: dict[str, set[int]] = {}
    file = ""
    for line in subprocess.check_output(command, cwd=ROOT, text=True).splitlines():
        if line.startswith("+++ b/"):
            file = line.removeprefix("+++ b/")
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            changed.setdefault(file, set()).update(range(first, first + count))
    return {file: lines for file, lines in changed.items() if file.endswith((".py", ".zig")) and lines}


FOLDERS = ("nano_ffi", "scripts", "src")


def equivalents(path: Path) -> dict[tuple[str, str, str], str]:
    """The reason by file, line before and line after."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    return {(row["file"], row["before"], row["after"]): row["because"] for row in rows}


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where the changes are made and tested."""

    tree: Path
    package: Path
    tests: tuple[str, ...] | None

    def targets(self, file: str) -> list[Path]:
        """What is changed: the installed file, and for Zig's units the one in the copy of the tree."""
        installed = self.package.parent / file if file.startswith("nano_ffi/") else None
        if file.startswith("src/"):
            installed = self.package / "zig" / file.removeprefix("src/")
        return [path for path in (installed, self.tree / file) if path is not None and path.exists()]

    def commands(self, file: str) -> list[list[str]]:
        python = [sys.executable, "-P"]
        options = ["-q", "-x", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist"]
        tests = [*python, "-m", "pytest", *options, *(self.tests or tests_of(file))]
        units = [*python, "-m", "ziglang", "build", "test"]
        return [units, tests] if file.startswith("src/") else [tests]

    def run(self, file: str, timeout: float | None = None) -> tuple[bool, str]:
        """Whether all passed, and what the last command wrote. Modules are kept in a cache that is new each time."""
        for command in self.commands(file):
            with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryFile() as output:
                environment = {**os.environ, "NANO_FFI_CACHE": cache, "PYTHONDONTWRITEBYTECODE": "1"}
                environment.setdefault("NANO_FFI_TEST_MODE", "Debug")
                process = subprocess.Popen(
                    command, cwd=self.tree, env=environment, stdout=output, stderr=output, start_new_session=True
                )
                try:
                    status = process.wait(timeout)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, 9)
                    process.wait()
                    return False, f"not over after {timeout:.0f} s"
                output.seek(0)
                text = output.read().decode(errors="replace")
            if status != 0:
                return False, text
        return True, text

    def judge(self, change: Mutant, timeout: float) -> Verdict:
        old = {path: path.read_bytes() for path in self.targets(change.file)}
        if not old:
            sys.exit(f"{change.file} is not where the tests look: {self.package}, {self.tree}")
        try:
            for path in old:
                path.unlink()  # the installer may have linked it with its cache
                path.write_text(change.text, encoding="utf-8")
            passed, text = self.run(change.file, timeout)
        finally:
            for path, content in old.items():
                path.write_bytes(content)
        if passed:
            return Verdict.SURVIVED
        name = re.escape(Path(change.file).name)
        if change.file.endswith(".zig") and re.search(rf"\b{name}:\d+:\d+: error: ", text):
            return Verdict.INVALID
        return Verdict.KILLED


def copy_tree(folder: Path) -> None:
    """What git knows of the tree, as it stands."""
    names = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
    for name in filter(None, names.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def chosen(wanted: dict[str, set[int] | None], most: int | None) -> list[Mutant]:
    """The mutants of these files, or of these lines; of many the same ones each time."""
    found = []
    for file, lines in wanted.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        found += [(file, text, place) for place in places(file, text) if lines is None or place.line in lines]
    if most is not None and len(found) > most:
        found = [found[i] for i in sorted(random.Random(0).sample(range(len(found)), most))]
    return [mutant(file, text, place.change()) for file, text, place in found]


def examine(bench: Bench, mutants: Sequence[Mutant], known: Container[tuple[str, str, str]]) -> Counter[Verdict]:
    """Try them one after the other; survivors are printed."""
    verdicts: Counter[Verdict] = Counter()
    timeouts: dict[str, float] = {}
    for change in mutants:
        if change.file not in timeouts:
            start = time.monotonic()
            passed, text = bench.run(change.file)
            if not passed:
                sys.exit(f"{text}\nnothing is changed yet, and the tests of {change.file} fail: see above")
            timeouts[change.file] = 30 + 4 * (time.monotonic() - start)
        verdict = Verdict.EQUIVALENT if change.key in known else bench.judge(change, timeouts[change.file])
        verdicts[verdict] += 1
        if verdict is Verdict.SURVIVED:
            print(f"survived: {change}", flush=True)
    assert sum(verdicts.values()) == len(mutants)
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(prog="nox -s mutants --", description=__doc__.partition("\n\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help=f"of {', '.join(FOLDERS)}")
    parser.add_argument("--since", metavar="COMMIT", help="what has changed since then, of these files or of all")
    parser.add_argument(
        "--most", type=int, metavar="N", help="of more, N that are chosen at random, the same each time"
    )
    parser.add_argument("--tests", nargs="+", metavar="TEST", help="run these instead of those in TESTS")
    parser.add_argument("--list", action="store_true", help="print the changes, and test nothing")
    options = parser.parse_args()
    if not options.files and options.since is None:
        parser.error("give files, or --since COMMIT")
    wanted: dict[str, set[int] | None] = dict.fromkeys(options.files)
    if options.since is not None:
        changed = changed_lines(options.since)
        wanted = {file: lines for file, lines in changed.items() if not options.files or file in options.files}
    mutants = chosen(wanted, options.most)
    if not mutants:
        sys.exit("there is nothing to change")
    if options.list:
        print(*mutants, sep="\n")
        return
    specification = importlib.util.find_spec("nano_ffi")
    assert specification is not None
    assert specification.origin is not None
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve() / "tree"
        copy_tree(tree)
        tests = tuple(options.tests) if options.tests else None
        bench = Bench(tree=tree, package=Path(specification.origin).parent, tests=tests)
        verdicts = examine(bench, mutants, equivalents(ROOT / EQUIVALENT))
    print(f"{len(mutants)} changes in {time.monotonic() - start:.0f} s: ", end="")
    print(", ".join(f"{count} {verdict.value}" for verdict, count in verdicts.items()))
    sys.exit(verdicts[Verdict.SURVIVED] > 0)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
