"""Send the trades of one wallet over two years.

Purchases, swaps on both exchanges, a reward; and the market moves.
"""

from __future__ import annotations

from datetime import UTC, datetime

from local.market.model import Market
from local.market.node import ETHER, Account, Node

_FOREVER = 2**64
_SWAP_ETH = "swapExactETHForTokens(uint256,address[],address,uint256)"
_SWAP = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
_V3_SWAP = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"


def trade(node: Node, owner: Account, market: Market) -> bool:
    """Send the trades that are missing, by date; return whether there were any."""
    before = node.call("eth_blockNumber")
    wallet = Account(node, market.wallet)
    router, me = market.v2_router, market.wallet
    to_usd, to_gov = [market.weth, market.usd], [market.usd, market.governance]

    owner.send(me, value=40 * ETHER, at=_day(2024, 1, 15))
    wallet.do(router, _SWAP_ETH, 0, to_usd, me, _FOREVER, value=5 * ETHER, at=_day(2024, 3, 1))
    wallet.do(market.usd, "approve(address,uint256)", router, 2**256 - 1, at=_day(2024, 5, 20))
    wallet.do(router, _SWAP, 6000 * ETHER, 0, to_gov, me, _FOREVER)
    owner.do(router, _SWAP, 400_000 * ETHER, 0, to_usd[::-1], owner.address, _FOREVER, at=_day(2024, 9, 2))
    owner.send(me, value=10 * ETHER, at=_day(2024, 10, 7))
    wallet.do(router, _SWAP_ETH, 0, to_usd, me, _FOREVER, value=8 * ETHER, at=_day(2025, 2, 10))
    wallet.do(market.governance, "approve(address,uint256)", router, 2**256 - 1, at=_day(2025, 4, 3))
    wallet.do(router, _SWAP, 700 * ETHER, 0, to_gov[::-1], me, _FOREVER)
    swap = (market.weth, market.proxy_token, 3000, me, _FOREVER, 3 * ETHER, 0, 0)
    wallet.do(market.v3_router, _V3_SWAP, swap, value=3 * ETHER, at=_day(2025, 8, 18))
    owner.do(market.governance, "transfer(address,uint256)", me, 100 * ETHER, at=_day(2025, 11, 4))
    wallet.do(router, _SWAP_ETH, 0, to_usd, me, _FOREVER, value=30 * ETHER, at=_day(2025, 12, 1))
    return bool(node.call("eth_blockNumber") != before)


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 14, 30, tzinfo=UTC)
