"""Processes that outlive the command that starts them: recorded by pid and start time, so that only ours are ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil


def spawn(
    command: Sequence[str | Path], *, record: Path, log: Path, environment: Mapping[str, str], uid: int | None = None
) -> int:
    """Starts a process in a session of its own, its output appended to `log`; the pid, which `record` keeps too."""
    log.parent.mkdir(parents=True, exist_ok=True)
    record.parent.mkdir(parents=True, exist_ok=True)
    identity = {} if uid is None else {"user": uid, "group": _group(uid), "extra_groups": []}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd="/" if uid is not None else None,
            start_new_session=True,
            **identity,  # type: ignore[call-overload]  # a dict of optional keywords has no overload of Popen
        )
    write_record(record, process.pid)
    return int(process.pid)


def _group(uid: int) -> int:
    import pwd  # noqa: PLC0415  # absent where there are no users to change to

    return pwd.getpwuid(uid).pw_gid


def write_record(record: Path, pid: int) -> None:
    """`{"pid", "started"}`: a pid alone may be someone else's after a restart of the machine."""
    partial = record.with_suffix(".partial")
    partial.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))
    partial.replace(record)


def recorded(record: Path) -> tuple[int, float] | None:
    """The pid and start time that were written, alive or not."""
    try:
        values = json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return int(values["pid"]), float(values["started"])


def running(record: Path) -> psutil.Process | None:
    """The recorded process if it still is that process and not a zombie."""
    known = recorded(record)
    if known is None:
        return None
    try:
        process = psutil.Process(known[0])
        same = abs(process.create_time() - known[1]) < 1
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def end(record: Path, *, grace: float, first: signal.Signals = signal.SIGTERM) -> None:
    """Asks the recorded process to stop, waits `grace` seconds, kills what is left of its session."""
    known = recorded(record)
    if known is None:
        return
    process = running(record)
    if process is not None:
        process.send_signal(first)
        _wait_gone(record, grace)
    for straggler in _session(*known):
        straggler.kill()
    _wait_gone(record, 5)
    record.unlink(missing_ok=True)


def _wait_gone(record: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (process := running(record)) is not None and time.monotonic() < deadline:
        _reap(process.pid)
        time.sleep(0.02)


def _reap(pid: int) -> None:
    """A child of ours stays a zombie until it is waited for; another's child is not ours to wait for."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _is_another(pid: int, started: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started) >= 1
    except psutil.NoSuchProcess:
        return False


def _session(leader: int, started: float) -> Iterator[psutil.Process]:
    """What still runs in the session that `leader` opened at `started`, the leader included.

    A pid stays taken while a session has its number; after a reboot it may be anyone's.
    """
    if started < psutil.boot_time() - 1 or _is_another(leader, started):
        return
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader and process.create_time() >= started - 1:
                yield process
        except (psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue
