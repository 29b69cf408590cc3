"""Hold the client, stream and market that every part of the journey uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.errors import LocalError
from local.evm import Evm
from local.journey.client import Client
from local.journey.stream import Listener
from local.market import Market


@dataclass(frozen=True)
class Walk:
    api: Client
    stream: Listener
    market: Market
    evm: Evm

    def job(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Start a job and wait until both its polling and the stream report its end."""
        started = self.api.post(path, body, key=f"{path}-{len(self.api.request_ids)}")
        ended = self.api.wait_for(started)
        told = self.stream.wait_for_job(ended["id"])
        must_equal("the stream's status of the job", told["data"]["status"], ended["status"])
        return ended


def must_equal(what: str, said: object, true: object) -> None:
    """Raise LocalError where the platform's value differs from the true one.

    The journey is a test of the numbers as well.
    """
    if said != true:
        raise LocalError(f"{what} is {said}, and should be {true}.", "This is a defect: please report it.")


def units(amount: str, decimals: int = 18) -> int:
    """Return a decimal string of tokens as exact base units."""
    return int(Decimal(amount).scaleb(decimals))
