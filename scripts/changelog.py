"""The project's version and its changelog: ``nox -s bump -- 0.3.0``.

The one version stands in build.zig.zon. CHANGELOG.md has a section for each release, ``## 0.3.0 (2026-11-22)``, newest
first; while it grows, the newest is called ``## Unreleased`` or ``## 0.3.0 (unreleased)``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

__all__ = ["ProjectError", "Section", "bump", "newest", "notes", "project_version"]

ROOT = Path(__file__).resolve().parent.parent
VERSION = re.compile(r'^(\s*\.version = ")([^"]+)(",)$', re.MULTILINE)
HEADING = re.compile(
    r"^## (?:(?P<version>\d\S*)(?: \((?P<date>\d{4}-\d\d-\d\d|unreleased)\))?|Unreleased)$", re.MULTILINE
)


class ProjectError(Exception):
    """What keeps a project from being released; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section of the changelog."""

    version: str | None
    """None under the heading ``Unreleased``."""
    date: str | None
    """``2026-11-22``; None while it is not released."""
    heading: str
    text: str
    """Without the heading."""


def project_version(root: Path) -> str:
    """The version in build.zig.zon. Raises ProjectError where there is none, or not one."""
    found = VERSION.findall((root / "build.zig.zon").read_text(encoding="utf-8"))
    if len(found) != 1:
        raise ProjectError(f'build.zig.zon: expected one line .version = "…", not {len(found)}')
    return str(found[0][1])


def sections(root: Path) -> list[Section]:
    """The changelog's sections, newest first."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)] * bool(headings)
    return [
        Section(
            version=heading["version"],
            date=None if heading["date"] == "unreleased" else heading["date"],
            heading=heading[0],
            text=text[heading.end() : end].strip(),
        )
        for heading, end in zip(headings, ends, strict=True)
    ]


def newest(root: Path) -> Section | None:
    """The newest section that names a version; None of a changelog without one."""
    return next((section for section in sections(root) if section.version), None)


def notes(root: Path, version: str) -> str:
    """What the changelog says of a release. Raises ProjectError where that is not ready to be published."""
    section = next((section for section in sections(root) if section.version == version), None)
    remedy = f"`nox -s bump -- {version}` heads it"
    if section is None:
        raise ProjectError(f"CHANGELOG.md has no section for {version}: {remedy}")
    if section.date is None:
        raise ProjectError(f"CHANGELOG.md: the section `{section.heading}` has no date: {remedy}")
    if not section.text:
        raise ProjectError(f"CHANGELOG.md: the section `{section.heading}` is empty: say what {version} brings")
    return section.text + "\n"


def bump(root: Path, version: str, today: dt.date) -> Section:
    """Make `version` the project's, and head its section of the changelog with it and the date.

    What was not released yet becomes that section; where there is nothing of the kind, an empty one is opened.
    Raises ProjectError where the version is none, or not after those that were released. Then nothing is changed.
    """
    try:
        new = Version(version)
    except InvalidVersion:
        raise ProjectError(f"{version!r} is not a version as PEP 440 has them, like 0.3.0 or 0.3.0rc1") from None
    if str(new) != version:
        raise ProjectError(f"write the version {version!r} as {new}")
    if new.local or new.epoch:
        raise ProjectError(f"{version}: an index takes no local versions, and there is no need of an epoch")
    project_version(root)
    old = sections(root)
    released = [section.version for section in old if section.version and section.date]
    if late := next((other for other in released if Version(other) >= new), None):
        raise ProjectError(f"{version} is not after {late}, which CHANGELOG.md says was released")

    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    heading = f"## {version} ({today.isoformat()})"
    if old and old[0].date is None:
        section = Section(version=version, date=today.isoformat(), heading=heading, text=old[0].text)
        text = text.replace(f"{old[0].heading}\n", f"{heading}\n", 1)
    else:
        section = Section(version=version, date=today.isoformat(), heading=heading, text="")
        place = text.index(old[0].heading) if old else len(text)
        text = f"{text[:place]}{heading}\n\n{text[place:]}"
    changelog.write_text(text, encoding="utf-8")
    zon = root / "build.zig.zon"
    zon.write_text(VERSION.sub(rf"\g<1>{version}\g<3>", zon.read_text(encoding="utf-8")), encoding="utf-8")
    return section


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s bump --", description="Change the version, and head the changelog.")
    parser.add_argument("version", help="the new version, as 0.3.0")
    options = parser.parse_args()
    try:
        section = bump(ROOT, options.version, dt.datetime.now(dt.timezone.utc).date())
    except ProjectError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    version = options.version
    print(f"written: build.zig.zon ({version}), CHANGELOG.md ({section.heading})")
    if not section.text:
        print(f"Say in CHANGELOG.md what {version} brings.")
    print(f"Then: git commit -am 'Release {version}' && git tag v{version} && git push origin main v{version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
