"""Packs snapshots into lean rows, and rebuilds them to the last digit.

A row holds the units that differ from those of the row before it in its day. Names of assets, the quotes of an hour
and the readings of chains are shared by all users; a row carries a quote, a time of reading or what counts only where
it does not follow from these.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from premium.money import EXACT, ZERO, from_base_units
from premium.portfolio.model import ChainState, Holding, Judged, Snapshot, Status, ranked, to_places, total
from premium.portfolio.snapshots.packed import Cell, decode
from premium.prices.model import Quality, Quote

_PLAIN = False
"""Stands for what counts by the quote alone."""
_LONGEST = 24
"""Rows that differ from each other in turn, before one is whole again."""


class Name(NamedTuple):
    """An asset as its contract described it."""

    key: str
    symbol: str
    decimals: int | None
    category: str


@dataclass(frozen=True)
class Lean:
    """The columns of a row beside those that every row has, opened."""

    base: datetime | None
    """Of the row from which it differs; None where it is whole."""
    wallets: Sequence[str] | None
    """Of a whole row."""
    readings: Sequence[int]
    cells: Mapping[Cell, int | None]
    """Units, those alone that differ from the base; None: held no more."""
    extra: Mapping[str, Any] | None


@dataclass(frozen=True)
class State:
    """Units and what counts, of a row with those that it rests on."""

    at: datetime
    depth: int
    """Rows that it rests on."""
    wallets: Sequence[str]
    cells: Mapping[Cell, int]
    judged: Mapping[str, Any]

    @classmethod
    def of(cls, at: datetime, row: Lean, base: State | None) -> State:
        """Return a row's, given that of its base."""
        own = (row.extra or {}).get("judged", {})
        if base is None:
            return cls(at, 0, row.wallets or (), _held(row.cells), own)
        cells = _held({**base.cells, **row.cells})
        return cls(at, base.depth + 1, base.wallets, cells, {**base.judged, **own} if own else base.judged)


@dataclass(frozen=True)
class Shared:
    """What rows of some hours share, by the ids under which it is stored."""

    names: Mapping[Name, int] = field(default_factory=dict)
    quotes: Mapping[tuple[datetime, int], Quote] = field(default_factory=dict)
    """The one quote of an asset that is stored for an hour."""
    readings: Mapping[tuple[datetime, str, bytes], int] = field(default_factory=dict)


def hour_of(at: datetime) -> datetime:
    """Return the hour under which quotes and readings are shared."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(at: datetime) -> datetime:
    """Return the day within which rows differ from a whole one."""
    return hour_of(at).replace(hour=0)


def name_of(holding: Holding) -> Name:
    """Return what is stored once of an asset."""
    return Name(holding.key, holding.symbol, holding.decimals, holding.category)


def told(state: ChainState) -> Mapping[str, Any]:
    """Return a chain's state as it is stored."""
    return state.model_dump(mode="json")


@lru_cache(maxsize=4096)
def digest(state: ChainState) -> bytes:
    """Return what tells a state from others of its hour and chain."""
    return hashlib.sha256(json.dumps(told(state), sort_keys=True).encode()).digest()[:16]


def merged(holdings: Iterable[Holding]) -> list[Holding]:
    """Return one holding an asset.

    What was read of some wallets and kept of others stands together.
    """
    found: dict[str, Holding] = {}
    for each in holdings:
        one = found.get(each.key)
        if one is None:
            found[each.key] = each
        else:
            late = {"units": {**each.units, **one.units}, "stale": True, "as_of": min(one.as_of, each.as_of)}
            found[each.key] = one.model_copy(update=late)
    return list(found.values())


def pack(snapshot: Snapshot, shared: Shared, base: State | None) -> Lean:
    """Return the row of a snapshot.

    It is whole where no base of its day knows all its wallets, or would save nothing.
    """
    holdings, hour = merged(snapshot.holdings), hour_of(snapshot.timestamp)
    ids = {each.key: shared.names[name_of(each)] for each in holdings}
    readings = [shared.readings[hour, chain, digest(state)] for chain, state in snapshot.chains.items()]
    extra = {"quotes": _quotes(holdings, ids, shared, hour), "read": _read(holdings, ids, snapshot.chains)}
    judged = {str(ids[each.key]): _verdict(each) for each in holdings}
    mine = {wallet for each in holdings for wallet in each.units}
    if base is not None and base.depth < _LONGEST and mine <= set(base.wallets):
        cells = _placed(holdings, ids, base.wallets)
        changed: dict[Cell, int | None] = {cell: n for cell, n in cells.items() if base.cells.get(cell) != n}
        changed |= dict.fromkeys(base.cells.keys() - cells.keys())
        if len(changed) < max(len(cells), 1):
            differs = {name: said for name, said in judged.items() if base.judged.get(name, _PLAIN) != said}
            return Lean(base.at, None, readings, changed, _said(extra | {"judged": differs}))
    wallets = sorted(mine)
    own = {name: said for name, said in judged.items() if said is not _PLAIN}
    return Lean(None, wallets, readings, _placed(holdings, ids, wallets), _said(extra | {"judged": own}))


