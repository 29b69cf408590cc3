"""Start and end processes that outlive the command that starts them.

They are recorded by pid and start time, so that only ours are ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil


def spawn(
    command: Sequence[str | Path], *, record: Path, log: Path, environment: Mapping[str, str], uid: int | None = None
) -> int:
    """Start a process in its own session, record it, and return its pid.

    Its output is appended to `log`.
    """
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
    """Write a process' pid and start time: `{"pid", "started"}`.

    A pid alone may be someone else's later.
    """
    partial = record.with_suffix(".partial")
    partial.write_text(json.dumps({"pid": pid, "started": started(pid)}))
    partial.replace(record)


def started(pid: int) -> str | None:
    """Return a process' start time; None where there is no such process.

    It is this boot's id and the kernel's ticks since then. Seconds of the epoch would not do: the kernel derives the
    boot's time anew at each reading, and it jitters.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return f"{_boot()}:{stat.rpartition(')')[2].split()[19]}"


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def recorded(record: Path) -> tuple[int, str] | None:
    """Return the pid and start time of a record, alive or not."""
    try:
        values = json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return int(values["pid"]), str(values["started"])


def running(record: Path) -> psutil.Process | None:
    """Return the recorded process if it still runs.

    It must be the same process, and no zombie.
    """
    known = recorded(record)
    if known is None or started(known[0]) != known[1]:
        return None
    try:
        process = psutil.Process(known[0])
        return process if process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def worked(record: Path) -> float | None:
    """Return the processor seconds that a recorded process and its descendants have had.

    While they grow, it does something. None where it does not run.
    """
    process = running(record)
    if process is None:
        return None
    seconds = 0.0
    with suppress(psutil.NoSuchProcess):
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                seconds += sum(each.cpu_times()[:2])
    return round(seconds, 1)


def end(record: Path, *, grace: float, first: signal.Signals = signal.SIGTERM) -> bool:
    """Stop the recorded process, and kill its session after `grace` seconds.

    Returns whether it ended by itself, or did not run.
    """
    known = recorded(record)
    if known is None:
        return True
    process = running(record)
    if process is not None:
        process.send_signal(first)
        _wait_gone(record, grace)
    by_itself = running(record) is None
    for straggler in _session(*known):
        straggler.kill()
    _wait_gone(record, 5)
    record.unlink(missing_ok=True)
    return by_itself


def _wait_gone(record: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (process := running(record)) is not None and time.monotonic() < deadline:
        _reap(process.pid)
        time.sleep(0.02)


def _reap(pid: int) -> None:
    """Wait for an ended child, which stays a zombie until then.

    Another's child is not ours to wait for.
    """
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _session(leader: int, since: str) -> Iterator[psutil.Process]:
    """Yield the processes that run in the session of a recorded process.

    `leader` opened it at `since` and is included. A pid stays taken while a session has its number; after a reboot, or
    once the session was empty, it may be anyone's.
    """
    if since.partition(":")[0] != _boot() or started(leader) not in (None, since):
        return
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader:
                yield process
        except (ProcessLookupError, PermissionError):
            continue
