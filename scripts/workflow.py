"""Run .github/workflows/release.yml on this machine, with stubs for what only GitHub has: for `nox -s rehearse`.

The steps' commands run as they are. Stubs stand in for the actions (checkout clones, setup-python makes an environment,
artifacts and attestations are kept in a folder), for the identity that signs, and for the `gh` command. Jobs for other
machines than this one are left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import pythons
from scripts.loopback import PASSWORD, USER

__all__ = ["run"]

RUNNER = "ubuntu-24.04"

ARTIFACTS = """
import fnmatch, glob, os, shutil, sys
verb, store, path, name, pattern = sys.argv[1:]
if verb == "upload":
    found = [path] if os.path.isdir(path) else glob.glob(path)
    files = [os.path.join(entry, file) for entry in found if os.path.isdir(entry) for file in os.listdir(entry)]
    files = [file for file in files or found if not os.path.basename(file).startswith(".")]
    if not files:
        sys.exit(f"no files at {path}")
    os.makedirs(os.path.join(store, name))
    for file in files:
        shutil.copy(file, os.path.join(store, name))
    print(f"{len(files)} files are artifact {name}")
else:
    names = [name] if name else fnmatch.filter(os.listdir(store), pattern)
    for name in names:
        shutil.copytree(os.path.join(store, name), path, dirs_exist_ok=True)
    print(f"artifacts {names} are in {path}")
"""

PYTHON = """\
#!/bin/sh
# What signs needs the identity of a workflow on GitHub; the tool must be there all the same.
if [ "$*" != "${*#-m pypi_attestations sign }" ]; then
  "$(dirname "$0")/python3" -m pypi_attestations --version || exit
  shift 3
  for file; do echo '{}' > "$file.publish.attestation"; done
  exit
fi
exec "$(dirname "$0")/python3" "$@"
"""

GH = """\
#!/bin/sh
printf '%s\\n' "$@" > "$REHEARSAL/announced.txt"
while [ "$1" != --notes-file ]; do shift; done
cat "$2"
"""

STUBS = {
    "actions/checkout": 'git clone --quiet --branch "$GITHUB_REF_NAME" "$REHEARSAL_REPOSITORY" .',
    "actions/setup-python": (
        'venv=$(mktemp -d "$REHEARSAL/venv-XXXXXX") && "$REHEARSAL_PYTHON" -m venv "$venv" && rm "$venv/bin/python" && '
        'cp "$REHEARSAL/python" "$venv/bin/python" && echo "$venv/bin" >> "$GITHUB_PATH"'
    ),
    "actions/cache": "true",
    "actions/upload-artifact": (
        'python3 "$REHEARSAL/artifacts.py" upload "$REHEARSAL/artifacts" "${{ inputs.path }}" "${{ inputs.name }}" ""'
    ),
    "actions/download-artifact": (
        'python3 "$REHEARSAL/artifacts.py" download "$REHEARSAL/artifacts" "${{ inputs.path }}" "${{ inputs.name }}" '
        '"${{ inputs.pattern }}"'
    ),
    "actions/attest": 'test -s "${{ inputs.subject-checksums }}"',
}
INPUTS = ("path", "name", "pattern", "subject-checksums")


def run(repository: Path, folder: Path, tag: str, log: Path, url: str) -> list[str]:
    """Run the workflow for the push of `tag` in `repository`, publishing to `url`; a line for each job.

    `folder` is written anew. Raises RuntimeError with the end of the log where a job fails or is missing.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "artifacts").mkdir(parents=True)
    checkout = folder / "repository"
    subprocess.run(["git", "clone", "--quiet", "--branch", tag, repository, checkout], check=True, capture_output=True)
    found = [python.version for python in pythons.find()]
    pins = adapt(checkout / ".github" / "workflows", found)
    overrides = write_stubs(folder, pins)
    (folder / "event.json").write_text(json.dumps({"ref": f"refs/tags/{tag}"}), encoding="utf-8")
    command = [
        *(f"{Path(sys.executable).parent}/act", "push", "--rm", "--no-skip-checkout", "--no-cache-server"),
        *("--workflows=.github/workflows/release.yml", f"--eventpath={folder / 'event.json'}"),
        *(f"--platform={RUNNER}=-self-hosted", f"--matrix=runner:{RUNNER}", "--concurrent-jobs=1"),
        f"--action-cache-path={folder / 'act'}",
        *overrides,
    ]
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            command, check=False, cwd=checkout, env=environment(folder, repository, url), stdout=output, stderr=output
        )
    text = log.read_text(encoding="utf-8")
    if done.returncode:
        raise RuntimeError("\n".join(["act failed:", *text.splitlines()[-40:]]))
    return summary(text, found)


