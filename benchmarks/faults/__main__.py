"""`python -m benchmarks.faults`: a soak at a steady load, with a fault a minute from a seeded list.

On a stage of its own, deployed as `make up` does it, with a spare matcher beside the fleet's. Of each fault's time it
shows, for the user whom it strikes and for the others, how many events were lost, told of by two deliveries, came again
under one delivery id (whose answer was lost) and out of order, and how long they took from the feed to the receiver.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import click
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.faults.load import USERS, Load, figures, group
from benchmarks.faults.node import NodeProxy
from benchmarks.faults.receiver import Receiver
from benchmarks.faults.trouble import Trouble
from local import chain, environment, ports, stacks
from local.clients import Clients
from local.down import reset
from local.fleet import Fleet
from local.neighbours import Neighbours
from local.patience import wait_until
from local.places import ROOT, Places
from local.postgres import SUPERUSER, Postgres
from local.progress import CONSOLE
from local.up import Stage, up

_NAMES = ("aws", "postgres", "redis", "evm", "inbox")
_COLUMNS = ("fault", "", "who", "due", "lost", "doubled", "again", "reordered", "p50", "p99", "max")
_DOUBLED = "SELECT count(*) - count(DISTINCT (alert_rule_id, event_id)) FROM alert_history"
_PENDING = """
SELECT (SELECT count(*) FROM notification_deliveries WHERE status = 'pending')
     + (SELECT count(*) FROM alert_batches WHERE matched_at IS NULL AND failed_at IS NULL)
"""
SETTLES_SECONDS = 120
SUFFERERS = {"node lies": "chain", "backend lags": "chain", "slow receiver": "sufferer", "429s": "sufferer"}


class Struck(NamedTuple):
    """One fault as it was."""

    name: str
    everybody: bool
    begun: float
    ended: float
    said: str


@click.command()
@click.option("--minutes", default=10.0, show_default=True, type=click.FloatRange(0.5, 600))
@click.option("--rate", default=100, show_default=True, type=click.IntRange(10, 2_000), help="Events a second.")
@click.option(
    "--every", default=60.0, show_default=True, type=click.FloatRange(10), help="Seconds from fault to fault."
)
@click.option("--seed", default=11, show_default=True, help="Of the order of the faults.")
@click.option("--only", multiple=True, help="A fault by its name, instead of all; may be given again.")
@click.option("--running", is_flag=True, help="On the stage that runs in this folder, not on one of its own.")
def main(minutes: float, rate: int, every: float, seed: int, only: tuple[str, ...], *, running: bool) -> None:
    """Soak the pipeline under faults.

    Exit code 1 where an event was lost, told of twice, or is twice in the history.
    """
    with ExitStack() as stack:
        stage = _running(Places.from_environment(os.environ)) if running else _own(stack)
        postgres = stage.neighbours.postgres
        assert isinstance(postgres, Postgres)  # noqa: S101 - the places name no other
        receiver, node = Receiver(), NodeProxy(stage.neighbours.evm.url)
        _through(stage, node)
        stack.enter_context(_spare(stage))
        load = Load(stage, rate, receiver.url)
        queue_url = stacks.output(stage.places.outputs, "EventsQueueUrl")
        trouble = Trouble(stage, postgres, receiver, node, queue_url)
        if unknown := set(only) - trouble.faults.keys():
            raise click.BadParameter(f"{', '.join(unknown)}; there are: {', '.join(trouble.faults)}")
        time.sleep(3)  # rules are followed five times a second, and the spare loads them
        load.start()
        time.sleep(5)
        struck = list(_strike(trouble, only or sorted(trouble.faults), minutes * 60, every, seed))
        load.end()
        settled = wait_until(lambda: _count(postgres, _PENDING) == 0, seconds=SETTLES_SECONDS)
        time.sleep(2)
        doubled = _count(postgres, _DOUBLED)
        lost, told_twice = _show(struck, load, receiver)
        end = "all settled" if settled else f"NOT settled {SETTLES_SECONDS} s after the end"
        print(f"{load.sent:,} events sent, {load.refused} times refused; lost {lost}, doubled {doubled} in the "
              f"history and {told_twice} told; {end}")  # fmt: skip
    sys.exit(1 if lost or doubled or told_twice else 0)


def _running(places: Places) -> Stage:
    neighbours = Neighbours.at(places)
    clients, fleet = Clients(neighbours.aws.endpoint), Fleet(places, neighbours.redis.url)
    return Stage(places, neighbours, clients, fleet, chain.prepare(places, neighbours.evm))


def _own(stack: ExitStack) -> Stage:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="premium-bench-")))
    folder.chmod(0o755)
    places = Places(folder / "stage", {name: ports.free() for name in _NAMES}, {})
    CONSOLE.quiet = True
    stack.callback(reset, places)
    begun = time.monotonic()
    stage = up(places)
    print(f"the stage is up after {time.monotonic() - begun:.1f} s")
    return stage


def _through(stage: Stage, node: NodeProxy) -> None:
    """Have the chain read through the proxy first, and through the node itself where that is not believed."""
    chains = json.loads(stage.places.chains.read_text())
    chains["chains"][0]["rpc"] = [node.url, stage.neighbours.evm.url]
    stage.places.chains.write_text(json.dumps(chains))
    stage.fleet.start(environment.worker_environment(stage.places, stage.clients))


@contextmanager
def _spare(stage: Stage) -> Iterator[None]:
    given = os.environ | dict(environment.worker_environment(stage.places, stage.clients))
    command = [sys.executable, "-m", "workers.resident", "alerts.matcher"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=given, cwd=ROOT, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _strike(trouble: Trouble, among: Sequence[str], seconds: float, every: float, seed: int) -> Iterator[Struck]:
    """Strike one fault after another, in an order drawn from the seed, until the time is over."""
    drawn, ends = random.Random(seed), time.time() + seconds
    names: list[str] = []
    while (begun := time.time()) < ends - 1:
        names = names or drawn.sample(among, len(among))
        name = names.pop()
        everybody, fault = trouble.faults[name]
        print(f"  {time.strftime('%H:%M:%S')} {name} …", flush=True)
        said = fault()
        print(f"  {time.strftime('%H:%M:%S')} {name}: {said}", flush=True)
        time.sleep(max(0.0, min(begun + every, ends) - time.time()))
        yield Struck(name, everybody, begun, time.time(), said)


def _show(struck: list[Struck], load: Load, receiver: Receiver) -> tuple[int, int]:
    """Print the table; return how many events were lost, and how many told of twice."""
    table, received = Table(*_COLUMNS, box=None, pad_edge=False), list(receiver.received)
    lost = doubled = 0
    for one in struck:
        for who in dict.fromkeys(map(group, USERS)):
            found = figures(load.expected, received, who, one.begun, one.ended)
            lost, doubled = lost + found.lost, doubled + found.doubled
            suffers = one.everybody or SUFFERERS.get(one.name) == who
            times = [f"{_at(found.latencies, part):.2f} s" for part in (0.5, 0.99, 1.0)]
            numbers = (str(found.due), str(found.lost), str(found.doubled), str(found.again),
                       str(found.reordered))  # fmt: skip
            table.add_row(one.name, one.said, f"{who}{' (suffers)' if suffers else ''}", *numbers, *times)
    Console(width=170, highlight=False).print(table)
    return lost, doubled


def _at(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


def _count(postgres: Postgres, query: str) -> int:
    with psycopg.connect(postgres.url("premium", SUPERUSER), connect_timeout=5) as connection:
        row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
