"""The SQL of lean rows and of what they share.

Also their way back to snapshots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    Whole,
    assets_of,
    day_of,
    digest,
    hour_of,
    name_of,
    pack,
    told,
    unpack,
    whole_of,
)
from premium.prices.model import Price, Quality, Quote
from premium.storage.timeseries import TimeSeries

COLUMNS = (
    "user_id", "job_id", "timestamp", "total_value", "debts_value", "is_stale", "is_good", "base", "wallets", "assets",
    "holders", "units", "readings", "extra",
)  # fmt: skip
READ = f"{', '.join(COLUMNS).replace('timestamp', chr(34) + 'timestamp' + chr(34))}, chain_breakdown, asset_breakdown"
"""Columns of a row, those of JSON for one that is not lean yet."""
_KNOWN = frozenset({"key", "usd", "confidence", "at", "source"})
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
        return Shared(ids, _first_quotes(connection, quotes), _readings(connection, states))


def rows_of(connection: Connection[DictRow], given: Sequence[UserSnapshot], shared: Shared) -> list[tuple[Any, ...]]:
    """Return the rows of snapshots, oldest first for each user, in the order of `COLUMNS`."""
    ordered = sorted(given, key=lambda each: (each.user_id, each.snapshot.timestamp))
    bases, rows = _bases(connection, ordered), list[tuple[Any, ...]]()
    for user_id, snapshot in ordered:
        known = [
            whole for whole in bases.get((user_id, day_of(snapshot.timestamp)), []) if whole.at < snapshot.timestamp
        ]
        row = pack(snapshot, shared, max(known, key=lambda whole: whole.at, default=None))
        if row.base is None:
            whole = Whole.of(snapshot.timestamp, row)
            bases.setdefault((user_id, day_of(snapshot.timestamp)), []).append(whole)
        rows.append((user_id, snapshot.job_id, snapshot.timestamp, snapshot.total_value, snapshot.debts,
                     snapshot.is_stale, snapshot.is_good, *_columns(row)))  # fmt: skip
    return rows


def rebuilt(connection: Connection[DictRow], rows: Sequence[Mapping[str, Any]], relation: str) -> list[UserSnapshot]:
    """Return the snapshots of rows, lean ones and those of JSON.

    `relation` is where their whole rows are read.
    """
    lean = [row for row in rows if row["readings"] is not None]
    wholes = _wholes(connection, lean, relation)
    shared = _shared(connection, [(row, wholes.get((row["user_id"], row["base"]))) for row in lean])
    return [
        UserSnapshot(row["user_id"], _of_json(row) if row["readings"] is None else _of_lean(row, wholes, shared))
        for row in rows
    ]


def _columns(row: Lean) -> tuple[Any, ...]:
    wallets = None if row.wallets is None else list(row.wallets)
    return (row.base, wallets, list(row.assets), row.holders, list(row.units), list(row.readings),
            None if row.extra is None else Jsonb(row.extra))  # fmt: skip


def _by_name(name: Name) -> tuple[str, str, int, str]:
    return name.key, name.symbol, -1 if name.decimals is None else name.decimals, name.category


def _names(connection: Connection[DictRow], names: Sequence[Name]) -> dict[Name, int]:
    columns = [list(column) for column in zip(*names, strict=True)] or [[], [], [], []]
    rows = connection.execute(_NAMES_OF, columns).fetchall()
    if len(rows) < len(names):
        connection.execute(_ADD_NAMES, columns)
        rows = connection.execute(_NAMES_OF, columns).fetchall()
    return {Name(row["key"], row["symbol"], row["decimals"], row["category"]): row["id"] for row in rows}


def _first_quotes(
    connection: Connection[DictRow], quotes: Mapping[tuple[datetime, int], Quote]
) -> dict[tuple[datetime, int], Quote]:
    rows = [
        (hour, asset, *_quote_columns(quote)) for (hour, asset), quote in sorted(quotes.items(), key=lambda i: i[0])
    ]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(8)]
    connection.execute(_ADD_QUOTES, columns)
    found = connection.execute(_QUOTES_OF, columns[:2]).fetchall()
    return {(row["hour"], row["asset"]): _quote(row) for row in found}


def _readings(
    connection: Connection[DictRow], states: Mapping[tuple[datetime, str, bytes], ChainState]
) -> dict[tuple[datetime, str, bytes], int]:
    rows = [(*place, Jsonb(told(states[place]))) for place in sorted(states)]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    connection.execute(_ADD_READINGS, columns)
    found = connection.execute(_READINGS_OF, columns[:3]).fetchall()
    return {(row["hour"], row["chain"], bytes(row["digest"])): row["id"] for row in found}


def _quote_columns(quote: Quote) -> tuple[Any, ...]:
    said = quote.model_dump(mode="json")
    price = said.pop("price") or {}
    more = {"price": {name: value for name, value in price.items() if name not in _KNOWN},
            "quote": {name: value for name, value in said.items() if name != "quality"}}  # fmt: skip
    kept = {name: value for name, value in more.items() if value}
    one = quote.price
    known = (None, None, None, None) if one is None else (one.usd, one.confidence, one.at, one.source)
    return (*known, quote.quality.value, Jsonb(kept) if kept else None)


def _quote(row: Mapping[str, Any]) -> Quote:
    more = row["more"] or {}
    if row["usd"] is None:
        return Quote(price=None, quality=Quality(row["quality"]), **more.get("quote", {}))
    price = Price(key=row["key"], usd=row["usd"], confidence=row["confidence"], at=row["at"], source=row["source"],
                  **more.get("price", {}))  # fmt: skip
    return Quote(price=price, quality=Quality(row["quality"]), **more.get("quote", {}))


def _bases(connection: Connection[DictRow], given: Sequence[UserSnapshot]) -> dict[tuple[UUID, datetime], list[Whole]]:
    """Return the whole rows of the snapshots' days that are older than one of them."""
    until: dict[tuple[UUID, datetime], datetime] = {}
    for user_id, snapshot in given:
        place = (user_id, day_of(snapshot.timestamp))
        until[place] = max(until.get(place, snapshot.timestamp), snapshot.timestamp)
    found: dict[tuple[UUID, datetime], list[Whole]] = {}
    days = {day for _, day in until}
    for day in sorted(days):
        users = [user_id for user_id, each in until if each == day]
        ends = [until[user_id, day] for user_id in users]
        for row in connection.execute(_BASES, (users, ends, day, day + _DAY)).fetchall():
            found.setdefault((row["user_id"], day), []).append(whole_of(row))
    return found


