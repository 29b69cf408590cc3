"""Use cases of gas, from what the follower put in the cache.

Loads nothing that reads chains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from premium.chains.registry import Registry
from premium.errors import InvalidInput, NotFound, Unprocessable, UpstreamUnavailable
from premium.gas.costs import Cost, costs_of

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.gas.model import StoredBacktest
    from premium.storage.cache import Cache

__all__ = ["FOLLOWED", "LINE", "Call", "Cost", "Estimate", "Fees", "Wanted", "fresh_seconds", "kept_seconds"]

LINE = "gas"
"""The line of asks that the resident answers."""
HOURS = "hours"
"""The keys of predictions of hours begin so, and end with the chain."""
FOLLOWED = "followed"
"""The key under which the follower says which chains it follows."""
_BLOCKS, _SECONDS = 10, 120
_PREDICTED = ("eip1559", "op_stack")
_MOST_VALUE = 2**256 - 1
_FRESH_BLOCKS, _FRESH_SECONDS = 3, 15


def kept_seconds(block_seconds: float) -> int:
    """Return how old an answer may be, in seconds.

    Ten blocks, or two minutes where those are longer.
    """
    return max(round(_BLOCKS * block_seconds), _SECONDS)


def fresh_seconds(block_seconds: float) -> float:
    """Return how old a newest block may be before it is stale, in seconds.

    Three blocks, 15 s at least.
    """
    return max(_FRESH_BLOCKS * block_seconds, _FRESH_SECONDS)


class Call(NamedTuple):
    """A call whose gas the chain's node is asked for."""

    to: str
    data: str
    value: int
    sender: str | None

    @classmethod
    def of(cls, to: str | None, data: str, value: int, sender: str | None) -> Self | None:
        """Return the call, None where nobody is called.

        InvalidInput where there is more value than 256 bits hold, or a call to nobody.
        """
        if value > _MOST_VALUE:
            raise InvalidInput.about("value", "is more than 256 bits hold")
        if to is not None:
            return cls(to, data, value, sender)
        if given := [name for name, each in (("data", data != "0x"), ("value", value), ("from", sender)) if each]:
            raise InvalidInput.about("to", f"is needed where {given[0]} is given")
        return None


class Wanted(NamedTuple):
    """What is to be priced: one of these, or else every named operation."""

    operation: str | None = None
    gas_limit: int | None = None
    call: Call | None = None


class Estimate(NamedTuple):
    """What is known of a chain, its age, and what things cost by it."""

    told: Mapping[str, Any]
    age: int
    """Seconds."""
    stale: bool
    costs: Sequence[Cost]
    l1: Mapping[str, str] | None
    """Of the one thing that was asked for: `fee`, `operator_fee`, `basis`."""


