"""Run an hour over many users, whose worker is killed twice.

What is left is taken up by the next one. A worker is a child of this process, so that it has all that is imported,
and is gone at the point that it is told.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from local.errors import LocalError
from local.evm import Evm
from local.market.node import ETHER, Node
from local.postgres import SUPERUSER
from local.progress import say, step
from local.show.apart.stores import Stores
from premium.bootstrap import Platform
from premium.config import Settings
from premium.portfolio.jobs import RunPayload
from premium.portfolio.runs import Runs
from premium.portfolio.store import runs as run_store

USERS = 200
"""2,000 of them take minutes on a busy machine: `python -m benchmarks.portfolio.fleet`."""
KILLED_AT = ("run_read", "before_commit")
"""After the chains were read, and when the last snapshots are written but not committed."""


class _Jobs:
    """The run's workers are processes of the show: nothing is started beside them."""

    def start(self, *_: object, **__: object) -> None:
        """Nobody is told."""


def killed_twice(stores: Stores, told: Mapping[str, str], chains_file: Path, north: Evm) -> None:
    """Run an hour for everybody, and print its report."""
    moment = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with step(f"{USERS:,} users with a wallet each on two chains, one of them dead"):
        _watch(stores, north, moment - timedelta(hours=2))
    begun = _platform(Settings.from_environment({**told, **_of_worker(stores, chains_file)}))
    run = Runs.of(begun).begin(moment)
    for point in KILLED_AT:
        with step(f"A worker that is killed at {point}") as note:
            ended = _worker(run.id, point, {**told, **_of_worker(stores, chains_file)})
            if ended != -signal.SIGKILL:
                raise LocalError(f"The worker ended with {ended} before it came to {point}.", "Its words stand above.")
            note.text = f"{_written(stores, moment):,} users written"
    with step("The next one ends the run") as note:
        if ended := _worker(run.id, "", {**told, **_of_worker(stores, chains_file)}):
            raise LocalError(f"The worker ended with {ended}.", "Its words stand above.")
        report = Runs.of(begun).stores.runs.get(run.id).report or {}
        note.text = _checked(report, _written(stores, moment), _twice(stores, moment))
    begun.close()
    for name in ("cells", "calls", "repeated", "unread", "undone", "cpuSeconds", "dollars"):
        say(f"    {name:<12} {report.get(name)}")


def _checked(report: Mapping[str, Any], written: int, twice: int) -> str:
    if twice or written < USERS or report.get("undone"):
        raise LocalError(f"{written} of {USERS} users were written, {twice} of them twice.", "This is a defect.")
    return f"{report['written']:,} of {report['users']:,} users, none twice, none left out"


def _watch(stores: Stores, north: Evm, since: datetime) -> None:
    users, node = stores.add_users(USERS), Node(north.url)
    addresses = [f"0x{0xF1EE7000 + place:040x}" for place in range(USERS)]
    node.batch("anvil_setBalance", [[each, hex(ETHER + place)] for place, each in enumerate(addresses)])
    node.close()
    rows = [(user, each, since) for user, each in zip(users, addresses, strict=True)]
    with psycopg.connect(stores.postgres.url("premium", SUPERUSER)) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO portfolio_wallets (user_id, address, chains, created_at) VALUES (%s, %s,"
            " '{north,south}', %s)", rows,
        )  # fmt: skip


def _of_worker(stores: Stores, chains_file: Path) -> dict[str, str]:
    return {**stores.environment("premium_worker"), "CHAINS_FILE": str(chains_file)}


def _written(stores: Stores, moment: datetime) -> int:
    ((count,),) = stores.ask(
        "timeseries", 'SELECT count(DISTINCT user_id) FROM portfolio_rows WHERE "timestamp" = %s', moment
    )
    return int(str(count))


def _twice(stores: Stores, moment: datetime) -> int:
    ((count,),) = stores.ask(
        "timeseries", 'SELECT count(*) - count(DISTINCT user_id) FROM portfolio_rows WHERE "timestamp" = %s', moment
    )
    return int(str(count))


def _worker(run: UUID, point: str, told: Mapping[str, str]) -> int:
    """Work in a child, and return how it ended: 0, or less 0 the signal."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    ended = 1
    try:
        with redirect_stdout(StringIO()):  # its metrics
            _work(run, point, told)
        ended = 0
    except Exception:  # noqa: BLE001 - it is told, and by how the child ends
        traceback.print_exc()
    finally:
        os._exit(ended)


def _platform(settings: Settings) -> Platform:
    made = Platform(settings)
    made.__dict__["jobs"] = _Jobs()
    return made


def _work(run: UUID, last: str, told: Mapping[str, str]) -> None:
    """Work on a run, and be gone at the point."""
    # Otherwise what a killed worker had is another's after a minute and a half, for which nobody would sit and wait.
    setattr(run_store, "LEASE", timedelta(0))  # noqa: B010 - a name that the module does not give out

    def point(name: str) -> None:
        if name == last:
            os.kill(os.getpid(), signal.SIGKILL)

    at = _platform(Settings.from_environment(told))
    Runs.of(at).carry_on(RunPayload(run_id=run, number=0), seconds=600, point=point)
    at.close()
