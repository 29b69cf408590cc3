"""Show the stage's processes, ports, health and queues: `make status`."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import UTC, datetime
from itertools import chain

import redis
from rich.table import Table

from local import ports, stacks
from local.clients import Clients
from local.external import ExternalAws, ExternalPostgres, ExternalRedis
from local.fleet import Fleet
from local.neighbours import Neighbours
from local.places import Places
from local.progress import CONSOLE, say
from local.service import Service
from premium.jobs.backlog import measure, parts_of
from premium.jobs.presence import residents
from premium.jobs.queue import QUEUES

Part = Service | Fleet | ExternalPostgres | ExternalRedis | ExternalAws


def status(places: Places) -> bool:
    """Print the tables and what is wrong; return whether nothing is."""
    neighbours = Neighbours.at(places)
    parts = (*neighbours.all, Fleet(places, neighbours.redis.url))
    table = Table("process", "pid", "address", "healthy", box=None, pad_edge=False)
    problems: list[str] = []
    for part in parts:
        wrong = _problem(part)
        problems += [f"{part.name}: {wrong}"] if wrong else []
        pid = str(part.pid or "-") if isinstance(part, Service | Fleet) else "yours"
        table.add_row(part.name, pid, part.address, "NO" if wrong else "yes")
    CONSOLE.print(table)
    well = {part.name for part in parts} - {problem.partition(":")[0] for problem in problems}
    if "redis" in well:
        CONSOLE.print(_queues(neighbours.redis.url))
    if "aws" in well:
        problems += _deployed(places, Clients(neighbours.aws.endpoint))
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


def _queues(url: str) -> Table:
    """Return a table of queues with their jobs, workers and residents.

    Waiting, started and failed jobs are read from RQ's own keys.
    """
    table = Table("queue", "queued", "started", "failed", "workers", "", box=None, pad_edge=False)
    with redis.Redis.from_url(url, db=1) as client:
        workers = {each.queue: str(each.workers) for each in measure(client, datetime.now(UTC))}
        doing: dict[str, list[str]] = {}
        for each in residents(client):
            doing.setdefault(each.queue, []).append(f"{each.name} {each.doing}")
        for name in chain.from_iterable(parts_of(client, QUEUES).values()):
            waiting = client.llen(f"rq:queue:{name}")
            started, failed = client.zcard(f"rq:wip:{name}"), client.zcard(f"rq:failed:{name}")
            table.add_row(
                name, str(waiting), str(started), str(failed), workers.get(name, ""), "\n".join(doing.get(name, ()))
            )
    return table


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
