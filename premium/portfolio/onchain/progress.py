"""Tells a user's streams of each chain as a refresh reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from premium.chains.model import ChainReading, Outcome
from premium.money import EXACT, from_base_units, plain
from premium.observability import logger
from premium.portfolio.model import Status, to_places

SECONDS = 2.0
"""How long messages under way are waited for; the snapshot tells the same."""


@dataclass
class Progress:
    """Messages of one refresh; those that cannot be sent cost it nothing."""

    tell: Callable[[Mapping[str, Any]], None]
    job_id: UUID
    cursor: UUID | None
    """The snapshot before: `/changes` goes on from it."""
    prices: Mapping[str, Decimal]
    """Of the reading before: those of this one are asked when all chains are read."""
    _sent: list[asyncio.Task[None]] = field(default_factory=list)

    def came(self, chain: str, outcome: Outcome) -> None:
        """Tell of a chain that was read, or was not."""
        is_read = isinstance(outcome, ChainReading)
        data = {"jobId": str(self.job_id), "chain": chain, "cursor": None if self.cursor is None else str(self.cursor),
                "status": (Status.FRESH if is_read else Status.STALE).value, "usd": self._usd(outcome)}  # fmt: skip
        self._sent.append(asyncio.create_task(asyncio.to_thread(self._send, {"type": "progress", "data": data})))

    async def end(self) -> None:
        """Wait a moment for what is under way."""
        if self._sent:
            await asyncio.wait(self._sent, timeout=SECONDS)

    def _usd(self, outcome: Outcome) -> str | None:
        """What wallets hold there by the prices of the reading before; None where nothing was read."""
        if not isinstance(outcome, ChainReading):
            return None
        found = Decimal(0)
        for row in outcome.balances:
            price = self.prices.get(row.key)
            if price is not None and row.decimals is not None:
                found = EXACT.add(found, to_places(EXACT.multiply(from_base_units(row.units, row.decimals), price)))
        return plain(found)

    def _send(self, message: Mapping[str, Any]) -> None:
        try:
            self.tell(message)
        except Exception:  # a stream that fails must cost no refresh
            logger.exception("a chain's progress could not be told")
