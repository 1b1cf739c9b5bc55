"""The version stands in one place, the changelog follows it, and `nox -s bump` changes both."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

pytest.importorskip("packaging", reason='needs pip install "nano-ffi[wheels]"')

import nano_ffi
from scripts import changelog
from scripts.changelog import ProjectError

ROOT = Path(__file__).resolve().parent.parent.parent
TODAY = dt.date(2026, 12, 24)


def test_there_is_one_version() -> None:
    project = changelog.project_version(ROOT)
    newest = changelog.newest(ROOT)
    assert newest is not None
    assert newest.version == project == nano_ffi.version() == nano_ffi.__version__ == version("nano-ffi")
    assert newest.text
    # Nowhere else.
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not re.search(r"^version\s*=", text, re.MULTILINE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n- Faster.\n\n## 0.2.0 (2026-11-22)\n\n- New.\n"
    )
    shutil.copy(ROOT / "build.zig.zon", tmp_path)
    return tmp_path


def test_bump_names_what_was_not_released(root: Path) -> None:
    section = changelog.bump(root, "0.3.0", TODAY)
    assert (section.heading, section.text) == ("## 0.3.0 (2026-12-24)", "- Faster.")
    assert changelog.project_version(root) == "0.3.0"
    expected = "# Changelog\n\n## 0.3.0 (2026-12-24)\n\n- Faster.\n\n## 0.2.0 (2026-11-22)\n\n- New.\n"
    assert (root / "CHANGELOG.md").read_text() == expected
    assert changelog.notes(root, "0.3.0") == "- Faster.\n"
    before = (ROOT / "build.zig.zon").read_text().replace(changelog.project_version(ROOT), "0.3.0")
    assert (root / "build.zig.zon").read_text() == before


def test_bump_dates_the_version_that_grew(root: Path) -> None:
    text = (root / "CHANGELOG.md").read_text()
    (root / "CHANGELOG.md").write_text(text.replace("## Unreleased", "## 0.3.0 (unreleased)"))
    with pytest.raises(ProjectError, match=re.escape("CHANGELOG.md: the section `## 0.3.0 (unreleased)` has no date")):
        changelog.notes(root, "0.3.0")
    assert changelog.bump(root, "0.3.0", TODAY).text == "- Faster."
    assert changelog.notes(root, "0.3.0") == "- Faster.\n"


def test_bump_opens_a_section(root: Path) -> None:
    changelog.bump(root, "0.3.0", TODAY)
    assert changelog.bump(root, "0.4.0rc1", TODAY).text == ""
    assert (
        (root / "CHANGELOG.md")
        .read_text()
        .startswith("# Changelog\n\n## 0.4.0rc1 (2026-12-24)\n\n## 0.3.0 (2026-12-24)\n")
    )
    with pytest.raises(ProjectError) as caught:
        changelog.notes(root, "0.4.0rc1")
    assert str(caught.value) == (
        "CHANGELOG.md: the section `## 0.4.0rc1 (2026-12-24)` is empty: say what 0.4.0rc1 brings"
    )


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("newer", "'newer' is not a version as PEP 440 has them, like 0.3.0 or 0.3.0rc1"),
        ("v0.3.0", "write the version 'v0.3.0' as 0.3.0"),
        ("0.3.0+here", "0.3.0+here: an index takes no local versions, and there is no need of an epoch"),
        ("1!0.3.0", "1!0.3.0: an index takes no local versions, and there is no need of an epoch"),
        ("0.2.0", "0.2.0 is not after 0.2.0, which CHANGELOG.md says was released"),
        ("0.1", "0.1 is not after 0.2.0, which CHANGELOG.md says was released"),
    ],
)
def test_wrong_versions_change_nothing(root: Path, version: str, message: str) -> None:
    before = [(root / name).read_text() for name in ("CHANGELOG.md", "build.zig.zon")]
    with pytest.raises(ProjectError) as caught:
        changelog.bump(root, version, TODAY)
    assert str(caught.value) == message
    assert [(root / name).read_text() for name in ("CHANGELOG.md", "build.zig.zon")] == before


def test_two_versions_are_none(root: Path) -> None:
    text = (root / "build.zig.zon").read_text()
    (root / "build.zig.zon").write_text(text + '    .version = "9.9",\n')
    with pytest.raises(ProjectError, match=r'^build\.zig\.zon: expected one line \.version = "…", not 2$'):
        changelog.project_version(root)


def test_a_version_without_a_section_has_no_notes(root: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        changelog.notes(root, "0.9")
    assert str(caught.value) == "CHANGELOG.md has no section for 0.9: `nox -s bump -- 0.9` heads it"
