"""Pytest collects the ``test`` blocks of Zig files: those given as arguments, and with ``--zig`` all of them."""

# pyright: basic
# (pytest's from_parent is typed in part)
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nano_ffi.zig_tests import Result

__all__: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("zig").addoption("--zig", action="store_true", help="collect the test blocks of .zig files, too")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ZigFile | None:
    if file_path.suffix != ".zig":
        return None
    config = parent.config
    wanted = config.getoption("--zig") or parent.session.isinitpath(file_path)
    if not wanted:
        return None
    from nano_ffi.zig_tests import has_tests

    return ZigFile.from_parent(parent, path=file_path) if has_tests(file_path) else None


class ZigFile(pytest.File):
    """A Zig file. Its tests are compiled and run when it is collected: only Zig knows which there are."""

    def collect(self) -> Iterator[ZigTest]:
        from nano_ffi.zig import CompileError
        from nano_ffi.zig_tests import run_tests

        try:
            results = list(run_tests(self.path))
        except CompileError as error:
            raise self.CollectError(str(error)) from None
        for result in results:
            yield ZigTest.from_parent(self, name=result.name, result=result)


class ZigTest(pytest.Item):
    """A test that has run."""

    def __init__(self, *, result: Result, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.result = result

    def runtest(self) -> None:
        if self.result.output:
            self.add_report_section("call", "stderr", self.result.output)
        if self.result.outcome == "skipped":
            pytest.skip("error.SkipZigTest")
        if not self.result.good:
            raise ZigTestError(self.result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, ZigTestError):
            return f"{self.path}: {self.name} {self.result.outcome}"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


class ZigTestError(Exception):
    """A Zig test that did not pass."""
