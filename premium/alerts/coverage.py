"""What this stage reads, and so which rules can fire here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from premium.alerts.language.assets import wanted
from premium.alerts.language.catalogue import EVERYWHERE
from premium.alerts.manifest import AlertSettings
from premium.alerts.model import Draft, RuleType
from premium.bootstrap import Platform
from premium.chains.registry import Registry
from premium.errors import InvalidInput
from premium.prices.assets import FEED, MARKET, AssetNames
from premium.prices.manifest import PriceSettings

_NO_CHAINS: Mapping[RuleType, frozenset[str]] = MappingProxyType(
    {
        "whale": frozenset(),
        "gas": frozenset(),
        "price": frozenset({MARKET, FEED}),
        "protocol_risk": frozenset({EVERYWHERE, FEED}),
    }
)
"""By type of rule what its events name in a chain's place: the whole market, all chains, a feed."""


def watched_chains(platform: Platform) -> tuple[str, ...]:
    """Return the chains whose blocks become events."""
    named = platform.settings.of(AlertSettings).event_sources.split(",")
    return tuple(name.strip() for name in named if name.strip())


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The chains, prices and protocols that become events on this stage."""

    registry: Registry
    names: AssetNames
    watched: frozenset[str]
    """Chains whose blocks are read for events."""
    has_provider: bool
    """Prices of assets that no pool of ours prices are polled too."""
    has_protocols: bool

    @classmethod
    def of(cls, platform: Platform) -> Coverage:
        """Return what the platform's settings and chains say."""
        own, watched = platform.settings.of(AlertSettings), watched_chains(platform)
        return cls(
            registry=platform.chains,
            names=AssetNames(platform.chains, watched),
            watched=frozenset(watched),
            has_provider=platform.settings.of(PriceSettings).price_api_url is not None,
            has_protocols=own.protocol_api_url is not None,
        )

    def check(self, draft: Draft) -> None:
        """Refuse a rule on a chain that nobody knows; InvalidInput names the condition."""
        beside = _NO_CHAINS[draft.type]
        for place, condition in enumerate(draft.conditions):
            named = condition["value"] if condition["field"] == "chain" else None
            if isinstance(named, str) and named not in beside and (wrong := self.registry.unknown(named)):
                raise InvalidInput.about(f"conditions.{place}.value", wrong)

    def gaps(self, draft: Draft) -> tuple[str, ...]:
        """Return a sentence for each reason why the rule cannot fire here."""
        match draft.type:
            case "whale" | "gas":
                return tuple(self._chain_gaps(draft))
            case "price":
                return tuple(self._price_gaps(draft))
        return tuple(self._protocol_gaps(draft))

    def prices(self, asset: str) -> bool:
        """Return whether this stage polls a price of the asset."""
        chain = asset.partition(":")[0]
        if chain == MARKET:
            return self.has_provider
        if chain not in self.registry:
            return False
        return chain in self._active if self.registry[chain].dex is not None else self.has_provider

    @property
    def _active(self) -> frozenset[str]:
        return frozenset(chain.name for chain in self.registry.active)

    def _chain_gaps(self, draft: Draft) -> Iterator[str]:
        named = {text for text in (wanted(draft, "chain"), _chain_of(wanted(draft, "asset"))) if text}
        here = f"blocks are read of {', '.join(sorted(self.watched)) or 'no chain'}"
        for chain in sorted(named - self.watched):
            yield f"This stage does not read {chain}: the rule does not fire here ({here})"
        if not named and not self.watched:
            yield "This stage reads no chain: the rule does not fire here"

    def _price_gaps(self, draft: Draft) -> Iterator[str]:
        asset = wanted(draft, "asset")
        if asset is None:
            yield "The rule names no asset: it fires on those whose prices are polled for other rules"
        elif not self.prices(asset):
            yield f"This stage has no source of prices for {asset}: the rule fires on prices that others send alone"

    def _protocol_gaps(self, draft: Draft) -> Iterator[str]:
        if not self.has_protocols:
            yield "This stage polls no protocols: the rule fires on events that others send alone"
        elif wanted(draft, "protocol") is None:
            yield "The rule names no protocol: it fires on those that are polled for other rules"


def _chain_of(asset: str | None) -> str | None:
    return asset.partition(":")[0] if asset else None
