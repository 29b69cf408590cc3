"""Makes positions of coin that stands apart from a wallet's balance, such as stakes."""

from __future__ import annotations

from premium.chains.addresses import asset_key
from premium.chains.model import Chain, ChainReading
from premium.chains.reading.parts import Apart
from premium.portfolio.positions.found import ChainPositions, Found, Leg, Token


def of_reading(reading: ChainReading, chain: Chain) -> ChainPositions:
    """Return the positions of a reading whose chain's adapter told of coin apart."""
    coin, native = asset_key(chain.name), chain.native
    return ChainPositions(
        found=tuple(_found(each, reading, coin) for each in reading.apart),
        tokens={coin: Token(symbol=native.symbol, decimals=native.decimals, category="native")},
    )


def _found(each: Apart, reading: ChainReading, coin: str) -> Found:
    return Found(
        wallet=each.wallet,
        chain=reading.chain,
        protocol=reading.chain,
        kind=each.kind,
        name=each.name,
        receipts=(f"{reading.chain}:{each.kind}:{each.name}",),
        assets=tuple(Leg(asset=coin, units=units, state=state) for units, state in each.parts if units),
        facts=each.facts,
        block=reading.block,
        is_counted=each.is_counted,
    )
