"""The SQL of lean rows and of what they share.

Also their way back to snapshots.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from premium.portfolio.model import ChainState, Holding, Snapshot, ranked
from premium.portfolio.snapshots.lean import (
    Lean,
    Name,
    Shared,
    State,
    day_of,
    digest,
    hour_of,
    lean_of,
    name_of,
    pack,
    states_of,
    told,
    unpack,
)
from premium.portfolio.snapshots.packed import encode
from premium.portfolio.store.packed.quote_pages import Place, first_quotes, quotes_of
from premium.prices.model import Quote
from premium.storage.timeseries import TimeSeries

COLUMNS = (
    "user_id", "job_id", "timestamp", "total_value", "debts_value", "is_stale", "is_good", "base", "wallets", "packed",
    "extra",
)  # fmt: skip
"""Columns that are written."""
_OPENED = 'user_id, "timestamp", base, wallets, packed, extra, assets, holders, units, readings'
"""Of what a row rests on; arrays are of the release before."""
READ = f"{_OPENED}, job_id, total_value, debts_value, is_stale, is_good, chain_breakdown, asset_breakdown"
"""Columns of a row, those of JSON for one that is older still."""
_DAY = timedelta(days=1)


class UserSnapshot(NamedTuple):
    """A user's snapshot."""

    user_id: UUID
    snapshot: Snapshot


def share(timeseries: TimeSeries, snapshots: Sequence[Snapshot]) -> Shared:
    """Store what snapshots share, and return it as it stands; worker role.

    The first quote of an asset in an hour stays, also one without a price. All is written in one order, so that no two
    processes wait for each other.
    """
    names = sorted({name_of(each) for one in snapshots for each in one.holdings}, key=_by_name)
    with timeseries.transaction() as connection:
        ids = _names(connection, names)
    quotes: dict[tuple[datetime, int], Quote] = {}
    states: dict[tuple[datetime, str, bytes], ChainState] = {}
    for one in snapshots:
        hour = hour_of(one.timestamp)
        for each in one.holdings:
            quotes.setdefault((hour, ids[name_of(each)]), each.quote)
        for chain, state in one.chains.items():
            states[hour, chain, digest(state)] = state
    with timeseries.transaction() as connection:
        return Shared(ids, first_quotes(connection, quotes), _readings(connection, states))


def rows_of(
    connection: Connection[DictRow],
    given: Sequence[UserSnapshot],
    shared: Shared,
    whole: Collection[tuple[UUID, datetime]] = (),
) -> list[tuple[Any, ...]]:
    """Return the rows of snapshots, oldest first for each user, in the order of `COLUMNS`.

    `whole`: which are whole whatever that costs.
    """
    ordered = sorted(given, key=lambda each: (each.user_id, each.snapshot.timestamp))
    known = _packed_of_days(connection, ordered)
    rows = list[tuple[Any, ...]]()
    for user_id, snapshot in ordered:
        at = snapshot.timestamp
        mine = known.setdefault((user_id, day_of(at)), {})
        earlier = [] if (user_id, at) in whole else [each for each in mine if each < at]
        row = pack(snapshot, shared, mine[max(earlier)] if earlier else None)
        mine.setdefault(at, State.of(at, row, None if row.base is None else mine[row.base]))
        rows.append((user_id, snapshot.job_id, at, snapshot.total_value, snapshot.debts, snapshot.is_stale,
                     snapshot.is_good, *packed_columns(row)))  # fmt: skip
    return rows


def packed_columns(row: Lean) -> tuple[Any, ...]:
    """Return the columns from `base` on."""
    wallets = None if row.wallets is None else list(row.wallets)
    return row.base, wallets, encode(row.readings, row.cells), None if row.extra is None else Jsonb(row.extra)


