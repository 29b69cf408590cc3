"""Stop the stage, or delete it: `make down` and `make reset`.

Nothing is ended but what these commands started.
"""

from __future__ import annotations

import shutil

from local.fleet import Fleet
from local.neighbours import Neighbours
from local.places import Places
from local.postgres import Postgres
from local.progress import say, step


def down(places: Places) -> None:
    stopped = _stop(places)
    say(f"Stopped: {', '.join(stopped)}. The data stay in {places.state}." if stopped else "Nothing was running.")


def _stop(places: Places) -> list[str]:
    """Stop the workers, then the neighbours; return the names of those that ran.

    Jobs of the workers finish while the stores still answer.
    """
    neighbours = Neighbours.at(places)
    fleet = Fleet(places, neighbours.redis.url)
    running = [fleet.name] if fleet.pid else []
    running += [service.name for service in neighbours.own if service.pid]
    with step("Workers drain and stop"):
        fleet.stop()
    with step("PostgreSQL, Redis, AWS emulator, EVM node stop"):
        neighbours.stop()
    return running


def reset(places: Places) -> None:
    """Delete everything that `make up` made but the installed packages.

    Stores that the user runs keep their data.
    """
    _stop(places)
    neighbours = Neighbours.at(places)
    if isinstance(neighbours.postgres, Postgres):
        neighbours.postgres.destroy()
    shutil.rmtree(places.state, ignore_errors=True)
    say(f"Deleted: {places.state}")
