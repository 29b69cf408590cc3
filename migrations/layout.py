"""Which of two physical designs a database has: TimescaleDB's, or native partitions where that cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

_SERVER = """
    SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS available,
           current_setting('timescaledb.license', true) AS license
"""


@dataclass(frozen=True)
class Layout:
    """`name` is part of the migrations' file names; `reason` is for the operator."""

    name: str
    reason: str


def detect(connection: psycopg.Connection[Any]) -> Layout:
    """What the server can do; compression, retention and continuous aggregates need the Community licence."""
    row = connection.execute(_SERVER).fetchone()
    available, licence = row if row is not None else (False, None)
    if not available:
        return Layout("native", "this server has no TimescaleDB: native partitions and roll-up tables")
    if licence is None:
        return Layout("native", "TimescaleDB is installed but not in shared_preload_libraries: native partitions")
    if licence != "timescale":
        return Layout("native", f"TimescaleDB's licence here is {licence}, not Community: native partitions")
    return Layout("timescale", "TimescaleDB Community: hypertable, compression, retention, continuous aggregates")


def kept(name: str, server: Layout) -> Layout:
    """The layout that an earlier migration chose stays, whatever the server learns or forgets."""
    if name == server.name:
        return server
    return Layout(name, f"made with the layout {name}, which stays (now: {server.reason})")
