"""Ask a chain's nodes for a wallet's history, as neutral rows."""

from __future__ import annotations

from collections.abc import Iterable

from premium.chains.rpc import Call, Rpc
from premium.chains.transfers.movement import Movement
from premium.chains.transfers.wallet import movements_of, wrapped_of
from premium.tax.onchain.movements import ChainNames, Row, rows_of

_DECIMALS = "0x313ce567"


async def wallet_history(rpc: Rpc, wallet: str, first: int, last: int) -> tuple[list[Row], list[str]]:
    """Return (neutral rows, what could not be told apart) of a range of blocks.

    From `first` to `last`, both inclusive.
    """
    found, unclear = await movements_of(rpc, wallet, first, last)
    # In small letters, as explorers' exports have it: one wallet must not be two.
    return list(rows_of(found, wallet.lower(), await _names(rpc, found))), unclear


async def _names(rpc: Rpc, movements: Iterable[Movement]) -> ChainNames:
    tokens = {asset for movement in movements for asset in movement.units if asset is not None and ":" not in asset}
    coin = rpc.chain.native
    return ChainNames(
        chain=rpc.chain.name,
        native=coin.symbol,
        native_decimals=coin.decimals,
        decimals=await _decimals(rpc, tokens),
        wrapped=wrapped_of(rpc.chain),
        symbols={token.address.lower(): token.symbol for token in rpc.chain.tokens if token.symbol},
    )


async def _decimals(rpc: Rpc, tokens: Iterable[str]) -> dict[str, int]:
    """A contract that does not say counts in whole units."""
    listed = sorted(tokens)
    answers = await rpc.batch([Call("eth_call", ({"to": token, "data": _DECIMALS}, "latest")) for token in listed])
    known = {}
    for token, answer in zip(listed, answers, strict=True):
        if isinstance(answer, str) and len(answer) == 66 and int(answer, 16) <= 77:
            known[token] = int(answer, 16)
    return known
