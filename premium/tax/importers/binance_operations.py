"""Operations of Binance's statement, by what they are; their names are compared in small letters."""

from __future__ import annotations

TRADES = frozenset(
    {
        "buy",
        "sell",
        "fee",
        "transaction related",
        "transaction buy",
        "transaction fee",
        "transaction spend",
        "transaction sold",
        "transaction revenue",
        "large otc trading",
        "buy crypto with card",
        "leverage token redemption",
        "stablecoins auto-conversion",
        "asset conversion transfer",
        "swap farming transaction",
        "liquid swap sell",
    }
)
"""The lines of one second and account are one trade."""
PAIRED = {
    "binance convert": "swap",
    "eth 2.0 staking": "swap",
    "beth to wbeth wrapping": "wrap",
    "wbeth2.0 - staking": "wrap",
    "auto-invest transaction": "swap",
    "token swap - redenomination/rebranding": "migration",
    "token swap - delisting": "swap",
}
"""Exchanges whose halves may be some seconds apart, and what kind of exchange each is."""
FEES = frozenset({"fee", "transaction fee"})
DUST = frozenset({"small assets exchange bnb", "bnb fee deduction", "small assets exchange"})
INCOME = {
    "commission history": "referral",
    "commission rebate": "referral",
    "commission fee shared with you": "referral",
    "referrer rebates": "referral",
    "referral kickback": "referral",
    "referral commission": "referral",
    "airdrop assets": "airdrop",
    "distribution": "airdrop",
    "token swap - distribution": "airdrop",
    "token swap restitution": "airdrop",
    "alpha 2.0 tokens distribution": "airdrop",
    "simple earn flexible airdrop": "airdrop",
    "hodler airdrops distribution": "airdrop",
    "launchpool airdrop": "airdrop",
    "launchpool airdrop - user claim distribution": "airdrop",
    "launchpool airdrop - system distribution": "airdrop",
    "megadrop rewards": "airdrop",
    "savings interest": "interest",
    "savings distribution": "interest",
    "launchpool interest": "interest",
    "launchpool earnings": "interest",
    "launchpool earnings distribution": "interest",
    "simple earn flexible interest": "interest",
    "simple earn locked rewards": "interest",
    "pos savings interest": "staking",
    "staking rewards": "staking",
    "eth 2.0 staking rewards": "staking",
    "dot slot auction rewards": "staking",
    "launchpool earnings withdrawal": "staking",
    "liquid swap rewards": "liquidity_reward",
    "swap farming rewards": "liquidity_reward",
    "bnb vault rewards": "reward",
    "pool distribution": "mining",
    "super bnb mining": "mining",
    "cash voucher distribution": "reward",
    "cash voucher": "reward",
    "mission reward distribution": "reward",
    "campaign related reward": "reward",
    "binance convert bonus": "reward",
    "binance card cashback": "rebate",
    "card cashback": "rebate",
}
DEPOSITS = frozenset({"deposit", "fiat deposit", "fiat ocbs - add fiat and fees"})
WITHDRAWALS = frozenset({"withdraw", "fiat withdraw", "fiat withdrawal", "send"})
BOUGHT = frozenset({"buy crypto", "buy crypto with fiat"})
PAID_ELSEWHERE = {
    "p2p trading": "a trade between persons, whose price stands in the P2P order history alone",
    "c2c trading": "a trade between persons, whose price stands in the P2P order history alone",
    "binance card spending": "a payment by card, whose price stands in the card's own history",
}
"""What was given or received for the units stands in no line of the statement."""
TAKEN_BACK = frozenset({"asset recovery"})
"""Units that Binance takes back, as of a distribution by mistake."""
SUBSCRIBED = "launchpad subscribe"
LAUNCHED = frozenset({"launchpad token distribution", "launchpad distribution"})
INTERNAL = (
    "simple earn flexible sub",
    "simple earn flexible red",
    "simple earn locked sub",
    "simple earn locked red",
    "staking purchase",
    "staking redemption",
    "pos savings purchase",
    "pos savings redemption",
    "savings purchase",
    "savings principal",
    "launchpool subscription",
)
"""How moves within the wallet begin."""
ACCOUNTS = frozenset({"spot", "earn", "pool", "savings", "funding", "card"})
