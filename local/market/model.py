"""Describe the market on the local chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from premium.chains.addresses import Address

MULTICALL3: Address = "0xcA11bde05977b3631167028862bE2a173976CA11"

_SOURCE = {"sources": ["https://docs.uniswap.org/contracts"]}


class Market(BaseModel):
    """The checksummed addresses of the market's contracts and wallet.

    The same on every machine: they follow from sender and nonce.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    wallet: Address
    """Trades from 2024 to 2025; `history` tells its whole life."""
    owner: Address
    """Deployed everything; administers and may mint `proxy_token`."""
    multicall: Address = MULTICALL3
    weth: Address
    usd: Address
    """The stablecoin and unit of prices; fixed supply."""
    governance: Address
    """Fixed supply, no owner: the benign contract of a scan."""
    proxy_token: Address
    """Transparent proxy whose owner may mint, pause and upgrade."""
    proxy_admin: Address
    implementation: Address
    v2_factory: Address
    v2_router: Address
    v3_factory: Address
    v3_router: Address
    v3_positions: Address

    def chains_file(self, rpc_url: str) -> Mapping[str, Any]:
        """Return the content of CHAINS_FILE, which names the local chain alone."""
        return {"active": ["local"], "chains": [self._chain(rpc_url)]}

    def _chain(self, rpc_url: str) -> Mapping[str, Any]:
        return {
            "name": "local",
            "title": "Local EVM node",
            "chain_id": 31337,
            "native": {"symbol": "ETH", "decimals": 18},
            "fees": {"model": "eip1559"},
            "rpc": [rpc_url],
            "multicall": self.multicall,
            "max_head_age_seconds": None,
            "discovery": {"blocks": 100_000, "span": 100_000},
            "tokens": [
                {"address": self.weth, "symbol": "WETH", "decimals": 18, "category": "wrapped"},
                {"address": self.usd, "symbol": "USDL", "decimals": 18, "category": "stablecoin"},
            ],
            "dex": {
                "stable": self.usd,
                "stable_decimals": 18,
                "wrapped_native": self.weth,
                "v2_factory": self.v2_factory,
                "v3_factory": self.v3_factory,
            },
            "protocols": [
                {"name": "uniswap-v2", "title": "Uniswap V2", "kind": "v2_lp", "factory": self.v2_factory, **_SOURCE},
                {
                    "name": "uniswap-v3",
                    "title": "Uniswap V3",
                    "kind": "v3_position",
                    "manager": self.v3_positions,
                    **_SOURCE,
                },
            ],
        }
