"""Models of hours: trained, kept by checksum, told each minute, rolled back."""

from __future__ import annotations

import json
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from local.evm import Evm
from premium.bootstrap import Platform
from premium.cli.gas_models import models as command
from premium.errors import Conflict
from premium.gas.jobs import ChainDay
from premium.gas.models import Models
from premium.gas.series.hours import STEPS
from premium.gas.service import FOLLOWED, HOURS
from premium.gas.store.history import GasHistory
from premium.gas.work.days import train_chain
from premium.gas.work.minute import predicted
from premium.storage.cache import Cache
from tests.integration.gas.conftest import FEES, chain_of
from tests.integration.handlers.test_gas_plans import rows as made_rows
from tests.integration.portfolio.platforms import context

pytestmark = pytest.mark.integration
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def variables(variables: dict[str, str], evm: Evm, tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "chains.json"
    entry = chain_of(evm.url).model_dump(mode="json", include={"name", "title", "chain_id", "native", "rpc"})
    path.write_text(json.dumps({"active": ["local"], "chains": [entry | {"fees": FEES, "max_head_age_seconds": None}]}))
    return variables | {"CHAINS_FILE": str(path), "EVENT_SOURCES": "local"}


def fill(platform: Platform, chain: str, count: int = 600) -> None:
    """Ten minutes of a market with days, the newest just over."""
    draw, level = random.Random(5), 0.0
    rows = []
    for place in range(count):
        at = NOW - timedelta(minutes=10 * (count - place))
        level = 0.98 * level + draw.gauss(0, 0.05)
        fee = round(2e10 * math.exp(0.4 * math.sin(at.timestamp() / 86_400 * 2 * math.pi) + level))
        rows.append((chain, at, 50, fee, fee))
    with platform.timeseries.transaction() as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO gas_tens VALUES (%s, %s, %s, %s, %s)", rows)


@pytest.fixture
def followed(platform: Platform) -> Platform:
    """A platform that follows one chain with a past of some days."""
    fill(platform, "local")
    cache = Cache(platform.redis(3), "gas")
    cache.set(FOLLOWED, ["local"], ttl_seconds=60)
    cache.set("local", {"next_base_fee": "20000000000"}, ttl_seconds=60)
    return platform


def told_hours(platform: Platform) -> list[dict[str, Any]]:
    return list(Cache(platform.redis(3), "gas").get(f"{HOURS}:local") or ())


def test_a_model_is_trained_and_told_and_rolled_back(followed: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    models = Models.of(followed)
    refused = models.train("local", NOW)
    assert set(refused) == set(STEPS)
    kept = models.store.all("local")
    assert {each.horizon for each in kept} == set(STEPS)
    assert {each.horizon: each.status for each in kept} == {
        name: "candidate" if why else "serving" for name, why in refused.items()}  # fmt: skip

    assert predicted(followed, at=NOW)["rows"] == 3
    assert predicted(followed, at=NOW)["rows"] == 3  # a second run writes the same rows
    rows = told_hours(followed)
    assert [row["horizon"] for row in rows] == list(STEPS)
    for row in rows:
        assert int(row["p95"][0]) <= int(row["p80"][0]) <= int(row["point"]) <= int(row["p80"][1]) <= int(row["p95"][1])
        assert (row["model"] == "log_ridge") == (refused[row["horizon"]] is None)
    with followed.timeseries.transaction() as connection:
        found = connection.execute("SELECT horizon FROM gas_predictions WHERE unit = 'minute' ORDER BY 1").fetchall()
    assert [row["horizon"] for row in found] == [60, 360, 1440]
    assert models.backtests.get("local", "6h") is not None

    horizon, version = next((each.horizon, each.version) for each in kept)
    if refused[horizon]:
        with pytest.raises(Conflict, match="may not serve"):
            models.promote("local", horizon, version, NOW)
    monkeypatch.setattr("premium.gas.models.refusal", lambda _: None)
    models.promote("local", horizon, version, NOW)
    assert {each.status for each in models.store.all("local") if each.horizon == horizon} == {"serving"}
    models.retire("local", horizon, version, NOW)
    predicted(followed, at=NOW + timedelta(minutes=1))
    (row,) = [row for row in told_hours(followed) if row["horizon"] == horizon]
    assert row["model"] != "log_ridge"


def test_a_training_waits_for_a_hole(followed: Platform) -> None:
    history = GasHistory(followed.timeseries)
    history.keep_up(NOW)
    rows = made_rows(40, NOW)
    history.append("local", rows[:10])
    history.append("local", rows[20:])
    train = train_chain.__wrapped__  # type: ignore[attr-defined] # the body of the job
    asked = context(followed, uuid4(), job_id=uuid4()), ChainDay(chain="local", at=NOW)
    assert train(*asked) == {"chain": "local", "hole": [10, 19]}
    assert Models.of(followed).store.all("local") == []
    history.fill("local", rows[10:20])
    assert set(train(*asked)["refused"]) == set(STEPS)


def test_a_body_that_was_changed_does_not_serve(followed: Platform) -> None:
    models = Models.of(followed)
    models.train("local", NOW)
    with followed.worker_database.transaction() as connection:
        connection.execute("DELETE FROM gas_models WHERE horizon <> '1h'")
    (one,) = models.store.all("local")
    models.store.add([one._replace(version="other", sha256="0" * 64, trained_at=NOW + timedelta(days=1))])
    assert models.tell("local") is None or models.tell("local")["horizons"]["1h"]["version"] == one.version  # type: ignore[index] # told is there


def test_a_minute_of_a_hundred_chains_is_told_well_within_it(followed: Platform) -> None:
    models, cache = Models.of(followed), Cache(followed.redis(3), "gas")
    models.train("local", NOW)
    told = models.cache.get("local")
    names = [f"chain{place}" for place in range(100)]
    with followed.timeseries.transaction() as connection:
        connection.execute(
            """INSERT INTO gas_tens SELECT name, at, blocks, base_fee_first, base_fee_average
               FROM gas_tens, unnest(%s::text[]) AS name WHERE chain = 'local' AND at > %s""",
            (names, NOW - timedelta(hours=26)),
        )
    cache.set(FOLLOWED, names, ttl_seconds=60)
    for name in names:
        models.cache.set(name, told, ttl_seconds=60)
        cache.set(name, {"next_base_fee": "20000000000"}, ttl_seconds=60)
    started = perf_counter()
    assert predicted(followed, at=NOW)["rows"] == 300
    # A quiet core needs a fraction of a second; this one may be shared by many.
    assert perf_counter() - started < 20


def test_operators_list_what_there_is(followed: Platform) -> None:
    Models.of(followed).train("local", NOW)
    shown = CliRunner().invoke(command, ["list", "--chain", "local"])
    assert shown.exit_code == 0, shown.output
    assert sum(line.startswith("local") for line in shown.output.splitlines()) == 3