@dataclass(frozen=True, kw_only=True)
class Fees:
    """What gas costs now."""

    platform: Platform
    chains: Registry
    cache: Cache

    @classmethod
    def of(cls, platform: Platform) -> Fees:
        """Return the fees of this process's platform."""
        from premium.storage.cache import Cache  # noqa: PLC0415 - Redis, for those who ask it

        return cls(platform=platform, chains=platform.chains, cache=Cache(platform.redis(3), "gas"))

    def estimate(self, chain: str, wanted: Wanted) -> Estimate:
        """Return what is known of a chain's fees.

        NotFound for an unknown chain, Unprocessable for one that is not followed, UpstreamUnavailable where what is
        known is too old.
        """
        _check(wanted)
        found = self.read(chain)
        asked = self._asked(chain, wanted.call) if wanted.call else None
        costs, l1 = costs_of(found.told, wanted.operation, asked["gas"] if asked else wanted.gas_limit, asked)
        return found._replace(costs=costs, l1=l1)

    def predictions(self, chain: str, horizon: str | None) -> Estimate:
        """Return forecasts of a chain's next base fees, in blocks and in hours.

        Errors as of `estimate`; Unprocessable where only its node knows, or nothing can be said yet.
        """
        found = self.read(chain)
        told = found.told
        if told["model"] not in _PREDICTED:
            raise Unprocessable.about("chain", f"only its node knows the next base fee of {chain}")
        known = [*told["predictions"], *(self.cache.get(f"{HOURS}:{chain}") or [])]
        rows = [{**row, "horizon": str(row["horizon"])} for row in known]
        if not rows:
            raise Unprocessable.about("chain", f"too few blocks of {chain} were seen to say what comes")
        offered = ", ".join(row["horizon"] for row in rows)
        rows = [row for row in rows if horizon in (None, row["horizon"])]
        if not rows:
            raise Unprocessable.about("horizon", f"nothing is said of {horizon} yet; there is {offered}")
        return found._replace(told={**told, "predictions": rows})

    def backtest(self, chain: str, horizon: str) -> StoredBacktest:
        """Return what forecasts of a chain's horizon were worth.

        NotFound for an unknown chain, Unprocessable for a horizon without one, with those that have one.
        """
        from premium.gas.store.backtests import BacktestStore  # noqa: PLC0415 - the database, for those who ask it

        store = BacktestStore(self.platform.database)
        found = store.get(self._named(chain), horizon)
        if found is not None:
            return found
        known = store.horizons(chain)
        others = f"; there is one of {', '.join(sorted(known))}" if known else ", it is made once a day"
        raise Unprocessable.about("horizon", f"{chain} has no back-test of {horizon} yet{others}")

    def read(self, chain: str) -> Estimate:
        """Return what the follower told, and how old that is; errors as of `estimate`."""
        told = self._told(self._named(chain))
        age = self._age(told)
        if age > kept_seconds(told["seconds"]):
            raise UpstreamUnavailable(f"The newest block of {chain} is {age} s old: its node is behind; try again")
        return Estimate(told, age, age > fresh_seconds(told["seconds"]), (), None)

    def _named(self, chain: str) -> str:
        if wrong := self.chains.unknown(chain):
            raise NotFound(f"chain: {wrong}")
        if self.chains[chain].kind != "evm":
            raise Unprocessable.about("chain", f"{chain} has no gas: only EVM chains have{self._offered()}")
        return chain

    def _told(self, chain: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] | None = self.cache.get(chain)
        if told is not None:
            return told
        followed = self.cache.get(FOLLOWED)
        if followed is not None and chain not in followed:
            raise Unprocessable.about("chain", f"this stage does not follow the fees of {chain}{self._offered()}")
        raise UpstreamUnavailable(f"No block of {chain} was read lately: try again")

    def _offered(self) -> str:
        followed = self.cache.get(FOLLOWED) or []
        return f"; it follows {', '.join(followed)}" if followed else ""

    def _age(self, told: Mapping[str, Any]) -> int:
        """Return how old the newest block is, in seconds.

        Where blocks come only when needed, how long ago a node said so.
        """
        since = told["checked_at"] if told["only_busy"] else told["block"]["timestamp"]
        return max(int(self.platform.clock.now().timestamp() - since), 0)

    def _asked(self, chain: str, call: Call) -> Mapping[str, Any]:
        from premium.asks.line import DATABASE  # noqa: PLC0415 - the other estimates ask nobody
        from premium.asks.service import Asks  # noqa: PLC0415 - as above

        body = {"chain": chain, "to": call.to, "data": call.data, "value": str(call.value), "from": call.sender}
        return Asks.over(self.platform.redis(DATABASE), LINE).ask(body)


def _check(wanted: Wanted) -> None:
    """Refuse two things at once."""
    given = [name for name, each in zip(("operation", "gasLimit", "to"), wanted, strict=True) if each is not None]
    if len(given) > 1:
        raise InvalidInput.about(given[1], f"{given[0]} says already what is to be priced; give one of them")