def unpack(
    row: Mapping[str, Any],
    state: State,
    names: Mapping[int, Name],
    quotes: Mapping[int, Quote],
    states: Mapping[int, tuple[str, ChainState]],
) -> Snapshot:
    """Return the snapshot of a row, given its state, and by id what it shares."""
    held: dict[int, dict[str, int]] = {}
    for (asset, holder), units in state.cells.items():
        held.setdefault(asset, {})[state.wallets[holder]] = units
    lean = lean_of(row)
    extra, chains = lean.extra or {}, dict(states[number] for number in lean.readings)
    holdings = [
        _holding(names[asset], units, _quote(asset, extra, quotes), state.judged.get(str(asset), _PLAIN), chains,
                 extra.get("read", {}).get(str(asset)), row["timestamp"])
        for asset, units in held.items()
    ]  # fmt: skip
    return Snapshot(
        job_id=UUID(str(row["job_id"])), timestamp=row["timestamp"], holdings=ranked(holdings), chains=chains,
        net=row["total_value"], debts=row["debts_value"], is_good=row["is_good"],
    )  # fmt: skip


def lean_of(row: Mapping[str, Any]) -> Lean:
    """Return a stored row opened.

    One of bytes, or of arrays as the release before writes it.
    """
    if row["packed"] is not None:
        readings, cells = decode(bytes(row["packed"]))
        return Lean(row["base"], row["wallets"], readings, cells, row["extra"])
    units = [None if each is None else int(each) for each in row["units"]]
    holders = row["holders"] or [0] * len(row["assets"])
    cells = dict(zip(zip(row["assets"], holders, strict=True), units, strict=True))
    return Lean(row["base"], row["wallets"], row["readings"], cells, row["extra"])


def states_of(rows: Iterable[Mapping[str, Any]]) -> dict[datetime, State]:
    """Return the states of one user's stored rows by their times.

    In any order; all that they rest on must be among them.
    """
    found: dict[datetime, State] = {}
    for row in sorted(rows, key=lambda each: each["timestamp"]):
        lean = lean_of(row)
        found[row["timestamp"]] = State.of(row["timestamp"], lean, None if lean.base is None else found[lean.base])
    return found


def _quotes(
    holdings: Iterable[Holding], ids: Mapping[str, int], shared: Shared, hour: datetime
) -> dict[str, dict[str, Any]]:
    return {
        str(ids[each.key]): each.quote.model_dump(mode="json")
        for each in holdings
        if bare(each.quote) != shared.quotes[hour, ids[each.key]]
    }


def bare(quote: Quote) -> Quote:
    """Return a quote as a snapshot keeps it: without what its JSON leaves out."""
    price = quote.price
    if not quote.said and (price is None or (price.depth is None and price.heartbeat is None)):
        return quote
    return Quote.model_validate(quote.model_dump())


def _read(
    holdings: Iterable[Holding], ids: Mapping[str, int], chains: Mapping[str, ChainState]
) -> dict[str, tuple[str, bool]]:
    return {
        str(ids[each.key]): (each.as_of.isoformat(), each.stale)
        for each in holdings
        if (each.as_of, each.stale) != _usual(each.key, chains.get(each.chain))
    }


def _usual(key: str, state: ChainState | None) -> tuple[datetime | None, bool]:
    """Return when an asset was read by its chain's state, and whether that is stale."""
    return (
        (None, False) if state is None else (state.as_of, state.status is not Status.FRESH or key in state.unreadable)
    )


def plain(holding: Holding) -> Judged:
    """Return what counts of a holding by its quote alone, a rounded line a wallet."""
    price = holding.quote.price
    if holding.decimals is None or price is None:
        return Judged(counts=None, rest=ZERO, why="no_scale" if holding.decimals is None else "no_price")
    worth = total(
        to_places(EXACT.multiply(from_base_units(units, holding.decimals), price.usd))
        for units in holding.units.values()
    )
    if holding.quote.quality is Quality.GOOD:
        return Judged(counts=worth, rest=ZERO)
    return Judged(counts=None, rest=worth, why=holding.quote.quality.value)


def _verdict(holding: Holding) -> Any:
    if holding.judged is None:
        return None
    return _PLAIN if holding.judged == plain(holding) else holding.judged.model_dump(mode="json")


def _placed(holdings: Iterable[Holding], ids: Mapping[str, int], wallets: Sequence[str]) -> dict[Cell, int]:
    place = {wallet: number for number, wallet in enumerate(wallets)}
    return {(ids[each.key], place[wallet]): units for each in holdings for wallet, units in each.units.items()}


def _said(extra: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return {name: value for name, value in extra.items() if value} or None


def _held(cells: Mapping[Cell, int | None]) -> dict[Cell, int]:
    return {cell: units for cell, units in cells.items() if units is not None}


def _quote(asset: int, extra: Mapping[str, Any], quotes: Mapping[int, Quote]) -> Quote:
    own = extra.get("quotes", {}).get(str(asset))
    return quotes[asset] if own is None else Quote.model_validate(own)


def _holding(  # noqa: PLR0917 - a holding, and what is known of it
    name: Name,
    units: Mapping[str, int],
    quote: Quote,
    verdict: Any,
    chains: Mapping[str, ChainState],
    read: Sequence[Any] | None,
    at: datetime,
) -> Holding:
    state = chains.get(name.key.partition(":")[0])
    as_of, stale = _usual(name.key, state) if read is None else (datetime.fromisoformat(read[0]), bool(read[1]))
    holding = Holding(key=name.key, symbol=name.symbol, decimals=name.decimals, category=name.category, units=units,
                      quote=quote, as_of=as_of or at, stale=stale)  # fmt: skip
    if verdict is None:
        return holding
    judged = plain(holding) if verdict is _PLAIN else Judged.model_validate(verdict)
    return holding.model_copy(update={"judged": judged})
