"""The way back of gas' time series, and forward again: nothing of it stays, and its upkeep works after."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from local.postgres import SUPERUSER
from migrations.files import FOLDER
from migrations.runner import Runner
from tests.fixtures.databases import UrlOf

pytestmark = pytest.mark.integration
_OURS = "SELECT relname FROM pg_class WHERE relname ~ '^gas_' AND relkind IN ('r', 'p') ORDER BY 1"
_FUNCTIONS = "SELECT proname FROM pg_proc WHERE proname ~ '^gas_' ORDER BY 1"
_BLOCK = """
    INSERT INTO gas_history (chain, number, "timestamp", hash, parent, base_fee, gas_used, gas_limit,
                             transactions, basis)
    VALUES ('local', 1, now() - interval '2 hours', decode(repeat('ab', 32), 'hex'), decode(repeat('cd', 32), 'hex'),
            7, 1, 2, 0, 'none')
"""


def found(url: str, query: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query)]


def test_gas_goes_back_and_comes_again(empty_database: UrlOf, owner_url: str) -> None:
    runner, url = Runner("timeseries", owner_url, FOLDER / "timeseries", lambda _: None), empty_database(SUPERUSER)
    runner.up()
    before = found(url, _OURS), found(url, _FUNCTIONS)
    with psycopg.connect(url) as connection:
        connection.execute(_BLOCK)
    runner.down(1)  # hours ahead
    runner.down(1)  # ten minutes
    assert "gas_tens" not in found(url, _OURS)
    runner.down(1)  # predictions: the upkeep before them is back
    assert not [name for name in found(url, _OURS) if name.startswith("gas_predictions")]
    assert found(url, "SELECT gas_upkeep(now())") == [1]
    runner.down(1)  # history
    assert (found(url, _OURS), found(url, _FUNCTIONS)) == ([], [])
    runner.up()
    assert (found(url, _OURS), found(url, _FUNCTIONS)) == before
    assert found(url, "SELECT gas_upkeep(now())") == [0]
