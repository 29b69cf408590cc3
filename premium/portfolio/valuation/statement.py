"""States what wallets hold and owe, by the rules of `premium portfolio aggregate`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from premium.chains.model import ChainReading, Outcome
from premium.money import plain
from premium.portfolio.model import Holding, Judged, SearchRow, Snapshot, Wallet, total
from premium.portfolio.positions.found import ChainPositions
from premium.portfolio.totals.asked import Aggregate
from premium.portfolio.totals.cases import aggregated
from premium.portfolio.valuation.positions import asked
from premium.portfolio.valuation.words import Override
from premium.prices.model import Price, Quality, Quote

DORMANT_HOURS = 24
JUMP_SECONDS = 7_200
"""Within which a tenfold price waits: two hourly readings are an hour and some minutes apart."""
_KIND = "evm"
_OLD_QUALITIES = dict.fromkeys(("held_back", "thin", "disputed"), Quality.LOW_CONFIDENCE)
"""What a release before this one makes of reasons that it does not know: it does not count them either."""


def state(
    *,
    now: datetime,
    wallets: Sequence[Wallet],
    active: Collection[str],
    outcomes: Mapping[str, Outcome],
    quotes: Mapping[str, Quote],
    previous: Mapping[str, Any] | None,
    dormant: Mapping[tuple[str, str], SearchRow],
    positions: Mapping[str, ChainPositions] = MappingProxyType({}),
    spam: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    overrides: Mapping[str, Override] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the answer for one user; `positions` are those of chains that were read.

    `dormant` are pairs of wallet and chain that were not asked this time, since they were never used.
    `overrides` are the user's words, which win.
    """
    watched = [_wallet(wallet, active, dormant) for wallet in wallets]
    told = {
        "now": now.isoformat(),
        "wallets": [row for row in watched if row["chains"]],
        "chains": [{"name": name, "active": name in active} for name in _named(wallets, active)],
        "readings": [_reading(chain, said, _asked(positions.get(chain), quotes)) for chain, said in outcomes.items()],
        "token_decimals": _scales(positions),
        "token_categories": _categories(positions),
        "prices": [_price(key, price) for key, quote in quotes.items() for price in _all_of(quote)],
        "jump_seconds": JUMP_SECONDS,
        "spam": {key: row["reasons"] for key, row in spam.items() if row["spam"]},
        "overrides": {key: word.told for key, word in overrides.items()},
        "previous": previous,
    }
    answer = aggregated(Aggregate.model_validate(told))
    answer["spam"] = dict(spam)
    answer["coverage"] = sorted(
        [*_searched(answer["coverage"], outcomes), *map(_dormant, dormant.values())],
        key=lambda row: (row["wallet"], row["chain"] or ""),
    )
    return answer


def noted(outcomes: Mapping[str, Outcome]) -> list[dict[str, str | None]]:
    """Return what chains' adapters say beside balances, as the totals tell their findings."""
    return [
        {"code": note.code, "wallet": note.wallet, "chain": said.chain, "asset": note.asset, "position": None,
         "text": note.text}
        for said in outcomes.values() if isinstance(said, ChainReading) for note in said.notes
    ]  # fmt: skip


def before_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot of holdings as the answer that the rules would have given."""
    rows = [_line(holding, wallet, units) for holding in snapshot.holdings for wallet, units in holding.units.items()]
    return {"now": snapshot.timestamp.isoformat(), "holdings": rows}


def restated(snapshot: Snapshot) -> dict[str, Any]:
    """Return the answer for an earlier release's snapshot; all of it is stale."""
    wallets = sorted({wallet for holding in snapshot.holdings for wallet in holding.units})
    chains = sorted(snapshot.chains)
    told = {
        "now": snapshot.timestamp.isoformat(),
        "wallets": [{"id": wallet, "kind": _KIND, "chains": chains} for wallet in wallets],
        "chains": [{"name": name, "kind": _KIND} for name in chains],
        "readings": [{"chain": name, "error": "not read by this release yet"} for name in chains],
        "previous": before_of(snapshot),
    }
    answer = aggregated(Aggregate.model_validate(told))
    answer["coverage"] = list(_searched(answer["coverage"], {}))
    return answer


