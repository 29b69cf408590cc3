"""Prices and protocols as events: a tick each time that a source says something new.

An event's id is made of the asset and the source's own time: processes that poll at once send one and the same tick.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

from premium.alerts.language.catalogue import EVERYWHERE
from premium.alerts.sources.blocks import Event
from premium.clock import rfc3339
from premium.money import divide, plain
from premium.prices.assets import Resolved
from premium.prices.model import Price
from premium.prices.protocols import ProtocolState

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
CHANGES: Mapping[str, timedelta] = {"change_pct_1h": HOUR, "change_pct_24h": DAY}
"""How long ago the price was that a change is measured from, by field."""
_PERCENT = Context(prec=400, rounding=ROUND_HALF_EVEN)
_PLACES = Decimal("0.0001")


def price_tick(price: Price, asset: Resolved, seconds: int, before: Mapping[str, Decimal]) -> Event:
    """Return the event of a price.

    `seconds`: how often the source is polled; `before`: the price at the beginning of each change that is known.
    """
    changes = {field: plain(_change(price.usd, past)) for field, past in before.items() if past > 0}
    return {
        "event_id": f"price:{price.key}:{_slot(price.at, seconds)}", "kind": "price", "timestamp": rfc3339(price.at),
        "chain": asset.chain or price.key.partition(":")[0], "asset": price.key, "symbol": asset.symbol,
        "price_usd": plain(price.usd), "confidence": plain(price.confidence), "source": price.source, **changes,
    }  # fmt: skip


def protocol_tick(name: str, state: ProtocolState, at: datetime, seconds: int) -> Event:
    """Return the event of a protocol's TVL; `name` as the rules write it."""
    slot = datetime.fromtimestamp(_slot(at, seconds), UTC)
    change = {} if state.change_24h is None else {"tvl_change_pct_24h": plain(state.change_24h)}
    return {
        "event_id": f"protocol:{name}:{_slot(at, seconds)}", "kind": "protocol", "timestamp": rfc3339(slot),
        "chain": EVERYWHERE, "protocol": name, "tvl_usd": plain(state.tvl_usd), "source": state.source, **change,
    }  # fmt: skip


def _slot(at: datetime, seconds: int) -> int:
    return int(at.timestamp()) // seconds * seconds


def _change(now: Decimal, past: Decimal) -> Decimal:
    return divide((now - past) * 100, past).quantize(_PLACES, context=_PERCENT)
