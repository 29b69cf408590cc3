"""The physical design of a database: TimescaleDB's, or native partitions.

Native partitions are for servers that cannot have TimescaleDB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

# pg_settings, because current_setting also finds what postgresql.conf says of a library that is not there.
_SERVER = """
    SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS available,
           EXISTS (SELECT FROM pg_settings WHERE name = 'timescaledb.max_background_workers') AS preloaded,
           current_setting('timescaledb.license', true) AS license
"""


@dataclass(frozen=True)
class Layout:
    """`name` is part of the migrations' file names; `reason` is for the operator."""

    name: str
    reason: str


def detect(connection: psycopg.Connection[Any], *, undecided: bool = True) -> Layout:
    """What the server can do; compression, retention and continuous aggregates need the Community licence.

    `undecided`: the answer will decide, so it is worth to find out what a database without the extension could have.
    """
    row = connection.execute(_SERVER).fetchone()
    available, preloaded, licence = row if row is not None else (False, False, None)
    if not available:
        return Layout("native", "this server has no TimescaleDB: native partitions and roll-up tables")
    if not preloaded:
        return Layout("native", "TimescaleDB is installed but not in shared_preload_libraries: native partitions")
    if licence is None and not undecided:
        return Layout("native", "TimescaleDB is there, this database does not use it: native partitions")
    licence = licence or _licence_once_made(connection)
    if licence != "timescale":
        return Layout("native", f"TimescaleDB's licence here is {licence}, not Community: native partitions")
    return Layout("timescale", "TimescaleDB Community: hypertable, compression, retention, continuous aggregates")


def _licence_once_made(connection: psycopg.Connection[Any]) -> str:
    """A database without the extension has no licence to read: it is made by another session and taken back.

    psycopg.Error where the role may not make it: to choose native partitions for ever would hide that.
    """
    with psycopg.connect(connection.info.dsn, password=connection.info.password) as probe:
        probe.execute("CREATE EXTENSION timescaledb")
        row = probe.execute("SELECT current_setting('timescaledb.license')").fetchone()
        probe.rollback()
    return str(row[0]) if row is not None else ""


def kept(name: str, server: Layout) -> Layout:
    """The layout that an earlier migration chose stays, whatever the server learns or forgets."""
    if name == server.name:
        return server
    return Layout(name, f"made with the layout {name}, which stays (now: {server.reason})")
