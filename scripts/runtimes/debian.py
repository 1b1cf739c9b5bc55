"""Packages of other Debian suites and architectures: downloaded and unpacked, never installed.

apt works in a root of its own, with its own lists; the machine's are not touched. apt checks the archive's
signatures, `Place.check` the bytes.
"""

from __future__ import annotations

import fcntl
import re
from pathlib import Path

from scripts.runtimes import pins
from scripts.runtimes.place import Place, RuntimesError, need

__all__ = ["apt", "fetch", "fetch_source", "pool_source", "snapshot"]

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def apt(place: Place, *command: str, cwd: Path | None = None) -> str:
    return place.run(*command, cwd=cwd, env={"APT_CONFIG": str(place.root / "apt" / "apt.conf")})


def snapshot(place: Place, *architectures: str) -> None:
    """Make sure that the private root knows Debian's `architectures`."""
    need("apt-get", package="apt")
    need("dpkg-deb", package="dpkg")
    if not KEYRING.exists():
        raise RuntimesError(f"{KEYRING} is missing: apt-get install --no-install-recommends debian-archive-keyring")
    root = place.root / "apt"
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = set((root / "ok").read_text().split()) if (root / "ok").exists() else set()
        wanted = known | {"amd64", *architectures}
        if wanted != known:
            configure(place, root, sorted(wanted))
            apt(place, "apt-get", "-qq", "update")
            (root / "ok").write_text(" ".join(sorted(wanted)))


def configure(place: Place, root: Path, architectures: list[str]) -> None:
    for folder in ("etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "state/lists/partial"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    (root / "state" / "status").touch()
    uri = mirror(place)
    lines = []
    for suite, limited in pins.SUITES.items():
        lines.append(f"deb [arch={','.join(limited or architectures)} signed-by={KEYRING}] {uri} {suite} main\n")
        lines.append(f"deb-src [signed-by={KEYRING}] {uri} {suite} main\n")
    (root / "etc" / "sources.list").write_text("".join(lines))
    names = " ".join(f'"{architecture}";' for architecture in architectures)
    # A frozen mirror serves Release files that have expired: the date is not checked, signatures and hashes are.
    settings = [
        *(f'Dir "{root}"', f'Dir::Etc "{root}/etc"', f'Dir::State "{root}/state"', f'Dir::Cache "{root}/cache"'),
        f'Dir::State::status "{root}/state/status"',
        *('Dir::Etc::trusted "/etc/apt/trusted.gpg"', 'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d"'),
        *('APT::Architecture "amd64"', f"APT::Architectures {{ {names} }}"),
        *('APT::Sandbox::User "root"', 'Acquire::Check-Valid-Until "false"', 'Acquire::Languages "none"'),
    ]
    proxies = re.findall(r"^Acquire::https?::Proxy.*;$", place.run("apt-config", "dump"), re.MULTILINE)
    (root / "apt.conf").write_text("".join(f"{line};\n" for line in settings) + "\n".join(proxies) + "\n")


def mirror(place: Place) -> str:
    """The Debian mirror that this machine's own apt uses."""
    listed = place.run(
        "apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Label: Debian"
    ).split()
    if not listed:
        raise RuntimesError("this machine's apt has no Debian mirror: add one to /etc/apt/sources.list.d")
    return listed[0].rstrip("/")


def fetch(place: Place, architecture: str, folder: Path, *packages: tuple[str, str | None]) -> None:
    """Unpack packages, (name, pinned version or None), into `folder`. What was downloaded before is not again."""
    store = place.downloads / architecture
    store.mkdir(parents=True, exist_ok=True)
    asked = [f"{name}:{architecture}{pinned(place, architecture, name, version)}" for name, version in packages]
    uris = apt(place, "apt-get", "-qq", "--print-uris", "download", *asked)
    names = [line.split()[1] for line in uris.splitlines() if line.startswith("'")]
    lacking = {name.partition("_")[0] for name in names if not (store / name).exists()}
    missing = [package for package in asked if package.partition(":")[0] in lacking]
    if missing:
        partial = store / "partial"
        partial.mkdir(exist_ok=True)
        apt(place, "apt-get", "-qq", "download", *missing, cwd=partial)
        for package in partial.glob("*.deb"):
            package.replace(store / package.name)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        place.run("dpkg-deb", "-x", place.check(store / name), folder)


def pinned(place: Place, architecture: str, name: str, version: str | None) -> str:
    """``=VERSION`` where the mirror still has it, else nothing, which means its newest."""
    if version is None:
        return ""
    known = [
        line.split("|")[1].strip() for line in apt(place, "apt-cache", "madison", f"{name}:{architecture}").splitlines()
    ]
    # riscv64 and the like are built later than others.
    return f"={version}" if version in known else ""


def fetch_source(place: Place, package: str, version: str) -> Path:
    """The upstream tarball of a source package, of its `version` or else the newest that can be had."""
    upstream = version.partition(":")[2] or version
    upstream = upstream.rpartition("-")[0] or upstream
    store = place.downloads / "source"
    store.mkdir(parents=True, exist_ok=True)
    if found := sorted(store.glob(f"{package}_{upstream}.orig.tar.?z")):
        return place.check(found[0])
    if "-" not in version:
        return pool_source(place, package, version, store)
    try:
        apt(place, "apt-get", "-qq", "source", "--download-only", f"{package}={version}", cwd=store)
    except RuntimesError as problem:
        raise RuntimesError(
            f"the source {package} {version} cannot be had any more: pin another in pins.py\n{problem}"
        ) from problem
    (tarball,) = store.glob(f"{package}_{upstream}.orig.tar.?z")
    return place.check(tarball)


def pool_source(place: Place, package: str, version: str, store: Path) -> Path:
    """From the archive's pool, which keeps what its indexes have dropped; `Place.check` is all that proves it."""
    need("curl", package="curl")
    name = f"{package}_{version}.orig.tar.xz"
    prefix = package[0]
    part = store / f"{name}.part"
    url = f"{mirror(place)}/pool/main/{prefix}/{package}/{name}"
    place.run("curl", "-sfL", "--continue-at", "-", "--output", part, url)
    return place.check(part.replace(store / name))
