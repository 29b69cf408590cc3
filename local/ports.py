"""Find free TCP ports of 127.0.0.1 and the processes that hold taken ones."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping

import psutil

from local.errors import LocalError


def free() -> int:
    """Return a port on which nobody listens.

    The kernel does not give it out again soon.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    """Tell whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def taken(port: int) -> bool:
    """Tell whether a port cannot be listened on now.

    Another process listens there, or an outgoing connection was given the port as its own.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def holder(port: int) -> str:
    """Return the process that holds a port: `redis-server (pid 812)`.

    Sockets of other users carry no pid for us; the text says so.
    """
    for connection in psutil.net_connections("tcp"):
        if connection.pid and connection.laddr and connection.laddr[1] == port:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                continue
    return "a process of another user"


def require_all_free(wanted: Mapping[str, tuple[str, int]]) -> None:
    """Raise LocalError naming every port that is taken or wanted twice: `variable: (name, port)`.

    A process that was killed a moment ago still closes its sockets: two seconds are given.
    """
    deadline = time.monotonic() + 2
    while any(taken(port) for _, port in wanted.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    seen: dict[int, str] = {}
    problems = []
    for variable, (name, port) in wanted.items():
        if port in seen:
            problems.append(f"port {port} is given to both {seen[port]} and {name} ({variable})")
        elif taken(port):
            problems.append(f"port {port} for {name} is taken by {holder(port)} ({variable} chooses another)")
        seen[port] = name
    if problems:
        others = " ".join(f"{variable}={free()}" for variable, (_, port) in wanted.items() if taken(port))
        problem = f"{'; '.join(problems)}. Nothing was started."
        raise LocalError(problem[0].upper() + problem[1:], f"Stop what holds them, or: {others or '…'} make up")


def require_free(port: int, *, name: str, variable: str) -> None:
    """Raise LocalError where a port is taken.

    It names the holder, and the variable that chooses another port.
    """
    deadline = time.monotonic() + 2  # a process that was killed a moment ago still closes its sockets
    while taken(port):
        if time.monotonic() < deadline:
            time.sleep(0.05)
            continue
        raise LocalError(
            f"Port {port} for {name} is taken by {holder(port)}.",
            f"Stop it, or choose another port: {variable}={free()} make up",
        )
