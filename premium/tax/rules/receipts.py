"""How a country takes what comes in without being bought.

Whether it is income, and at what cost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

Treatment = Literal["income", "market", "nothing", "split"]
_AS = "treated as"


def unsourced(treatment: str, reason: str, found: str = "no source found") -> str:
    """Return what stands for a source where none was found."""
    return f"{found}; {_AS} {treatment} because {reason}"


def is_assumed(source: str) -> bool:
    """Tell whether a row's source is an assumption of ours."""
    return f"; {_AS} " in source


class Receipt(NamedTuple):
    """One kind of receipt in one country, and where that stands written."""

    treatment: Treatment
    """income: taxed at market value, which is the cost. market: not income, the market value is the cost.
    nothing: not income, no cost. split: not income, a part of the cost of what it came from."""
    source: str

    @property
    def assumed(self) -> bool:
        """Whether no authority was found that says so."""
        return is_assumed(self.source)


Receipts = Mapping[str, Receipt]
"""By kind of income; a kind without a row is income at market value."""

INCOME = "income"
"""What a row is that names no kind."""
KINDS = {
    "hard_fork": "fork",
    "hardfork": "fork",
    "forked": "fork",
    "split": "fork",
    "chain_split": "fork",
    "lending": "interest",
    "loan_interest": "interest",
    "lending_interest": "interest",
    "liquidity": "liquidity_reward",
    "lp_reward": "liquidity_reward",
    "liquidity_mining": "liquidity_reward",
    "farming": "liquidity_reward",
    "yield": "liquidity_reward",
    "cashback": "rebate",
    "cash_back": "rebate",
    "fee_refund": "rebate",
    "nft_royalty": "royalty",
    "royalties": "royalty",
    "mined": "mining",
    "staked": "staking",
    "staking_reward": "staking",
    "staking_income": "staking",
    "staking_interest": "staking",
    "mining_reward": "mining",
    "mining_income": "mining",
    "interest_income": "interest",
    "savings_interest": "interest",
    "air_drop": "airdrop",
    "airdropped": "airdrop",
    "referral_bonus": "referral",
    "referral_reward": "referral",
    "bonus": "reward",
    "payment": "reward",
    "salary": "reward",
    "other_income": INCOME,
}
"""Other words for the kinds that tables name; also with an s behind them."""
NAMES = frozenset(KINDS.values()) - {INCOME}
"""The kinds that tables name."""

FORKED_FROM = {
    "BCH": "BTC",
    "BCHN": "BTC",
    "BTG": "BTC",
    "BCD": "BTC",
    "SBTC": "BTC",
    "BSV": "BCH",
    "XEC": "BCH",
    "BCHA": "BCH",
    "ETC": "ETH",
    "ETHW": "ETH",
    "ETHF": "ETH",
}
"""What well-known forks split from, where a row does not say `from_asset`."""


LOWERS = unsourced("no income, at its value", "it lowers the price of what was bought, for which that much was paid")
"""Of a rebate where no authority was found."""


@lru_cache(maxsize=1024)
def kind_of(stated: str | None) -> str:
    """Return a kind of income in the word of the tables.

    `income` where none is stated.
    """
    if not stated:
        return INCOME
    word = "_".join(re.findall(r"[a-z0-9]+", stated.lower()))
    single = word.removesuffix("s")
    return next(
        (KINDS.get(each, each) for each in (word, single) if each in KINDS or each in NAMES or each == INCOME), word
    )
