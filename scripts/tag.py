"""Whether a commit may be released: ``nox -s check-tag -- v0.3.0``.

It must have nothing uncommitted, the tag of its version, a place on main, and a section in the changelog.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from scripts import changelog
from scripts.changelog import ProjectError

__all__ = ["check_commit", "check_tag", "git"]

ROOT = Path(__file__).resolve().parent.parent
LOCK = Path("nano_ffi", "template", "dot.github", "publish.txt.in")
"""The tools of the publishing job, ours and users', each with its hashes: `nox -s lock`."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="nox -s check-tag --", description=__doc__, allow_abbrev=False)
    parser.add_argument("tag", help="of HEAD, as v0.3.0")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="where to write the notes, and the tools' hashes")
    options = parser.parse_args()
    try:
        check_tag(ROOT, options.tag, options.write)
    except ProjectError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


def check_tag(root: Path, tag: str, folder: Path | None) -> None:
    """Raises ProjectError where `tag` must not be released."""
    version = changelog.project_version(root)
    if tag != f"v{version}":
        raise ProjectError(
            f"the tag {tag} is not v{version}, of the version in build.zig.zon: `nox -s bump`, commit, and tag that"
        )
    notes = check_commit(root, version)
    print(f"{tag} may be released: {git(root, 'log', '-1', '--format=%h %s').strip()}")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "notes.md").write_text(notes, encoding="utf-8")
        (folder / LOCK.stem).write_bytes((root / LOCK).read_bytes())
        print(f"written: {folder / 'notes.md'}, {folder / LOCK.stem}")


def check_commit(root: Path, version: str) -> str:
    """The release's notes. Raises ProjectError where HEAD is not what may be released as `version`."""
    if changed := git(root, "status", "--porcelain").splitlines():
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise ProjectError(f"the working tree has changes ({changed[0].strip()}{more}): commit them, or put them away")
    tags = git(root, "tag", "--points-at", "HEAD").split()
    if f"v{version}" not in tags:
        head = git(root, "rev-parse", "--short", "HEAD").strip()
        raise ProjectError(f"HEAD ({head}) has not the tag v{version} of its version: git tag v{version}")
    refs = git(root, "for-each-ref", "--format=%(refname)", "refs/heads/main", "refs/remotes/origin/main").split()
    if not any(is_ancestor(root, ref) for ref in refs):
        raise ProjectError(f"v{version} is not on main: merge it first, and tag the commit that is there")
    notes = changelog.notes(root, version)
    print(f"v{version} is the tag of HEAD, which is on main and has nothing uncommitted")
    return notes


def is_ancestor(root: Path, ref: str) -> bool:
    return subprocess.run(["git", "-C", root, "merge-base", "--is-ancestor", "HEAD", ref], check=False).returncode == 0


def git(root: Path, *arguments: str) -> str:
    """Raises ProjectError with what git says."""
    done = subprocess.run(["git", "-C", root, *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise ProjectError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
