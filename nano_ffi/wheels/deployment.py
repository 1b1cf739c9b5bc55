"""The oldest macOS that a project without Zig says its wheels are for."""

from __future__ import annotations

import dataclasses
import re

from nano_ffi.wheels.targets import Target, Triple

__all__ = ["for_deployment_target"]

OLDEST = (10, 13)
"""What Zig's libc++ is compiled for, and CPython's own installers need."""


def for_deployment_target(target: Target, asked: str | None) -> Target | None:
    """The target for the macOS of ``MACOSX_DEPLOYMENT_TARGET``, which is said to macOS alone; None where no wheel could say so.

    From macOS 11 on a tag says the first number alone, and there is no older one for arm64, for which Apple's own linker
    takes 11.0 then.
    """
    platform = target.platform
    floor = platform.oldest_macos
    if not floor or asked is None:
        return target
    version = re.fullmatch(r"(\d+)(?:\.(\d+))?(?:\.0)*", asked.strip())
    if version is None:
        return None
    major, minor = int(version[1]), int(version[2] or 0)
    if (major >= 11 and minor) or (major, minor) < OLDEST:
        return None
    if all("aarch64" in triple.target for triple in platform.triples):
        major, minor = max((major, minor), (11, 0))
    triples = tuple(
        Triple(target=triple.target.replace(f"-macos.{floor}", f"-macos.{major}.{minor}"), cpu=triple.cpu)
        for triple in platform.triples
    )
    tag = platform.wheel_tag.replace(f"macosx_{floor.replace('.', '_')}_", f"macosx_{major}_{minor}_")
    return dataclasses.replace(target, platform=dataclasses.replace(platform, triples=triples, wheel_tag=tag))