def rebuilt(connection: Connection[DictRow], rows: Sequence[Mapping[str, Any]], relation: str) -> list[UserSnapshot]:
    """Return the snapshots of rows: of bytes, of arrays, of JSON.

    `relation` is where what they rest on is read.
    """
    lean = [row for row in rows if not _is_json(row)]
    states = _states(connection, lean, relation)
    shared = _shared(connection, [(row, states[row["user_id"], row["timestamp"]]) for row in lean])
    return [
        UserSnapshot(row["user_id"], _of_json(row) if _is_json(row) else _of_lean(row, states, shared)) for row in rows
    ]


def _is_json(row: Mapping[str, Any]) -> bool:
    return row["packed"] is None and row["readings"] is None


def _by_name(name: Name) -> tuple[str, str, int, str]:
    return name.key, name.symbol, -1 if name.decimals is None else name.decimals, name.category


def _names(connection: Connection[DictRow], names: Sequence[Name]) -> dict[Name, int]:
    columns = [list(column) for column in zip(*names, strict=True)] or [[], [], [], []]
    rows = connection.execute(_NAMES_OF, columns).fetchall()
    if len(rows) < len(names):
        connection.execute(_ADD_NAMES, columns)
        rows = connection.execute(_NAMES_OF, columns).fetchall()
    return {Name(row["key"], row["symbol"], row["decimals"], row["category"]): row["id"] for row in rows}


def _readings(
    connection: Connection[DictRow], states: Mapping[tuple[datetime, str, bytes], ChainState]
) -> dict[tuple[datetime, str, bytes], int]:
    rows = [(*place, Jsonb(told(states[place]))) for place in sorted(states)]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    connection.execute(_ADD_READINGS, columns)
    found = connection.execute(_READINGS_OF, columns[:3]).fetchall()
    return {(row["hour"], row["chain"], bytes(row["digest"])): row["id"] for row in found}


def _packed_of_days(
    connection: Connection[DictRow], given: Sequence[UserSnapshot]
) -> dict[tuple[UUID, datetime], dict[datetime, State]]:
    """Return the states of the packed rows of the snapshots' users and days, up to the newest of each day."""
    until: dict[datetime, datetime] = {}
    for _, snapshot in given:
        day = day_of(snapshot.timestamp)
        until[day] = max(until.get(day, snapshot.timestamp), snapshot.timestamp)
    found: dict[tuple[UUID, datetime], dict[datetime, State]] = {}
    for day, last in sorted(until.items()):
        users = sorted({user_id for user_id, snapshot in given if day_of(snapshot.timestamp) == day})
        rows = _of_day(connection, "portfolio_rows", users, day, last)
        for user_id, mine in _by_user(row for row in rows if row["packed"] is not None).items():
            found[user_id, day] = states_of(mine)
    return found


def _states(
    connection: Connection[DictRow], rows: Sequence[Mapping[str, Any]], relation: str
) -> dict[tuple[UUID, datetime], State]:
    """Return the states of rows that are not of JSON."""
    days: dict[datetime, list[Mapping[str, Any]]] = {}
    for row in rows:
        days.setdefault(day_of(row["timestamp"]), []).append(row)
    found: dict[tuple[UUID, datetime], State] = {}
    for day, mine in days.items():
        rest = [row["user_id"] for row in mine if row["base"] is not None]
        near = _of_day(connection, relation, sorted(set(rest)), day, max(row["timestamp"] for row in mine))
        for user_id, each in _by_user([*near, *(row for row in mine if row["base"] is None)]).items():
            found |= {(user_id, at): state for at, state in states_of(each).items()}
    return found


def _of_day(
    connection: Connection[DictRow], relation: str, users: Sequence[UUID], day: datetime, last: datetime
) -> Sequence[Mapping[str, Any]]:
    if not users:
        return []
    until = min(last, day + _DAY - timedelta(microseconds=1))
    return connection.execute(_DAYS.format(relation=relation), (list(users), day, until)).fetchall()


def _by_user(rows: Iterable[Mapping[str, Any]]) -> dict[UUID, list[Mapping[str, Any]]]:
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["user_id"], []).append(row)
    return found


