"""A node, a wallet on it that a user watches, and a provider of prices: what refreshes are tried on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from local.evm import Evm
from local.market import Market
from local.redis import Redis
from premium.bootstrap import Platform
from premium.chains.addresses import NATIVE, asset_key, checksum
from premium.config import Settings
from premium.entitlements import quota_of
from premium.portfolio.flow_model import FlowRow
from premium.portfolio.jobs import RefreshPayload
from premium.portfolio.service import Portfolios
from premium.portfolio.store.wallets import WalletStore
from premium.portfolio.valuation.performance import Performance
from premium.portfolio.work import refresh
from premium.tiers import Tier
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.portfolio.platforms import Context, Jobs, context
from tests.integration.portfolio.provider import coins
from tests.integration.portfolio.servers import Server, serving

ETHER = 10**18
ROOM = quota_of(Tier.ENTERPRISE, "wallets")
ME, OTHER, FRIEND = (checksum("0x" + each * 20) for each in ("a1", "b2", "c3"))
STORED = checksum("0x" + "d4" * 20)
"""A token whose balance of anybody is its slot 0, as a rebasing token's may grow without a transfer."""
STORED_CODE = "0x60003560e01c63313ce56714601a57600054600052" + "60206000f3" + "5b6012600052" + "60206000f3"
_BEHIND = 1_200
"""How many seconds old current prices are: a world's hours pass in seconds, and no price is one of a later instant."""
_EARLY = 1_500
"""How many seconds before its moment a chart's point is."""
PRICED = {"native": asset_key("local", NATIVE), "stored": asset_key("local", STORED)}


@dataclass
class World:
    """A node, a wallet on it that a user watches, and what a provider says that assets cost."""

    evm: Evm
    worker: Platform
    function: Platform
    user: UUID
    begun: Context
    prices: dict[str, Decimal] = field(default_factory=dict)
    past: dict[str, Decimal] = field(default_factory=dict)
    """What an asset cost at any past moment; what is not here the provider does not know."""
    hours: float = 0.0
    provider: Server | None = None
    """What was asked of it, in DefiLlama's shape."""

    def pay(self, source: str, target: str, units: int, **more: Any) -> str:
        self.evm.call("anvil_impersonateAccount", source)
        return str(self.evm.call("eth_sendTransaction", {"from": source, "to": target, "value": hex(units), **more}))

    def fund(self, wallet: str, units: int) -> None:
        self.evm.call("anvil_setBalance", wallet, hex(units))

    def store(self, units: int) -> None:
        self.evm.call("anvil_setStorageAt", STORED, "0x0", "0x" + f"{units:064x}")
        self.evm.call("evm_mine")

    def refresh(self, hours: float = 1.0, *, chains: tuple[str, ...] = ()) -> None:
        """Refreshes, so many hours after the refresh before."""
        self.hours += hours
        self.worker.redis(3).flushdb()  # prices are kept for minutes
        at = replace(self.begun, job_id=uuid4(), created_at=self.begun.created_at + timedelta(hours=self.hours))
        refresh.__wrapped__(at, RefreshPayload(chains=chains))  # type: ignore[attr-defined] # the body of the job

    @property
    def portfolios(self) -> Portfolios:
        self.function.__dict__["jobs"] = None  # nothing here starts a job
        return Portfolios.of(self.function)

    def flows(self) -> list[FlowRow]:
        return self.portfolios.flows(self.user, 100, None, kind=None, asset=None)

    def kinds(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for flow in self.flows():
            found[flow.kind] = found.get(flow.kind, 0) + int(flow.units)
        return found

    def performance(self) -> Performance:
        return self.portfolios.performance(self.user, Tier.ENTERPRISE, "90d")


def worlds(  # noqa: PLR0917 - all that a stage consists of
    evm: Evm, market: Market, postgres: Databases, redis_server: Redis, add_user: AddUser, tmp_path: Path
) -> Iterator[World]:
    """Yield a world on the run's node and stores, begun 60 days ago."""
    evm.call("anvil_setCode", STORED, STORED_CODE)
    entry = market.chains_file(evm.url)["chains"][0] | {
        "dex": None,
        "tokens": [{"address": STORED, "symbol": "STO", "decimals": 18}],
    }
    path = tmp_path / "chains.json"
    path.write_text(json.dumps({"active": ["local"], "chains": [entry]}))
    prices: dict[str, Decimal] = {PRICED["native"]: Decimal(2000), PRICED["stored"]: Decimal(1)}

    past: dict[str, Decimal] = {}

    with serving(coins(prices.get, past.get, behind=_BEHIND, early=_EARLY)) as server:
        worker = _platform(postgres, redis_server, path, "premium_worker", server)
        function = _platform(postgres, redis_server, path, "premium_app", server)
        user = add_user()
        WalletStore(function.database).add(user, ME, None, [], ROOM)
        begun = context(worker, user)
        begun = replace(begun, created_at=begun.created_at - timedelta(days=60))
        yield World(evm, worker, function, user, begun, prices, past, provider=server)
        worker.close()
        function.close()


def _platform(databases: Databases, redis: Redis, path: Path, role: str, server: Server) -> Platform:
    made = Platform(
        Settings.from_environment(
            {
                "PREMIUM_STAGE": "local",
                "DATABASE_URL": databases.url("premium", role),
                "TIMESERIES_URL": databases.url("timeseries", role),
                "REDIS_URL": redis.url,
                "CHAINS_FILE": str(path),
                "PRICE_API_URL": server.url,
            }
        )
    )
    made.__dict__["jobs"] = Jobs()
    return made
