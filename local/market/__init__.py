"""Build a real market on the local EVM node.

Tokens, Uniswap V2 and V3 from npm's bytecode, liquidity and trades.
"""

from local.market.build import build
from local.market.history import history
from local.market.model import Market

__all__ = ["Market", "build", "history"]
