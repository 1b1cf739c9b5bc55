"""What the workflows must hold to, beyond what zizmor and the schema check in `nox -s lint`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

if sys.version_info < (3, 11):
    pytest.skip("what releases needs Python 3.11 or later", allow_module_level=True)

from nano_ffi.wheels import targets
from scripts import publish, pythons

ROOT = Path(__file__).resolve().parent.parent.parent
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))


def read(name: str) -> str:
    return (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")


def job(workflow: str, name: str) -> str:
    match = re.search(rf"^  {name}:\n(.*?)(?=^  \S|\Z)", read(workflow), re.MULTILINE | re.DOTALL)
    assert match, f"{workflow} has no job {name}"
    return match[1]


def test_steps_are_one_command_each() -> None:
    sessions = set()
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert "run: |" not in text
        for line in re.findall(r"^\s+(?:- )?run: '?(.*?)'?$", text, re.MULTILINE):
            assert not re.search(r"[;|&`<>]|\$\(", line), f"{path.name}: more than one command: {line}"
            if found := re.match(r"python noxfile\.py -s ([\w -]+?)(?: -- |$)", line):
                sessions |= set(found[1].split())
    source = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    defined = set(re.findall(r'@nox\.session(?:\(name="([\w-]+)"|.*\ndef (\w+))', source))
    assert sessions
    for session in sessions:
        assert session in {name for pair in defined for name in pair}, f"noxfile.py has no session {session}"


def test_nothing_is_granted_at_the_top_and_no_secret_is_used() -> None:
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert re.search(r"^permissions: \{\}", text, re.MULTILINE), path.name
        assert "secrets." not in text
        for uses in re.findall(r"uses: (\S.*)", text):
            assert uses.startswith("$/.github/") or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", uses), uses


def test_an_action_has_one_pin() -> None:
    pins: dict[str, set[str]] = {}
    template = ROOT / "nano_ffi" / "template"
    templates = [*template.glob("dot.github/workflows/*.in"), template / "wheels_of_c.yml"]
    for path in [*WORKFLOWS, *templates]:
        for name, pin in re.findall(r"uses: ([\w/-]+)@(.*)", path.read_text(encoding="utf-8")):
            pins.setdefault(name, set()).add(pin)
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


def test_who_may_publish_neither_checks_out_nor_builds() -> None:
    text = job("release.yml", "publish")
    assert re.findall(r"^      ([\w-]+): write", text, re.MULTILINE) == ["id-token"]
    assert "environment:" in text
    assert "checkout" not in text
    assert "nox" not in text
    assert "cache: false" in job("release.yml", "wheels")
    for name in ("check", "wheels", "install"):
        assert "write" not in re.sub(r"--write.*|Writes.*", "", job("release.yml", name))


def test_the_release_uploads_as_publish_does() -> None:
    text = job("release.yml", "publish")
    assert (
        f"run: {' '.join(['python', '-m', 'twine', *publish.UPLOAD, '--non-interactive', '--attestations'])} dist/*.whl dist/*.tar.gz"
        in text
    )


def test_wheels_are_tested_on_every_platform_with_every_cpython() -> None:
    text = read("test-wheels.yml")
    versions = re.findall(r"^            (3\.\d+t?)$", text, re.MULTILINE)
    assert {*versions, "3.10"} == set(pythons.SUPPORTED)
    runners = set(re.findall(r"runner: (\S+)", text))
    assert runners == {
        "ubuntu-24.04",
        "ubuntu-24.04-arm",
        "macos-15",
        "macos-15-intel",
        "windows-2025",
        "windows-11-arm",
    }
    assert {"manylinux_x86_64", "macosx_arm64", "win_arm64"} <= targets.PLATFORMS.keys()


def test_the_required_job_waits_for_all_others() -> None:
    text = read("ci.yml").partition("\njobs:\n")[2]
    names = re.findall(r"^  (\w+):$", text, re.MULTILINE)
    needs = re.search(r"needs: \[(.*)\]", job("ci.yml", "required"))
    assert needs
    assert needs[1].split(", ") == names[:-1]
    assert names[-1] == "required"
