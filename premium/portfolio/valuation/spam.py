"""Judges which of the tokens that a refresh read are spam."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from premium.chains.addresses import asset_key, in_key
from premium.chains.model import Balance, ChainReading, Outcome
from premium.chains.registry import Registry
from premium.chains.transfers.movement import Movement
from premium.portfolio.spam.judge import Evidence, judge
from premium.prices.model import Quality, Quote

Moved = Mapping[tuple[str, str], Sequence[Movement] | Any]
Row = dict[str, Any]


def listed_of(registry: Registry) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of coins and listed tokens, and symbols.

    Of Token Lists no symbols: what imitates a token of theirs is not bait for that.
    """
    tokens = [(asset_key(chain.name, token.address), token.symbol) for chain in registry for token in chain.tokens]
    coins = [(asset_key(chain.name), chain.native.symbol) for chain in registry]
    more = frozenset(f"{chain.name}:{in_key(address)}" for chain in registry for address in chain.listed)
    return more | frozenset(key for key, _ in tokens + coins), frozenset(
        symbol for _, symbol in tokens + coins if symbol
    )


def suspected(
    outcomes: Mapping[str, Outcome],
    quotes: Mapping[str, Quote],
    moved: Moved,
    before: Mapping[str, Any] | None,
    listed: tuple[Collection[str], Collection[str]],
) -> dict[str, Row]:
    """Return asset → `reasons`, `spam` and `solicited` of tokens in doubt.

    What an earlier refresh saw of a token is kept in the answer before: nobody reads its first transfer twice.
    """
    keys, symbols = listed
    brought = _brought(moved)
    known: Mapping[str, Row] = (before or {}).get("spam") or {}
    found: dict[str, Row] = {key: dict(row) for key, row in known.items() if _is_kept(key, outcomes)}
    for balance in _tokens(outcomes):
        if balance.key in keys:
            found.pop(balance.key, None)
            continue
        solicited = _either(known.get(balance.key, {}).get("solicited"), brought.get(balance.key))
        quote = quotes.get(balance.key)
        is_good = quote is not None and quote.price is not None and quote.quality is Quality.GOOD
        depth = quote.price.depth if is_good and quote is not None and quote.price is not None else None
        evidence = Evidence(balance.symbol, solicited=solicited, priced=is_good, depth=depth)
        verdict = judge(evidence, symbols)
        if verdict.reasons or solicited is not None:
            reasons = list(verdict.reasons)
            found[balance.key] = {"spam": verdict.is_spam, "reasons": reasons, "solicited": solicited}
    return found


def _tokens(outcomes: Mapping[str, Outcome]) -> Iterable[Balance]:
    for said in outcomes.values():
        if isinstance(said, ChainReading):
            yield from (balance for balance in said.balances if balance.category != "native")


def _is_kept(key: str, outcomes: Mapping[str, Outcome]) -> bool:
    """Tell whether a token's chain was not read: it is what it was."""
    return not isinstance(outcomes.get(key.partition(":")[0]), ChainReading)


def _brought(moved: Moved) -> dict[str, bool]:
    """Return token → whether a transaction of the wallet's own brought it."""
    found: dict[str, bool] = {}
    for (wallet, chain), movements in moved.items():
        for movement in movements if isinstance(movements, Sequence) else ():
            for transfer in movement.transfers:
                is_token = transfer.asset is not None and ":" not in transfer.asset and transfer.by == "log"
                if is_token and transfer.target == wallet.lower() and movement.sender is not None:
                    key = f"{chain}:{str(transfer.asset).lower()}"
                    found[key] = found.get(key, False) or movement.sender.lower() == wallet.lower()
    return found


def _either(before: bool | None, now: bool | None) -> bool | None:
    """One transaction of the wallet's own is enough."""
    return before if now is None else now or bool(before)
