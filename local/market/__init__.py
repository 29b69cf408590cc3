"""A real market on the local EVM node: tokens, pools and trades.

Uniswap V2 and V3 from npm's bytecode.
"""

from local.market.build import build
from local.market.history import history
from local.market.model import Market

__all__ = ["Market", "build", "history"]