def _wholes(
    connection: Connection[DictRow], rows: Sequence[Mapping[str, Any]], relation: str
) -> dict[tuple[UUID, datetime], Mapping[str, Any]]:
    wanted = sorted({(row["base"], row["user_id"]) for row in rows if row["base"] is not None})
    found: dict[tuple[UUID, datetime], Mapping[str, Any]] = {}
    for at in sorted({at for at, _ in wanted}):
        users = [user_id for when, user_id in wanted if when == at]
        statement = f'SELECT {READ} FROM {relation} WHERE user_id = ANY (%s) AND "timestamp" = %s'  # noqa: S608 - our own
        for row in connection.execute(statement, (users, at)).fetchall():
            found[row["user_id"], row["timestamp"]] = row
    return found


_Parts = tuple[dict[int, Name], dict[tuple[datetime, int], Quote], dict[tuple[datetime, int], tuple[str, ChainState]]]


def _shared(
    connection: Connection[DictRow], rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]
) -> _Parts:
    assets, hours = set[int](), list[tuple[datetime, int]]()
    readings: set[tuple[datetime, int]] = set()
    for row, whole in rows:
        mine, hour = assets_of(row, whole), hour_of(row["timestamp"])
        assets |= mine
        hours += [(hour, asset) for asset in mine]
        readings |= {(hour, number) for number in row["readings"]}
    if not rows:
        return {}, {}, {}
    named = connection.execute(_NAMED, (sorted(assets),)).fetchall()
    quoted = connection.execute(_QUOTES_OF, [list(c) for c in zip(*sorted(set(hours)), strict=True)] or [[], []])
    read = connection.execute(_STATES, [list(c) for c in zip(*sorted(readings), strict=True)] or [[], []])
    return (
        {row["id"]: Name(row["key"], row["symbol"], row["decimals"], row["category"]) for row in named},
        {(row["hour"], row["asset"]): _quote(row) for row in quoted.fetchall()},
        {(row["hour"], row["id"]): (row["chain"], ChainState.model_validate(row["state"])) for row in read.fetchall()},
    )


def _of_lean(
    row: Mapping[str, Any], wholes: Mapping[tuple[UUID, datetime], Mapping[str, Any]], shared: _Parts
) -> Snapshot:
    names, quotes, states = shared
    base, hour = wholes[row["user_id"], row["base"]] if row["base"] else None, hour_of(row["timestamp"])
    mine = {asset: quotes[hour, asset] for asset in assets_of(row, base) if (hour, asset) in quotes}
    return unpack(row, base, names, mine, {number: states[hour, number] for number in row["readings"]})


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
_ADD_QUOTES = """
    INSERT INTO portfolio_quotes (hour, asset, usd, confidence, at, source, quality, more)
    SELECT * FROM unnest(%s::timestamptz[], %s::int[], %s::numeric[], %s::numeric[], %s::timestamptz[], %s::text[],
                         %s::text[], %s::jsonb[]) ON CONFLICT DO NOTHING
"""
_QUOTES_OF = """
    SELECT q.*, n.key FROM unnest(%s::timestamptz[], %s::int[]) AS a (hour, asset)
    JOIN portfolio_quotes q USING (hour, asset) JOIN portfolio_asset_names n ON n.id = q.asset
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
_BASES = f"""
    SELECT s.* FROM unnest(%s::uuid[], %s::timestamptz[]) AS a (user_id, until)
    CROSS JOIN LATERAL (
        SELECT {READ} FROM portfolio_states s
        WHERE s.user_id = a.user_id AND s."timestamp" >= %s AND s."timestamp" < least(a.until, %s)
            AND s.base IS NULL AND s.readings IS NOT NULL
    ) AS s
"""  # noqa: S608 - our own columns
