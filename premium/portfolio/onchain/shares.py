"""Asks tokens whether they speak like shares of pools or vaults."""

from __future__ import annotations

from collections.abc import Iterable

from premium.chains.addresses import checksum
from premium.chains.contracts.caller import Contracts
from premium.chains.multicall import Read
from premium.portfolio.onchain.port import Share

_ASKED = [bytes.fromhex(selector) for selector in ("c45a0155", "0dfe1681", "d21220a7", "38d52e0f")]
"""`factory()`, `token0()`, `token1()`, `asset()`."""
_WORD, _PADDING = 32, bytes(12)


class Shares:
    """What tokens say of themselves, each asked once."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self._said: dict[str, Share | None] = {}

    async def of(self, tokens: Iterable[str]) -> dict[str, Share]:
        """Return those that speak like a share.

        They are asked in calls of their own: an unknown contract could change in its answer what a known one says next.
        """
        wanted = sorted(set(tokens))
        new = [token for token in wanted if token not in self._said]
        answers = await self._contracts.read([Read(token, data) for token in new for data in _ASKED]) if new else []
        for number, token in enumerate(new):
            words = answers[number * len(_ASKED) : (number + 1) * len(_ASKED)]
            self._said[token] = _share([_address(word) for word in words])
        return {token: share for token in wanted if (share := self._said[token]) is not None}


def _share(said: list[str | None]) -> Share | None:
    factory, first, second, asset = said
    if asset is None and None in (factory, first, second):
        return None
    return Share(factory=factory, token0=first, token1=second, asset=asset)


def _address(word: bytes | None) -> str | None:
    """Return the address in an answer of exactly one word; None for anything else, and for the zero address."""
    if word is None or len(word) != _WORD or word[:12] != _PADDING or not any(word):
        return None
    return checksum("0x" + word[12:].hex())
