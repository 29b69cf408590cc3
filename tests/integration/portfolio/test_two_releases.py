"""Snapshots of this release and of the one before it, in the same days and hours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from premium.money import ZERO
from premium.portfolio.model import ChainState, Holding, Snapshot, Status, ranked
from premium.portfolio.store.packed.lean_rows import share
from premium.portfolio.store.packed.quote_pages import quotes_of
from premium.portfolio.store.snapshots import SnapshotStore
from premium.prices.model import Quality, Quote
from premium.storage.timeseries import TimeSeries
from tests.integration.portfolio.lean_histories import HOUR, START, Histories, check, write_arrays

pytestmark = pytest.mark.integration


def test_two_releases_write_the_same_days_by_turns(series: TimeSeries, series_of_user: TimeSeries) -> None:
    made = Histories(11, hours=60)
    user, history, store = uuid4(), made.user(), SnapshotStore(series)
    for place, snapshot in enumerate(history):
        writes = write_arrays if made.random.random() < 0.5 else (lambda _, user, one: store.add(user, one))
        writes(series, user, snapshot)
        if place % 20 == 19:
            store.repack(3)
    check(series_of_user, user, history)
    with series.transaction() as connection:
        kinds = connection.execute("SELECT count(packed) AS bytes, count(readings) AS arrays FROM portfolio_rows")
        assert all((kinds.fetchone() or {}).values()), "both kinds are there"
    while store.repack(7):
        pass
    check(series_of_user, user, history)


def test_holders_of_arrays_are_found_by_their_own_whole_row(series: TimeSeries, series_of_user: TimeSeries) -> None:
    """Two whole rows of a day know other wallets; packed, the second one must not take the places of the first."""
    user, store, wallets = uuid4(), SnapshotStore(series), ("0x" + "a" * 40, "0x" + "b" * 40)
    his = dict.fromkeys(range(4, 8), 1)
    held = [({0: 1, 1: 1, 2: 1, 3: 1}, his), ({3: 1}, his), ({}, his), ({}, his | {7: 2})]
    history = []
    for hour, both in enumerate(held):
        at = START + HOUR * hour
        holdings = [
            Holding(key=f"base:0x{n:040x}", symbol="T", decimals=0, category="token", units={wallet: units},
                    quote=Quote(price=None, quality=Quality.UNKNOWN), as_of=at)
            for wallet, mine in zip(wallets, both, strict=True) for n, units in mine.items()
        ]  # fmt: skip
        chains = {"base": ChainState(status=Status.FRESH, as_of=at)}
        one = Snapshot(job_id=uuid4(), timestamp=at, holdings=ranked(holdings), chains=chains, net=ZERO)
        history.append(one)
        write_arrays(series, user, one)
    with series.transaction() as connection:
        rows = connection.execute('SELECT base IS NULL AS whole FROM portfolio_rows ORDER BY "timestamp"').fetchall()
    assert [row["whole"] for row in rows] == [True, False, True, False]
    check(series_of_user, user, history)
    store.repack(3)
    check(series_of_user, user, history)


def test_an_asset_has_one_quote_an_hour_whichever_release_writes_it_first(series: TimeSeries) -> None:
    made = Histories(5, hours=1)
    snapshots = [made.user()[0] for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda one: share(series, [one]).quotes, snapshots))
    said: dict[Any, Quote] = {}
    for quotes in told:
        for place, quote in quotes.items():
            assert said.setdefault(place, quote) == quote
    with series.transaction() as connection:
        place, quote = next((place, quote) for place, quote in said.items() if quote.price is not None)
        connection.execute(
            "INSERT INTO portfolio_quotes (hour, asset, quality) VALUES (%s, %s, 'unknown') ON CONFLICT DO NOTHING",
            place,
        )
        connection.execute(
            "INSERT INTO portfolio_quotes (hour, asset, quality) VALUES (%s, 999999, 'unknown')", place[:1]
        )
        assert quotes_of(connection, [place]) == {place: quote}
        rows = connection.execute("SELECT hour, asset FROM portfolio_quotes").fetchall()
    assert len(rows) == len({(row["hour"], row["asset"]) for row in rows}) == len(said) + 1
