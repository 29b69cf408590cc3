"""Show the stage's processes, ports and health, what waits and what is wrong: `make status`."""

from __future__ import annotations

import os
import urllib.error
import urllib.request

from rich.table import Table

from local import environment, ports, stacks
from local.clients import Clients
from local.external import ExternalAws, ExternalPostgres, ExternalRedis
from local.fleet import Fleet
from local.neighbours import Neighbours
from local.places import Places
from local.progress import CONSOLE, say
from local.service import Service
from premium.bootstrap import Platform
from premium.cli.status import write
from premium.config import Settings
from premium.execution.status import gathered

Part = Service | Fleet | ExternalPostgres | ExternalRedis | ExternalAws


def status(places: Places) -> bool:
    """Print the tables and what is wrong; return whether nothing is."""
    neighbours = Neighbours.at(places)
    parts = (*neighbours.all, Fleet(places, neighbours.redis.url))
    processes = Table("process", "pid", "address", "healthy", box=None, pad_edge=False)
    problems: list[str] = []
    for part in parts:
        wrong = _problem(part)
        problems += [f"{part.name}: {wrong}"] if wrong else []
        pid = str(part.pid or "-") if isinstance(part, Service | Fleet) else "yours"
        processes.add_row(part.name, pid, part.address, "NO" if wrong else "yes")
    CONSOLE.print(processes)
    well = {part.name for part in parts} - {problem.partition(":")[0] for problem in problems}
    clients = Clients(neighbours.aws.endpoint)
    if "aws" in well:
        problems += _deployed(places, clients)
    if {"redis", "aws", "postgres"} <= well and stacks.complete(clients, places.outputs):
        problems += _states(places, clients)
    say(f"inbox: {neighbours.inbox.url}   (make inbox)")
    for problem in problems:
        say(f"wrong: {problem}")
    return not problems


def _problem(part: Part) -> str | None:
    """Return what is wrong with a process; None where it is well.

    Another's process on our port may answer as ours would.
    """
    if isinstance(part, Service) and part.pid is None:
        held = f"port {part.port} is held by {ports.holder(part.port)}, which is not this stage's"
        return f"{held} ({part.variable} chooses another)" if ports.listening(part.port) else "does not run: make up"
    if isinstance(part, Fleet) and part.pid is None:
        return "do not run: make up"
    return None if part.healthy() else f"does not answer as it should; its log: {getattr(part, 'log', 'yours')}"


def _states(places: Places, clients: Clients) -> list[str]:
    """Show what waits and who works on it; return what is wrong with that."""
    os.environ.update(environment.worker_environment(places, clients))  # boto3 reads it there
    platform = Platform(Settings.from_environment(os.environ))
    try:
        found = gathered(platform)
        write(found, platform.clock.now())
    finally:
        platform.close()
    return [f"{each.what} {each.name}: {each.problem}" for each in found if each.problem]


def _deployed(places: Places, clients: Clients) -> list[str]:
    """Say where the stage is, and return what is wrong with it."""
    if not stacks.complete(clients, places.outputs):
        return ["the stage is not deployed: make up"]
    api, socket = (stacks.output(places.outputs, name) for name in ("ApiUrl", "WebSocketUrl"))
    say(f"deployed: {api}   (reference: {api}/docs)")
    say(f"websocket: {socket}")
    return _unready(api)


def _unready(api: str) -> list[str]:
    """Return what the API's own readiness says is down."""
    try:
        with urllib.request.urlopen(f"{api}/v1/health/ready", timeout=20):  # noqa: S310  # the address our own stack gave
            return []
    except urllib.error.HTTPError as error:
        return [f"the API is not ready: {error.read(2000).decode(errors='replace')}"]
    except OSError as error:
        return [f"the API does not answer: {error}"]
