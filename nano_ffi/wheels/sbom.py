"""The software bill of materials of a wheel: which compiler made its extensions, and what was linked into them.

PEP 770 says where it lies (``NAME.dist-info/sboms/``), CycloneDX 1.6 (ECMA-424) what it is. It holds nothing that
differs between two builds of the same sources by the same compiler.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from nano_ffi.wheels import checksums
from nano_ffi.wheels.binary import Expect, read, recognise
from nano_ffi.wheels.identity import MARKER

__all__ = ["Zig", "add", "check", "find_zig"]

FOLDER = "sboms"
NAMESPACE = uuid.UUID("1fd64fa1-8e4a-5c2d-9d0c-3a1f5d5a6c11")
"""Of the serial numbers, which are hashes of the content (RFC 9562, version 5)."""

FIND_ZIG = """
import base64, importlib.metadata as metadata, json
try:
    files = metadata.files("ziglang") or []
    zig = next(file for file in files if file.as_posix() in ("ziglang/zig", "ziglang/zig.exe"))
except (metadata.PackageNotFoundError, StopIteration):
    print("null")
else:
    digest = base64.urlsafe_b64decode(zig.hash.value + "==").hex()
    print(json.dumps({"version": metadata.version("ziglang"), "sha256": digest}))
"""


@dataclass(frozen=True, kw_only=True)
class Zig:
    """The compiler of the package ``ziglang``: its version, and the hash of its executable."""

    version: str
    sha256: str

    @property
    def purl(self) -> str:
        return f"pkg:pypi/ziglang@{self.version}"


def find_zig(python: str) -> Zig | None:
    """The compiler that is installed beside the interpreter `python`; None where there is none."""
    done = subprocess.run([python, "-I", "-c", FIND_ZIG], check=True, stdout=subprocess.PIPE, text=True)
    said = json.loads(done.stdout)
    return Zig(**said) if said else None


def add(wheel: Path, zig: Zig | None, epoch: int) -> None:
    """Put the SBOM into a wheel, in place of one that it has. `epoch` is its time, in seconds since 1970."""
    with zipfile.ZipFile(wheel) as archive:
        members = archive.infolist()
        files = {member.filename: archive.read(member) for member in members}
    (record,) = (name for name in files if re.fullmatch(r"[^/]+\.dist-info/RECORD", name))
    folder = record.partition("/")[0]
    name = f"{folder}/{FOLDER}/{folder.partition('-')[0]}.cdx.json"
    content = (json.dumps(describe(files, folder, zig, epoch), indent=1, sort_keys=True) + "\n").encode()
    rows = [row for row in csv.reader(io.StringIO(files[record].decode())) if row and row[0] not in {name, record}]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [*rows, [name, checksums.record_hash(content), len(content)], [record, "", ""]]
    )
    files[record] = text.getvalue().encode()

    entries = {member.filename: member for member in members if member.filename != name}
    last = entries.pop(record)
    entry = zipfile.ZipInfo(name, last.date_time)
    entry.external_attr, entry.compress_type = last.external_attr, last.compress_type
    new = wheel.with_name(f".{wheel.name}.new")
    with zipfile.ZipFile(new, "w") as archive:
        for member in entries.values():
            archive.writestr(member, files[member.filename])
        archive.writestr(entry, content)
        archive.writestr(last, files[record])
    new.replace(wheel)


def describe(files: Mapping[str, bytes], folder: str, zig: Zig | None, epoch: int) -> dict[str, Any]:
    """The CycloneDX document for a wheel of `files`, whose metadata are in `folder`."""
    metadata = BytesParser().parsebytes(files[f"{folder}/METADATA"])
    subject: dict[str, Any] = {
        "type": "library",
        "bom-ref": "wheel",
        "name": metadata["Name"],
        "version": metadata["Version"],
        "purl": f"pkg:pypi/{canonicalize_name(metadata['Name'])}@{Version(metadata['Version'])}",
    }
    if metadata["License-Expression"]:
        subject["licenses"] = [{"expression": metadata["License-Expression"]}]
    components: dict[str, dict[str, Any]] = {}
    links: dict[str, list[str]] = {}
    for name, needed in linked(files).items():
        components[name] = {"type": "file", "bom-ref": name, "name": name, "hashes": [sha256(files[name])]}
        for library in needed:
            components.setdefault(
                f"lib:{library}",
                {
                    "type": "library",
                    "bom-ref": f"lib:{library}",
                    "name": library,
                    "properties": [{"name": "nano_ffi:linked", "value": "dynamically, not in the wheel"}],
                },
            )
        links[name] = [*(["zig-lib"] if zig else []), *(f"lib:{library}" for library in needed)]
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycles": [{"phase": "build"}],
            "component": subject,
        },
        "components": [components[key] for key in sorted(components)],
        "dependencies": [
            {"ref": "wheel", "dependsOn": sorted(links)},
            *({"ref": name, "dependsOn": sorted(links[name])} for name in sorted(links)),
        ],
    }
    if zig:
        mit = [{"license": {"id": "MIT"}}]
        compiler = {"type": "application", "name": "zig", "version": zig.version, "purl": zig.purl, "licenses": mit}
        document["metadata"]["tools"] = {
            "components": [{**compiler, "hashes": [{"alg": "SHA-256", "content": zig.sha256}]}]
        }
        document["components"].append(
            {
                "type": "library",
                "bom-ref": "zig-lib",
                "name": "zig-lib",
                "description": "Zig's standard library and compiler-rt, as far as they are used",
                "version": zig.version,
                "purl": zig.purl,
                "licenses": mit,
                "properties": [{"name": "nano_ffi:linked", "value": "statically"}],
            }
        )
    content = json.dumps(document, sort_keys=True)
    return {**document, "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, content)}"}


def linked(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    """The binaries among a wheel's files, and the libraries that each one's loader is to bring."""
    found = {}
    for name, data in files.items():
        if recognise(data) is not None and (images := read(data, lambda holds, _problem: bool(holds))):
            found[name] = sorted({library for image in images for library in image.needed})
    return found


def sha256(data: bytes) -> dict[str, str]:
    return {"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}


def check(files: Mapping[str, bytes], folder: str, name: str, version: str, expect: Expect) -> None:
    """Compare the SBOM of a wheel of `files`, the project's `name` and `version`, with what is in the wheel.

    One that another tool wrote is only read. That there is none is a problem where an extension is nano_ffi's.
    """
    own = f"{folder}/{FOLDER}/{folder.partition('-')[0]}.cdx.json"
    again = "build the wheel again with `nano-ffi wheels`"
    ours = any(MARKER.search(data) for data in files.values() if recognise(data) is not None)
    expect(own in files or not ours, f"has no SBOM, expected {own}: {again}")
    for path in sorted(files):
        if not path.startswith(f"{folder}/{FOLDER}/") or not path.endswith(".json"):
            continue
        try:
            document = json.loads(files[path])
            if (document["bomFormat"], document["specVersion"]) != ("CycloneDX", "1.6") and path == own:
                raise ValueError(f"{document['bomFormat']} {document['specVersion']}, expected CycloneDX 1.6")
            if path == own:
                _compare(document, files, name, version, lambda holds, text: expect(holds, f"{own}: {text}: {again}"))
        except (ValueError, KeyError, TypeError) as error:
            expect(False, f"{path} is no SBOM that can be read ({type(error).__name__}: {error}): {again}")


def _compare(document: Mapping[str, Any], files: Mapping[str, bytes], name: str, version: str, expect: Expect) -> None:
    subject = document["metadata"]["component"]
    expect(
        subject["purl"] == f"pkg:pypi/{name}@{version}",
        f"is about {subject['purl']}, expected pkg:pypi/{name}@{version}",
    )
    by_ref = {component["bom-ref"]: component for component in document["components"]}
    links = {entry["ref"]: entry["dependsOn"] for entry in document["dependencies"]}
    actual = linked(files)
    listed = {ref for ref, component in by_ref.items() if component["type"] == "file"}
    expect(listed == set(actual), f"lists {_names(listed)}, expected the binaries {_names(actual)}")
    for binary in sorted(listed & set(actual)):
        expect(
            by_ref[binary]["hashes"] == [sha256(files[binary])],
            f"has another hash of {binary} than the file, which has {sha256(files[binary])['content']}",
        )
        needed = sorted(ref.removeprefix("lib:") for ref in links[binary] if ref.startswith("lib:"))
        expect(
            needed == actual[binary], f"says that {binary} links {_names(needed)}, expected {_names(actual[binary])}"
        )
    tools = document["metadata"].get("tools", {"components": []})["components"]
    zig = [tool for tool in tools if tool["name"] == "zig"]
    expect(
        "zig-lib" not in by_ref or (len(zig) == 1 and zig[0]["version"] == by_ref["zig-lib"]["version"]),
        "does not name the Zig that compiled what is linked",
    )
    for tool in zig:
        known = [h for h in tool["hashes"] if h["alg"] == "SHA-256" and re.fullmatch("[0-9a-f]{64}", h["content"])]
        expect(known and tool["version"], "does not give the version and the SHA-256 of Zig")
    expect(
        all(
            ref in {*by_ref, "wheel"} for ref in [*links, *(target for targets in links.values() for target in targets)]
        ),
        "has a dependency on a component that it does not list",
    )


def _names(names: object) -> str:
    return ", ".join(sorted(names)) or "nothing"  # type: ignore[call-overload]
