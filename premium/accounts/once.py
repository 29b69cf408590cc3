"""Values in Redis that are taken away by who reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from premium.errors import UpstreamUnavailable

if TYPE_CHECKING:
    from redis import Redis


@dataclass(frozen=True)
class Once:
    """Values of one kind, each under a name for a while.

    Of two who take one at once a single one has it. UpstreamUnavailable where Redis does not answer.
    """

    redis: Redis
    kind: str
    """Begins the names in Redis, and with an s stands in what a user is told."""

    def put(self, name: str, value: Mapping[str, Any], *, milliseconds: int) -> None:
        """Keep a value for so long, in place of one that has the name."""
        try:
            self.redis.set(self._name(name), json.dumps(value), px=milliseconds)
        except RedisError as error:
            raise UpstreamUnavailable(f"{self._many()} cannot be given just now; try again in a moment") from error

    def look(self, name: str) -> dict[str, Any] | None:
        """Return a value and leave it there."""
        try:
            kept = self.redis.get(self._name(name))
        except RedisError as error:
            raise UpstreamUnavailable(f"{self._many()} cannot be checked just now; try again in a moment") from error
        return None if kept is None else dict(json.loads(kept))

    def take(self, name: str) -> dict[str, Any] | None:
        """Return a value and take it away.

        None for one that is taken, over or made up.
        """
        try:
            kept = self.redis.getdel(self._name(name))
        except RedisError as error:
            raise UpstreamUnavailable(f"{self._many()} cannot be checked just now; try again in a moment") from error
        return None if kept is None else dict(json.loads(kept))

    def _name(self, name: str) -> str:
        return f"{self.kind}:{name}"

    def _many(self) -> str:
        return f"{self.kind.replace('-', ' ').capitalize()}s"
