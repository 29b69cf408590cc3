"""Any past snapshot is rebuilt to the last digit: from lean rows, from rows of JSON, and by the old columns' view."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from local.postgres import OWNER
from migrations.files import FOLDER, of_layout, scripts
from migrations.runner import Runner
from premium.portfolio.model import Snapshot
from premium.portfolio.store.packed.lean_rows import UserSnapshot
from premium.portfolio.store.snapshots import SnapshotStore
from premium.storage.timeseries import TimeSeries
from tests.fixtures.databases import UrlOf
from tests.integration.portfolio.lean_histories import HOUR, START, Histories, by_view, check, write_json

pytestmark = pytest.mark.integration
_LEAN = "0008_lean_snapshots"


def test_histories_are_rebuilt_at_every_hour_written_late_repeated_and_out_of_order(
    series: TimeSeries, series_of_user: TimeSeries
) -> None:
    made = Histories(1, hours=26)
    users = {uuid4(): made.user() for _ in range(2)}
    given = [UserSnapshot(user, one) for user, history in users.items() for one in history]
    made.random.shuffle(given)
    store = SnapshotStore(series)
    batches = [given[start : start + 20] for start in range(0, len(given), 20)]
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(store.add_all, batches)) == len(given)
    assert [store.add_all(batch) for batch in batches] == [0] * len(batches), "a repeat changes nothing"
    for user, history in users.items():
        check(series_of_user, user, history)
    assert store.before_of_all(list(users), START + HOUR * 99) == {user: each[-1] for user, each in users.items()}


def test_rows_of_json_are_made_lean_wherever_that_is_stopped_and_taken_back(
    series: TimeSeries, series_of_user: TimeSeries, series_url: UrlOf
) -> None:
    made = Histories(7, hours=26)
    user, history = uuid4(), made.user()
    store = SnapshotStore(series)
    for place, snapshot in enumerate(history):
        if place % 5:
            write_json(series, user, snapshot)
            write_json(series, user, snapshot)
        else:
            store.add(user, snapshot)
    lean = [
        one.model_copy(update={"debts": one.debts if place % 5 == 0 else None}) for place, one in enumerate(history)
    ]
    check(series_of_user, user, lean)
    assert store.repack(7) == 7, "and stopped"
    check(series_of_user, user, lean)
    while store.repack(7):
        pass
    check(series_of_user, user, lean)
    with psycopg.connect(series_url(OWNER), autocommit=True) as owner:
        rows = owner.execute("SELECT count(*) FILTER (WHERE base IS NULL), count(*), count(asset_breakdown)"
                             " FROM portfolio_rows").fetchone()  # fmt: skip
    assert rows is not None
    assert rows[0] < rows[1] / 2
    assert rows[2] == 0
    wanted = {one.timestamp: one.model_copy(update={"debts": None}) for one in history}
    runner = Runner("timeseries", series_url(OWNER), FOLDER / "timeseries", lambda _: None)
    newer = len([script for script in of_layout(scripts(FOLDER / "timeseries"), "native") if script.id > _LEAN])
    for steps in (newer, 1):  # to rows of arrays, and to those of JSON
        runner.down(steps)
        assert by_view(series_of_user, user) == wanted


def test_a_day_keeps_its_last_good_total_for_good(series: TimeSeries, series_of_user: TimeSeries) -> None:
    user, store = uuid4(), SnapshotStore(series)
    for hour, (usd, good) in enumerate([(5, True), (7, True), (9, False)]):
        one = Snapshot(job_id=uuid4(), timestamp=START + HOUR * hour, holdings=(), net=Decimal(usd), is_good=good)
        store.add(user, one)
    store.maintain(START + timedelta(days=1, hours=1))
    late = Snapshot(job_id=uuid4(), timestamp=START + HOUR * 1.5, holdings=(), net=Decimal(-8), is_good=True)
    store.add(user, late)
    store.maintain(START + timedelta(days=1, hours=2))
    store.maintain(START + timedelta(days=100))
    found = SnapshotStore(series_of_user).worth(user, START - HOUR, START + timedelta(days=400), START - HOUR)
    assert [(value.at, value.usd) for value in found] == [(late.timestamp, Decimal(-8))]
    assert SnapshotStore(series_of_user).newest(user) is None
