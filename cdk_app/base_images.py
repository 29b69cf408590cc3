"""Resolve the base images of our Dockerfiles to digests, for a release.

`python -m cdk_app.base_images` prints `{argument: image:tag@sha256:…}` as the registry has them now, or ends with 1 and
a sentence. A release deploys with `-c images=FILE` of that; without it a build takes the tags.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cdk_app.assets import ROOT
from stacks.constructs.tasks.built_image import bases_of
from stacks.constructs.timescale.timescale_boot import IMAGE

DOCKERFILES = (ROOT / "Dockerfile", IMAGE / "Dockerfile")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class BaseImageError(Exception):
    """A base image has no digest; the message names it and the reason."""


def wanted() -> dict[str, str]:
    """Return each base image of the Dockerfiles by its argument."""
    return {argument: image for path in DOCKERFILES for argument, image in bases_of(path).items()}


def resolved(ask: Callable[[str], Any]) -> dict[str, str]:
    """Return the base images with their digests.

    `ask` returns a registry's manifest of an image's name.
    """
    return checked({argument: f"{image}@{_digest(image, ask(image))}" for argument, image in wanted().items()})


def _digest(image: str, manifest: Any) -> str:
    digest = manifest.get("digest") if isinstance(manifest, Mapping) else None
    if not isinstance(digest, str):
        raise BaseImageError(f"the registry says no digest of {image}: {str(manifest)[:200]}")
    return digest


def checked(given: Any) -> dict[str, str]:
    """Return the bases of a release as they were given.

    BaseImageError where one is missing, another's, or not by digest.
    """
    if not isinstance(given, Mapping):
        raise BaseImageError("base images are an object of arguments and images")
    for argument, image in wanted().items():
        tag, at, digest = str(given.get(argument, "")).partition("@")
        if not (at and tag == image and _DIGEST.fullmatch(digest)):
            said = repr(given[argument]) if argument in given else "missing"
            raise BaseImageError(f"{argument} is {said}; a release needs {image}@sha256:…")
    if unknown := sorted(given.keys() - wanted().keys()):
        raise BaseImageError(f"{', '.join(unknown)}: no Dockerfile has such an argument")
    return dict(given)


def read_bases(path: str | None) -> dict[str, str]:
    """Return the bases in a file; none without one."""
    if path is None:
        return {}
    try:
        return checked(json.loads(Path(path).read_text()))
    except (OSError, ValueError) as error:
        raise BaseImageError(f"the base images in {path} cannot be read: {error}") from None


def _asked(image: str) -> Any:
    command = ["docker", "buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", image]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip()
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return error


def main() -> None:
    """Print the resolved bases on one line."""
    try:
        print(json.dumps(resolved(_asked), sort_keys=True))
    except BaseImageError as error:
        sys.exit(f"base images: {error}")


if __name__ == "__main__":
    main()
