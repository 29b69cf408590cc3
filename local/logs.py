"""Show the logs of the stage's processes and of its functions: `make logs`.

Functions write to the emulator's CloudWatch Logs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import Clients
from local.errors import LocalError
from local.places import Places
from local.stacks import resources

FUNCTIONS = "functions"


def follow(places: Places, clients: Clients, name: str | None, *, forever: bool) -> Iterator[str]:
    """Yield log lines as they come, each with its source; the last ones first."""
    sources = _files(places, name)
    positions = {path: max(0, path.stat().st_size - 4000) for path in sources}
    since = int(time.time() * 1000) - 15 * 60_000
    seen: set[str] = set()
    while True:
        for path in sources:
            positions[path], lines = _read(path, positions[path])
            yield from (f"{path.stem:<11}| {line}" for line in lines)
        if name in (None, FUNCTIONS):
            yield from (f"{FUNCTIONS:<11}| {line}" for line in _function_lines(clients, since, seen))
        if not forever:
            return
        time.sleep(1)


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

    Each is (function's name in our stacks, message). `since`: milliseconds of the epoch.
    """
    for function in resources(clients, "AWS::Lambda::Function"):
        for group in _groups(clients, function.physical_id):
            for event in _events(clients, group, since):
                if event[0] not in seen:
                    seen.add(event[0])
                    yield function.name, event[1]


def _groups(clients: Clients, function: str) -> list[str]:
    """Return a function's log groups: the configured one and its own."""
    try:
        found = clients.functions.get_function_configuration(FunctionName=function)
    except ClientError:
        return []
    named = found.get("LoggingConfig", {}).get("LogGroup")
    return [name for name in (named, f"/aws/lambda/{function}") if name]


def _events(clients: Clients, group: str, since: int) -> Iterator[tuple[str, str]]:
    try:
        pages = clients.logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
        for page in pages:
            for event in page["events"]:
                message = event.get("message", "").rstrip()
                yield f"{group} {event.get('timestamp')} {message}", message  # the emulator gives events no id
    except (OSError, ClientError):
        return
