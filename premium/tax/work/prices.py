"""Find the prices that a stored history lacks.

In the price history, then at the provider. What the provider says is stored before it is used, so that the same
report made again finds the same prices.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from premium.chains.registry import Registry
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client
from premium.observability import logger
from premium.prices.manifest import PriceSettings
from premium.prices.model import KnownPrice
from premium.prices.names import known_as, theirs
from premium.prices.store import StoredPrices
from premium.rates.service import ExchangeRates
from premium.tax.days import instant_of, moment_of
from premium.tax.history.price_series import DAY, RATE, PriceSeries
from premium.tax.model import Remark, Transaction
from premium.tax.neutral.kinds import OUTSIDE
from premium.tax.rules.base import LEGAL_TENDER
from premium.tax.rules.receipts import FORKED_FROM, kind_of

if TYPE_CHECKING:
    from premium.bootstrap import Platform

DOLLAR = "USD"
WITHIN = timedelta(hours=24)
MAX_ASKED = 2_000
"""Hours of assets that one report asks the provider for."""
_HOUR = 3_600


class Lack(NamedTuple):
    """A price that is missing, of an asset at an instant."""

    asset: str
    instant: int


def lacking(transactions: Iterable[Transaction], currency: str) -> set[Lack]:
    """Return the prices that transactions may need in a currency.

    Of values and fees in kind that are not stated, and of halves of transfers that may burn some.
    """
    return {lack for tx in transactions for lack in _lacks(tx) if lack.asset != currency}


def _lacks(tx: Transaction) -> Iterator[Lack]:
    more = tx.more
    if more.fee_asset is not None and more.fee_amount and not tx.fee:
        yield Lack(more.fee_asset, tx.instant)
    if more.value_currency is not None and tx.value is not None:
        yield Lack(more.value_currency, tx.instant)
    yield from (Lack(fee.asset, tx.instant) for fee in more.fees if fee.value is None)
    whole = tx.type == "transfer" and not more.burnt and OUTSIDE not in (tx.wallet, more.to_wallet)
    if tx.value is None and more.basis is None and not whole:
        yield Lack(tx.asset, tx.instant)
    if tx.type == "income" and kind_of(more.kind) == "fork":
        # Where the law splits the cost, the coin that it came from needs a price too.
        parent = more.from_asset or FORKED_FROM.get(tx.asset)
        if parent is not None:
            yield Lack(parent, tx.instant)


def price_series(platform: Platform, lacks: set[Lack], currency: str, remarks: list[Remark]) -> PriceSeries:
    """Return prices in `currency` for what is lacking.

    What no source knows stays out, and is named by who looks for it.
    """
    chains, history = platform.chains, StoredPrices(platform.timeseries)
    rates = ExchangeRates.of(platform)
    money = {lack for lack in lacks if lack.asset in LEGAL_TENDER and lack.asset != DOLLAR}
    of_money = list(_of_money(money, rates, currency)) if money else []
    lacks = lacks - {Lack(asset, instant) for asset, instant, _, _ in of_money}
    found = _stored(history, lacks, chains) if lacks else {}
    missing = sorted(lacks - found.keys(), key=lambda lack: (lack.instant, lack.asset))
    if missing and platform.settings.of(PriceSettings).price_api_url is not None:
        _learn(platform, history, missing, remarks)
        found |= _stored(history, set(missing), chains)
    prices = _in_currency(found, rates, currency, remarks) if found else ()
    return PriceSeries((*of_money, *prices), within=DAY)


def _of_money(lacks: set[Lack], rates: ExchangeRates, currency: str) -> Iterator[tuple[str, int, Decimal, str]]:
    """Yield what money costs by the rate of its day: it is no asset that a provider would know."""
    book = rates.book({(code, moment_of(lack.instant)) for lack in lacks for code in (lack.asset, currency)})
    for asset, instant in sorted(lacks):
        quote = book.quote(asset, currency, moment_of(instant))
        if quote is not None:
            yield asset, instant, quote.of(Decimal(1)), f"{RATE} {quote.origin} of {quote.day}"


def _stored(history: StoredPrices, lacks: set[Lack], chains: Registry) -> dict[Lack, KnownPrice]:
    """Return the stored price of each lack, by the first of its asset's names that has one."""
    names = {asset: known_as(asset, chains) for asset in {lack.asset for lack in lacks}}
    kept = history.kept(sorted({name for each in names.values() for name in each}))
    names = {asset: tuple(name for name in each if name in kept) for asset, each in names.items()}
    asked = sorted({(name, moment_of(lack.instant)) for lack in lacks for name in names[lack.asset]})
    known: dict[tuple[str, int, str], KnownPrice] = {}
    rows: dict[str, list[tuple[str, int, Decimal, str]]] = {}
    for price in history.before(asked, WITHIN):
        known[price.asset, instant_of(price.at), price.source] = price
        rows.setdefault(price.asset, []).append((price.asset, instant_of(price.at), price.usd, price.source))
    series = {name: PriceSeries(prices) for name, prices in rows.items()}
    found = {lack: _a_dollar(lack) for lack in lacks if lack.asset == DOLLAR}
    for lack in lacks - found.keys():
        for name in names[lack.asset]:
            filled = series[name].before(name, lack.instant) if name in series else None
            if filled is not None:
                found[lack] = known[name, filled.instant, filled.source]
                break
    return found


