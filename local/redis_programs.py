"""Find or install `redis-server` 7 from the system's packages.

Root installs them; other users unpack them into the project's own folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.errors import LocalError

REMEDY = (
    "Install redis-server 7 or newer, or give REDIS_URL=redis://host:port of a server with maxmemory-policy noeviction."
)


@dataclass(frozen=True)
class Programs:
    """The server's path and the environment it needs.

    `LD_LIBRARY_PATH` when it was unpacked, not installed.
    """

    server: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def find(folder: Path) -> Programs | None:
    """Return the system's programs, or those unpacked below `folder`.

    None when neither is version 7.
    """
    installed = shutil.which("redis-server", path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin")
    candidates = [Programs(Path(installed))] if installed else []
    if (folder / "usr/bin/redis-server").exists():
        candidates.append(_unpacked(folder))
    return next((programs for programs in candidates if _major(programs) >= 7), None)


def find_or_install(folder: Path) -> Programs:
    """Return the programs, installed where they are missing.

    LocalError when the machine has no apt or its packages are older than 7.
    """
    programs = find(folder)
    if programs is None:
        if shutil.which("apt-get") is None:
            raise LocalError("redis-server 7 is missing and this system has no apt-get.", REMEDY)
        _install() if os.geteuid() == 0 else _unpack(folder)
        programs = find(folder)
    if programs is None:
        raise LocalError("The system's packages have no redis-server 7.", REMEDY)
    return programs


def _major(programs: Programs) -> int:
    shown = subprocess.run(
        [programs.server, "--version"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | dict(programs.environment),
    )
    version = re.search(r"v=(\d+)\.", shown.stdout)
    return int(version[1]) if version else 0


def _unpacked(folder: Path) -> Programs:
    libraries = sorted({str(path.parent) for path in (folder / "usr/lib").rglob("*.so*")})
    return Programs(folder / "usr/bin/redis-server", {"LD_LIBRARY_PATH": ":".join(libraries)})


def _install() -> None:
    """Install the package without starting a server on port 6379.

    RUNLEVEL=1 keeps it from that.
    """
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "redis-server"]
    if _run(install, environment=environment).returncode:
        _run(["apt-get", "update"], environment=environment)
        _checked(install, environment=environment)


def _unpack(folder: Path) -> None:
    """Unpack the packages below a folder of ours.

    Package lists go there too, since the system's may be empty and are root's to fill.
    """
    lists = folder / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    options = ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={folder / 'cache'}", "-o", "APT::Sandbox::User="]
    (folder / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
    _checked(["apt-get", *options, "update"])
    for package in _missing(options):
        _checked(["apt-get", *options, "download", package], cwd=folder)
    for archive in sorted(folder.glob("*.deb")):
        _checked(["dpkg-deb", "-x", str(archive), str(folder)])
        archive.unlink()


def _missing(options: list[str]) -> list[str]:
    """Return the names of Redis' packages and of their missing dependencies."""
    flags = ["--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces"]
    shown = _checked(["apt-cache", *options, "depends", *flags, "--no-enhances", "redis-server"])
    names = {line.strip() for line in shown.splitlines() if re.match(r"^[a-z0-9]", line)}
    return sorted(name for name in names if name.startswith("redis-") or not _has(name))


def _has(package: str) -> bool:
    shown = _run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package])
    return shown.stdout.startswith("installed")


def _run(
    command: list[str], *, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=cwd)


def _checked(command: list[str], *, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    done = _run(command, environment=environment, cwd=cwd)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise LocalError(f"redis-server could not be fetched ({lines[-1] if lines else command[0]}).", REMEDY)
    return done.stdout
