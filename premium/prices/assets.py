"""Resolve assets as people name them, by symbol or `chain:address`, to their keys.

A symbol alone is only taken for what the registry of chains lists or the market's own list vouches for, because any
contract can call itself USDC. What could be several things is refused with all of them named.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Literal, NamedTuple

from premium.chains.addresses import NATIVE, asset_key, in_key, split_key
from premium.chains.model import Chain
from premium.chains.registry import Registry
from premium.prices.names import COINGECKO
from premium.refusals import nearest, shown

MARKET = "coingecko"
"""The chain of an asset of the whole market: `coingecko:bitcoin` has a price and no contract."""
FEED = "feed"
"""The chain of an asset that only a sender of events knows: `feed:NAME` is taken as it is written."""
_NAMED = 6
_EXAMPLE = f"ethereum:{NATIVE}"
_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
_MARKET_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")

Use = Literal["transfer", "price"]
"""What an asset is named for: its movements on one chain, or its price."""


class UnknownAsset(ValueError):
    """A name means no asset or several; the text says what to write."""


def is_key(asset: str) -> bool:
    """Return whether an asset is a key that sources of prices can be asked for."""
    chain, _, name = asset.partition(":")
    if chain == MARKET:
        return bool(_MARKET_ID.fullmatch(name))
    try:
        return split_key(asset) is not None
    except ValueError:
        return False


class Resolved(NamedTuple):
    """An asset, and what is known of it without asking its contract."""

    asset: str
    """Its key: `chain:address` in lower case, `coingecko:<id>` for the market's, or a feed's own name."""
    chain: str | None = None
    """None for a name that only a feed of events knows."""
    symbol: str | None = None
    decimals: int | None = None


class AssetNames:
    """The names of assets on the chains that a deployment knows."""

    def __init__(self, registry: Registry, watched: Iterable[str] = ()) -> None:
        """Take the chains, and those whose transfers are read; by default all active ones."""
        self._registry = registry
        self._active = {chain.name for chain in registry.active}
        self._moving = frozenset(watched) or self._active
        self._known: dict[str, Resolved] = {}
        self._by_symbol: dict[str, list[Resolved]] = defaultdict(list)
        for one in _listed(registry):
            self._known[one.asset] = one
            self._by_symbol[(one.symbol or "").casefold()].append(one)

    def about(self, asset: str) -> Resolved:
        """Return what is known of an asset by its key."""
        chain = asset.partition(":")[0]
        named = chain if chain in self._registry or chain == MARKET else None
        symbol = _SYMBOLS.get(asset.removeprefix(f"{MARKET}:")) if named == MARKET else None
        return self._known.get(asset, Resolved(asset, named, symbol))

    def resolve(self, written: str, use: Use, chain: str | None = None) -> Resolved:
        """Return the asset of a name; UnknownAsset says why there is none, or not one.

        `chain`: on which one, where that is said beside it.
        """
        head, colon, tail = written.strip().partition(":")
        if colon:
            found = self._of_key(head.strip(), tail.strip(), use)
        elif _ADDRESS.fullmatch(head):
            if chain is None:
                raise UnknownAsset(f"which chain? write <chain>:{head}, or add a condition on `chain`")
            found = self._of_key(chain, head, use)
        else:
            found = self._of_symbol(head, use, chain)
        if chain is not None and found.chain not in (None, MARKET, chain):
            raise UnknownAsset(f"{found.asset} is on {found.chain}, and another condition wants {chain}")
        return found

    def _of_key(self, head: str, tail: str, use: Use) -> Resolved:
        chain = head.lower()
        if chain == MARKET:
            if use != "price" or not _MARKET_ID.fullmatch(tail.lower()):
                raise UnknownAsset(f"{MARKET}:<id> names an asset of the market: it has a price and no transfers")
            return self.about(f"{MARKET}:{tail.lower()}")
        if chain == FEED:
            if not tail:
                raise UnknownAsset(f"{FEED}:NAME is what a feed calls an asset: the name is missing")
            return Resolved(f"{head}:{tail}")
        if wrong := self._registry.unknown(chain):
            raise UnknownAsset(f"{wrong}; what a feed of yours calls an asset is written {FEED}:NAME")
        if not tail.lower().startswith("0x"):
            return self._of_symbol(tail, use, chain)
        try:
            return self.about(asset_key(chain, tail))
        except ValueError as error:
            raise UnknownAsset(str(error)) from None

    def _of_symbol(self, symbol: str, use: Use, chain: str | None) -> Resolved:
        named = self._by_symbol.get(symbol.casefold(), [])
        if chain is not None:
            return self._only([one for one in named if one.chain == chain], symbol, f" on {chain}", {chain})
        if use == "transfer":
            moving = [one for one in named if one.chain in self._moving]
            return self._only(moving, symbol, " on the chains read here", self._moving)
        here = [one for one in named if one.chain in self._active]
        pooled = [one for one in here if one.chain and self._registry[one.chain].dex is not None]
        if len(pooled) == 1:
            return pooled[0]
        if market := COINGECKO.get(symbol.upper()):
            return self.about(f"{MARKET}:{market}")
        return self._only(here, symbol, "", self._active, COINGECKO)

    def _only(
        self, found: Sequence[Resolved], symbol: str, where: str, chains: Set[str], others: Iterable[str] = ()
    ) -> Resolved:
        if len(found) == 1:
            return found[0]
        if not found:
            near = self._nearest(symbol, chains, others)
            advice = f"did you mean {near}? Else write" if near else "write"
            raise UnknownAsset(f"no asset is called {shown(symbol)}{where}: {advice} chain:address, as {_EXAMPLE}")
        names = ", ".join(one.asset for one in found[:_NAMED]) + (", …" if len(found) > _NAMED else "")
        advice = f"write one of {names}, or add a condition on `chain`"
        raise UnknownAsset(f"{shown(symbol)} is {len(found)} assets: {advice}")

    def _nearest(self, symbol: str, chains: Set[str], others: Iterable[str]) -> str | None:
        """Return the symbol on these chains, or of these others, that is spelt much like this one."""
        here = {one.symbol for named in self._by_symbol.values() for one in named if one.chain in chains and one.symbol}
        return nearest(symbol, {*others, *here})


def _listed(registry: Registry) -> Iterator[Resolved]:
    for chain in registry:
        yield Resolved(_key(chain, NATIVE), chain.name, chain.native.symbol, chain.native.decimals)
        for token in chain.tokens:
            if token.symbol is not None:
                yield Resolved(_key(chain, token.address), chain.name, token.symbol, token.decimals)


def _key(chain: Chain, address: str) -> str:
    # The registry has checked the address: its checksum need not be computed again for each of hundreds.
    return f"{chain.name}:{in_key(address)}"


_SYMBOLS = {theirs: symbol for symbol, theirs in COINGECKO.items()}
