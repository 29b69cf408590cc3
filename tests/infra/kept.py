"""Assemblies that are made once for each content of the tree, by a process of its own, and kept under `dist/synth`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from filelock import FileLock

from cdk_app.archives import digest, files
from cdk_app.assets import ROOT

FOLDER = ROOT / "dist" / "synth"
KEPT = 2
SILENT = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20", "PYTHONDONTWRITEBYTECODE": ""}
_FOLDERS = ("cdk_app", "stacks", "premium", "handlers", "workers", "migrations", "requirements")
_FILES = tuple(f"tests/infra/{name}.py" for name in ("synthesize", "growth", "timescale_variants"))
_FILES += ("cdk.json", "Dockerfile", "pyproject.toml", "node_modules/swagger-ui-dist/package.json", "package-lock.json")


def made_by(module: str, kind: str, *names: str) -> Path:
    """The folder that `python -m module <folder> <names…>` filled: by the first who asks, in this run or an earlier."""
    folder = FOLDER / f"{kind}-{_content()}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / f"{kind}.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _run(module, folder, names)
            if _content.__wrapped__() == _content():  # an edit meanwhile is in half of the stages
                (folder / "done").touch()
        for old in sorted(FOLDER.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def kept(kind: str) -> Path | None:
    """The folder of a kind that was made of the tree as it is, if it was."""
    folder = FOLDER / f"{kind}-{_content()}"
    return folder if (folder / "done").exists() else None


def _run(module: str, folder: Path, names: tuple[str, ...]) -> None:
    command = [sys.executable, "-O", "-m", module, str(folder), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | SILENT)
    assert done.returncode == 0, done.stderr[-4000:]


@cache
def _content() -> str:
    """Whatever decides a template, or an archive that it names."""
    ours = [path for folder in _FOLDERS for path in files(ROOT / folder)] + [ROOT / name for name in _FILES]
    told = [sys.version, os.environ.get("PREMIUM_ASSETS_DIR", "")]
    read = (part for path in ours for part in (str(path).encode(), path.read_bytes()))
    return digest([*(text.encode() for text in told), *read])
