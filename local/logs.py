"""Show the logs of the stage's processes and of its functions: `make logs`.

Functions write to the emulator's CloudWatch Logs.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import Clients
from local.errors import LocalError
from local.places import Places
from local.stacks import resources

FUNCTIONS = "functions"
_BLOCK = 65_536


def follow(places: Places, clients: Clients, name: str | None, *, lines: int, forever: bool) -> Iterator[str]:
    """Yield log lines as they come, each with its source; the last ones first.

    `lines` is how many of each source. Functions are looked at for a quarter of an hour back, and for a day where
    nothing is followed.
    """
    sources = _files(places, name)
    positions = {path: _position(path, lines) for path in sources}
    since = int(time.time() * 1000) - (15 * 60_000 if forever else 24 * 60 * 60_000)
    seen: set[str] = set()
    most: int | None = lines
    while True:
        for path in sources:
            positions[path], found = _read(path, positions[path])
            yield from (f"{path.stem:<11}| {line}" for line in found)
        if name in (None, FUNCTIONS):
            yield from (f"{FUNCTIONS:<11}| {line}" for line in deque(_function_lines(clients, since, seen), most))
        if not forever:
            return
        most = None  # what comes from now on is shown whole
        time.sleep(1)


def _position(path: Path, lines: int) -> int:
    """Return where the last lines of a file begin."""
    position = path.stat().st_size
    with path.open("rb") as file:
        found = b""
        while position > 0 and found.count(b"\n") <= lines:
            begin = max(0, position - _BLOCK)
            file.seek(begin)
            found = file.read(position - begin) + found
            position = begin
    kept = found.splitlines(keepends=True)[-lines:]
    return path.stat().st_size - sum(map(len, kept)) if kept else 0


def _files(places: Places, name: str | None) -> list[Path]:
    known = sorted(places.logs.glob("*.log"))
    if name in (None, FUNCTIONS):
        return known if name is None else []
    chosen = [path for path in known if path.stem == name]
    if not chosen:
        names = ", ".join([*(path.stem for path in known), FUNCTIONS])
        raise LocalError(f"There is no log {name!r}.", f"There are: {names}")
    return chosen


def _read(path: Path, position: int) -> tuple[int, list[str]]:
    """Return the whole lines since `position`.

    A file that became shorter was begun anew.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(position if position <= size else 0)
        data = file.read()
        whole, _, rest = data.rpartition(b"\n")
        return file.tell() - len(rest), whole.decode(errors="replace").splitlines()


def _function_lines(clients: Clients, since: int, seen: set[str]) -> Iterator[str]:
    try:
        for function, message in function_messages(clients, since, seen):
            yield f"{function}: {message}"
    except BotoCoreError:
        # It may be on its way back, and the other logs tell why it went.
        if (silence := f"the AWS emulator does not answer at {clients.endpoint}: make status") not in seen:
            seen.add(silence)
            yield silence


def function_messages(clients: Clients, since: int, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the log messages of all functions, except those in `seen`.

    In the order of time; each is (function's name in our stacks, message). `since`: milliseconds of the epoch.
    """
    found: list[tuple[int, str, str]] = []
    for function in resources(clients, "AWS::Lambda::Function"):
        for group in _groups(clients, function.physical_id):
            for key, at, message in _events(clients, group, since):
                if key not in seen:
                    seen.add(key)
                    found.append((at, function.name, message))
    found.sort(key=lambda each: each[0])
    yield from ((name, message) for _, name, message in found)


def _groups(clients: Clients, function: str) -> list[str]:
    """Return a function's log groups: the configured one and its own."""
    try:
        found = clients.functions.get_function_configuration(FunctionName=function)
    except ClientError:
        return []
    named = found.get("LoggingConfig", {}).get("LogGroup")
    return [name for name in (named, f"/aws/lambda/{function}") if name]


def _events(clients: Clients, group: str, since: int) -> Iterator[tuple[str, int, str]]:
    try:
        pages = clients.logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
        for page in pages:
            for event in page["events"]:
                at, message = event.get("timestamp", 0), event.get("message", "").rstrip()
                yield f"{group} {at} {message}", at, message  # the emulator gives events no id
    except (OSError, ClientError):
        return
