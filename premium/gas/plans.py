"""Use cases of sending well: when, and which calls together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from premium.errors import InvalidInput, Unprocessable
from premium.gas.batches.model import Batch, BatchCall, typical
from premium.gas.costs import dollars, price_of
from premium.gas.operations import OPERATIONS
from premium.gas.service import LINE, Fees
from premium.money import plain

if TYPE_CHECKING:
    from premium.bootstrap import Platform

__all__ = ["Bundle", "Plan", "Plans", "Sent", "counted"]

_DEFAULT, _FURTHEST = timedelta(hours=1), timedelta(hours=24)
_SECONDS = 8.0
"""How long simulations may take."""
_MOST_TOGETHER = 100


class Sent(NamedTuple):
    """A transaction of the caller's, and what its simulation showed."""

    gas: int | None
    """Sent after those before it; None for one that fails even then."""
    reason: str | None
    """Why it may not share Multicall3; None: its sender is proven not to matter."""


class Bundle(NamedTuple):
    """Calls in one transaction; amounts in wei."""

    batch: Batch
    separate: int
    together: int


class Plan(NamedTuple):
    """What to do, and what speaks for it."""

    told: Mapping[str, Any]
    advice: Mapping[str, Any]
    """As the resident tells it: shares of one."""
    start: datetime
    end: datetime
    send_at: int
    """Wei: the base fee at or below which to send."""
    native: int
    usd: str | None
    gas: int
    transactions: Sequence[Sent]
    bundles: Sequence[Bundle]


def counted(text: str) -> list[str]:
    """Return the names of `name:count,…`, each as often as it counts.

    InvalidInput where it is none.
    """
    names: list[str] = []
    for each in text.split(","):
        name, _, count = each.partition(":")
        if name not in OPERATIONS or not count.isdecimal() or not 1 <= int(count) <= _MOST_TOGETHER:
            raise InvalidInput.about("operations", f"{each[:60]!r} is no name:count; names: {', '.join(OPERATIONS)}")
        names += [name] * int(count)
    if len(names) > _MOST_TOGETHER:
        raise InvalidInput.about("operations", f"are {len(names)}; {_MOST_TOGETHER} at most")
    return names


@dataclass(frozen=True, kw_only=True)
class Plans:
    """When to send, and which calls together."""

    fees: Fees

    @classmethod
    def of(cls, platform: Platform) -> Plans:
        """Return the plans of this process's platform."""
        return cls(fees=Fees.of(platform))

    def of_operations(self, chain: str, names: Sequence[str], deadline: datetime | None) -> Plan:
        """Return the plan of named operations, in the order given.

        Errors as of `Fees.estimate`; InvalidInput for a deadline that is past or over 24 hours ahead.
        """
        told, end = self.fees.read(chain).told, self._end(deadline)
        gas = [told["operations"][name][0] for name in names]
        bundles = [typical(gas)] if len(gas) > 1 else []
        return self._plan(told, end, sum(gas), (), [each for each in bundles if each.saving > 0])

    def of_transactions(self, chain: str, sender: str, calls: Sequence[BatchCall], deadline: datetime | None) -> Plan:
        """Return the plan of a sender's transactions, which the chain's node simulates."""
        told, end = self.fees.read(chain).told, self._end(deadline)
        body = [{"to": each.to, "data": f"0x{each.data.hex()}", "value": str(each.value)} for each in calls]
        found = self._ask({"what": "batch", "chain": chain, "from": sender, "transactions": body}, _SECONDS)
        sent = [Sent(**each) for each in found["transactions"]]
        batches = [Batch(**{**each, "members": tuple(each["members"])}) for each in found["batches"]]
        return self._plan(told, end, sum(each.gas or 0 for each in sent), sent, batches)

    def _end(self, deadline: datetime | None) -> datetime:
        now = self.fees.platform.clock.now()
        if deadline is None:
            return now + _DEFAULT
        if not now < deadline <= now + _FURTHEST:
            raise InvalidInput.about("deadline", "lies within the next 24 hours")
        return deadline

    def _plan(
        self, told: Mapping[str, Any], end: datetime, gas: int, sent: Sequence[Sent], batches: Sequence[Batch]
    ) -> Plan:
        now, chain = self.fees.platform.clock.now(), told["chain"]
        seconds = max(int((end - now).total_seconds()), 1)
        # Asks of one block and one length share an answer.
        name = f"wait:{chain}:{told['block']['hash']}:{seconds // 10}"
        advice = self._ask({"what": "wait", "chain": chain, "seconds": seconds}, None, name)
        if "wait" not in advice:
            raise Unprocessable.about("chain", f"too few blocks of {chain} with a base fee were seen to judge by")
        base = int(told["next_base_fee"])
        saved = round(base * gas * max(advice["saving"], 0)) if advice["wait"] else 0
        price = price_of(told)
        bundles = [Bundle(each, each.gas_separate * price, each.gas_together * price) for each in batches]
        usd = told["price"]["usd"]
        worth = None if usd is None else plain(dollars(saved, told["decimals"], Decimal(usd)))
        until = end if advice["wait"] else now + timedelta(seconds=told["seconds"])
        return Plan(told, advice, now, min(until, end), round(base * advice["share"]), saved, worth, gas, sent, bundles)

    def _ask(self, body: Mapping[str, Any], seconds: float | None, name: str | None = None) -> Mapping[str, Any]:
        from premium.asks.line import DATABASE  # noqa: PLC0415 - most requests ask nobody
        from premium.asks.service import SECONDS, Asks  # noqa: PLC0415 - as above

        line = Asks.over(self.fees.platform.redis(DATABASE), LINE, seconds=seconds or SECONDS)
        return line.ask(body, ask_id=name)
