"""Container images that a deployment builds, on the bases that the release names."""

from __future__ import annotations

import re
from pathlib import Path

from aws_cdk import aws_ecr_assets as images
from constructs import Construct

from stacks.terms.frame import Frame

_BASE = re.compile(r"^ARG (\w+_IMAGE)=(\S+)$", re.MULTILINE)


def bases_of(dockerfile: Path) -> dict[str, str]:
    """Return the base images of a Dockerfile by the names of their arguments: `{PYTHON_IMAGE: python:3.13-…}`."""
    return dict(_BASE.findall(dockerfile.read_text()))


def built_image(scope: Construct, name: str, *, frame: Frame, directory: str) -> images.DockerImageAsset:
    """Make the image of a folder for arm64.

    It stands on `frame.bases` where a release has resolved them; elsewhere the tags of the Dockerfile rule. The bases
    are part of the image's hash: another digest is another image.
    """
    wanted = bases_of(Path(directory) / "Dockerfile")
    given = {argument: frame.bases[argument] for argument in sorted(wanted.keys() & frame.bases.keys())}
    return images.DockerImageAsset(
        scope, name, directory=directory, platform=images.Platform.LINUX_ARM64, build_args=given or None
    )
