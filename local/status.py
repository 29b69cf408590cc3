"""Show the stage's processes, ports, health and queues: `make status`."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

import redis
from rich.table import Table

from local import stacks
from local.clients import Clients
from local.fleet import Fleet
from local.neighbours import Neighbours
from local.places import Places
from local.progress import CONSOLE, say
from local.service import Service
from premium.jobs.backlog import measure, parts_of
from premium.jobs.presence import residents
from premium.jobs.queue import QUEUES


def status(places: Places) -> bool:
    """Print the tables and return whether everything is healthy."""
    neighbours = Neighbours.at(places)
    parts = (*neighbours.all, Fleet(places, neighbours.redis.url))
    table = Table("process", "pid", "address", "healthy", box=None, pad_edge=False)
    well = []
    for part in parts:
        well.append(part.healthy())
        pid = str(part.pid or "-") if isinstance(part, Service | Fleet) else "yours"
        table.add_row(part.name, pid, part.address, "yes" if well[-1] else "NO")
    CONSOLE.print(table)
    if neighbours.redis.healthy():
        CONSOLE.print(_queues(neighbours.redis.url))
    if neighbours.aws.healthy():
        _deployed(places, Clients(neighbours.aws.endpoint))
    return all(well)


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


def _deployed(places: Places, clients: Clients) -> None:
    if stacks.complete(clients, places.outputs):
        say(f"deployed: {stacks.output(places.outputs, 'ApiUrl')}")
    else:
        say("deployed: no (make up)")
