"""Contracts that the product knows by itself: protocols, libraries, tokens, by chain.

Addresses bear their checksum, which a test proves, so that no digit is mistyped. Lists are imported elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from premium.security.knowledge.known import Knowledge, Token


class Shipped(NamedTuple):
    """A contract at one address on some chains; no chains are all."""

    address: str
    name: str
    chains: frozenset[int] = frozenset()


_MAIN, _OP, _BNB, _POLYGON, _BASE, _ARBITRUM, _AVALANCHE = 1, 10, 56, 137, 8453, 42161, 43114
_ETHEREUM = frozenset({_MAIN})

EVERYWHERE = (
    Shipped("0x000000000022D473030F116dDEE9F6B43aC78BA3", "Permit2"),
    Shipped("0xcA11bde05977b3631167028862bE2a173976CA11", "Multicall3"),
    Shipped("0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789", "EntryPoint 0.6"),
    Shipped("0x0000000071727De22E5E9d8BAf0edAc6f37da032", "EntryPoint 0.7"),
    Shipped("0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108", "EntryPoint 0.8"),
    Shipped("0x433709009B8330FDa32311DF1C2AFA402eD8D009", "EntryPoint 0.9"),
    Shipped("0x00000000000000ADc04C56Bf30aC9d3c0aAF14dC", "Seaport 1.5"),
    Shipped("0x0000000000000068F116a894984e2DB1123eB395", "Seaport 1.6"),
    Shipped("0x1E0049783F008A0085193E00003D00cd54003c71", "OpenSea conduit"),
    Shipped("0x1111111254EEB25477B68fb85Ed929f73A960582", "1inch router 5"),
    Shipped("0x111111125421cA6dc452d289314280a0f8842A65", "1inch router 6"),
    Shipped("0x9008D19f58AAbD9eD0D60971565AA8510560ab41", "CoW settlement"),
    Shipped("0xC92E8bdf79f0507f65a392b0ab4667716BFE0110", "CoW vault relayer"),
    Shipped("0xDef1C0ded9bec7F1a1670819833240f027b25EfF", "0x exchange proxy"),
    Shipped("0x0000000000001fF3684f28c67538d4D072C22734", "0x allowance holder"),
    Shipped("0xa6B71E26C5e0845f74c812102Ca7114b6a896AB2", "Safe factory 1.3.0"),
    Shipped("0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67", "Safe factory 1.4.1"),
    Shipped("0xd9Db270c1B5E3Bd161E8c8503c55cEABeE709552", "Safe 1.3.0"),
    Shipped("0x41675C099F32341bf84BFc5382aF534df5C7461a", "Safe 1.4.1"),
    Shipped("0x29fcB43b46531BcA003ddC8FCB67FFE91900C762", "Safe 1.4.1 L2"),
    Shipped("0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99", "Safe fallback handler 1.4.1"),
)
LIBRARIES = (
    Shipped("0x40A2aCCbd92BCA938b02010E17A5b8929b49130D", "MultiSendCallOnly 1.3.0"),
    Shipped("0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761", "MultiSend 1.3.0"),
    Shipped("0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526", "MultiSend 1.4.1"),
    Shipped("0x9641d764fc13c8B624c04430C7356C1C7C8102e2", "MultiSendCallOnly 1.4.1"),
)
ON_ETHEREUM = (
    Shipped("0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D", "Uniswap V2 router", _ETHEREUM),
    Shipped("0xE592427A0AEce92De3Edee1F18E0157C05861564", "Uniswap V3 router",
            frozenset({_MAIN, _OP, _POLYGON, _ARBITRUM})),
    Shipped("0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45", "Uniswap V3 router 2",
            frozenset({_MAIN, _OP, _POLYGON, _ARBITRUM})),
    Shipped("0xC36442b4a4522E871399CD717aBDD847Ab11FE88", "Uniswap V3 positions",
            frozenset({_MAIN, _OP, _POLYGON, _ARBITRUM})),
    Shipped("0x66a9893cC07D91D95644AEDD05D03f95e1dBA8Af", "Uniswap universal router", _ETHEREUM),
    Shipped("0x3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD", "Uniswap universal router 1", _ETHEREUM),
    Shipped("0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2", "Aave V3 pool", _ETHEREUM),
    Shipped("0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84", "Lido", _ETHEREUM),
)  # fmt: skip


class ShippedToken(NamedTuple):
    """A token of a known issuer."""

    address: str
    symbol: str
    decimals: int
    chain: int


TOKENS = (
    ShippedToken("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", "WETH", 18, _MAIN),
    ShippedToken("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "USDC", 6, _MAIN),
    ShippedToken("0xdAC17F958D2ee523a2206206994597C13D831ec7", "USDT", 6, _MAIN),
    ShippedToken("0x6B175474E89094C44Da98b954EedeAC495271d0F", "DAI", 18, _MAIN),
    ShippedToken("0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599", "WBTC", 8, _MAIN),
    ShippedToken("0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984", "UNI", 18, _MAIN),
    ShippedToken("0x514910771AF9Ca656af840dff83E8264EcF986CA", "LINK", 18, _MAIN),
    ShippedToken("0xaf88d065e77c8cC2239327C5EDb3A432268e5831", "USDC", 6, _ARBITRUM),
    ShippedToken("0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "WETH", 18, _ARBITRUM),
    ShippedToken("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "USDC", 6, _BASE),
    ShippedToken("0x4200000000000000000000000000000000000006", "WETH", 18, _BASE),
    ShippedToken("0x4200000000000000000000000000000000000006", "WETH", 18, _OP),
    ShippedToken("0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E", "USDC", 6, _AVALANCHE),
    ShippedToken("0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", "USDC", 6, _POLYGON),
    ShippedToken("0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c", "WBNB", 18, _BNB),
)
DOMAINS: Mapping[str, str] = {
    "uniswap.org": "Uniswap", "opensea.io": "OpenSea", "aave.com": "Aave", "metamask.io": "MetaMask",
    "lido.fi": "Lido", "curve.fi": "Curve", "curve.finance": "Curve", "safe.global": "Safe", "1inch.io": "1inch",
    "1inch.com": "1inch", "cow.fi": "CoW", "matcha.xyz": "Matcha", "compound.finance": "Compound",
    "etherscan.io": "Etherscan", "coinbase.com": "Coinbase", "blur.io": "Blur", "looksrare.org": "LooksRare",
    "pancakeswap.finance": "PancakeSwap", "sushi.com": "Sushi", "balancer.fi": "Balancer", "ens.domains": "ENS",
    "rainbow.me": "Rainbow", "walletconnect.com": "WalletConnect", "ledger.com": "Ledger", "trezor.io": "Trezor",
    "arbitrum.io": "Arbitrum", "optimism.io": "Optimism", "base.org": "Base", "polygon.technology": "Polygon",
    "snapshot.org": "Snapshot", "snapshot.box": "Snapshot", "pendle.finance": "Pendle", "eigenlayer.xyz": "EigenLayer",
    "morpho.org": "Morpho", "gmx.io": "GMX", "yearn.fi": "Yearn", "makerdao.com": "Maker", "sky.money": "Sky",
    "rocketpool.net": "Rocket Pool", "stargate.finance": "Stargate", "layerzero.network": "LayerZero",
    "across.to": "Across", "zora.co": "Zora", "rarible.com": "Rarible", "magiceden.io": "Magic Eden",
    "phantom.app": "Phantom", "phantom.com": "Phantom", "binance.com": "Binance", "kraken.com": "Kraken",
}  # fmt: skip


@lru_cache(maxsize=64)
def shipped(chain: int | None) -> Knowledge:
    """Return what is shipped for a chain."""
    known = (*EVERYWHERE, *LIBRARIES, *(each for each in ON_ETHEREUM if chain in each.chains))
    tokens = {each.address.lower(): Token(each.symbol, each.decimals) for each in TOKENS if each.chain == chain}
    return Knowledge(
        contracts={each.address.lower(): each.name for each in known},
        libraries=frozenset(each.address.lower() for each in LIBRARIES),
        tokens=tokens,
        domains=DOMAINS,
    )


def with_shipped(own: Knowledge, chain: int | None) -> Knowledge:
    """Return what a case states, over what is shipped."""
    base = shipped(chain)
    tokens = {**base.tokens, **own.tokens}
    for address, token in own.tokens.items():
        before = base.tokens.get(address)
        if before is not None:
            tokens[address] = Token(
                token.symbol or before.symbol,
                token.decimals if token.decimals is not None else before.decimals,
                token.price,
            )
    return replace(
        own, contracts={**base.contracts, **own.contracts}, tokens=tokens, libraries=own.libraries | base.libraries,
        domains={**base.domains, **own.domains},
    )  # fmt: skip
