"""Register a wallet, refresh the portfolio and read it.

Every balance is compared with the chain's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.journey.walk import Walk, must_equal, units

_NATIVE = "0x" + "0" * 40
_BALANCE_OF = "0x70a08231"


@dataclass(frozen=True)
class Portfolio:
    """A portfolio as the API shows it; `assets` has the most valuable first."""

    total: Decimal
    assets: list[dict[str, Any]]
    history: list[dict[str, Any]]
    job: str


def register(walk: Walk) -> str:
    """Register the market's wallet and return its id."""
    made = walk.api.post("/v1/portfolio/wallets", {"address": walk.market.wallet, "label": "Demo"})
    must_equal("the wallet's address", made["address"], walk.market.wallet)
    return str(made["id"])


def refresh(walk: Walk) -> str:
    """Refresh the portfolio and return the id of the finished job."""
    return str(walk.job("/v1/portfolio/refresh", {})["id"])


def read(walk: Walk, job: str) -> Portfolio:
    """Read the snapshot that a job left, and check its totals."""
    whole = walk.api.get("/v1/portfolio")
    must_equal("the snapshot's job", whole["jobId"], job)
    must_equal("staleness of a portfolio just read", whole["isStale"], False)
    assets = walk.api.get("/v1/portfolio/assets")
    check_balances(walk, assets)
    total = Decimal(whole["totalValueUsd"])
    must_equal("the total", total, sum((Decimal(asset["valueUsd"] or 0) for asset in assets), Decimal(0)))
    points = walk.api.get("/v1/portfolio/history?interval=hour")["points"]
    must_equal("the newest point of the history", Decimal(points[-1]["valueUsd"]), total)
    return Portfolio(total, assets, points, job)


def check_balances(walk: Walk, assets: list[dict[str, Any]]) -> None:
    """Check that all balances equal the chain's to the last base unit.

    Native coin and tokens are read here without the product's code.
    """
    said = {asset["asset"].partition(":")[2]: units(asset["balance"]) for asset in assets}
    market = walk.market
    tokens = (market.weth, market.usd, market.governance, market.proxy_token)
    true = {token.lower(): _balance(walk, token) for token in tokens}
    true[_NATIVE] = int(walk.evm.call("eth_getBalance", market.wallet, "latest"), 16)
    must_equal("the portfolio's balances", said, {token: held for token, held in true.items() if held})


def _balance(walk: Walk, token: str) -> int:
    data = _BALANCE_OF + walk.market.wallet[2:].lower().rjust(64, "0")
    return int(walk.evm.call("eth_call", {"to": token, "data": data}, "latest"), 16)
