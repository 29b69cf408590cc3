"""The compilers of Solidity for the worker image, as npm installed them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from cdk_app.archives import files

DRIVER = "solc"
"""The newest compiler, whose wrapper speaks with all of them."""
_ALONE = ("package.json", "soljson.js", "LICENSE")
"""What is wanted of an older compiler."""


def compilers(packages: Path) -> Iterator[tuple[Path, str]]:
    """Yield files of the compilers in npm's folder with their names.

    Names are those in the image. LookupError where one is not installed.
    """
    wanted = json.loads((packages.parent / "package.json").read_text())["dependencies"]
    for name in sorted(each for each in wanted if each.startswith(f"{DRIVER}-")):
        for part in _ALONE:
            yield _there(packages / name / part), f"{name}/{part}"
    for name in sorted(_closure(packages, DRIVER, set())):
        _there(packages / name / "package.json")
        for path in files(packages / name):
            yield path, path.relative_to(packages).as_posix()


def _closure(packages: Path, name: str, found: set[str]) -> set[str]:
    """A package and all that it asks for."""
    if name not in found:
        found.add(name)
        for each in json.loads(_there(packages / name / "package.json").read_text()).get("dependencies", ()):
            _closure(packages, each, found)
    return found


def _there(path: Path) -> Path:
    if not path.is_file():
        raise LookupError(f"the worker image lacks {path.name} of npm's {path.parent.name}; run: make setup")
    return path
