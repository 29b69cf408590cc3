"""A secret that is pasted as a wallet is refused, and stands in no answer, table or log."""

from __future__ import annotations

import logging
from uuid import UUID

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.errors import InvalidInput
from premium.tiers import Tier
from tests.integration.portfolio.test_refresh import Stores, chains_file, portfolios_of, stores, user

pytestmark = pytest.mark.integration
__all__ = ["chains_file", "stores", "user"]
KEY = "0x" + "5eed" * 16
PHRASE = " ".join(["river", "stone"] * 6)


@pytest.mark.parametrize("given", [KEY, PHRASE, "0x" + "5eed" * 12])
def test_a_secret_is_refused_and_stands_nowhere(
    stores: Stores, user: UUID, given: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(InvalidInput) as refused:
        portfolios_of(stores).watch(user, given, None, [], stores[1].chains, tier=Tier.PRO)
    told = f"{refused.value.message} {refused.value.details} {caplog.text}"
    assert "5eed5eed" not in told
    assert "river" not in told
    with psycopg.connect(stores[2].url("premium", SUPERUSER)) as connection:
        rows = connection.execute("SELECT * FROM portfolio_wallets").fetchall()
    assert len(rows) == 1