_Parts = tuple[dict[int, Name], dict[Place, Quote], dict[tuple[datetime, int], tuple[str, ChainState]]]


def _shared(connection: Connection[DictRow], rows: Sequence[tuple[Mapping[str, Any], State]]) -> _Parts:
    assets, hours = set[int](), set[Place]()
    readings: set[tuple[datetime, int]] = set()
    for row, state in rows:
        mine, hour = {asset for asset, _ in state.cells}, hour_of(row["timestamp"])
        assets |= mine
        hours |= {(hour, asset) for asset in mine}
        readings |= {(hour, number) for number in lean_of(row).readings}
    if not rows:
        return {}, {}, {}
    with connection.pipeline():  # one round trip for all three
        named = connection.execute(_NAMED, (sorted(assets),))
        read = connection.execute(_STATES, [list(c) for c in zip(*sorted(readings), strict=True)] or [[], []])
        quotes = quotes_of(connection, hours)
    return (
        {row["id"]: Name(row["key"], row["symbol"], row["decimals"], row["category"]) for row in named.fetchall()},
        quotes,
        {(row["hour"], row["id"]): (row["chain"], ChainState.model_validate(row["state"])) for row in read.fetchall()},
    )


def _of_lean(row: Mapping[str, Any], states: Mapping[tuple[UUID, datetime], State], shared: _Parts) -> Snapshot:
    names, quotes, readings = shared
    state, hour = states[row["user_id"], row["timestamp"]], hour_of(row["timestamp"])
    mine = {asset: quotes[hour, asset] for asset, _ in state.cells if (hour, asset) in quotes}
    return unpack(row, state, names, mine, {number: readings[hour, number] for number in lean_of(row).readings})


def _of_json(row: Mapping[str, Any]) -> Snapshot:
    """Return what an earlier release wrote."""
    holdings = [Holding.model_validate({"key": key, **value}) for key, value in row["asset_breakdown"].items()]
    chains = {name: ChainState.model_validate(value) for name, value in row["chain_breakdown"].items()}
    return Snapshot(job_id=row["job_id"], timestamp=row["timestamp"], holdings=ranked(holdings), chains=chains,
                    net=row["total_value"], debts=row["debts_value"], is_good=row["is_good"])  # fmt: skip


_NAMES_OF = """
    SELECT n.* FROM unnest(%s::text[], %s::text[], %s::smallint[], %s::text[]) AS a (key, symbol, decimals, category)
    JOIN portfolio_asset_names n ON n.key = a.key AND n.symbol = a.symbol AND n.category = a.category
        AND n.decimals IS NOT DISTINCT FROM a.decimals
"""
_ADD_NAMES = """
    INSERT INTO portfolio_asset_names (key, symbol, decimals, category)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::smallint[], %s::text[]) ON CONFLICT DO NOTHING
"""
_ADD_READINGS = """
    INSERT INTO portfolio_readings (hour, chain, digest, state)
    SELECT * FROM unnest(%s::timestamptz[], %s::text[], %s::bytea[], %s::jsonb[]) ON CONFLICT DO NOTHING
"""
_READINGS_OF = """
    SELECT r.hour, r.chain, r.digest, r.id
    FROM unnest(%s::timestamptz[], %s::text[], %s::bytea[]) AS a (hour, chain, digest)
    JOIN portfolio_readings r USING (hour, chain, digest)
"""
_NAMED = "SELECT * FROM portfolio_asset_names WHERE id = ANY (%s)"
_STATES = """
    SELECT r.hour, r.id, r.chain, r.state FROM unnest(%s::timestamptz[], %s::bigint[]) AS a (hour, id)
    JOIN portfolio_readings r USING (hour, id)
"""
_DAYS = f"""
    SELECT {_OPENED} FROM {{relation}}
    WHERE user_id = ANY (%s) AND "timestamp" >= %s AND "timestamp" <= %s
        AND (packed IS NOT NULL OR readings IS NOT NULL)
"""  # noqa: S608 - our own columns
