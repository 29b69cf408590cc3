"""Find or install the programs with which the TimescaleDB host's boot is tried.

PostgreSQL 15, pgBackRest and PgBouncer of Debian. Its pgBackRest (2.45) knows no PostgreSQL 16, so the boot is tried
with 15. Only root can give the host a root of its own; nobody else needs them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("postgresql-15", "pgbackrest", "pgbouncer", "xfsprogs", "curl", "openssl")
_SERVER = Path("/usr/lib/postgresql/15/bin")
_PROGRAMS = (
    "pgbackrest", "pgbouncer", "psql", "mkfs.xfs", "losetup", "unshare", "nsenter", "setpriv", "curl", "openssl",
)  # fmt: skip
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def postgres_programs() -> Path:
    """Return the folder of `postgres` and `initdb` 15."""
    return _SERVER


def missing() -> str:
    """Return why the boot cannot be tried here; '' where it can."""
    if os.geteuid() != 0:
        return "only root can make a root of its own for the host"
    lacking = [name for name in _PROGRAMS if shutil.which(name, path=_PATH) is None]
    if not (_SERVER / "initdb").exists():
        lacking.append("PostgreSQL 15")
    if lacking:
        return f"{', '.join(lacking)} missing and not to be had from this machine's packages (make setup tries)"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False)
    if tried.returncode or not Path("/dev/loop-control").exists():
        return "this kernel grants no namespaces or has no loop devices"
    return ""


def install() -> None:
    """Install the packages where they are missing and root may.

    No server starts by itself.
    """
    if os.geteuid() != 0 or shutil.which("apt-get") is None or not missing():
        return
    command = ("install", "-y", "--no-install-recommends", *PACKAGES)
    if not _apt(*command):
        _apt("update")
        _apt(*command)


def _apt(*words: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(["apt-get", *words], capture_output=True, check=False, env=environment)
    return done.returncode == 0


if __name__ == "__main__":
    install()
    if reason := missing():
        print(f"  the TimescaleDB host's boot will not be tried: {reason}", file=sys.stderr)
