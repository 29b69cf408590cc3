"""Build Lambda packages without Docker, byte-identical when built again.

One dependency layer and one code archive. An archive's name carries the hash of everything that decides its content: a
second synth finds it and builds nothing.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import uv

from cdk_app.archives import compile_all, copy_all, digest, files, write_archive
from cdk_app.authorities import BUNDLE, authorities
from cdk_app.compilers import compilers
from cdk_app.targets import Target
from cdk_app.uv_environment import uv_environment

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "handlers.txt"
PACKAGES = ("handlers", "premium")
VIEWER = ROOT / "node_modules" / "swagger-ui-dist"
VIEWER_FILES = ("LICENSE", "NOTICE", "favicon-32x32.png", "swagger-ui-bundle.js", "swagger-ui.css")
WORKER_PACKAGES = ("premium", "workers", "migrations")
VYPER = ("vyper", "vyper-former")
"""Compilers of Vyper, each with packages of its own."""
KEPT = 8

# The services whose models stay in botocore, the bulk of the layer; a test compares them with the code's clients.
AWS_SERVICES = frozenset(
    {
        "apigatewaymanagementapi", "cloudwatch", "dynamodb", "events", "kms", "lambda", "s3", "secretsmanager", "sesv2",
        "sns", "sqs", "sts",
    }
)  # fmt: skip
_UNUSED_NAMES = frozenset({"__pycache__", "tests", "test", "bin", "examples"})
_UNUSED_SUFFIXES = frozenset({".pyc", ".pyi", ".c", ".h", ".pxd", ".pyx"})
_KEPT_METADATA = frozenset({"METADATA", "entry_points.txt"})


class AssetError(Exception):
    """A package could not be built; the message carries the installer's own words."""


@functools.cache
def dependencies(target: Target) -> Path:
    """Return the layer archive of requirements/handlers.txt for a target.

    Wheels only, every hash checked.
    """
    key = digest([REQUIREMENTS.read_bytes(), repr(target).encode(), Path(__file__).read_bytes(), authorities()])

    def fill(folder: Path) -> None:
        _install(folder / "python", target)
        (folder / BUNDLE).parent.mkdir()
        (folder / BUNDLE).write_bytes(authorities())
        if target.compiled:
            compile_all(folder)

    return _built(f"dependencies-{key}.zip", fill)


@functools.cache
def code() -> Path:
    """Return the archive of our own packages that a handler may import."""
    sources = [(path, path.relative_to(ROOT).as_posix()) for name in PACKAGES for path in files(ROOT / name)]
    sources += [(path, f"reference/{path.name}") for path in _viewer()]
    content = [part for path, name in sources for part in (name.encode(), path.read_bytes())]
    content.append(REQUIREMENTS.read_bytes())  # what makes the document decides its words
    return _built(f"code-{digest(content)}.zip", lambda folder: _fill(sources, folder))


def _fill(sources: Iterable[tuple[Path, str]], folder: Path) -> None:
    copy_all(sources, folder)
    (folder / "reference" / "openapi.json").write_bytes(_openapi())


def _viewer() -> list[Path]:
    """Return the files of the API's reference that npm brings; AssetError where they are not installed."""
    files = [VIEWER / name for name in VIEWER_FILES]
    if missing := [path.name for path in files if not path.exists()]:
        raise AssetError(f"the API's reference lacks {', '.join(missing)} of swagger-ui-dist; run: make setup")
    return files


def _openapi() -> bytes:
    """Return the OpenAPI document, made by a process of its own: this one knows no handlers."""
    command = [sys.executable, "-m", "handlers.runtime.documents"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env=environment)
    if done.returncode != 0:
        raise AssetError(f"the OpenAPI document could not be made: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


@functools.cache
def worker_context() -> Path:
    """Return the folder from which the worker image is built.

    It holds the Dockerfile and exactly what that copies.
    """
    wanted = (f"requirements/{name}.txt" for name in ("workers", "node", *VYPER))
    sources = [(ROOT / name, name) for name in ("Dockerfile", *wanted)]
    sources += [(path, path.relative_to(ROOT).as_posix()) for name in WORKER_PACKAGES for path in files(ROOT / name)]
    sources.append((_kept("authorities.pem", authorities()), BUNDLE))
    try:
        sources += [(path, f"solidity/node_modules/{name}") for path, name in compilers(ROOT / "node_modules")]
    except LookupError as error:
        raise AssetError(str(error)) from None
    content = [part for path, name in sources for part in (name.encode(), path.read_bytes())]
    folder = output_folder().parent / "worker" / f"context-{digest(content)}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as part:
            copy_all(sources, Path(part) / "context")
            (Path(part) / "context").replace(folder)
    _keep_latest(folder)
    return folder


def _kept(name: str, content: bytes) -> Path:
    """Return a file of generated content, by whose hash it is named."""
    path = output_folder().parent / f"{digest([content])}-{name}"
    if not path.exists():
        path.write_bytes(content)
    return path


def _built(name: str, fill: Callable[[Path], None]) -> Path:
    archive = output_folder() / name
    if not archive.exists():
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder))
            write_archive(Path(folder), archive)
    _keep_latest(archive)
    return archive


def _keep_latest(used: Path) -> None:
    """Mark an archive as used and delete all but the latest of its kind.

    Every change of the code makes another.
    """
    used.touch()
    kind = used.name.partition("-")[0]
    siblings = sorted(used.parent.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in siblings[KEPT:]:
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)


def output_folder() -> Path:
    """Return the folder that keeps archives between runs.

    PREMIUM_ASSETS_DIR puts it elsewhere.
    """
    folder = Path(os.environ.get("PREMIUM_ASSETS_DIR", ROOT / "dist" / "lambda"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _install(folder: Path, target: Target) -> None:
    command = [
        uv.find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--only-binary", ":all:", "--require-hashes",
    ]  # fmt: skip
    command += ["--python-version", target.python, "--target", str(folder), "--requirement", str(REQUIREMENTS)]
    command += ["--python-platform", target.platform] if target.platform else ["--python", sys.executable]
    environment = {**os.environ, **uv_environment(os.environ)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise AssetError(f"the Lambda dependencies for {target} could not be installed: {done.stderr.strip()}")
    _prune(folder)


def _prune(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and not _needed(path.relative_to(folder)):
            path.unlink()


def _needed(path: Path) -> bool:
    if path.suffix in _UNUSED_SUFFIXES or _UNUSED_NAMES.intersection(path.parts):
        return False
    if path.parts[0].endswith(".dist-info"):
        return path.name in _KEPT_METADATA
    model = path.parts[:2] == ("botocore", "data") and len(path.parts) > 3
    return not model or path.parts[2] in AWS_SERVICES