def _a_dollar(lack: Lack) -> KnownPrice:
    """Costs a dollar at any time; in another currency it is worth what that currency's rate says."""
    return KnownPrice(DOLLAR, moment_of(lack.instant), Decimal(1), "itself")


def _learn(platform: Platform, history: StoredPrices, missing: Sequence[Lack], remarks: list[Remark]) -> None:
    """Ask the provider, by the hour before each instant, and store what it says; its silence is told of."""
    names = {asset: name for asset in {lack.asset for lack in missing} if (name := theirs(asset, platform.chains))}
    known = (lack for lack in missing if lack.asset in names)
    hours = sorted({(lack.asset, lack.instant // 1_000_000 // _HOUR * _HOUR) for lack in known})
    if len(hours) > MAX_ASKED:
        text = f"{len(hours) - MAX_ASKED} prices were not asked for: {MAX_ASKED} are asked for by one report"
        remarks.append(Remark("prices_not_asked", None, text))
    asked: dict[str, list[int]] = {}
    for asset, hour in hours[:MAX_ASKED]:
        asked.setdefault(asset, []).append(hour)
    try:
        said = asyncio.run(_ask(platform, asked, names))
    except UpstreamUnavailable as error:
        logger.warning("the price provider did not answer a report", code=error.code)
        remarks.append(Remark("prices_unavailable", None, "the price provider did not answer: some prices are missing"))
        return
    history.add(said)


async def _ask(platform: Platform, asked: dict[str, list[int]], names: dict[str, str]) -> list[KnownPrice]:
    async with open_client() as client:
        past = platform.market(client).past_prices
        return [] if past is None else await past.at(asked, names)


def _in_currency(
    found: dict[Lack, KnownPrice], rates: ExchangeRates, currency: str, remarks: list[Remark]
) -> Iterator[tuple[str, int, Decimal, str]]:
    """Yield each price by the asset that lacked it, at the rate of its own day."""
    prices = sorted({(lack.asset, price) for lack, price in found.items()})
    wanted = {(code, price.at) for _, price in prices for code in (DOLLAR, currency)}
    book = rates.book(wanted if currency != DOLLAR else ())
    without = 0
    for asset, price in prices:
        instant = instant_of(price.at)
        if currency == DOLLAR:
            yield asset, instant, price.usd, price.source
            continue
        quote = book.quote(DOLLAR, currency, price.at)
        if quote is None:
            without += 1
            continue
        yield asset, instant, quote.of(price.usd), f"{price.source}, {currency} of {quote.origin} {quote.day},"
    if without:
        text = (
            f"{without} prices are known in USD alone: no rate of {currency} is known for their day or the week before"
        )
        remarks.append(Remark("missing_rate", None, text))
