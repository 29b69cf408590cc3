#!/usr/bin/env python3
"""systemd's part in the boot, from the unit files and fstab themselves: dependencies, mounts, order, commands.

A directive that it does not know ends it, so that no test passes over one. `systemd-analyze verify` reads them as well.
"""

import subprocess
import sys
import time
from pathlib import Path

UNITS, STATE = Path("/etc/systemd/system"), Path("/run/stand-in-systemd")
BUILT_IN = {"docker.service"}
_LIMITS = ["Restart", "RestartSec", "TimeoutStartSec", "TimeoutStopSec", "RemainAfterExit"]
_ORDER = ["RequiresMountsFor", "Requires", "After", "Wants"]
KNOWN = {
    "Unit": ["Description", *_ORDER, "StartLimitIntervalSec", "DefaultDependencies"],
    "Service": ["Type", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecStop", *_LIMITS],
    "Timer": ["OnCalendar", "RandomizedDelaySec", "Persistent", "OnBootSec", "OnUnitActiveSec", "AccuracySec"],
    "Install": ["WantedBy"],
}


def read(unit):
    section, found = "", {}
    for line in (UNITS / unit).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            assert key in KNOWN[section], f"{unit}: {section} {key}"
            found.setdefault(key, []).append(value)
    return found


def words(found, key):
    return " ".join(found.get(key, [])).split()


def shell(command, journal, **options):
    with (Path("/var/log") / journal).open("a") as out:
        return subprocess.run(command, shell=True, stdout=out, stderr=out, check=False, **options).returncode


def mount(path):
    """As the fstab generator does: what it requires first, then the mount itself."""
    lines = [line.split() for line in Path("/etc/fstab").read_text().splitlines()]
    (line,) = [line for line in lines if line[1] == path]
    for option in line[3].split(","):
        if option.startswith("x-systemd.requires="):
            start(option.partition("=")[2])
    if subprocess.run(["mountpoint", "--quiet", path], check=False).returncode:
        subprocess.run(["mount", "-t", line[2], line[0], path], check=True)


def running(unit):
    try:
        return "Z" not in Path(f"/proc/{(STATE / unit).read_text()}/stat").read_text().split(")")[1]
    except (FileNotFoundError, ValueError):
        return (STATE / unit).exists() and (STATE / unit).read_text() == "active"


def start(unit):
    if unit in BUILT_IN or running(unit):
        return
    found = read(unit)
    for path in words(found, "RequiresMountsFor"):
        mount(path)
    for other in words(found, "Requires") + words(found, "Wants"):
        if other.endswith(".service"):
            start(other)
    if unit.endswith(".timer"):
        (STATE / unit).write_text("active")
        return
    for command in found.get("ExecStartPre", []):
        failed(unit) if shell(command, unit) else None
    if found["Type"] == ["oneshot"]:
        failed(unit) if shell(found["ExecStart"][0], unit) else None
        if "RemainAfterExit" in found:
            (STATE / unit).write_text("active")
        return
    with (Path("/var/log") / unit).open("a") as out:
        apart = {"stdout": out, "stderr": out, "stdin": subprocess.DEVNULL, "start_new_session": True}
        process = subprocess.Popen(found["ExecStart"][0].split(), **apart)
    (STATE / unit).write_text(str(process.pid))
    time.sleep(0.3)
    if not running(unit):
        failed(unit)
    for command in found.get("ExecStartPost", []):
        if shell(command, unit):
            stop(unit)
            failed(unit)


def failed(unit):
    sys.exit(f"Job for {unit} failed because the control process exited with error code.")


def stop(unit):
    if unit.endswith(".service") and running(unit) and (STATE / unit).read_text() != "active":
        shell(read(unit)["ExecStop"][0].replace("/usr/bin/docker", "docker"), unit)
    (STATE / unit).unlink(missing_ok=True)


def named(names):
    return [name if "." in name else f"{name}.service" for name in names]


STATE.mkdir(parents=True, exist_ok=True)
match sys.argv[1:]:
    case ["daemon-reload"]:
        pass
    case ["enable", "--quiet", *units]:
        wanted = [unit for unit in named(units) if unit not in BUILT_IN]
        assert all("WantedBy" in read(unit) for unit in wanted), units
        Path("/etc/stand-in-enabled").write_text("\n".join(wanted))
    case ["boot"]:
        for unit in Path("/etc/stand-in-enabled").read_text().split():
            start(unit)
    case ["start", "--no-block", unit]:
        apart = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        subprocess.Popen(["systemctl", "start", unit], **apart)
    case ["start", *units]:
        for unit in named(units):
            start(unit)
    case ["stop", *units]:
        for unit in named(units):
            stop(unit)
    case ["restart", *units]:
        for unit in named(units):
            stop(unit)
        for unit in named(units):
            start(unit)
    case rest:
        sys.exit(f"systemctl: {rest} is not a command that this stands in for")
