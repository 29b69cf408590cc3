"""Show the stage's processes, ports and health, what waits and what is wrong: `make status`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from rich.table import Table

from local import environment, ports, stacks
from local.clients import Clients
from local.external import ExternalAws, ExternalPostgres, ExternalRedis
from local.fleet import Fleet
from local.neighbours import Neighbours
from local.places import Places
from local.progress import CONSOLE, say
from local.readiness import readiness
from local.service import QUICK, Service
from premium.bootstrap import Platform
from premium.cli.status import MEANINGS, write
from premium.config import Settings
from premium.execution.status import gathered

PATIENCE = 20.0
"""Seconds after which a process that does not answer is taken for down."""
Part = Service | Fleet | ExternalPostgres | ExternalRedis | ExternalAws


@dataclass(frozen=True)
class Health:
    """How a process answered: `yes`, `slow`, or `NO` with what is wrong."""

    word: Literal["yes", "slow", "NO"]
    problem: str = ""
    took: float = 0.0
    """Seconds."""


def status(places: Places) -> bool:
    """Print the tables and what is wrong; return whether nothing is.

    What answers late is slow, which is no fault: a busy machine is.
    """
    neighbours = Neighbours.at(places)
    parts: tuple[Part, ...] = (*neighbours.all, Fleet(places, neighbours.redis.url))
    with ThreadPoolExecutor(len(parts)) as pool:
        healths = dict(zip(parts, pool.map(_health, parts), strict=True))
    _show_processes(healths)
    problems = [f"{part.name}: {health.problem}" for part, health in healths.items() if health.problem]
    slow = [f"{part.name}: it answered after {health.took:.1f} s" for part, health in healths.items()
            if health.word == "slow"]  # fmt: skip
    well = {part.name for part, health in healths.items() if not health.problem}
    clients = Clients(neighbours.aws.endpoint)
    if "aws" in well:
        _show_addresses(places, neighbours)
        unready, late = _deployed(places, clients)
        problems, slow = problems + unready, slow + late
    say(f"console    {neighbours.console.page}")
    say(f"inbox      {neighbours.inbox.url}   (make inbox)")
    if {"redis", "aws", "postgres"} <= well and stacks.complete(clients, places.outputs):
        say()
        problems += _states(places, clients)
    for word, lines in (("slow", slow), ("wrong", problems)):
        for line in lines:
            say(f"{word}: {line}")
    say(f"what to do: {MEANINGS}" if problems else "all well")
    return not problems


def _show_processes(healths: Mapping[Part, Health]) -> None:
    processes = Table("process", "pid", "address", "healthy", box=None, pad_edge=False)
    for part, health in healths.items():
        pid = str(part.pid or "-") if isinstance(part, Service | Fleet) else "yours"
        processes.add_row(part.name, pid, part.address, health.word)
    CONSOLE.print(processes)
    say()


def _health(part: Part) -> Health:
    """Return how a process is.

    Another's process on our port may answer as ours would. It is waited for longer than one that is well may take, so
    that a slow one is told from one that is down.
    """
    if isinstance(part, Service) and part.pid is None:
        held = f"port {part.port} is held by {ports.holder(part.port)}, which is not this stage's"
        taken = f"{held} ({part.variable} chooses another)"
        return Health("NO", taken if ports.listening(part.port) else "does not run: make up")
    if isinstance(part, Fleet) and part.pid is None:
        return Health("NO", "do not run: make up")
    begun = time.monotonic()
    answered, took = part.healthy(seconds=PATIENCE), time.monotonic() - begun
    if answered:
        return Health("slow" if took > QUICK else "yes", took=took)
    late = f"nothing came within {took:.0f} s" if took >= PATIENCE else "it is there and does not answer as it should"
    return Health("NO", f"{late}; its log: {getattr(part, 'log', 'yours')}")


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


def _show_addresses(places: Places, neighbours: Neighbours) -> None:
    """Print where the stage is, one address a line: lines that wrap cannot be copied."""
    known = stacks.outputs(places.outputs)
    if {"ApiUrl", "WebSocketUrl"} <= known.keys():
        say(f"API        {known['ApiUrl']}")
        say(f"reference  {known['ApiUrl']}/docs")
        say(f"stream     {known['WebSocketUrl']}")
    say(f"AWS        {neighbours.aws.endpoint}")


def _deployed(places: Places, clients: Clients) -> tuple[list[str], list[str]]:
    """Return what is wrong with the deployed stage, and what is slow."""
    if not stacks.complete(clients, places.outputs):
        return ["the stage is not deployed: make up"], []
    found = readiness(stacks.output(places.outputs, "ApiUrl"), seconds=30)
    if found.well:
        return [], []
    if not found.answered:
        return [f"the API does not answer: {found.said}; see make logs NAME=functions"], []
    if found.only_slow:
        return [], [f"the API: {', '.join(found.slow)} took over 2 s to answer it"]
    return [f"the API: {found.said}"], []
