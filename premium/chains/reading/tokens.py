"""Describe tokens: from the registry where it says everything, else by their contracts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from premium.chains import answers
from premium.chains.model import Category, Chain
from premium.chains.reading.calls import Read

_DECIMALS, _SYMBOL = bytes.fromhex("313ce567"), bytes.fromhex("95d89b41")


@dataclass(frozen=True)
class About:
    """What is known of a token without its balance."""

    symbol: str
    decimals: int | None
    category: Category


async def describe(
    chain: Chain, read: Callable[[list[Read]], Awaitable[list[bytes | None]]], tokens: Sequence[str]
) -> dict[str, About]:
    """Return what is known of tokens by checksummed address; `read` asks contracts."""
    listed = {token.address: token for token in chain.tokens}
    said = {t.address: t for t in chain.tokens if t.symbol is not None and t.decimals is not None}
    asked = [token for token in tokens if token not in said]
    replies = await read([Read(token, selector) for token in asked for selector in (_DECIMALS, _SYMBOL)])
    about = {address: About(t.symbol or "", t.decimals, t.category) for address, t in said.items()}
    for number, token in enumerate(asked):
        category: Category = listed[token].category if token in listed else "token"
        symbol = answers.symbol(replies[2 * number + 1]) or f"{token[:6]}…{token[-4:]}"
        about[token] = About(symbol, answers.decimals(replies[2 * number]), category)
    return about