def judge(snapshot: Snapshot, answer: Mapping[str, Any]) -> Snapshot:
    """Return the snapshot with what the answer says that counts of it."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in answer["holdings"]:
        if row["role"] == "held":
            rows.setdefault(row["asset"], []).append(row)
    holdings = tuple(_judged(holding, rows.get(holding.key, [])) for holding in snapshot.holdings)
    sums = {"net": Decimal(answer["total_value_usd"]), "debts": Decimal(answer["debts_usd"])}
    return snapshot.model_copy(update={"holdings": holdings, **sums})


def is_due(row: SearchRow, now: datetime) -> bool:
    """Say whether a wallet that was never used on a chain is asked again."""
    return not row.unused or now - row.looked_at >= timedelta(hours=DORMANT_HOURS)


def _named(wallets: Iterable[Wallet], active: Iterable[str]) -> list[str]:
    return sorted({*active, *(chain for wallet in wallets for chain in wallet.chains)})


def _wallet(wallet: Wallet, active: Iterable[str], dormant: Mapping[tuple[str, str], SearchRow]) -> dict[str, Any]:
    chains = [chain for chain in wallet.chains or sorted(active) if (wallet.address, chain) not in dormant]
    return {"id": wallet.address, "kind": wallet.kind, "chains": chains, "added": wallet.created_at.isoformat()}


def _scales(positions: Mapping[str, ChainPositions]) -> dict[str, int]:
    rows = [row for chain in positions.values() for row in chain.tokens.items()]
    return {key: about.decimals for key, about in rows if about.decimals is not None}


def _categories(positions: Mapping[str, ChainPositions]) -> dict[str, str]:
    return {key: about.category for chain in positions.values() for key, about in chain.tokens.items()}


def _asked(positions: ChainPositions | None, quotes: Mapping[str, Quote]) -> list[dict[str, Any]]:
    """Return a chain's positions as they are valued: pairs off the market by good prices."""
    if positions is None:
        return []

    def unit(asset: str) -> Fraction | None:
        quote, token = quotes.get(asset), positions.tokens.get(asset)
        if quote is None or quote.price is None or quote.quality is not Quality.GOOD:
            return None
        return None if token is None or token.decimals is None else Fraction(quote.price.usd) / 10**token.decimals

    return asked(positions.found, unit)


def _reading(chain: str, said: Outcome, positions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not isinstance(said, ChainReading):
        return {"chain": chain, "error": said}
    balances = [
        {"wallet": row.wallet, "asset": row.key, "units": str(row.units), "decimals": row.decimals,
         "category": row.category}
        for row in said.balances
    ]  # fmt: skip
    return {
        "chain": chain,
        "block": {"number": said.block, "hash": said.block_hash},
        "at": said.read_at.isoformat(),
        "balances": balances,
        "positions": positions,
        "unreadable": list(said.unreadable),
    }


def _all_of(quote: Quote) -> tuple[Price, ...]:
    """Return what every source says; the rules judge it anew, knowing the category."""
    return quote.said or ((quote.price,) if quote.price else ())


def _price(key: str, price: Price) -> dict[str, Any]:
    return {"asset": key, "usd": plain(price.usd), "at": price.at.isoformat(), "source": price.source,
            "confidence": plain(price.confidence), "heartbeat_seconds": price.heartbeat,
            "depth_usd": None if price.depth is None else plain(price.depth)}  # fmt: skip


def _searched(rows: Iterable[dict[str, Any]], outcomes: Mapping[str, Outcome]) -> Iterable[dict[str, Any]]:
    """Say from which block to which each wallet's tokens are known by logs."""
    for row in rows:
        said = outcomes.get(row["chain"])
        each = said.searched.get(row["wallet"]) if isinstance(said, ChainReading) else None
        low, high = (each.low, each.high) if each is not None and each.low <= each.high else (None, None)
        yield row | {"tokens_from": low, "tokens_to": high}


def _dormant(row: SearchRow) -> dict[str, Any]:
    return {"wallet": row.address, "chain": row.chain, "status": "dormant", "at": row.looked_at.isoformat(),
            "block": row.high, "reason": "never used there: asked daily", "tokens_from": row.low,
            "tokens_to": row.high}  # fmt: skip


def _line(holding: Holding, wallet: str, units: int) -> dict[str, Any]:
    alone, price = holding.of_wallets({wallet}), holding.quote.price
    value = alone.value
    return {
        "wallet": wallet, "chain": holding.chain, "asset": holding.key, "units": str(units), "role": "held",
        "decimals": holding.decimals, "category": holding.category, "price_usd": plain(price.usd) if price else None,
        "source": price.source if price else None, "price_at": price.at.isoformat() if price else None,
        "quality": holding.quote.quality.value, "value_usd": None if value is None else plain(value),
        "counted": value is not None, "as_of": holding.as_of.isoformat(),
    }  # fmt: skip


def _judged(holding: Holding, rows: Sequence[Mapping[str, Any]]) -> Holding:
    """Return a holding with what counts of it, and the price by which it does."""
    if not rows:
        return holding
    counted = [Decimal(row["value_usd"]) for row in rows if row["counted"] and row["value_usd"] is not None]
    why = next((row["why"] for row in rows if row.get("why")), None)
    judged = Judged(
        counts=total(counted) if counted else None,
        rest=total(Decimal(row["uncertain_value_usd"]) for row in rows),
        why=why,
    )
    quality = _OLD_QUALITIES.get(why or "", holding.quote.quality)
    return holding.model_copy(update={"judged": judged, "quote": holding.quote.model_copy(update={"quality": quality})})
