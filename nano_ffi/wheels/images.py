"""The manylinux or musllinux image that a project names, which says for which C library its wheels are."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from cibuildwheel import errors
from cibuildwheel.options import Options

from nano_ffi.wheels.job import glibc_of
from nano_ffi.wheels.targets import Target, Triple

__all__ = ["as_in_its_image", "for_image"]


def as_in_its_image(target: Target, options: Options, *, without_zig: bool) -> Target:
    """The target with the C library of the image that the project's options name, if it is not cibuildwheel's own choice."""
    family, _, arch = target.platform.name.partition("_")
    if family not in {"manylinux", "musllinux"}:
        return target
    asked, usual = (images_of(one, target, family).get(arch, "") for one in (options, options.defaults))
    return target if asked == usual else for_image(target, asked, without_zig=without_zig)


def images_of(options: Options, target: Target, family: str) -> Mapping[str, str]:
    found = options.build_options(target.identifier)
    images = found.manylinux_images if family == "manylinux" else found.musllinux_images
    return images or {}


def for_image(target: Target, image: str, *, without_zig: bool) -> Target:
    """The target with the C library of `image`. Raises ConfigurationError for one that has none that can be had here."""
    platform = target.platform
    family, _, arch = platform.name.partition("_")
    option = f"{family}-{arch}-image is {image}"
    name = image.rpartition("/")[2]
    if family == "musllinux":
        if re.match(r"musllinux_1_2_", f"{name}_"):
            return target
        raise errors.ConfigurationError(f"{option}, and {target.identifier} is built for musl 1.2 only: leave it out.")
    asked, floor = glibc_of(f"{name}_"), glibc_of(platform.wheel_tag)
    assert floor is not None
    oldest = "{}.{}".format(*floor)
    if asked is None:
        raise errors.ConfigurationError(
            f"{option}, and no image is run here: a wheel has nothing of one, and its name does not say which glibc it has. "
            f"Name a manylinux image, or leave it out for glibc {oldest}."
        )
    version = "{}.{}".format(*asked)
    if asked < floor:
        raise errors.ConfigurationError(
            f"{option}, of glibc {version}, and {target.identifier} is built for glibc {oldest} and later: leave it out."
        )
    if asked == floor:
        return target
    if not without_zig:
        raise errors.ConfigurationError(
            f"{option}, of glibc {version}, and wheels of projects in Zig are built for glibc {oldest}, which runs there, "
            "too: leave it out."
        )
    (triple,) = platform.triples
    newer = Triple(target=triple.target.replace(f".{oldest}", f".{version}"), cpu=triple.cpu)
    tag = platform.wheel_tag.replace(oldest.replace(".", "_"), version.replace(".", "_"))
    return dataclasses.replace(target, platform=dataclasses.replace(platform, triples=(newer,), wheel_tag=tag))
