"""Asks tokens whether they speak like shares of pools or vaults."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from premium.chains.addresses import checksum
from premium.chains.contracts.caller import Contracts
from premium.chains.multicall import Read
from premium.portfolio.onchain.port import Share

_ASKED = [
    bytes.fromhex(selector)
    for selector in (
        "c45a0155",  # factory()
        "0dfe1681",  # token0()
        "d21220a7",  # token1()
        "38d52e0f",  # asset()
        "38fff2d0",  # getPoolId()
        "82c63066",  # lp_token()
        "72f702f3",  # stakingToken()
        "07546172",  # minter()
        "c6610657" + 64 * "0",  # coins(0)
        "99530b06",  # pricePerShare()
    )
]
_WORD, _PADDING = 32, bytes(12)


class Shares:
    """What tokens say of themselves, each asked once."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self._said: dict[str, asyncio.Future[dict[str, Share]]] = {}

    async def of(self, tokens: Iterable[str]) -> dict[str, Share]:
        """Return those that speak like a share.

        They are asked in calls of their own: an unknown contract could change in its answer what a known one says next.
        """
        wanted = sorted(set(tokens))
        new = [token for token in wanted if token not in self._said]
        if new:
            self._said |= dict.fromkeys(new, asyncio.ensure_future(self._ask(new)))
        answers = [(token, await self._said[token]) for token in wanted]
        return {token: shares[token] for token, shares in answers if token in shares}

    async def _ask(self, tokens: list[str]) -> dict[str, Share]:
        answers = await self._contracts.hints([Read(token, data) for token in tokens for data in _ASKED])
        parts = [answers[number : number + len(_ASKED)] for number in range(0, len(answers), len(_ASKED))]
        said = {token: _share(part) for token, part in zip(tokens, parts, strict=True)}
        return {token: share for token, share in said.items() if share is not None}


def _share(said: list[bytes | None]) -> Share | None:
    factory, first, second, asset, _, lp_token, staking, minter, coin, _ = map(_address, said)
    pool_id = said[4] if said[4] is not None and len(said[4]) == _WORD and any(said[4]) else None
    staked, is_minted = lp_token or staking, minter is not None or coin is not None
    is_priced = said[-1] is not None and len(said[-1]) == _WORD
    if not (asset or pool_id or staked or is_minted or is_priced) and None in (factory, first, second):
        return None
    return Share(factory=factory, token0=first, token1=second, asset=asset, pool_id=pool_id, staked=staked,
                 is_minted=is_minted, is_priced=is_priced)  # fmt: skip


def _address(word: bytes | None) -> str | None:
    """Return the address in an answer of exactly one word; None for anything else, and for the zero address."""
    if word is None or len(word) != _WORD or word[:12] != _PADDING or not any(word):
        return None
    return checksum("0x" + word[12:].hex())
