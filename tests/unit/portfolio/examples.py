"""Readings, holdings and snapshots in few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from premium.chains.model import Balance, ChainReading
from premium.portfolio.model import ChainState, Holding, Snapshot, Status
from premium.prices.model import Price, Quality, Quote

START = datetime(2026, 1, 1, tzinfo=UTC)
JOB = UUID(int=1)
ALICE, BOB = "0x" + "A" * 40, "0x" + "B" * 40


def key(chain: str, number: int = 0) -> str:
    return f"{chain}:0x{number:040x}"


def quote(usd: str | None, *, asset: str = key("x"), quality: Quality = Quality.GOOD) -> Quote:
    if usd is None:
        return Quote(price=None, quality=Quality.UNKNOWN)
    price = Price(key=asset, usd=Decimal(usd), confidence=Decimal(1), at=START, source="test")
    return Quote(price=price, quality=quality)


def balance(wallet: str, asset: str, units: int, *, decimals: int | None = 2, category: str = "token") -> Balance:
    return Balance(wallet=wallet, key=asset, symbol="T", decimals=decimals, units=units, category=category)  # type: ignore[arg-type] # a literal by value


def reading(chain: str, *balances: Balance, at: datetime = START, unreadable: tuple[str, ...] = ()) -> ChainReading:
    return ChainReading(
        chain=chain, block=7, block_hash="0x07", block_time=at, read_at=at, balances=balances, unreadable=unreadable
    )


def snapshot(day: float, **amounts: tuple[str, str]) -> Snapshot:
    """Asset name → (amount, price), held by Alice; `day` after the start."""
    at = START + timedelta(days=day)
    holdings = tuple(
        Holding(
            key=f"x:{name}", symbol=name, decimals=2, category="token", as_of=at,
            units={ALICE: int(Decimal(amount) * 100)}, quote=quote(price),
        )
        for name, (amount, price) in amounts.items()
    )  # fmt: skip
    return Snapshot(
        job_id=JOB, timestamp=at, holdings=holdings, chains={"x": ChainState(status=Status.FRESH, as_of=at)}
    )
