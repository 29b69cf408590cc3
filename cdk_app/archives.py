"""Files of a package: found, copied, packed byte-identically, named by their hash."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first instant a zip entry can carry


def files(folder: Path) -> Iterator[Path]:
    """Return the files of a folder, sorted, without compiled ones."""
    wanted = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return iter(sorted(wanted))


def compile_all(folder: Path) -> None:
    """Put the bytecode for this Python in each module's place.

    For libraries where every start has a folder of its own, as in the emulator: nothing is compiled once for all there,
    and no more files are written than before. The same to the byte when made again: one process, one seed, and paths as
    they are within a function.
    """
    command = [sys.executable, "-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    # Some packages carry templates that are no Python; they stay as they are.
    command += ["-s", str(folder), "-p", "/opt", str(folder)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)
    for made in folder.rglob("*.pyc"):
        made.with_suffix(".py").unlink(missing_ok=True)


def copy_all(sources: Iterable[tuple[Path, str]], folder: Path) -> None:
    """Copy files to their names under a folder."""
    for path, name in sources:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)


def write_archive(folder: Path, archive: Path) -> None:
    """Write an archive with sorted names, one timestamp and one mode.

    It is renamed into place so that two builders do not see half an archive.
    """
    with tempfile.NamedTemporaryFile(dir=archive.parent, suffix=".part", delete=False) as part:
        _pack(folder, part)
    Path(part.name).replace(archive)


def _pack(folder: Path, part: IO[bytes]) -> None:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for path in files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date_time=EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())


def digest(parts: Iterable[bytes]) -> str:
    """Return the hash that names what is made of these parts."""
    content = hashlib.sha256()
    for part in parts:
        content.update(hashlib.sha256(part).digest())
    return content.hexdigest()[:16]
