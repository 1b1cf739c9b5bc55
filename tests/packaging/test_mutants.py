"""The tool that changes the code to see whether a test notices: it does so on a small project."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import mutants

pytest.importorskip("cosmic_ray")

ROOT = Path(__file__).resolve().parent.parent.parent

SMALL = """\
\"\"\"A file with one promise that is tested, and one that is not.\"\"\"


def is_small(n):
    \"\"\"Up to ten.\"\"\"
    if n == 0 or n <= 10:
        return "small"
    return "large"
"""
TEST = """\
import importlib.util, pathlib
spec = importlib.util.spec_from_file_location("small", pathlib.Path(__file__).parent / "nano_ffi" / "small.py")
small = importlib.util.module_from_spec(spec)
spec.loader.exec_module(small)

def test_small():
    assert small.is_small(3) == "small"
    assert small.is_small(11) == "large"
"""


@pytest.fixture
def bench(tmp_path: Path) -> mutants.Bench:
    (tmp_path / "nano_ffi").mkdir()
    (tmp_path / "nano_ffi" / "small.py").write_text(SMALL, encoding="utf-8")
    (tmp_path / "test_small.py").write_text(TEST, encoding="utf-8")
    return mutants.Bench(tree=tmp_path, package=tmp_path / "nano_ffi", tests=("test_small.py",))


def found(file: str, text: str) -> list[mutants.Mutant]:
    return [mutants.mutant(file, text, place.change()) for place in mutants.places(file, text)]


def test_what_no_test_notices_survives(bench: mutants.Bench, capsys: pytest.CaptureFixture[str]) -> None:
    changes = found("nano_ffi/small.py", SMALL)
    of_interest = {
        'if n == 0 or n < 10:',  # nobody asks about ten
        'if n != 0 or n <= 10:',
        'if n == 0 and n <= 10:',
        'return "XXlarge"',
    }  # fmt: skip
    changes = [change for change in changes if change.after in of_interest]
    assert len(changes) == 4
    verdicts = mutants.examine(bench, changes, ())
    assert verdicts == {mutants.Verdict.SURVIVED: 1, mutants.Verdict.KILLED: 3}
    line = "nano_ffi/small.py:6: if n == 0 or n <= 10:  ->  if n == 0 or n < 10:"
    assert capsys.readouterr().out == f"survived: {line}\n"
    assert (bench.package / "small.py").read_text(encoding="utf-8") == SMALL

    known = {("nano_ffi/small.py", "if n == 0 or n <= 10:", "if n == 0 or n < 10:"): "an example"}
    verdicts = mutants.examine(bench, [change for change in changes if change.key in known], known)
    assert (verdicts, capsys.readouterr().out) == ({mutants.Verdict.EQUIVALENT: 1}, "")


def test_tests_that_fail_anyway_judge_nothing(bench: mutants.Bench) -> None:
    (bench.tree / "test_small.py").write_text("def test_it(): assert False\n", encoding="utf-8")
    with pytest.raises(
        SystemExit, match=r"nothing is changed yet, and the tests of nano_ffi/small\.py fail: see above"
    ):
        mutants.examine(bench, found("nano_ffi/small.py", SMALL)[:1], ())


def test_what_takes_too_long_is_noticed(bench: mutants.Bench) -> None:
    (change,) = (change for change in found("nano_ffi/small.py", SMALL) if "n < 10" in change.after)
    (bench.tree / "test_small.py").write_text("import time\ndef test_it(): time.sleep(60)\n", encoding="utf-8")
    assert bench.judge(change, 2) is mutants.Verdict.KILLED


ZIG = """\
//! if (true) 1
const texts = "if (a == 1)";

pub fn f(a: u8, b: ?[*:0]const u8) !void {
    try check(a < 2 and true);
    if (a == 2) return;
    if (isOdd(a)) return error.Odd;
    if (b) |text| use(text);
}

test f {
    try f(1, null);
}
"""


def test_tokens_of_zig() -> None:
    changes = [(change.line, change.after) for change in found("src/f.zig", ZIG)]
    assert changes == [
        (5, ""),
        (5, "try check(a <= 2 and true);"),
        (5, "try check(a < 3 and true);"),
        (5, "try check(a < 2 or true);"),
        (5, "try check(a < 2 and false);"),
        (6, "if (a != 2) return;"),
        (6, "if (a == 3) return;"),
        (7, "if (!(isOdd(a))) return error.Odd;"),
    ]


def test_what_does_not_compile_is_no_mutant(bench: mutants.Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.tree / "src").mkdir()
    (bench.tree / "src" / "f.zig").write_text(ZIG, encoding="utf-8")
    (change, *_) = found("src/f.zig", ZIG)
    texts = {"src/f.zig:5:3: error: value ignored": mutants.Verdict.INVALID, "1 failed": mutants.Verdict.KILLED}
    for text, verdict in texts.items():
        monkeypatch.setattr(mutants.Bench, "run", lambda *_, text=text: (False, text))
        assert bench.judge(change, 1) is verdict
    assert (bench.tree / "src" / "f.zig").read_text(encoding="utf-8") == ZIG


def test_every_file_has_tests() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("nano_ffi/**/*.py"), *ROOT.glob("src/**/*.zig")]]
    assert len(names) > 100
    for name in names:
        for test in mutants.tests_of(name):
            assert (ROOT / test).is_file(), (name, test)
    with pytest.raises(SystemExit, match=r"^docs/x\.py: say in TESTS"):
        mutants.tests_of("docs/x.py")


def test_each_equivalent_has_a_reason_and_a_line() -> None:
    rows = mutants.equivalents(ROOT / mutants.EQUIVALENT)
    for (file, before, after), reason in rows.items():
        lines = [line.strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        assert before in lines, f"{file} has no such line any more: {before}"
        assert before != after
        assert reason


def test_lines_since_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "ROOT", tmp_path)

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    for name in ("nano_ffi/a.py", "nano_ffi/b.py", "src/a.zig", "docs/a.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one\ntwo\nthree\n", encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    (tmp_path / "nano_ffi" / "a.py").write_text("one\n2\nthree\nfour\nfive\n", encoding="utf-8")
    (tmp_path / "src" / "a.zig").write_text("one\nthree\n", encoding="utf-8")  # what is gone cannot be changed
    (tmp_path / "docs" / "a.py").write_text("1\n", encoding="utf-8")
    assert mutants.changed_lines("HEAD") == {"nano_ffi/a.py": {2, 4, 5}}
