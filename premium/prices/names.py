"""Names of an asset: its own, its keys among stored prices, the provider's.

Anybody can call a token ETH: a symbol alone is only taken for what the registry of chains or this list vouches for.
"""

from __future__ import annotations

from premium.chains.addresses import NATIVE, in_key
from premium.chains.registry import Registry

COINGECKO = {
    "AAVE": "aave", "ADA": "cardano", "ALGO": "algorand", "APT": "aptos", "ARB": "arbitrum", "ATOM": "cosmos",
    "AVAX": "avalanche-2", "BCH": "bitcoin-cash", "BNB": "binancecoin", "BTC": "bitcoin",
    "COMP": "compound-governance-token", "CRV": "curve-dao-token", "DAI": "dai", "DASH": "dash", "DOGE": "dogecoin",
    "DOT": "polkadot", "ETC": "ethereum-classic", "ETH": "ethereum", "FIL": "filecoin", "GRT": "the-graph",
    "ICP": "internet-computer", "LDO": "lido-dao", "LINK": "chainlink", "LTC": "litecoin", "MATIC": "matic-network",
    "MKR": "maker", "NEAR": "near", "OP": "optimism", "SHIB": "shiba-inu", "SNX": "havven", "SOL": "solana",
    "SUI": "sui", "TRX": "tron", "UNI": "uniswap", "USDC": "usd-coin", "USDT": "tether", "WBTC": "wrapped-bitcoin",
    "WETH": "weth", "XLM": "stellar", "XMR": "monero", "XRP": "ripple", "XTZ": "tezos", "ZEC": "zcash",
}  # fmt: skip
"""CoinGecko's ids of what exchanges list under these symbols; the provider takes them as `coingecko:<id>`."""


def known_as(asset: str, registry: Registry) -> tuple[str, ...]:
    """Return the keys of stored prices that mean the asset, its own first."""
    chain, found, address = asset.partition(":")
    if found:
        return (asset,) if ":" in address else (price_key(chain, address),)
    return (asset, *_of_symbol(asset, registry))


def price_key(chain: str, address: str) -> str:
    """Return `chain:address` in small letters but for Solana, since not every source keeps checksums."""
    return f"{chain}:{in_key(address)}"


def theirs(asset: str, registry: Registry) -> str | None:
    """Return the provider's name of an asset, or None where it can have none."""
    chain, found, address = asset.partition(":")
    if found:
        known = chain in registry and ":" not in address
        return provider_name(asset, registry) if known else None
    return f"coingecko:{COINGECKO[asset]}" if asset in COINGECKO else None


def provider_name(key: str, registry: Registry) -> str:
    """Return what the provider calls an asset of a known chain."""
    name, _, address = key.partition(":")
    chain = registry[name]
    if chain.native.market is not None and address == NATIVE:
        return f"coingecko:{chain.native.market}"
    return f"{chain.price_name or name}:{in_key(address)}"


def _of_symbol(symbol: str, registry: Registry) -> tuple[str, ...]:
    """Return keys of the coins and listed tokens that chains call by this symbol."""
    coins = [price_key(chain.name, NATIVE) for chain in registry if chain.native.symbol == symbol]
    tokens = [
        price_key(chain.name, token.address) for chain in registry for token in chain.tokens if token.symbol == symbol
    ]
    return (*coins, *tokens)