def adapt(workflows: Path, found: list[str]) -> dict[str, str]:
    """Write what act understands, and what this machine has, into the workflows; the pins of their actions."""
    pins: dict[str, str] = {}
    for path in workflows.glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        pins |= dict(re.findall(r"uses: ([\w-]+/[\w-]+)@([0-9a-f]{40})", text))
        # act knows the older way to name a workflow of the same repository, and this machine has not every CPython.
        text = text.replace("uses: $/", "uses: ./").replace("|| 'all'", f"|| '{','.join(found)}'")
        path.write_text(text, encoding="utf-8")
    return pins


def write_stubs(folder: Path, pins: dict[str, str]) -> list[str]:
    """act's arguments that put the stubs in the place of the actions. Raises RuntimeError for one without a stub."""
    arguments = []
    for action, pin in pins.items():
        if action not in STUBS:
            raise RuntimeError(f"scripts/workflow.py has no stub for {action}")
        stub = folder / "stubs" / action
        stub.mkdir(parents=True)
        step = {"shell": "bash", "run": STUBS[action]}
        inputs = {name: {"description": name} for name in INPUTS}
        stub_action = {"name": action, "description": "stub", "inputs": inputs}
        stub_action["runs"] = {"using": "composite", "steps": [step]}
        (stub / "action.yml").write_text(json.dumps(stub_action), encoding="utf-8")  # JSON is YAML
        arguments.append(f"--local-repository={action}@{pin}={stub}")
    (folder / "artifacts.py").write_text(ARTIFACTS, encoding="utf-8")
    for path, text in ((folder / "python", PYTHON), (folder / "bin" / "gh", GH)):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    return arguments


def environment(folder: Path, repository: Path, url: str) -> dict[str, str]:
    foreign = re.compile(r"UV_|PYTHON|NOX_|VIRTUAL_ENV|TWINE_|GITHUB_|CIBW_|SOURCE_DATE_EPOCH")
    kept = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    return {
        **kept,
        "PATH": os.pathsep.join([str(folder / "bin"), os.environ["PATH"]]),
        "REHEARSAL": str(folder),
        "REHEARSAL_REPOSITORY": str(repository),
        "REHEARSAL_PYTHON": getattr(sys, "_base_executable", sys.executable),
        # For the token that trusted publishing would bring.
        "TWINE_REPOSITORY_URL": url,
        "TWINE_USERNAME": USER,
        "TWINE_PASSWORD": PASSWORD,
        "NO_COLOR": "1",
    }


def summary(text: str, found: list[str]) -> list[str]:
    """What became of each job. Raises RuntimeError where one of release.yml's did not succeed."""
    ended = re.findall(r"^\[([^\]]+?)\s*\].*🏁\s+Job (\w+)", text, re.MULTILINE)
    wanted = ["check the tag", "all wheels", RUNNER, "publish", "provenance", "announce"]
    missing = [name for name in wanted if not any(name in job and how == "succeeded" for job, how in ended)]
    if missing:
        raise RuntimeError(f"these jobs of release.yml did not succeed: {', '.join(missing)}")
    lines = [f"{job}: {how}" for job, how in ended]
    left_out = [version for version in pythons.SUPPORTED if version not in found]
    return [
        *lines,
        "left out: macOS, Windows and arm64 runners" + (f", CPython {', '.join(left_out)}" if left_out else ""),
    ]
