"""What lies before the first snapshot is rebuilt of Bitcoin's and Solana's word as well."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from solders.system_program import TransferParams, transfer

from premium.portfolio.jobs import BackfillPayload
from premium.portfolio.store import Stores
from premium.portfolio.work import backfill
from premium.tiers import Tier
from tests.factories.esplora import Ledger
from tests.factories.solana import server as solana
from tests.factories.solana.cluster import SOL, Cluster
from tests.fixtures.platform import AddUser
from tests.integration.bitcoin.test_reading import ZPUB, scripts
from tests.integration.portfolio.platforms import context
from tests.integration.portfolio.provider import coins
from tests.integration.portfolio.servers import serving
from tests.integration.portfolio.test_other_chains import OWNER, Made, portfolios, stores, watch_key
from tests.integration.portfolio.test_refresh import run

__all__ = ["stores"]

pytestmark = pytest.mark.integration
DAY = 86_400
DAYS = 5
NOON = int(time.time()) // DAY * DAY - DAYS * DAY + DAY // 2
"""Of the first day; the newest block is of the day before today."""
USD = {"coingecko:bitcoin": Decimal(50_000), "coingecko:solana": Decimal(100)}


@pytest.fixture
def price_url() -> Iterator[str]:
    def priced(key: str) -> Decimal | None:
        return USD.get(key, Decimal(1) if key.startswith("solana:") else None)

    with serving(coins(priced, priced)) as server:
        yield server.url


@pytest.fixture
def ledger() -> Ledger:
    """3 coins come, 1 goes two days later with a fee of 0.01."""
    made, mine = Ledger(time=NOON), scripts(ZPUB, 0, 2)
    first = made.pay([(mine[0], 300_000_000)])
    made.mine(2 * 144)
    made.pay([(b"\x00\x14" + bytes(20), 100_000_000), (mine[1], 199_000_000)], [(first, 0)])
    made.mine(144)
    return made


@pytest.fixture
def cluster_url() -> Iterator[str]:
    """5 SOL and 12.5 of a token come, 2 SOL go back a day later."""

    def fill(cluster: Cluster) -> None:
        cluster.at(slot=900, epoch=9, unix=NOON)
        cluster.pay(OWNER.pubkey(), 5 * SOL)
        mint = cluster.mint(6)
        cluster.give(cluster.hold(OWNER.pubkey(), mint), mint, 12_500_000)
        cluster.at(slot=901, unix=NOON + DAY)
        back = TransferParams(from_pubkey=OWNER.pubkey(), to_pubkey=cluster.payer.pubkey(), lamports=2 * SOL)
        cluster.send(transfer(back), signers=(OWNER,))
        cluster.at(slot=990, unix=NOON + (DAYS - 1) * DAY)

    with solana.served(fill) as url:
        yield url


def test_a_key_of_bitcoin_is_rebuilt_from_its_first_payment(stores: Made, add_user: AddUser) -> None:
    user = add_user()
    watch_key(stores, user)
    run(context(stores[0], user))
    told = rebuilt(stores, user)
    assert (told["days"], told["good"], told["gaps"]) == (DAYS, DAYS, 0)
    assert days(stores, user) == [150_000, 150_000, 99_500, 99_500, 99_500]
    assert flows(stores, user) == {("deposit", 300_000_000), ("withdrawal", -100_000_000), ("gas", -1_000_000)}


def test_a_wallet_of_solana_is_rebuilt_coin_and_tokens(stores: Made, add_user: AddUser) -> None:
    user = add_user()
    portfolios(stores[1]).watch(user, str(OWNER.pubkey()), None, [], stores[1].chains, tier=Tier.PRO)
    run(context(stores[0], user))
    told = rebuilt(stores, user)
    assert (told["days"], told["good"], told["gaps"]) == (DAYS, DAYS, 0)
    assert days(stores, user) == [Decimal("512.5"), *[Decimal("312.5")] * 4]
    assert flows(stores, user) == {("deposit", 5 * SOL), ("deposit", 12_500_000), ("withdrawal", -2 * SOL)}


def rebuilt(stores: Made, user: UUID) -> dict[str, Any]:
    """Once more than once: a repeat leaves the same."""
    for _ in range(2):
        found: dict[str, Any] = backfill.__wrapped__(context(stores[0], user), BackfillPayload())  # type: ignore[attr-defined] # the body of the job
    return found


def days(stores: Made, user: UUID) -> list[Decimal]:
    ever = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    return [row.usd for row in Stores.of(stores[1]).backfills.worth(user, *ever)]


def flows(stores: Made, user: UUID) -> set[tuple[str, int]]:
    rows = Stores.of(stores[1]).flows.page(user, 100, None, kinds=[], asset=None)
    return {(row.kind, int(row.units)) for row in rows}
