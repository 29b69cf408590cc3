"""What each tier allows: one table, asked by the authorizer and by every service.

Nobody compares tiers by name: `entitlements(tier)` says what a tier has. A tier has all services of those before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from premium.tiers import Tier


@dataclass(frozen=True, kw_only=True)
class Entitlements:
    """What a tier allows; quotas are of one user, 0 allows none."""

    services: frozenset[str]
    """What routes ask for by `@needs(service=…)`."""
    requests_a_minute: int
    requests_a_month: int
    rules: int
    """Of alerts, those switched off included."""
    wallets: int
    reports_a_day: int
    scans_a_day: int
    checks_a_day: int
    """Of transactions and messages before they are signed."""
    exports_a_day: int
    """Of portfolios."""
    dashboards: int
    api_keys: int
    history_days: int


_STARTER = frozenset({"alerts", "portfolio"})
_PRO = _STARTER | {"tax", "gas", "trading", "yields", "bridges", "copy_trading", "security", "analytics"}
_ENTERPRISE = _PRO | {"api_keys", "custom"}

ENTITLEMENTS: Mapping[Tier, Entitlements] = MappingProxyType(
    {
        Tier.FREE: Entitlements(
            services=frozenset(), requests_a_minute=100, requests_a_month=10_000, rules=0, wallets=0, reports_a_day=0,
            scans_a_day=0, checks_a_day=0, exports_a_day=0, dashboards=0, api_keys=0, history_days=0,
        ),
        Tier.STARTER: Entitlements(
            services=_STARTER, requests_a_minute=1_000, requests_a_month=1_000_000, rules=100, wallets=10,
            reports_a_day=0, scans_a_day=0, checks_a_day=0, exports_a_day=20, dashboards=0, api_keys=0, history_days=90,
        ),
        Tier.PRO: Entitlements(
            services=_PRO, requests_a_minute=10_000, requests_a_month=10_000_000, rules=1_000, wallets=50,
            reports_a_day=20, scans_a_day=500, checks_a_day=5_000, exports_a_day=100, dashboards=20, api_keys=0,
            history_days=730,
        ),
        Tier.ENTERPRISE: Entitlements(
            services=_ENTERPRISE, requests_a_minute=100_000, requests_a_month=100_000_000, rules=10_000, wallets=500,
            reports_a_day=500, scans_a_day=10_000, checks_a_day=100_000, exports_a_day=1_000, dashboards=200,
            api_keys=20, history_days=3_650,
        ),
    }
)  # fmt: skip


QuotaName = Literal[
    "rules", "wallets", "reports_a_day", "scans_a_day", "checks_a_day", "exports_a_day", "dashboards", "api_keys",
    "history_days",
]  # fmt: skip
EXCESS = "this one is beyond them: it is kept, can be read and removed, and is not changed"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many of something a tier allows."""

    name: QuotaName
    tier: Tier
    most: int

    @property
    def refusal(self) -> str:
        """Return what is said to one who has them all."""
        return f"The tier {self.tier.value} allows {self.most:,} {self.name.replace('_', ' ')}"

    @property
    def read_only(self) -> str:
        """Return what is said to one who changes something that is beyond the quota."""
        return f"{self.refusal}; {EXCESS}"

    @property
    def details(self) -> Mapping[str, object]:
        """Return the same for programs."""
        return {"quota": self.name, "tier": self.tier.value, "most": self.most}


def quota_of(tier: Tier, name: QuotaName) -> Quota:
    """Return one quota of a tier."""
    return Quota(name=name, tier=tier, most=getattr(ENTITLEMENTS[tier], name))


def entitlements(tier: Tier, agreed: int | None = None) -> Entitlements:
    """Return what a tier allows.

    `agreed`: the requests a month that were agreed with one customer.
    """
    allows = ENTITLEMENTS[tier]
    return allows if agreed is None else replace(allows, requests_a_month=agreed)


def lowest_with(service: str) -> Tier:
    """Return the first tier that has a service; ValueError for one that none has."""
    for tier, allowed in ENTITLEMENTS.items():
        if service in allowed.services:
            return tier
    raise ValueError(f"no tier has the service {service}: add it to premium/entitlements.py")
