"""Pay out shares of Curve and Balancer pools in proportion, rounded as each contract rounds.

Sources: `remove_liquidity` of Curve's pools; `proportional` exits of Balancer V2's WeightedMath and StableMath.
"""

from __future__ import annotations

from collections.abc import Sequence

from premium.amm.errors import PoolRefuses, held

ONE = 10**18


def curve(balances: Sequence[int], shares: int, total_supply: int) -> list[int]:
    """Return each coin's part, rounded down."""
    return [held(balance * shares, "lp_amount") // total_supply for balance in balances]


def curve_crypto(balances: Sequence[int], shares: int, total_supply: int) -> list[int]:
    """Return each coin's part of one share less.

    Pools of volatile coins round in favour of those who stay.
    """
    return curve(balances, max(shares - 1, 0), total_supply)


def balancer(balances: Sequence[int], scaling: Sequence[int], shares: int, total_supply: int) -> list[int]:
    """Return each token's part.

    Scaled up, times the ratio to 18 places, scaled down; each step rounds down.
    """
    if not all(scaling):
        raise PoolRefuses("invalid_pool", "scaling: must be greater than 0")
    ratio = held(shares * ONE, "lp_amount") // total_supply
    paid = []
    for balance, scale in zip(balances, scaling, strict=True):
        scaled = held(balance * scale, "balances") // ONE
        paid.append(held(scaled * ratio, "balances") // ONE * ONE // scale)
    return paid
